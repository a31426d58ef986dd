"""What comes into the window and leaves it: dropped files, files named at the start, a second start, the end."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio import app
from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.files.midi import write_midi
from musicgen_studio.files.sound import SoundFormat, read, write
from musicgen_studio.ui.panels.clip_header import ExtendValues
from musicgen_studio.ui.panels.export_dialog import ExportDialog
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.qt import single
from musicgen_studio.ui.qt.drops import _Light
from tests.ui.panels.finding import control, said
from tests.ui.test_first_minute import Hands, held
from tests.ui.test_window import WAIT_MS, Loader, loader, program, settings_file
from tests.ui.window.test_listening import MINUTE, imported

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

COPY, MOVE = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction


@pytest.fixture
def sound_file(tmp_path: Path) -> Path:
    path = tmp_path / "my hum.wav"
    write(path, Audio(MINUTE.samples[:44_100], 44_100), SoundFormat.WAV16)
    return path


@pytest.fixture
def midi_file(tmp_path: Path) -> Path:
    path = tmp_path / "tune.mid"
    write_midi(path, Melody.of([Note(0.0, 0.5, 60.0), Note(0.5, 0.5, 64.0)]))
    return path


def enter(widget: QWidget, file: Path, actions: Qt.DropAction = COPY) -> bool:
    """Drag a file onto a widget; return whether it is welcome."""
    mime = _mime(file)  # the event does not own it
    event = QDragEnterEvent(QPoint(9, 9), actions, mime, Qt.MouseButton.LeftButton, _NO_KEY)
    event.ignore()
    QApplication.sendEvent(widget, event)
    assert not event.isAccepted() or event.dropAction() == COPY
    return event.isAccepted()


def drop(widget: QWidget, file: Path) -> None:
    """Let a file fall that may be copied or moved."""
    mime = _mime(file)
    event = QDropEvent(QPoint(9, 9).toPointF(), COPY | MOVE, mime, Qt.MouseButton.LeftButton, _NO_KEY)
    event.setDropAction(MOVE)
    QApplication.sendEvent(widget, event)
    assert event.dropAction() == COPY


_NO_KEY = Qt.KeyboardModifier.NoModifier


def _mime(file: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    return mime


def is_lit(widget: QWidget) -> bool:
    """Tell whether a widget shows that it would take what is dragged over it."""
    return any(light.isVisible() for light in widget.findChildren(_Light))


def test_a_sound_dropped_on_the_waveform_is_opened(qtbot: QtBot, program: Program, sound_file: Path) -> None:
    waveform = program.window.waveform
    assert enter(waveform, sound_file)
    assert is_lit(waveform)
    drop(waveform, sound_file)
    assert not is_lit(waveform)
    listening = program.window.listening
    qtbot.waitUntil(lambda: listening.current is not None and listening.current.clip.title == "My hum", timeout=WAIT_MS)


@pytest.mark.parametrize("kind", ["sound_file", "midi_file"])
def test_a_melody_dropped_on_the_prompt_is_followed(
    qtbot: QtBot, program: Program, kind: str, request: pytest.FixtureRequest
) -> None:
    file: Path = request.getfixturevalue(kind)
    field = program.window.prompt._prompt.viewport()
    assert enter(field, file)
    drop(field, file)
    qtbot.waitUntil(lambda: program.window.melodies.sketch is not None, timeout=WAIT_MS)
    assert program.window.prompt.values().prompt == ""


def test_nothing_takes_a_move_or_what_it_has_no_use_for(program: Program, sound_file: Path, midi_file: Path) -> None:
    window = program.window
    places = (window.waveform, window.library, window.prompt.melody, window.prompt._prompt.viewport())
    assert [enter(place, sound_file, MOVE) for place in places] == [False] * 4
    assert [enter(place, sound_file.with_suffix(".txt")) for place in places] == [False] * 4
    assert not enter(window.waveform, midi_file)
    assert not any(is_lit(place) for place in places)


def test_a_folded_melody_says_that_it_is_followed(qtbot: QtBot, program: Program, midi_file: Path) -> None:
    window = program.window
    window.files.open([midi_file])
    qtbot.waitUntil(lambda: window.melodies.sketch is not None, timeout=WAIT_MS)
    panel = window.prompt.melody
    panel.set_open(False)
    control(panel, QToolButton, "MELODY · tune.mid").click()
    control(panel, QToolButton, "No melody").click()
    panel.set_open(False)
    control(panel, QToolButton, "MELODY")


def test_files_named_at_the_start_are_files_and_commands_are_commands(sound_file: Path, midi_file: Path) -> None:
    assert app._files([str(sound_file), str(midi_file)]) == [sound_file, midi_file]
    assert app._files([]) == []
    assert app._files(["generate", str(sound_file)]) == []
    assert app._files(["--version"]) == []
    assert app._files([str(sound_file.with_name("gone.wav"))]) == []


def test_a_second_start_hands_its_files_over_and_raises_the_window(
    qtbot: QtBot, program: Program, sound_file: Path
) -> None:
    name = single.name_for(sound_file)  # of these settings nobody else has a window
    assert not single.hand_over(name, [sound_file])
    first = single.SingleWindow(name, program.window)
    first.files_received.connect(program.window.welcome)
    program.window.showMinimized()
    code = "import sys; from pathlib import Path; from musicgen_studio.ui.qt.single import hand_over; "
    code += "sys.exit(not hand_over(sys.argv[1], [Path(sys.argv[2])]))"
    second = subprocess.Popen([sys.executable, "-c", code, name, str(sound_file)])
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=WAIT_MS)
    assert second.returncode == 0
    qtbot.waitUntil(lambda: [clip.title for clip in program.services.library.clips()] == ["My hum"], timeout=WAIT_MS)
    assert not program.window.isMinimized()


def test_nonsense_on_the_socket_is_hung_up_on(qtbot: QtBot, program: Program, sound_file: Path) -> None:
    name = single.name_for(sound_file)
    server = single.SingleWindow(name, program.window)
    socket = QLocalSocket()
    socket.connectToServer(name)
    socket.write(b"\x00\xff not json\n")
    qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState, timeout=WAIT_MS)
    assert server.parent() is program.window


def test_quitting_with_orders_waiting_asks_once(qtbot: QtBot, program: Program, loader: Loader) -> None:
    window, go_on = program.window, threading.Event()
    loader.before_block = held(go_on)
    for _ in range(3):
        window.generation.generate(PromptValues(prompt="calm", duration_s=1.0))
    qtbot.waitUntil(lambda: len(program.services.loop.views()) == 3, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: program.services.loop.views()[0].state != "queued", timeout=WAIT_MS)
    window.close()
    window.close()
    (box,) = window.findChildren(QMessageBox)
    assert box.text() == "2 orders still wait to be made."
    assert window.isVisible()
    box.reject()
    assert window.isVisible()
    window.close()
    box = window.findChildren(QMessageBox)[-1]
    next(button for button in box.findChildren(QPushButton) if button.text() == "Quit").click()
    assert not window.isVisible()
    go_on.set()


def test_only_the_selection_is_exported_if_that_is_wanted(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    hands = Hands(program, qtbot)
    clip = imported(program)
    window = program.window
    window.collection.clip_chosen.emit(clip)
    hands.wait(lambda: not window.listening.is_drawing)
    window.listening.poll()
    hands.select(0.25, 0.5)
    span = window.waveform.selection()
    assert span is not None
    window.export_requested.emit([clip])
    dialog = window.findChildren(ExportDialog)[-1]
    assert dialog._selection.text().startswith("Only the selection, 0:1")
    dialog.set_settings({"folder": str(tmp_path / "out")})
    dialog._selection.click()
    dialog.accept()
    hands.wait(lambda: any("is exported to" in text for text in window.status.notices.texts()))
    (file,) = (tmp_path / "out").iterdir()
    assert read(file).frames == span[1] - span[0]


def test_everything_is_reachable_in_the_smallest_window(program: Program) -> None:
    window = program.window
    window.resize(800, 560)
    assert (window.width(), window.height()) == (800, 560)
    QApplication.processEvents()
    area = window.prompt._area
    assert window.prompt._page.width() <= area.viewport().width()
    for part in (window.prompt, window.library, window.bar, window.status):
        inside = part.rect().translated(part.mapTo(window, QPoint(0, 0)))
        assert window.rect().contains(inside), part


def test_a_clip_that_goes_into_the_trash_says_so(qtbot: QtBot, program: Program) -> None:
    window, clip = program.window, imported(program)
    window.collection.refresh()
    window.collection.clip_chosen.emit(clip)
    window.library.trash_requested.emit([clip.id])
    assert "in the trash" in said(window.clip_header)
    assert any("is in the trash" in text for text in window.status.notices.texts())
    program.services.undo.undo()
    assert "in the trash" not in said(window.clip_header)
    qtbot.waitUntil(lambda: not window.listening.is_drawing, timeout=WAIT_MS)


def test_an_order_stopped_before_its_first_sound_does_not_say_that_something_is_kept(
    qtbot: QtBot, program: Program, loader: Loader
) -> None:
    go_on = threading.Event()
    loader.before_block = held(go_on)
    window, loop = program.window, program.services.loop
    window.generation.generate(PromptValues(prompt="calm", duration_s=1.0))
    qtbot.waitUntil(lambda: [view.state for view in loop.views()] not in ([], ["queued"]), timeout=WAIT_MS)
    with qtbot.waitSignal(window.inbox.job_ended, timeout=WAIT_MS):
        window.generation.cancel()
        go_on.set()
    assert "stopped before its first sound" in window.status.notices.texts()[0]


def test_no_text_shows_half_an_id(qtbot: QtBot, program: Program) -> None:
    clip = imported(program)
    program.services.library.sound_file(clip.id).write_bytes(b"RIFF" + bytes(64))
    window = program.window
    window.generation.extend(clip, ExtendValues(from_playhead=False, duration_s=1.0, prompt=""), 0)
    qtbot.waitUntil(lambda: "could not be read" in said(window.prompt), timeout=WAIT_MS)
    assert clip.id[:8] not in said(window.prompt)
