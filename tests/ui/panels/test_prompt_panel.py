"""The left column: typing, chips, examples, and the one value that comes out."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QDoubleSpinBox,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from musicgen_studio.core.request import Sampling
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.making.prompting import PastPrompt
from musicgen_studio.ui.panels.prompt_panel import PromptPanel, PromptValues
from musicgen_studio.ui.widgets.problem_note import ProblemNote
from musicgen_studio.ui.window.shortcuts import FocusGuard, KeyMap
from tests.ui.panels.finding import control, nameless, said

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
VALUES = PromptValues(
    prompt="sad jazz",
    duration_s=12.5,
    takes=4,
    guidance_scale=4.5,
    temperature=0.75,
    top_k=40,
    top_p=0.5,
    seed=2**63 - 17,
    seed_locked=True,
)


class Shown:
    """A prompt panel in a window."""

    def __init__(self, qtbot: QtBot) -> None:
        self.panel = PromptPanel(KeyMap())
        self.window = QMainWindow()
        self.guard = FocusGuard()
        self.window.installEventFilter(self.guard)
        self.window.setCentralWidget(self.panel)
        self.window.resize(280, 640)
        qtbot.addWidget(self.window)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()
        self.prompt = control(self.panel, QPlainTextEdit, "Prompt")
        self.generate = control(self.panel, QPushButton, "Generate")

    def chip(self, word: str) -> QAbstractButton:
        """Return a word to click."""
        return next(button for button in self.panel.findChildren(QAbstractButton) if button.text() == word)


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_nothing_is_chosen_at_first(shown: Shown) -> None:
    assert replace(shown.panel.values(), seed=0) == PromptValues()


def test_another_checkpoint_moves_what_was_not_chosen(shown: Shown) -> None:
    shown.panel.set_values(PromptValues(top_k=40))
    shown.panel.set_usual_sampling(Sampling(temperature=0.9, top_k=50))
    temperature, top_k = (control(shown.panel, QDoubleSpinBox, name) for name in ("Temperature", "Top-k"))
    assert (temperature.value(), top_k.value()) == (0.9, 40)
    assert replace(shown.panel.values(), seed=0) == PromptValues(top_k=40)
    shown.panel.set_values(PromptValues(temperature=1.0))  # was usual before, and is chosen now
    assert (temperature.value(), top_k.value()) == (1.0, 50)
    assert replace(shown.panel.values(), seed=0) == PromptValues(temperature=1.0)


def test_values_come_out_as_they_went_in(shown: Shown) -> None:
    shown.panel.set_values(VALUES)
    assert shown.panel.values() == VALUES


def test_ctrl_enter_generates_with_what_was_typed(shown: Shown, qtbot: QtBot) -> None:
    shown.panel.focus_prompt()
    QTest.keyClicks(shown.prompt, "happy rock ")
    with qtbot.waitSignal(shown.panel.generate_requested) as asked:
        QTest.keyClick(shown.prompt, Qt.Key.Key_Return, CTRL)
    assert asked.args is not None
    assert asked.args[0].prompt == "happy rock"
    assert shown.prompt.toPlainText() == "happy rock "


def test_esc_leaves_the_field(shown: Shown) -> None:
    shown.panel.focus_prompt()
    assert shown.prompt.hasFocus()
    QTest.keyClick(shown.prompt, Qt.Key.Key_Escape)
    assert not shown.prompt.hasFocus()


def test_a_locked_seed_stays_and_a_free_one_is_rolled_before_it_is_used(shown: Shown, qtbot: QtBot) -> None:
    shown.panel.set_values(VALUES)
    with qtbot.waitSignal(shown.panel.generate_requested) as asked:
        QTest.mouseClick(shown.generate, LEFT)
    assert asked.args == [VALUES]
    shown.panel.set_values(replace(VALUES, seed_locked=False))
    with qtbot.waitSignal(shown.panel.generate_requested) as asked:
        QTest.mouseClick(shown.generate, LEFT)
    assert asked.args is not None
    assert asked.args[0].seed != VALUES.seed
    assert shown.panel.values() == asked.args[0]


@pytest.mark.parametrize("example", ["happy rock", "energetic EDM", "sad jazz"])
def test_an_example_fills_in_and_generates(shown: Shown, qtbot: QtBot, example: str) -> None:
    with qtbot.waitSignal(shown.panel.generate_requested) as asked:
        QTest.mouseClick(control(shown.panel, QPushButton, f"Make “{example}”"), LEFT)
    assert asked.args is not None
    assert asked.args[0].prompt == example
    shown.panel.show_examples(False)
    assert not control(shown.panel, QPushButton, f"Make “{example}”").isVisible()


def test_chips_put_words_in_and_take_them_out(shown: Shown, qtbot: QtBot) -> None:
    QTest.keyClicks(shown.prompt, "live")
    with qtbot.waitSignal(shown.panel.text_changed) as changed:
        QTest.mouseClick(shown.chip("jazz"), LEFT)
    assert changed.args == ["live, jazz"]
    assert shown.chip("jazz").isChecked()
    QTest.mouseClick(shown.chip("jazz"), LEFT)
    assert shown.prompt.toPlainText() == "live"
    QTest.keyClick(shown.prompt, Qt.Key.Key_Z, CTRL)
    assert shown.prompt.toPlainText() == "live, jazz"


def test_chips_follow_what_is_typed(shown: Shown) -> None:
    QTest.keyClicks(shown.prompt, "Jazz trio")
    assert shown.chip("jazz").isChecked()
    assert not shown.chip("rock").isChecked()


def test_takes_are_chosen_by_a_click(shown: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.panel.values_changed):
        control(shown.panel, QToolButton, "4 takes").click()
    assert shown.panel.values().takes == 4


def test_a_problem_is_said_under_the_field(shown: Shown) -> None:
    shown.panel.set_problem(UserProblem("It cannot be made.", "The disk is <b>full</b>.", "Make room."))
    for text in ("It cannot be made.", "The disk is <b>full</b>.", "Make room."):
        assert text in said(shown.panel)
    shown.panel.set_problem(None)
    assert not any(note.isVisible() for note in shown.panel.findChildren(type(shown.panel._problem)))


def test_what_the_melody_wants_seen_is_scrolled_to(shown: Shown, qtbot: QtBot) -> None:
    shown.panel.set_folds(melody=True, advanced=True)
    bar = shown.panel._area.verticalScrollBar()
    bar.setValue(0)
    with qtbot.waitSignal(bar.valueChanged):
        shown.panel.melody.seen_wanted.emit(shown.panel._sampling)
    assert bar.value() > 0


def test_folds_come_back(shown: Shown) -> None:
    shown.panel.set_folds(melody=True, advanced=True)
    assert shown.panel.folds() == (True, True)
    shown.panel.set_folds(melody=False, advanced=True)
    assert shown.panel.folds() == (False, True)


def test_the_button_tells_its_key(shown: Shown) -> None:
    assert shown.generate.text().endswith("Ctrl+Enter")
    shown.panel.set_keys(KeyMap({"generate": "F5"}))
    assert shown.generate.text().endswith("F5")


def test_every_control_has_a_name_and_a_tooltip(shown: Shown) -> None:
    shown.panel.set_folds(melody=True, advanced=True)
    assert nameless(shown.panel) == []


def test_chips_of_tempo_replace_each_other(shown: Shown) -> None:
    shown.prompt.setPlainText("slow rock")
    for word in ("90 bpm", "120 bpm"):
        QTest.mouseClick(shown.chip(word), LEFT)
    assert shown.prompt.toPlainText() == "rock, 120 bpm"
    assert [shown.chip(word).isChecked() for word in ("90 bpm", "120 bpm")] == [False, True]


def test_a_surprise_is_written_and_can_be_taken_back(shown: Shown) -> None:
    QTest.keyClicks(shown.prompt, "mine")
    QTest.mouseClick(control(shown.panel, QToolButton, "Surprise me"), LEFT)
    assert " bpm" in shown.prompt.toPlainText()
    QTest.keyClick(shown.prompt, Qt.Key.Key_Z, CTRL)
    assert shown.prompt.toPlainText() == "mine"


def test_what_cannot_be_done_is_said_while_it_is_typed(shown: Shown) -> None:
    QTest.keyClicks(shown.prompt, "a singer")
    assert "cannot sing" in said(shown.panel)
    shown.prompt.clear()
    assert "cannot sing" not in said(shown.panel)


def test_a_prompt_is_found_among_those_written_before(qtbot: QtBot) -> None:
    past = [PastPrompt("sad jazz", 1, 0), PastPrompt("happy rock", 3, 2)]

    def find(typed: str, only_starred: bool) -> list[PastPrompt]:
        return [each for each in past if typed in each.text and (each.stars or not only_starred)]

    panel = PromptPanel(KeyMap(), find_past=find)
    qtbot.addWidget(panel)
    panel.show()
    QTest.mouseClick(control(panel, QToolButton, "Prompts written before"), LEFT)
    search, rows = (
        control(panel.history, QLineEdit, "Search the prompts"),
        control(panel.history, QListWidget, "Prompts"),
    )
    assert rows.count() == 2
    QTest.keyClicks(search, "rock")
    assert [rows.item(row).text() for row in range(rows.count())] == ["happy rock\n★ 2 · 3 clips"]
    search.clear()
    control(panel.history, QToolButton, "Only what worked").click()
    assert rows.count() == 1
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert panel.values().prompt == "happy rock"
    assert not panel.history.isVisible()


@pytest.mark.parametrize("is_of_melody", [False, True])
def test_a_problem_is_scrolled_into_view(qtbot: QtBot, is_of_melody: bool) -> None:
    shown = Shown(qtbot)
    shown.window.resize(280, 400)
    shown.panel.melody.set_open(True)
    (area,) = [each for each in shown.panel.findChildren(QScrollArea) if each.parent() is shown.panel]
    bar = area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 400)
    bar.setValue(0 if is_of_melody else bar.maximum())
    problem = UserProblem("There is nothing to follow in the melody.", "Hum 1 is silent.", "Choose another input.")
    if is_of_melody:
        shown.panel.melody.set_melody(None, problem)
    else:
        shown.panel.set_problem(problem)
    (note,) = [each for each in shown.panel.findChildren(ProblemNote) if each.isVisible()]
    qtbot.waitUntil(lambda: note.height() > 0 and note.visibleRegion().boundingRect().height() == note.height())
