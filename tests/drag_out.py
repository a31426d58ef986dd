"""`python -m tests.drag_out`: clips, stems and notes are dragged out of the program into another, with a real mouse.

Xvfb is the screen, xdotool the hand, and a small window in a process of its own the other program. What arrives there
must be the files of what was dragged: a 24-bit WAV file of the clip, of each stem, which add up, and MIDI. Ends with 0
if it is, 3 if a program for it is missing.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import mido
import numpy as np
import soundfile as sf
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QToolButton, QWidget

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.studio.making.engines import EngineChoice, LoadedEngine
from musicgen_studio.studio.making.order import CheckpointRecord
from musicgen_studio.ui.panels.errand_row import ErrandRow
from tests.fake_engine import FakeEngine
from tests.ui.panels.finding import control

MISSING = 3
RATE = 32000
SCREEN = "1600x800x24"
TARGET = (1300, 100, 250, 250)  # left, top, width, height: beside the window
WITHIN_MS = 60_000
_STILL_TICKS = 25

Dropped = dict[str, object]
"""What the other program says of what was dropped on it: `urls` and `action`."""


class Target(QWidget):
    """The other program: takes files and says which."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.setWindowFlags(Qt.WindowType.FramelessWindowHint)
        self.setGeometry(*TARGET)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's
        """Take files, as a copy."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's
        """Say what came."""
        event.acceptProposedAction()
        urls = [url.toString(QUrl.ComponentFormattingOption.FullyEncoded) for url in event.mimeData().urls()]
        print(json.dumps({"urls": urls, "action": event.dropAction().name}), flush=True)  # noqa: T201
        QTimer.singleShot(0, QApplication.quit)


def be_target() -> int:
    """Be the other program until something is dropped."""
    app = QApplication(sys.argv[:1])
    target = Target()
    target.show()
    QTimer.singleShot(WITHIN_MS * 2, app.quit)
    print("ready", flush=True)  # noqa: T201
    return app.exec()


def open_window(program: Program) -> Clip:
    """Show the window with one clip in its library, and return the clip."""
    time_s = np.arange(2 * RATE) / RATE
    sound = (0.5 * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)[:, np.newaxis]
    clip = Clip("0" * 32, "Träume ☾", Origin.GENERATED, "2026-01-31T12:00:00+00:00", len(sound), RATE, 1)
    clip = program.services.library.add(clip, Audio(sound, RATE))
    window = program.window
    window.setGeometry(0, 0, 1280, 720)
    window.show()
    window.collection.refresh()
    rows = control(window.library, QListView, "Clips")
    _until(lambda: rows.visualRect(rows.model().index(0, 0)).height() > 0 and window.windowHandle().isExposed())
    return clip


def drag_row(program: Program, clip: Clip) -> Dropped:
    """Drag the only row onto the other program and return what that one says."""
    rows = control(program.window.library, QListView, "Clips")
    program.services.library.drag_file(clip.id)
    return drag_from(rows.viewport().mapToGlobal(rows.visualRect(rows.model().index(0, 0)).center()))


def drag_from(start: QPoint) -> Dropped:
    """Drag what is at a place of the screen onto the other program and return what that one says."""
    to = QPoint(TARGET[0] + TARGET[2] // 2, TARGET[1] + TARGET[3] // 2)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.drag_out", "--target"], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        hand = subprocess.Popen(["xdotool", *_movement(start, to)])
        _until(lambda: other.poll() is not None)
        hand.wait(30)
        told: Dropped = json.loads(other.stdout.read())
        return told


def _middle(widget: QWidget) -> QPoint:
    """Return the middle of a widget on the screen, once what was shown or hidden has found its place."""
    places = [QPoint()] * _STILL_TICKS

    def stands_still() -> bool:
        places.append(widget.mapToGlobal(widget.rect().center()))
        return len(set(map(QPoint.toTuple, places[-_STILL_TICKS:]))) == 1

    _until(stands_still)
    return places[-1]


def check_stems(program: Program, clip: Clip) -> None:
    """Press Stems, drag one of them, all of them, and their notes, and look at what arrives."""
    window, ready = program.window, list[bool]()
    window.collection.clip_chosen.emit(clip)
    window.stems.drags.prepared.connect(lambda: ready.append(True))
    QTest.mouseClick(control(window.clip_header, QToolButton, "Stems"), Qt.MouseButton.LeftButton)
    _until(lambda: bool(ready))
    strips = {each.accessibleName(): each for each in window.lanes.findChildren(QWidget)}
    (bass,) = _files(drag_from(_middle(strips["Waveform of Bass"])))
    assert bass.name == "Träume ☾_bass.wav"
    handle = control(window.lanes, QToolButton, "Drag all stems")
    files = _files(drag_from(_middle(handle)))
    assert not handle.isDown(), "the other program took the mouse's release, and the handle stays lit"
    assert [file.name for file in files] == [f"Träume ☾_{name}.wav" for name in ("drums", "bass", "lead", "other")]
    assert {sf.info(file).subtype for file in files} == {"PCM_24"}
    whole = sf.read(program.services.library.stem_files(clip.id)[0], dtype="int32", always_2d=True)[0]
    stems = [sf.read(file, dtype="int32", always_2d=True)[0] for file in files]
    np.testing.assert_array_equal(np.sum(stems, axis=0), whole)
    QTest.mouseClick(control(window.lanes, QToolButton, "Find the notes"), Qt.MouseButton.LeftButton)
    _until(lambda: "Drag the notes" in {each.accessibleName() for each in window.lanes.findChildren(QToolButton)})
    (row,) = window.findChildren(ErrandRow)
    _until(row.isHidden)  # until then it takes room above
    (notes,) = _files(drag_from(_middle(control(window.lanes, QToolButton, "Drag the notes"))))
    played = {event.note for event in mido.MidiFile(notes) if event.type == "note_on"}
    assert 69 in played, "the tone of 440 Hz"
    print(f"arrived: {[file.name for file in (*files, notes)]}")  # noqa: T201


def _files(told: Dropped) -> list[Path]:
    """Return the files that another program was given, as a copy."""
    assert told["action"] == "CopyAction"
    urls = told["urls"]
    assert isinstance(urls, list)
    return [Path(QUrl(url).toLocalFile()) for url in urls]


def _movement(start: QPoint, end: QPoint) -> list[str]:
    """Return what xdotool is to do: press, go over in steps as a hand does, let go."""
    steps = 20
    words = ["mousemove", str(start.x()), str(start.y()), "sleep", "0.3", "mousedown", "1", "sleep", "0.2"]
    for step in range(1, steps + 1):
        place = start + (end - start) * (step / steps)
        words += ["mousemove", str(place.x()), str(place.y()), "sleep", "0.05"]
    return [*words, "sleep", "0.5", "mouseup", "1"]


def _until(holds: Callable[[], bool]) -> None:
    loop = QEventLoop()
    ticks, late = QTimer(interval=20), QTimer(interval=WITHIN_MS, singleShot=True)
    ticks.timeout.connect(lambda: loop.quit() if holds() else None)
    late.timeout.connect(lambda: loop.exit(1))
    ticks.start()
    late.start()
    assert loop.exec() == 0, "it did not come"


def check_row(program: Program, clip: Clip, told: Dropped) -> None:
    """Compare what arrived with the clip."""
    (file,) = _files(told)
    assert file.name == "Träume ☾.wav"
    assert sf.info(file).subtype == "PCM_24"
    samples, rate = sf.read(file, dtype="float32", always_2d=True)
    assert rate == RATE
    np.testing.assert_allclose(samples, program.services.library.read(clip.id).samples, atol=2**-23)
    print(f"arrived: {file}")  # noqa: T201


def _load(choice: EngineChoice) -> LoadedEngine:
    del choice
    return LoadedEngine(FakeEngine(), CheckpointRecord("starter", "0" * 64, "free", "starter"))


def on_this_screen() -> int:
    """Drag and check."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "settings.json"
        settings.write_text(json.dumps({"library_folder": f"{folder}/library"}), encoding="utf-8")
        _app = QApplication(sys.argv[:1])
        with Program(settings, _load) as program:
            clip = open_window(program)
            check_row(program, clip, drag_row(program, clip))
            check_stems(program, clip)
    return 0


def main() -> int:
    """Start a screen and do it there."""
    if "--target" in sys.argv:
        return be_target()
    if "--here" in sys.argv:
        return on_this_screen()
    missing = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
    if missing:
        print(f"{', '.join(missing)}: not installed")  # noqa: T201
        return MISSING
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as screen:
        os.close(write)
        with os.fdopen(read) as number:
            display = f":{number.readline().strip()}"
        try:
            environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
            own = [sys.executable, "-m", "tests.drag_out", "--here"]
            return subprocess.run(own, env=environment, timeout=400, check=False).returncode
        finally:
            screen.terminate()


if __name__ == "__main__":
    sys.exit(main())
