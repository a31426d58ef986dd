"""What README promises of the first minute, and what broke when it was walked: real keys on the real window."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, SignalInstance
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.ui.panels.clip_header import ExtendValues
from musicgen_studio.ui.panels.export_dialog import ExportDialog
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.window.listening import LEAD_S
from tests.ui.panels.finding import said
from tests.ui.test_window import WAIT_MS, Loader, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

NOTHING = Clip("0" * 32, "Nothing", Origin.GENERATED, "2026-01-01T12:00:00+00:00", 1, 1, 1)
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Hands:
    """A musician's two hands."""

    def __init__(self, program: Program, qtbot: QtBot) -> None:
        self.program, self.window, self._qtbot = program, program.window, qtbot
        qtbot.waitUntil(self.window.isActiveWindow, timeout=WAIT_MS)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)

    def type(self, text: str) -> None:
        """Type where the focus is."""
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClicks(focus, text)

    def wait(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so."""
        self._qtbot.waitUntil(holds, timeout=WAIT_MS)

    def hears(self, signal: SignalInstance) -> AbstractContextManager[object]:
        """Wait, after what is done under it, until the window has heard that."""
        return self._qtbot.waitSignal(signal, timeout=WAIT_MS)

    def make(self, prompt: str, **values: object) -> Clip:
        """Make a clip by hand and wait until it is in the library and the window knows it."""
        panel = self.window.prompt
        panel.set_values(PromptValues(**({"duration_s": 4.0} | values)))  # type: ignore[arg-type]
        panel.focus_prompt()
        self.type(prompt)
        with self.hears(self.window.inbox.job_ended):
            self.press(Qt.Key.Key_Return, CTRL)
        self.wait(lambda: self.shown().title.lower().startswith(prompt))
        self.wait(self.window.waveform.hasFocus)
        self.wait(lambda: self.window.library.selected_ids() == [self.shown().id])  # it is known to be finished
        return self.shown()

    def shown(self) -> Clip:
        """Return the clip in the middle."""
        current = self.window.listening.current
        return NOTHING if current is None else current.clip

    def drag(self, widget: QWidget, start: QPoint, end: QPoint) -> None:
        """Drag with the left button."""
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
        for share in (0.25, 0.5, 0.75, 1.0):
            QTest.mouseMove(widget, start + (end - start) * share)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)

    def select(self, start: float, end: float) -> None:
        """Drag over a part of the waveform, given as shares of its width."""
        view = self.window.waveform
        self.drag(view, QPoint(int(view.width() * start), 150), QPoint(int(view.width() * end), 150))

    @property
    def is_playing(self) -> bool:
        """Whether it plays."""
        return self.window.listening.is_playing


def held(go_on: threading.Event, from_block: int = 0) -> Callable[[int], None]:
    """Return what keeps the engine from making a block, and all after it, until it may."""

    def hold(made: int) -> None:
        if made >= from_block:
            assert go_on.wait(20)

    return hold


@pytest.fixture
def hands(program: Program, qtbot: QtBot) -> Hands:
    return Hands(program, qtbot)


def test_the_first_minute_of_readme_word_for_word(hands: Hands, loader: Loader) -> None:
    window, library = hands.window, hands.program.services.library
    hands.type("happy rock with organ and drums")  # 1. the cursor is in the prompt
    assert window.prompt.values().prompt == "happy rock with organ and drums"
    go_on = threading.Event()
    loader.before_block = held(go_on, 4)
    hands.press(Qt.Key.Key_Return, CTRL)  # 2. it grows, the sound starts, and the keys go to it
    hands.wait(lambda: hands.is_playing and window.waveform.hasFocus())
    hands.wait(lambda: window.listening.current is not None and window.listening.current.peaks.frames >= 32_000)
    with hands.hears(window.inbox.job_ended):
        hands.press(Qt.Key.Key_Escape)  # one press stops, and what was made is kept
        go_on.set()
    loader.before_block = lambda _made: None
    (clip,) = library.clips()
    assert not clip.is_complete
    window.listening.toggle_play() if hands.is_playing else None
    hands.wait(lambda: not hands.is_playing)
    hands.press(Qt.Key.Key_Space)  # 3. Space plays and pauses
    hands.wait(lambda: hands.is_playing)
    hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: not hands.is_playing)
    assert window.prompt.values().prompt == "happy rock with organ and drums"
    hands.select(0.25, 0.75)
    selection = window.waveform.selection()
    assert selection is not None
    hands.press(Qt.Key.Key_L)
    assert window.waveform.loop() == selection
    hands.press(Qt.Key.Key_F2)  # 5. renamed, found, starred, taken back
    hands.wait(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    hands.type("Night drive")
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: hands.shown().title == "Night drive")
    window.waveform.setFocus()
    hands.press(Qt.Key.Key_S)
    hands.wait(lambda: hands.shown().is_starred)
    hands.press(Qt.Key.Key_Z, CTRL)
    hands.wait(lambda: not hands.shown().is_starred)
    hands.press(Qt.Key.Key_K, CTRL)
    hands.type("night")
    assert window._model.rowCount() == 1
    window.waveform.setFocus()
    hands.press(Qt.Key.Key_E, CTRL | SHIFT)  # 6. export
    dialog = window.findChildren(ExportDialog)[-1]
    hands.wait(dialog.isVisible)
    dialog.reject()
    hands.press(Qt.Key.Key_P)  # and back to the words with one key
    hands.type(" more")
    assert window.prompt.values().prompt.endswith(" more")


def test_new_music_takes_over_from_what_plays(hands: Hands) -> None:
    hands.make("calm")
    hands.window.listening.looping.set_loop(True)
    hands.press(Qt.Key.Key_Space) if not hands.is_playing else None
    hands.wait(lambda: hands.is_playing)
    hands.make("loud", takes=4)
    assert hands.shown().title == "Loud · take 1"
    hands.wait(hands.window.takes.isVisible)
    hands.press(Qt.Key.Key_3)
    assert hands.shown().title == "Loud · take 3"


def test_who_wants_to_hear_on_is_offered_the_new_music(hands: Hands, loader: Loader) -> None:
    services, go_on = hands.program.services, threading.Event()
    hands.make("calm")
    services.settings = replace(services.settings, keeps_playing=True)
    hands.window.listening.looping.set_loop(True)
    hands.press(Qt.Key.Key_Space) if not hands.is_playing else None
    hands.wait(lambda: hands.is_playing)
    begun = list[int]()

    def hold(made: int) -> None:
        begun.append(made)
        held(go_on, begun[0] + 4)(made)

    loader.before_block = hold
    hands.window.generation.generate(PromptValues(prompt="loud", duration_s=4.0))
    hands.wait(hands.window.offer.isVisible)
    assert hands.shown().title == "Calm"
    assert "“Loud” is being made" in said(hands.window.offer)
    button = next(each for each in hands.window.offer.findChildren(QPushButton) if each.text() == "Show")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert hands.shown().title == "Loud"
    assert not hands.window.offer.isVisible()
    go_on.set()
    hands.wait(lambda: not services.loop.views())


def test_what_was_offered_while_it_was_made_is_offered_as_it_is_once_it_is_made(hands: Hands) -> None:
    """It was shown as incomplete and without settings, as it had been known when it began."""
    services = hands.program.services
    hands.make("calm")
    services.settings = replace(services.settings, keeps_playing=True)
    hands.window.listening.looping.set_loop(True)
    hands.press(Qt.Key.Key_Space) if not hands.is_playing else None
    hands.wait(lambda: hands.is_playing)
    hands.window.generation.generate(PromptValues(prompt="loud", duration_s=1.0))
    hands.wait(lambda: "“Loud” is in the library" in said(hands.window.offer))
    assert hands.shown().title == "Calm"
    button = next(each for each in hands.window.offer.findChildren(QPushButton) if each.text() == "Show")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert hands.shown().id == next(clip.id for clip in services.library.clips() if clip.title == "Loud")
    assert hands.shown().is_complete
    assert hands.shown().recipe
    assert not hands.window.offer.isVisible()


def test_music_that_begins_leaves_the_words_that_are_typed_for_another_clip(hands: Hands, loader: Loader) -> None:
    """The card of *Extend* closed under the hands, and the letters that followed were keys of the window."""
    hands.make("calm")
    go_on = threading.Event()
    loader.before_block = held(go_on)
    hands.window.generation.generate(PromptValues(prompt="loud", duration_s=1.0))
    hands.press(Qt.Key.Key_E)
    hands.wait(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    field = QApplication.focusWidget()
    hands.type("slow ")
    go_on.set()
    hands.wait(lambda: "“Loud” is in the library" in said(hands.window.offer))
    assert QApplication.focusWidget() is field
    assert hands.shown().title == "Calm"
    hands.press(Qt.Key.Key_Escape)
    hands.window.generation.generate(PromptValues(prompt="soft", duration_s=1.0))
    hands.wait(lambda: hands.shown().title == "Soft")


def test_music_that_begins_leaves_the_page_that_somebody_has_turned_to_since(hands: Hands, loader: Loader) -> None:
    """What was ordered before began, and the page of notes closed under the pen."""
    window, go_on = hands.window, threading.Event()
    hands.make("calm")
    loader.before_block = held(go_on)
    window.prompt.focus_prompt()
    hands.type("loud")
    hands.press(Qt.Key.Key_Return, CTRL)
    window.showing.open_editor(True)
    with hands.hears(window.inbox.job_started):
        go_on.set()
    assert window.showing.is_editing
    hands.wait(lambda: "is in the library" in said(window.offer))
    button = next(each for each in window.offer.findChildren(QPushButton) if each.text() == "Show")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not window.showing.is_editing


@pytest.mark.parametrize("is_editing", [False, True], ids=["alone", "the page of notes gives way"])
def test_who_types_on_keeps_the_cursor(hands: Hands, loader: Loader, is_editing: bool) -> None:
    hands.window.showing.open_editor(is_editing)
    hands.window.prompt.focus_prompt()
    go_on = threading.Event()
    loader.before_block = held(go_on)
    hands.type("calm")
    hands.press(Qt.Key.Key_Return, CTRL)
    hands.type(" and slow")
    go_on.set()
    hands.wait(lambda: hands.shown().title == "Calm")
    assert not hands.window.showing.is_editing
    hands.type("s")
    assert hands.window.prompt.values().prompt == "calm and slows"


def test_the_library_marks_what_is_shown_and_the_keys_act_on_it(hands: Hands) -> None:
    first, second = hands.make("calm"), hands.make("loud")
    hands.wait(lambda: hands.window.library.selected_ids() == [second.id])
    hands.window.collection.clip_chosen.emit(first)
    assert hands.window.library.selected_ids() == [first.id]
    hands.window.waveform.setFocus()
    hands.press(Qt.Key.Key_S)
    starred = {clip.title: clip.is_starred for clip in hands.program.services.library.clips()}
    assert starred == {"Calm": True, "Loud": False}
    hands.window.prompt.focus_prompt()
    hands.press(Qt.Key.Key_S)
    hands.press(Qt.Key.Key_F2)
    assert not isinstance(QApplication.focusWidget(), QLineEdit)
    assert hands.window.prompt.values().prompt == "louds"


def test_the_takes_come_back_whenever_one_of_them_is_opened(hands: Hands) -> None:
    hands.make("calm", takes=4)
    takes = {clip.title: clip for clip in hands.program.services.library.clips()}
    hands.make("loud")
    hands.wait(lambda: not hands.window.takes.isVisible())
    hands.window.collection.clip_chosen.emit(takes["Calm · take 3"])
    assert hands.window.takes.isVisible()
    assert hands.shown().title == "Calm · take 3"
    hands.window.waveform.setFocus()
    hands.press(Qt.Key.Key_2)
    assert hands.shown().title == "Calm · take 2"
    assert hands.window.library.selected_ids() == [takes["Calm · take 2"].id]
    hands.wait(lambda: not hands.window.listening.is_drawing)


def test_the_loop_goes_along_with_the_selections_edge(hands: Hands) -> None:
    hands.make("calm")
    view = hands.window.waveform
    hands.select(0.25, 0.5)
    hands.press(Qt.Key.Key_L)
    before = view.loop()
    assert before is not None
    hands.drag(view, QPoint(int(view.viewport().x(before[1])), 150), QPoint(int(view.width() * 0.75), 150))
    after = view.selection()
    assert after is not None
    assert after[0] == before[0]
    assert after[1] > before[1]
    assert view.loop() == after
    assert hands.program.services.transport.poll().loop == after
    hands.select(0.1, 0.2)  # another selection leaves the loop
    assert view.loop() == after


def test_an_extension_begins_shortly_before_what_is_new_and_at_once(hands: Hands, loader: Loader) -> None:
    clip = hands.make("calm", duration_s=10.0)
    go_on = threading.Event()
    loader.before_block = held(go_on, 41)
    hands.window.clip_header.extend_requested.emit(ExtendValues(from_playhead=False, duration_s=60.0, prompt=""))
    hands.wait(lambda: hands.shown().title == "Calm · extended" and hands.is_playing)
    lead = clip.frames - round(LEAD_S * clip.sample_rate)
    hands.wait(lambda: hands.window.listening.playhead() > lead)
    assert hands.window.listening.playhead() < clip.frames + clip.sample_rate
    go_on.set()
    hands.press(Qt.Key.Key_Escape)


def test_the_length_takes_what_is_typed_up_to_ten_minutes_and_says_what_is_too_much(hands: Hands) -> None:
    box = hands.window.prompt._length._box
    for typed, kept in (("300", 300.0), ("600", 600.0), ("7", 7.0)):
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, typed)
        assert hands.window.prompt.values().duration_s == kept
    assert "is the most" not in said(hands.window.prompt)
    box.selectAll()
    QTest.keyClicks(box, "9000")
    assert hands.window.prompt.values().duration_s == 600.0
    assert "600.0 s is the most" in said(hands.window.prompt)


def test_the_first_order_says_that_it_waits_for_the_checkpoint(
    qtbot: QtBot, settings_file: Path, loader: Loader
) -> None:
    go_on = threading.Event()

    def load(choice: object) -> object:
        assert go_on.wait(20)
        return loader(choice)  # type: ignore[arg-type]

    with Program(settings_file, load) as program:  # type: ignore[arg-type]
        program.window.show()
        program.services.loop.warm_up(program.services.choice)
        program.window.generation.generate(PromptValues(prompt="calm", duration_s=1.0))
        status = program.window.status
        qtbot.waitUntil(lambda: "loading the checkpoint" in said(status), timeout=WAIT_MS)
        assert "● Ready" not in said(status)
        go_on.set()
        qtbot.waitUntil(lambda: "● Ready" in said(status), timeout=WAIT_MS)


def test_who_has_left_a_text_by_esc_comes_back_from_a_dialog_to_the_music(hands: Hands) -> None:
    """Qt gave the keys to the first field it found: B, to compare, was typed into the search."""
    hands.make("calm")
    hands.press(Qt.Key.Key_K, CTRL)
    hands.type("ca")
    hands.press(Qt.Key.Key_Escape)
    assert hands.window.waveform.hasFocus()
    hands.press(Qt.Key.Key_M, SHIFT)
    hands.wait(lambda: isinstance(QApplication.activeWindow(), QDialog))
    hands.type("Chorus")
    hands.press(Qt.Key.Key_Return)
    hands.window.activateWindow()
    hands.wait(hands.window.isActiveWindow)
    hands.wait(hands.window.waveform.hasFocus)


def test_esc_stops_what_was_just_ordered_though_the_cursor_is_still_in_the_prompt(
    qtbot: QtBot, settings_file: Path, loader: Loader
) -> None:
    go_on = threading.Event()

    def load(choice: object) -> object:
        assert go_on.wait(20)
        return loader(choice)  # type: ignore[arg-type]

    with Program(settings_file, load) as program:  # type: ignore[arg-type]
        window, status = program.window, program.window.status
        window.show()
        hands = Hands(program, qtbot)
        window.prompt.focus_prompt()
        hands.type("calm")
        hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: "loading the checkpoint" in said(status), timeout=WAIT_MS)
        assert isinstance(QApplication.focusWidget(), QPlainTextEdit)
        assert not all(job.is_stopping for job in program.services.loop.views())
        hands.press(Qt.Key.Key_Escape)
        # It stops if it has the engine that is being loaded, and is gone if it waited for one that is loaded ahead.
        qtbot.waitUntil(lambda: all(job.is_stopping for job in program.services.loop.views()), timeout=WAIT_MS)
        assert not isinstance(QApplication.focusWidget(), QPlainTextEdit)
        go_on.set()
        qtbot.waitUntil(lambda: "● Ready" in said(status), timeout=WAIT_MS)
        assert program.services.library.clips() == []
        assert window.prompt.values().prompt == "calm"


def test_esc_takes_back_what_was_ordered_last_and_leaves_what_is_being_made(hands: Hands, loader: Loader) -> None:
    """A second order from the prompt: Esc cut off the first, which was nearly made, and the second began."""
    loop, background = hands.program.services.loop, hands.program.services.background
    go_on, may_prepare = threading.Event(), threading.Event()
    loader.before_block = held(go_on, 4)
    hands.type("calm")
    hands.press(Qt.Key.Key_Return, CTRL)
    hands.wait(hands.window.waveform.hasFocus)
    for is_prepared in (True, False):
        if not is_prepared:
            background.run("before it", lambda: may_prepare.wait(60))
        hands.press(Qt.Key.Key_P)
        hands.press(Qt.Key.Key_Return, CTRL)
        if is_prepared:
            hands.wait(lambda: len(loop.views()) == 2)
        hands.press(Qt.Key.Key_Escape)
        may_prepare.set() if not is_prepared else None
        hands.wait(lambda: len(loop.views()) == 1 and not hands.window.generation._preparing)
    assert not loop.views()[0].is_stopping
    with hands.hears(hands.window.inbox.job_ended):
        go_on.set()
    (clip,) = hands.program.services.library.clips()
    assert clip.is_complete


def test_an_imported_recording_is_extended_in_its_own_rate_and_channels(
    hands: Hands, loader: Loader, tmp_path: Path
) -> None:
    """44.1 kHz stereo stays that, sample for sample, as it is shown, as it is played and as it is kept."""
    rate = 44_100
    time_s = np.arange(10 * rate) / rate
    sides = [0.4 * np.sin(2 * np.pi * pitch * time_s) for pitch in (220.0, 331.0)]
    write(tmp_path / "My song.wav", Audio(np.stack(sides, axis=1).astype(np.float32), rate), SoundFormat.WAV24)
    hands.window.files.open([tmp_path / "My song.wav"])
    hands.wait(lambda: hands.shown().title == "My song")
    library = hands.program.services.library
    original = library.read(hands.shown().id)
    hands.wait(lambda: not hands.window.listening.is_drawing)
    hands.window.waveform.setFocus()
    go_on = threading.Event()
    loader.before_block = held(go_on, 41)
    hands.press(Qt.Key.Key_E)
    hands.wait(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: hands.shown().title == "My song · extended" and hands.is_playing)
    heard = hands.window.listening.current
    assert heard is not None
    assert (heard.sound.sample_rate, heard.sound.channels) == (rate, 2)
    hands.wait(lambda: heard.sound.frames >= original.frames)
    assert np.array_equal(heard.sound.read(0, original.frames - rate), original.samples[: original.frames - rate])
    assert hands.window.listening.playhead() >= original.frames - round(LEAD_S * rate)  # shortly before what is new
    hands.wait(lambda: heard.peaks.frames >= original.frames - rate)
    shown = heard.peaks.query(0, rate, 1), np.abs(original.samples[:rate]).max(axis=0)
    np.testing.assert_allclose(shown[0][1][0], shown[1], atol=1e-6)  # both sides are drawn
    go_on.set()
    hands.wait(lambda: hands.shown().is_complete and not hands.program.services.loop.views())
    kept = library.read(hands.shown().id)
    assert (kept.sample_rate, kept.channels, kept.frames > original.frames) == (rate, 2, True)
    assert np.array_equal(kept.samples[: original.frames - rate], original.samples[: original.frames - rate])
    if hands.is_playing:
        hands.press(Qt.Key.Key_Space)


def test_a_file_is_opened_while_long_work_goes_on(hands: Hands, tmp_path: Path) -> None:
    """At the start it waited for the analysis to be loaded, and later for every export."""
    go_on = threading.Event()
    hands.program.services.background.start("Exporting", lambda _errand: go_on.wait(60))
    write(tmp_path / "Hum.wav", Audio(np.zeros((16_000, 1), np.float32), 32_000), SoundFormat.WAV16)
    hands.window.files.open([tmp_path / "Hum.wav"])
    hands.wait(lambda: hands.shown().title == "Hum")
    assert not go_on.is_set()
    go_on.set()
