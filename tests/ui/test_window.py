"""The whole window with a real library, a real transport and a fake engine: what a musician does with it."""

import json
import subprocess
import sys
import threading
import wave
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QDialog, QDoubleSpinBox, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio import app
from musicgen_studio.app import Program
from musicgen_studio.checkpoints import catalogue
from musicgen_studio.checkpoints.catalogue import CheckpointEntry
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.request import Sampling
from musicgen_studio.engine.musicgen import CROSSFADE_S
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import untrusted as decoding
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging import composing
from musicgen_studio.studio.making.engines import EngineChoice, LoadedEngine
from musicgen_studio.studio.making.order import CheckpointRecord, Order
from musicgen_studio.studio.making.queue import DeviceLost, JobLoop
from musicgen_studio.studio.program import settings
from musicgen_studio.studio.program.background import Errand
from musicgen_studio.ui.look.theme import Theme
from musicgen_studio.ui.panels.checkpoint_menu import CheckpointMenu
from musicgen_studio.ui.panels.clip_header import ExtendValues
from musicgen_studio.ui.panels.diagnostics_dialog import DiagnosticsDialog
from musicgen_studio.ui.panels.export_dialog import ExportDialog
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.panels.settings_dialog import SettingsDialog
from musicgen_studio.ui.panels.shortcuts_dialog import ShortcutsDialog
from musicgen_studio.ui.window import checkpoint_choice, dialogs
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.fake_engine import FakeEngine
from tests.files.decoding.written import sample, tone, wav
from tests.sound.test_transport import NoSound
from tests.ui.panels.finding import control, said

pytestmark = pytest.mark.usefixtures("qapp")

WAIT_MS = 60_000  # a busy computer takes its time; nothing that comes is waited for any longer
RECORD = CheckpointRecord("starter", "0" * 64, "free to use for anything", "starter")


class Loader:
    """Loads fake engines; may be told to fail."""

    def __init__(self) -> None:
        self.engine = FakeEngine(before_block=self._before_block)
        self.before_block: Callable[[int], None] = lambda _made: None

    def _before_block(self, made: int) -> None:
        self.before_block(made)

    def __call__(self, choice: EngineChoice) -> LoadedEngine:
        """Load."""
        del choice
        return LoadedEngine(self.engine, RECORD)


@pytest.fixture
def loader() -> Loader:
    return Loader()


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"library_folder": str(tmp_path / "library")}), encoding="utf-8")
    return file


@pytest.fixture
def program(settings_file: Path, loader: Loader) -> Iterator[Program]:
    with Program(settings_file, loader) as running:
        running.window.show()
        yield running
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # or every later test dresses this window, too


def titles(program: Program) -> list[str]:
    return [clip.title for clip in program.services.library.clips()]


def type_and_generate(qtbot: QtBot, program: Program, prompt: str, clips: int = 1, **values: object) -> None:
    """Type a prompt, press Ctrl+Enter and wait until the window has heard that so many clips are in the library."""
    panel = program.window.prompt
    panel.set_values(PromptValues(**({"duration_s": 2.0} | values)))  # type: ignore[arg-type]
    panel.focus_prompt()
    field = QApplication.focusWidget()
    assert field is not None
    QTest.keyClicks(field, prompt)
    with qtbot.waitSignal(program.window.inbox.job_ended, timeout=WAIT_MS):  # after the queue is empty, not before
        QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(program.services.library.clips()) == clips


def test_type_and_ctrl_enter_makes_a_clip_that_is_shown_and_listed(qtbot: QtBot, program: Program) -> None:
    type_and_generate(qtbot, program, "happy rock")
    window = program.window
    qtbot.waitUntil(lambda: window.listening.current is not None, timeout=WAIT_MS)
    heard = window.listening.current
    assert heard is not None
    assert heard.clip.title == "Happy rock"
    qtbot.waitUntil(lambda: heard.peaks.frames == 64000, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window._model.rowCount() == 1, timeout=WAIT_MS)


def test_what_was_not_chosen_is_as_the_checkpoint_says(qtbot: QtBot, settings_file: Path, loader: Loader) -> None:
    loader.engine = FakeEngine(sampling=Sampling(temperature=0.9, top_k=50))
    with Program(settings_file, loader) as program:
        program.window.show()
        boxes = [control(program.window.prompt, QDoubleSpinBox, name) for name in ("Temperature", "Top-k")]
        assert [box.value() for box in boxes] == [1.0, 250.0]
        program.window.prompt.set_values(PromptValues(prompt="calm", duration_s=1.0, guidance_scale=4.0))
        with qtbot.waitSignal(program.window.inbox.job_ended, timeout=WAIT_MS):
            program.window.generation.generate(program.window.prompt.values())
        assert [box.value() for box in boxes] == [0.9, 50.0]
        (clip,) = program.services.library.clips()
        made = composing.record_of_clip(clip).order
        assert (made.guidance_scale, made.temperature, made.top_k) == (4.0, 0.9, 50)
    with Program(settings_file, loader) as program:
        values = program.window.prompt.values()
        assert (values.guidance_scale, values.temperature, values.top_k) == (4.0, None, None)


def test_the_seed_changes_after_each_order_unless_it_is_locked(qtbot: QtBot, program: Program) -> None:
    type_and_generate(qtbot, program, "calm", seed=7, seed_locked=True)
    assert program.window.prompt.values().seed == 7
    type_and_generate(qtbot, program, "calm", clips=2, seed=7)
    rolled = program.window.prompt.values().seed
    assert rolled != 7
    assert sorted(clip.seed or 0 for clip in program.services.library.clips()) == [7, rolled]


def test_threads_take_short_turns_while_there_is_a_window(settings_file: Path, loader: Loader) -> None:
    before_s = sys.getswitchinterval()
    with Program(settings_file, loader):
        assert sys.getswitchinterval() == pytest.approx(app.SWITCH_S)
    assert sys.getswitchinterval() == before_s


def test_settings_wait_for_no_disk_and_are_not_lost_at_the_end(settings_file: Path, loader: Loader) -> None:
    before = settings.load(settings_file)
    with Program(settings_file, loader) as program:
        services = program.services
        services.background.run("busy", services.background.stop.wait)  # until the program ends
        program.dialogs._use(replace(services.settings, follow_playhead=False))
        program.dialogs._use(replace(services.settings, snap="off"))
        assert (services.settings.follow_playhead, services.settings.snap) == (False, "off")
        assert settings.load(settings_file) == before
    kept = settings.load(settings_file)
    assert (kept.follow_playhead, kept.snap) == (False, "off")


def test_settings_that_cannot_be_written_are_said(qtbot: QtBot, settings_file: Path, loader: Loader) -> None:
    with Program(settings_file, loader) as program:
        settings_file.unlink()
        settings_file.mkdir()
        with qtbot.waitSignal(
            program.window.inbox.errand_ended, timeout=WAIT_MS, check_params_cb=lambda errand: errand.name == "settings"
        ) as ended:
            program.dialogs._use(replace(program.services.settings, snap="off"))
        assert ended.args[0].problem is not None
        assert ended.args[0].otherwise is None  # then the window shows it
        settings_file.rmdir()
    assert settings.load(settings_file).snap == "off"  # tried again at the end


def test_takes_can_be_heard_one_by_one(qtbot: QtBot, program: Program) -> None:
    type_and_generate(qtbot, program, "calm", clips=4, takes=4)
    listening = program.window.listening
    qtbot.waitUntil(lambda: listening.current is not None, timeout=WAIT_MS)
    listening.choose_take(2)
    assert listening.current is not None
    assert listening.current.clip.title == "Calm · take 3"


def test_extend_again_and_vary_make_children(qtbot: QtBot, program: Program) -> None:
    type_and_generate(qtbot, program, "calm")
    window, library = program.window, program.services.library
    (first,) = library.clips()
    listening = window.listening
    qtbot.waitUntil(lambda: listening.current is not None and listening.current.clip == first, timeout=WAIT_MS)
    window.clip_header.extend_requested.emit(ExtendValues(from_playhead=False, duration_s=1.0, prompt=""))
    window.clip_header.again_requested.emit()
    window.clip_header.variations_requested.emit()
    qtbot.waitUntil(lambda: len(library.clips()) == 4, timeout=WAIT_MS)
    children = {clip.title: clip for clip in library.children(first.id)}
    assert set(children) == {"Calm · extended", "Calm · again", "Calm · variation"}
    original = library.read(first.id).samples
    untouched = len(original) - round(CROSSFADE_S * first.sample_rate)
    assert np.array_equal(library.read(children["Calm · extended"].id).samples[:untouched], original[:untouched])
    assert np.array_equal(library.read(children["Calm · again"].id).samples, original)
    assert children["Calm · extended"].frames == 96000


def test_a_failing_checkpoint_says_so_under_the_prompt_and_the_next_order_works(
    qtbot: QtBot, program: Program, loader: Loader
) -> None:
    problem = UserProblem("It does not fit.", "Too big.", "Take a smaller one.")

    def fail(_made: int) -> None:
        raise problem

    loader.before_block = fail
    panel = program.window.prompt
    with qtbot.waitSignal(program.window.inbox.job_ended, timeout=WAIT_MS) as ended:
        program.window.generation.generate(PromptValues(prompt="calm", duration_s=1.0))
    assert ended.args[0].job.problem is problem
    loader.before_block = lambda _made: None
    type_and_generate(qtbot, program, "calm")
    assert panel.values().prompt == "calm"


def test_a_fault_opens_the_one_dialog(qtbot: QtBot, program: Program, loader: Loader) -> None:
    def fail(_made: int) -> None:
        raise RuntimeError("odd weather")

    loader.before_block = fail
    with qtbot.waitSignal(program.window.inbox.bug_found, timeout=WAIT_MS) as found:
        program.window.generation.generate(PromptValues(prompt="calm", duration_s=1.0))
    assert "odd weather" in found.args[0]
    assert program.dialogs._bug is not None
    assert program.dialogs._bug.isVisible()
    program.dialogs._bug.close()


def test_a_lost_graphics_card_is_told_with_an_offer_to_restart(qtbot: QtBot, program: Program) -> None:
    program.window.inbox.take(DeviceLost())
    restart = control(program.window, QToolButton, "Restart")
    assert "processor" in program.window.status.notices.texts()[0]
    QTest.mouseClick(restart, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not program.window.isVisible(), timeout=WAIT_MS)
    assert program.is_to_restart


def test_a_restart_that_keeps_the_orders_does_not_say_that_they_are_forgotten(
    qtbot: QtBot, program: Program, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = threading.Event()

    def be_slow(_made: int) -> None:
        pause.wait(0.05)

    loader.before_block = be_slow
    loop = program.services.loop
    for words in ("slow", "later"):
        loop.submit(composing.new_job(Order((words,), 300.0), program.services.choice))
    qtbot.waitUntil(lambda: [view.state == "queued" for view in loop.views()] == [False, True], timeout=WAIT_MS)
    monkeypatch.setattr(JobLoop, "is_device_lost", True)
    program.window.inbox.take(DeviceLost())
    QTest.mouseClick(control(program.window, QToolButton, "Restart"), Qt.MouseButton.LeftButton)
    assert not program.window.isVisible()
    assert program.is_to_restart


def test_what_waits_when_the_graphics_card_is_lost_is_made_after_the_next_start(
    qtbot: QtBot, settings_file: Path, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = threading.Event()

    def fail_then_be_slow(_made: int) -> None:
        if len(loader.engine.requests) == 1:
            raise RuntimeError("a device-side assert")
        pause.wait(0.05)

    loader.before_block = fail_then_be_slow
    monkeypatch.setattr(app, "_is_usable", lambda _device: False)
    with Program(settings_file, loader) as program:
        inbox, loop = program.window.inbox, program.services.loop
        with qtbot.waitSignals([inbox.device_lost, inbox.bug_found], timeout=WAIT_MS):  # two events, in either order
            for words in ("lost", "slow", "later"):
                loop.submit(composing.new_job(Order((words,), 300.0), program.services.choice))
        assert program.dialogs._bug is not None
        program.dialogs._bug.close()
        qtbot.waitUntil(lambda: [view.state == "queued" for view in loop.views()] == [False, True], timeout=WAIT_MS)
    loader.before_block = lambda _made: None
    with Program(settings_file, loader) as program:
        program.window.show()
        with qtbot.waitSignal(program.window.inbox.job_ended, timeout=WAIT_MS) as ended:
            pass
        assert ended.args[0].job.title == "Later"
        assert program.services.library.recall(app.QUEUE_KEY) == ""


def test_a_disk_that_does_not_take_what_waits_is_no_reason_not_to_end(
    program: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise UserProblem("The library was not changed.", "The disk is full.", "Free some space.")

    services = program.services
    later = composing.new_job(Order(("later",), 2.0), services.choice)
    with monkeypatch.context() as patch:
        patch.setattr(JobLoop, "is_device_lost", True)
        patch.setattr(services.loop, "waiting", lambda: [later])
        patch.setattr(services.library, "remember", full)
        program._keep_queue()
    assert "The disk is full." in caplog.text


def test_what_waited_for_this_start_is_taken_up_however_long_somebody_writes(program: Program) -> None:
    holds, over, waited_for = threading.Event(), threading.Event(), threading.Event()

    def write() -> None:
        with program.services.library._changing:
            holds.set()
            waited_for.set() if not over.wait(5.0) else None

    writer = threading.Thread(target=write)
    writer.start()
    holds.wait()
    program._submit_kept(([], []))
    over.set()
    writer.join()
    assert not waited_for.is_set()


def test_it_is_seen_each_hour_whether_the_library_has_a_copy_of_the_day(
    qtbot: QtBot, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = list[int]()
    monkeypatch.setattr(program.services.library, "backup", lambda: looks.append(1))

    def hours() -> list[QTimer]:
        return [timer for timer in program.window.findChildren(QTimer) if timer.interval() == app.BACKUP_MS]

    qtbot.waitUntil(lambda: bool(hours()), timeout=WAIT_MS)
    (timer,) = hours()
    assert timer.isActive()
    timer.setInterval(1)  # as if an hour were over
    qtbot.waitUntil(lambda: len(looks) > 1, timeout=WAIT_MS)  # one may be that of the start
    timer.stop()


def test_cancel_keeps_what_was_made(qtbot: QtBot, program: Program, loader: Loader) -> None:
    loader.before_block = lambda made: program.services.loop.cancel(1) if made == 2 else None
    program.window.generation.generate(PromptValues(prompt="calm", duration_s=10.0))
    library = program.services.library
    qtbot.waitUntil(lambda: len(library.clips()) == 1, timeout=WAIT_MS)
    assert library.clips()[0].frames == 32000
    assert not library.clips()[0].is_complete


def test_edits_can_be_taken_back(qtbot: QtBot, program: Program) -> None:
    type_and_generate(qtbot, program, "calm")
    (clip,) = program.services.library.clips()
    panel, undo = program.window.library, program.services.undo
    panel.renamed.emit(clip.id, "Night drive")
    panel.star_toggled.emit(clip.id)
    panel.tags_edited.emit(clip.id, ("slow",))
    panel.trash_requested.emit([clip.id])
    assert titles(program) == []
    for _ in range(4):
        undo.undo()
    again = program.services.library.get(clip.id)
    assert again == replace(clip, analysis=again.analysis)  # it may have been listened to meanwhile
    undo.redo()
    assert titles(program) == ["Night drive"]


def test_searching_narrows_the_list(qtbot: QtBot, program: Program) -> None:
    type_and_generate(qtbot, program, "calm piano")
    type_and_generate(qtbot, program, "loud drums", clips=2)
    panel, model = program.window.library, program.window._model
    qtbot.waitUntil(lambda: model.rowCount() == 2, timeout=WAIT_MS)
    QTest.keyClicks(panel._search, "pia")
    qtbot.waitUntil(lambda: model.rowCount() == 1, timeout=WAIT_MS)


def test_a_dropped_file_becomes_a_clip_to_extend(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    path = tmp_path / "my hum.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 22050, 0, "NONE", ""))
        file.writeframes((np.sin(np.arange(22050) / 10) * 9000).astype("<i2").tobytes())
    with qtbot.waitSignal(program.window.collection.imported, timeout=WAIT_MS):
        program.window.library.files_dropped.emit([path])
    (clip,) = program.services.library.clips()
    assert (clip.title, clip.origin, clip.sample_rate) == ("My hum", Origin.IMPORTED, 22050)


def test_a_phones_memo_without_its_ending_and_a_cut_copy_are_imported_and_told(
    qtbot: QtBot, program: Program, tmp_path: Path
) -> None:
    whole = wav(tone(10.0))
    (tmp_path / "memo").write_bytes(sample("aac.m4a"))
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    for name in ("memo", "cut.wav"):
        with qtbot.waitSignal(program.window.collection.imported, timeout=WAIT_MS):
            program.window.library.files_dropped.emit([tmp_path / name])
    assert titles(program) == ["Cut", "Memo"]
    assert any("“cut.wav” is cut off: of 10.0 s" in text for text in program.window.status.notices.texts())


def test_a_file_that_is_no_sound_is_refused_in_words(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    path = tmp_path / "fake.wav"
    path.write_bytes(b"RIFF" + bytes(100))
    program.window.library.files_dropped.emit([path])
    qtbot.waitUntil(program.window._note.isVisible, timeout=WAIT_MS)
    assert titles(program) == []


def test_prompt_and_values_come_back_at_the_next_start(settings_file: Path, loader: Loader) -> None:
    values = PromptValues(prompt="sad jazz", duration_s=12.0, takes=4, top_k=50, seed=99, seed_locked=True)
    with Program(settings_file, loader) as program:
        program.window.show()
        program.window.prompt.set_values(values)
    with Program(settings_file, loader) as program:
        assert program.window.prompt.values() == values


def test_quitting_in_the_middle_keeps_what_was_made(
    qtbot: QtBot, settings_file: Path, loader: Loader, tmp_path: Path
) -> None:
    with (
        Program(settings_file, loader) as program,
        qtbot.waitSignal(program.window.inbox.job_started, timeout=WAIT_MS),
    ):
        program.window.generation.generate(PromptValues(prompt="calm", duration_s=100.0))
    with Library(tmp_path / "library") as library:
        (clip,) = library.clips()
        assert clip.frames > 0
        assert library.read(clip.id).frames == clip.frames


def test_dialogs_open_and_close(qtbot: QtBot, program: Program) -> None:
    for name in ("settings", "shortcuts", "about"):
        program.window.dialog_requested.emit(name)
        dialog = next(child for child in program.window.findChildren(QDialog) if child.isVisible())
        dialog.reject()
        qtbot.waitUntil(lambda: not any(each.isVisible() for each in program.window.findChildren(QDialog)))


def test_a_window_that_looks_like_the_system_follows_when_that_becomes_dark_or_light(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    dressed: list[Theme] = []
    monkeypatch.setattr(dialogs, "apply_theme", lambda _app, theme: dressed.append(theme))
    changed = QApplication.styleHints().colorSchemeChanged
    changed.emit(Qt.ColorScheme.Light)
    assert dressed == []  # it is dark, whatever the system is
    program.services.settings = replace(program.services.settings, theme="system")
    changed.emit(Qt.ColorScheme.Light)
    assert dressed == [Theme.SYSTEM]


def test_keys_that_were_changed_from_the_page_of_settings_outlive_saving_the_page(program: Program) -> None:
    program.window.dialog_requested.emit("settings")
    page = program.window.findChildren(SettingsDialog)[-1]
    page.shortcuts_requested.emit()
    sheet = program.window.findChildren(ShortcutsDialog)[-1]
    changed = KeyMap().with_keys("star", [QKeySequence("F8")])
    sheet.keys_accepted.emit(changed)
    sheet.reject()
    page.accept()
    assert program.services.settings.shortcuts == changed.changes == {"star": "F8"}


@pytest.fixture
def clip(qtbot: QtBot, program: Program) -> Clip:
    qtbot.waitUntil(program.window.isActiveWindow)
    type_and_generate(qtbot, program, "calm")
    return program.services.library.clips()[0]


def _export(program: Program, clips: list[Clip], folder: Path) -> None:
    program.window.export_requested.emit(clips)
    dialog = program.window.findChildren(ExportDialog)[-1]
    dialog.set_settings({"folder": str(folder)})
    dialog.accept()


def test_exporting_counts_writes_and_says_where(qtbot: QtBot, program: Program, clip: Clip, tmp_path: Path) -> None:
    _export(program, [clip], tmp_path / "out")
    notices = program.window.status.notices
    qtbot.waitUntil(lambda: any("is exported to" in text for text in notices.texts()), timeout=WAIT_MS)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["Calm.wav"]


def test_much_limiting_is_said_when_a_clip_is_exported(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    samples = (np.sin(np.arange(64_000) / 10) / 40).astype(np.float32)[:, None]
    samples[20_000:21_000] *= 30
    hit = Clip("a" * 32, "Hit", Origin.IMPORTED, "2026-01-01T12:00:00+00:00", len(samples), 32_000, 1)
    hit = program.services.library.add(hit, Audio(samples, 32_000))
    program.window.export_requested.emit([hit])
    dialog = program.window.findChildren(ExportDialog)[-1]
    dialog.set_settings({"folder": str(tmp_path / "out"), "loudness_lufs": -14.0})
    dialog.accept()
    notices = program.window.status.notices
    qtbot.waitUntil(lambda: any("peaks were limited by up to" in text for text in notices.texts()), timeout=WAIT_MS)


def test_a_clip_that_cannot_be_exported_is_told_and_the_others_are(
    qtbot: QtBot, program: Program, clip: Clip, tmp_path: Path
) -> None:
    type_and_generate(qtbot, program, "loud", clips=2)
    program.services.library.sound_file(clip.id).unlink()
    _export(program, program.services.library.clips(), tmp_path / "out")
    notices = program.window.status.notices
    qtbot.waitUntil(lambda: any("1 of 2 clips" in text for text in notices.texts()), timeout=WAIT_MS)
    assert program.window._note.isVisible()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["Loud.wav"]


def test_long_work_is_shown_and_cancelled_in_the_status_line(qtbot: QtBot, program: Program) -> None:
    row = program.window.status.errands

    def work(errand: Errand) -> None:
        errand.tell(0.5, 1, 2)
        assert errand.stop.wait(20)
        errand.check()

    program.services.background.start("Exporting", work)
    qtbot.waitUntil(row.isVisible, timeout=WAIT_MS)
    (button,) = row.findChildren(QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not row.isVisible(), timeout=WAIT_MS)
    assert program.services.background.views() == []


def test_a_dropped_file_can_be_cancelled_while_it_is_decoded(
    qtbot: QtBot, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoding.end_idle()
    monkeypatch.setattr(decoding, "_child_command", lambda: [sys.executable, "-c", "import time; time.sleep(60)"])
    (tmp_path / "hum.wav").write_bytes(b"RIFF")
    program.window.library.files_dropped.emit([tmp_path / "hum.wav"])
    background = program.services.background
    qtbot.waitUntil(lambda: any(view.is_running for view in background.views()), timeout=WAIT_MS)
    assert background.views()[0].name == "Importing hum.wav"
    with qtbot.waitSignal(program.window.inbox.errand_ended, timeout=WAIT_MS):
        background.cancel(background.views()[0].id)
    assert titles(program) == []
    assert not program.window._note.isVisible()


def test_notices_at_the_start_are_all_kept(program: Program) -> None:
    for text in ("one", "two", "three"):
        program.window.status.announce(text)
    assert [text.split("  ", 1)[1] for text in program.window.status.notices.texts()] == ["three", "two", "one"]


def test_the_header_lists_checkpoints_and_a_choice_counts_at_once(
    qtbot: QtBot, program: Program, text_checkpoint: Path
) -> None:
    choice = program.dialogs._checkpoints
    qtbot.waitUntil(lambda: bool(choice.lines()), timeout=WAIT_MS)
    starter, *others = choice.lines()
    assert (starter.name, starter.is_current) == ("starter", True)
    assert starter.facts.startswith("free to use for anything · 12 M · follows a melody · 79 MB on disk")
    assert {line.name for line in others} == {""}
    assert {line.note for line in others} == {"not on this computer", "not supported"}
    assert all(line.facts.startswith("CC-BY-NC 4.0, not for commercial use · ") for line in others)
    assert all(line.purpose for line in others)
    with qtbot.waitSignal(program.dialogs.shelf.changed, timeout=WAIT_MS):
        choice.choose(str(text_checkpoint))
        qtbot.waitUntil(lambda: program.services.choice.checkpoint == str(text_checkpoint), timeout=WAIT_MS)
    assert program.services.choice.checkpoint == str(text_checkpoint)
    lines = {line.name: line for line in choice.lines()}
    assert lines[str(text_checkpoint)].is_current
    assert "text only" in lines[str(text_checkpoint)].facts
    with qtbot.waitSignal(program.dialogs.shelf.changed, timeout=WAIT_MS):
        choice.choose("starter")
        qtbot.waitUntil(lambda: program.services.choice.checkpoint == "starter", timeout=WAIT_MS)
    assert str(text_checkpoint) in {line.name for line in choice.lines()}
    program.window.header.checkpoints_requested.emit()
    menu = program.window.findChildren(CheckpointMenu)[0]
    qtbot.waitUntil(menu.isVisible)
    menu.close()


def test_a_folder_that_is_gone_says_so_and_is_not_used(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    choice = program.dialogs._checkpoints
    choice.choose(str(tmp_path / "gone"))
    qtbot.waitUntil(program.window._note.isVisible, timeout=WAIT_MS)
    assert program.services.choice.checkpoint == "starter"


def test_diagnostics_are_live_and_can_be_opened_again(qtbot: QtBot, program: Program, clip: Clip) -> None:
    program.window.dialog_requested.emit("diagnostics")
    dialog = program.window.findChildren(DiagnosticsDialog)[0]
    assert "Checkpoint: starter, musicgen_melody" in dialog.text()
    assert str(program.services.library.folder) in dialog.text()
    program.window.listening.show_clip(clip)
    program.window.listening.toggle_play()
    qtbot.waitUntil(lambda: "none open" not in dialog.text(), timeout=WAIT_MS)
    dialog.close()
    qtbot.waitUntil(lambda: not program.window.findChildren(DiagnosticsDialog))
    program.window.dialog_requested.emit("diagnostics")
    program.window.findChildren(DiagnosticsDialog)[0].close()


@pytest.fixture
def deaf(program: Program) -> Program:
    """The program on a computer without a sound device, from before anything is heard."""
    program.services.transport._system = NoSound()
    return program


def test_no_sound_device_is_a_quiet_notice(qtbot: QtBot, deaf: Program, clip: Clip) -> None:
    program = deaf
    window = program.window
    window.listening.show_clip(clip)
    window.listening.toggle_play()
    notices = window.status.notices

    def is_told() -> bool:
        return any("nothing is heard" in text for text in notices.texts()) and "nothing is heard" in said(window.bar)

    qtbot.waitUntil(is_told, timeout=WAIT_MS)
    assert not window._note.isVisible()


def test_what_is_chosen_is_looked_at_outside_the_windows_thread_and_the_last_choice_counts(
    qtbot: QtBot, program: Program, text_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads, held = list[threading.Thread](), threading.Event()

    def find(name: str) -> CheckpointEntry:
        threads.append(threading.current_thread())
        assert held.wait(20)
        return catalogue.find(name)

    monkeypatch.setattr(checkpoint_choice, "find", find)
    choice = program.dialogs._checkpoints
    choice.choose(str(text_checkpoint))
    choice.use("starter")
    qtbot.waitUntil(lambda: bool(threads), timeout=WAIT_MS)
    held.set()
    qtbot.waitUntil(lambda: not program.services.background.views(), timeout=WAIT_MS)
    with qtbot.waitSignal(program.dialogs.shelf.changed, timeout=WAIT_MS):
        program.dialogs.shelf.refresh()
    assert threading.main_thread() not in threads
    assert program.services.choice.checkpoint == "starter"


def test_a_text_checkpoint_can_be_left_for_the_starter_in_the_melody_panel(
    qtbot: QtBot, program: Program, settings_file: Path, text_checkpoint: Path
) -> None:
    program.dialogs._checkpoints.choose(str(text_checkpoint))
    qtbot.waitUntil(lambda: program.services.choice.checkpoint == str(text_checkpoint), timeout=WAIT_MS)
    program.window.prompt.melody.switch_requested.emit()
    assert program.services.choice.checkpoint == "starter"
    assert json.loads(settings_file.read_text(encoding="utf-8"))["checkpoint"] == "starter"


def test_quitting_while_a_checkpoint_is_read_does_not_wait_for_it(
    qtbot: QtBot, settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicgen_studio.app.LEAVE_MS", 50)
    reading, go_on = threading.Event(), threading.Event()

    def read(choice: EngineChoice) -> LoadedEngine:
        del choice
        reading.set()
        assert go_on.wait(20)
        return LoadedEngine(FakeEngine(), RECORD)

    with Program(settings_file, read) as program:
        program.window.show()
        qtbot.waitUntil(reading.is_set, timeout=WAIT_MS)
    assert program.is_still_loading
    go_on.set()
    assert program._thread.stop()


def test_quitting_while_what_listens_is_loaded_does_not_wait_for_it(
    qtbot: QtBot, settings_file: Path, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicgen_studio.app.LEAVE_MS", 50)
    loading, go_on = threading.Event(), threading.Event()

    def load() -> None:
        loading.set()
        assert go_on.wait(20)

    monkeypatch.setattr("musicgen_studio.app._load_analysis", load)
    with Program(settings_file, loader, ends_process=True) as program:
        program.window.show()
        qtbot.waitUntil(loading.is_set, timeout=WAIT_MS)
    assert program.is_still_loading
    go_on.set()
    assert program.services.background.close()


_LEFT = """
import threading
from PySide6.QtCore import QCoreApplication
from musicgen_studio.ui.qt.engine_thread import EngineThread

class Reading:
    def __init__(self):
        self.has_begun = threading.Event()

    def run(self):
        self.has_begun.set()
        threading.Event().wait(1)  # a checkpoint cannot be left in the middle

    def quit(self):
        pass

def leave():
    thread = EngineThread(reading)
    thread.start()
    assert reading.has_begun.wait(20)
    return thread.stop(10)

application = QCoreApplication([])
reading = Reading()
assert not leave()
print("left")
"""


def test_a_program_that_is_let_go_while_a_checkpoint_is_read_does_not_abort() -> None:
    done = subprocess.run([sys.executable, "-c", _LEFT], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "left\n"), done.stderr


def test_every_control_has_an_accessible_name(program: Program) -> None:
    nameless = []
    for widget in program.window.findChildren(QWidget):
        is_own = widget.isVisibleTo(program.window) and not isinstance(widget.parent(), QAbstractSpinBox)
        if is_own and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
            interface = QAccessible.queryAccessibleInterface(widget)
            if interface is not None and not interface.text(QAccessible.Text.Name):
                nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert nameless == []


def test_a_library_whose_folder_is_not_there_says_where_another_is_named(tmp_path: Path) -> None:
    (tmp_path / "disk").write_text("nothing is mounted here")
    with pytest.raises(UserProblem, match="cannot be used") as told:
        app._open_library(tmp_path / "settings.json", tmp_path / "disk" / "library")
    assert "settings.json" in told.value.what_to_do
    with app._open_library(tmp_path / "settings.json", tmp_path / "library") as library:
        assert library.clips() == []
        with pytest.raises(UserProblem, match="Another running MusicGen Studio") as told:
            app._open_library(tmp_path / "settings.json", tmp_path / "library")
    assert "settings.json" not in told.value.what_to_do
