"""Passages in the real window: written in the lane and as text, taken back, made, shown again, gone on from."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QMenu, QPlainTextEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.core.plan import Grid, PlannedPassage
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.files.midi import write_midi
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.studio.arranging.composing import record_of_clip
from musicgen_studio.studio.arranging.passages import plan_of, text_of
from musicgen_studio.studio.arranging.planning import plan_of_clip, words_at
from musicgen_studio.studio.making.order import LaterPassage
from musicgen_studio.studio.making.source import open_melody
from musicgen_studio.ui.panels.clip_header import ExtendValues
from musicgen_studio.ui.panels.passages_dialog import PassagesDialog
from musicgen_studio.ui.panels.passages_panel import PassagesPanel
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.window.passages import EXAMPLE
from tests.sound.test_stems_heard import band
from tests.ui.panels.finding import control, nameless, said
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

LONG_MS = 4 * WAIT_MS
TEXT = "all | warm\n0:00 | rock at 120 bpm\nbar 2 | jazz\nbar 3 | morph 1 bar | piano\nend | 8 s"


def _opened(program: Program) -> PassagesPanel:
    window = program.window
    window.waveform.setFocus()
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert window.passages.panel.is_open()
    return window.passages.panel


def _choose(panel: PassagesPanel, number: int) -> None:
    """Choose a passage, as a click on it does."""
    panel.lane.choose(number)
    panel.lane.chosen_changed.emit(number)


def _as_text(panel: PassagesPanel, program: Program) -> PassagesDialog:
    QTest.mouseClick(control(panel, QPushButton, "Write the passages as text"), Qt.MouseButton.LeftButton)
    assert program.window.passages.dialog is not None
    return program.window.passages.dialog


@pytest.fixture
def three(qtbot: QtBot, program: Program) -> Clip:
    """A clip of three passages, made from the lane."""
    qtbot.waitUntil(program.window.isActiveWindow, timeout=WAIT_MS)
    panel = _opened(program)
    dialog = _as_text(panel, program)
    dialog.set_text(TEXT)
    dialog.close()
    with qtbot.waitSignal(program.window.inbox.job_ended, timeout=LONG_MS):
        QTest.mouseClick(control(panel, QPushButton, "Generate the passages"), Qt.MouseButton.LeftButton)
    (clip,) = program.services.library.clips()
    return clip


def test_three_passages_are_made_in_one_go_and_shown_again(qtbot: QtBot, program: Program, three: Clip) -> None:
    order = record_of_clip(three).order
    assert (order.prompts, order.duration_s, order.shared) == (("warm, rock at 120 bpm",), 8.0, "warm")
    assert order.passages == (LaterPassage(2.0, "warm, jazz"), LaterPassage(4.0, "warm, piano", 2.0))
    assert order.grid == Grid(120)
    window = program.window
    qtbot.waitUntil(lambda: window.waveform._markers == (64000, 128000), timeout=LONG_MS)
    window.passages.close()
    panel = window.passages.panel
    assert panel.isVisible()  # the lane alone, over the clip it made
    assert panel.lane.plan() == plan_of(TEXT) == plan_of_clip(program.services.library, three)
    assert panel.lane.height() == 28
    assert panel.lane._scene(plan_of(TEXT)).x(4.0) == pytest.approx(window.waveform.viewport().x(128_000))


def test_over_a_clip_that_was_listened_to_its_beats_are_where_passages_fall(program: Program, three: Clip) -> None:
    library, lane = program.services.library, program.window.passages.panel.lane
    assert lane.beats() is None
    heard = TempoMap.constant(95.0, 8.0, downbeat_s=0.2)
    library.edit(three.id, analysis=Analysis(tempo_map=heard, bars_confidence=1.0).to_json())
    assert lane.beats() == heard
    library.edit(three.id, analysis=Analysis(tempo_map=replace(heard, confidence=0.1)).to_json())
    assert lane.beats() is None


def test_a_passage_follows_the_melody_on_the_left(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    """What is hummed, opened or drawn there is kept as a file that stays when the melody on the left is another."""
    tune = Melody.of([Note(0.0, 0.5, 60), Note(0.5, 0.5, 64), Note(1.0, 0.5, 67)])
    write_midi(tmp_path / "tune.mid", tune)
    window, panel = program.window, _opened(program)
    _choose(panel, 1)
    button = control(panel, QToolButton, "Melody of the passage")

    def offered() -> QMenu:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=WAIT_MS)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return menu

    menu = offered()
    assert [action.isEnabled() for action in menu.actions()] == [False, True]  # there is none yet
    menu.close()
    window.prompt.melody.choose_file(tmp_path / "tune.mid")
    qtbot.waitUntil(lambda: window.melodies.sketch is not None, timeout=LONG_MS)
    offered().actions()[0].trigger()
    panel.lane.choose(0)  # it is written in the background, for the passage that was chosen then

    def followed() -> list[str]:
        plan = panel.lane.plan()
        return [] if plan is None else [part.melody for part in plan.parts]

    qtbot.waitUntil(lambda: any(followed()), timeout=WAIT_MS)
    assert followed()[0] == ""
    file = Path(followed()[1])
    assert file.is_relative_to(program.services.library.folder)
    kept = open_melody(file).melody
    assert isinstance(kept, Melody)
    assert [note.pitch for note in kept.notes] == [60, 64, 67]
    _choose(panel, 1)
    assert button.isChecked()
    program.services.undo.undo()
    assert not any(followed())


def test_a_passage_says_that_its_melody_is_a_mix(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    """However it came there, by hand or as text, while the passage is chosen that follows it."""
    write(tmp_path / "song.wav", band(4.0), SoundFormat.WAV16)
    write_midi(tmp_path / "tune.mid", Melody.of([Note(0.0, 0.5, 60)]))
    words = "song.wav is a mix: its lead and chords are followed, without drums and bass"
    panel = _opened(program)
    panel.follow_file(0, str(tmp_path / "tune.mid"))
    panel.follow_file(1, str(tmp_path / "song.wav"))
    _choose(panel, 1)
    qtbot.waitUntil(lambda: words in said(panel), timeout=LONG_MS)
    _choose(panel, 0)
    assert "a mix" not in said(panel)
    _choose(panel, 1)
    assert words in said(panel)
    program.window.passages.close()
    assert "a mix" not in said(panel)
    program.window.passages.open()
    _as_text(panel, program).set_text(f"0:00 | cut | rock | {tmp_path / 'song.wav'}\nend | 8 s")
    qtbot.waitUntil(lambda: words in said(panel), timeout=LONG_MS)
    program.services.undo.undo()
    _choose(panel, 0)
    assert "a mix" not in said(panel)


def test_a_passage_follows_all_of_a_mix_where_one_wishes(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    write(tmp_path / "song.wav", band(4.0), SoundFormat.WAV16)
    panel = _opened(program)
    panel.follow_file(1, str(tmp_path / "song.wav"))
    _choose(panel, 1)
    qtbot.waitUntil(lambda: "song.wav is a mix: its lead and chords are followed" in said(panel), timeout=LONG_MS)
    box = panel.findChild(QCheckBox)
    assert box is not None
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert "song.wav is a mix: all of it is followed, drums and bass too" in said(panel)
    plan = program.window.passages.plan()
    assert plan is not None
    assert [part.follows_all for part in plan.parts] == [False, True, False]
    assert "song.wav | all of it\n" in text_of(plan)
    program.services.undo.undo()
    assert not box.isChecked()
    assert "its lead and chords are followed" in said(panel)
    panel.follow_file(1, "")
    assert not box.isVisible()


def test_the_lane_is_there_before_any_music_and_every_edit_is_taken_back(program: Program) -> None:
    panel = _opened(program)
    plan = panel.lane.plan()
    assert plan == plan_of(EXAMPLE)
    split = plan.split(4.0)
    twice = split.duplicated(0)
    steps = {
        "Split the passage": split,
        "Duplicate the passage": twice,
        "Move the passage to the right": twice.moved(0, 1),
        "Remove the passage": twice.moved(0, 1).removed(1),
    }
    for name, wanted in steps.items():
        QTest.mouseClick(control(panel, QToolButton, name), Qt.MouseButton.LeftButton)
        assert panel.lane.plan() == wanted
    field = control(panel, QLineEdit, "Words of the chosen passage")
    field.setText("calm harp")
    QTest.keyClick(field, Qt.Key.Key_Return)
    changed = panel.lane.plan()
    assert changed is not None
    assert changed.parts[panel.lane.chosen() or 0].prompt == "calm harp"
    undo = program.services.undo
    assert undo.undoText() == "Other words for the passage"
    for _ in range(len(steps) + 1):
        undo.undo()
    assert panel.lane.plan() == plan
    undo.redo()
    assert panel.lane.plan() == plan.split(4.0)


def test_numbers_are_bars_of_the_tempo_and_several_steps_are_one_undo(program: Program) -> None:
    panel = _opened(program)
    panel.lane.choose(2)
    panel._show_chosen()
    assert (panel._length.text(), panel._morph.text(), panel._tempo.text()) == ("4 bars", "2 bars", "120 bpm")
    panel._length.stepUp()
    panel._length.stepUp()
    plan = panel.lane.plan()
    assert plan is not None
    assert plan.end_s == 28.0
    program.services.undo.undo()
    assert panel.lane.plan() == plan_of(EXAMPLE)
    panel._tempo.setValue(60)
    plan = panel.lane.plan()
    assert plan is not None
    assert plan.end_s == 48.0
    panel._tempo.setValue(panel._tempo.minimum())
    assert panel._length.text() == "16.0 s"


def test_what_is_written_is_there_at_the_next_start(program: Program) -> None:
    panel = _opened(program)
    panel.duplicate()
    written = program.services.library.recall("passages")
    assert written is not None
    assert plan_of(written) == panel.lane.plan()


def test_lane_and_text_say_the_same_and_what_is_wrong_is_said_with_its_line(program: Program) -> None:
    panel = _opened(program)
    dialog = _as_text(panel, program)
    button = control(dialog, QPushButton, "Generate the passages")
    before = panel.lane.plan()
    assert before is not None
    assert dialog.text() == text_of(before)
    dialog.set_text(TEXT)
    assert panel.lane.plan() == plan_of(TEXT)
    assert "3 passages, 0:08.0" in said(dialog)
    dialog.set_text("0 | rock\nsoon | jazz")
    assert "Line 2: 'soon' is no time" in said(dialog)
    assert not button.isEnabled()
    assert panel.lane.plan() == plan_of(TEXT)
    control(dialog, QPlainTextEdit, "Passages, a line each").undo()
    assert button.isEnabled()
    program.services.undo.undo()
    assert panel.lane.plan() == before
    assert dialog.text() == text_of(before)


def test_going_on_continues_the_last_passage_or_begins_a_new_one(qtbot: QtBot, program: Program, three: Clip) -> None:
    window, library = program.window, program.services.library
    for values in (ExtendValues(False, 2.0, ""), ExtendValues(False, 2.0, "sad harp", morph_s=1.0)):
        with qtbot.waitSignal(window.inbox.job_ended, timeout=LONG_MS) as ended:
            window.generation.extend(three, values, 0)
        assert ended.args is not None
        (clip,) = ended.args[0].clips
        order, plan = record_of_clip(clip).order, plan_of_clip(library, clip)
        assert plan is not None
        assert order.prompts == ("warm, piano",)
        words = [part.prompt for part in plan.parts]
        if values.prompt:
            assert order.passages == (LaterPassage(0.02, "sad harp", 1.0),)
            assert words == ["warm, rock at 120 bpm", "warm, jazz", "warm, piano", "sad harp"]
            assert plan.parts[-1] == PlannedPassage(8.02, "sad harp", 1.0)
        else:
            assert words == ["warm, rock at 120 bpm", "warm, jazz", "warm, piano"]
        assert plan.end_s == pytest.approx(10.0, abs=0.01)
        assert words_at(library, clip, 3.0) == "warm, jazz"


def test_the_extend_card_offers_bars_once_the_tempo_is_known(program: Program) -> None:
    header = program.window.clip_header
    header.set_bar(2.0)
    card = header._card
    card._prompt.setText("jazz")
    card._how.setCurrentIndex(2)
    assert card._how.currentText() == "over 2 bars"
    assert card.values().morph_s == 4.0
    header.set_bar(None)
    assert card._how.currentText() == "over 2 s"
    assert card.values().morph_s == 2.0
    card._prompt.clear()
    assert card.values().morph_s == 0.0
    assert not card._how.isEnabled()


def test_a_prompt_on_the_left_is_the_first_passage(program: Program) -> None:
    program.window.prompt.set_values(PromptValues(prompt="funk, 90 bpm"))
    plan = _opened(program).lane.plan()
    assert plan is not None
    assert (plan.parts[0].prompt, plan.grid) == ("funk, 90 bpm", Grid(90))
    assert plan.parts[1].start_s == pytest.approx(4 * 4 * 60 / 90)


def test_its_controls_have_names(program: Program) -> None:
    panel = _opened(program)
    assert nameless(panel) == []
    assert nameless(_as_text(panel, program)) == []


def test_a_clip_of_one_prompt_has_no_lane(qtbot: QtBot, program: Program) -> None:
    window = program.window
    with qtbot.waitSignal(window.inbox.job_ended, timeout=LONG_MS):
        window.generation.generate(PromptValues(prompt="rock", duration_s=1.0))
    assert not window.passages.panel.isVisible()
    assert window.passages.plan() is None
