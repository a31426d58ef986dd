"""A problem is said in three plain texts, and is gone when it is gone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.errors import UserProblem
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets.problem_note import ProblemNote
from tests.ui.panels.finding import control

pytestmark = pytest.mark.usefixtures("dark")
FULL = UserProblem("It cannot be saved.", "The disk <b>music</b> is full.", "Make room.")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    return window


@pytest.fixture
def note(window: QWidget) -> ProblemNote:
    note = ProblemNote()
    QVBoxLayout(window).addWidget(note)
    return note


def _said(note: ProblemNote) -> list[str]:
    return [label.text() for label in note.findChildren(QLabel) if label.isVisible()]


def test_without_a_problem_it_is_not_there(note: ProblemNote) -> None:
    assert not note.isVisible()


def test_it_says_what_why_and_what_to_do(note: ProblemNote) -> None:
    note.set_problem(FULL)
    assert _said(note) == [FULL.what, FULL.why, FULL.what_to_do]
    assert note.accessibleName() == str(FULL)
    labels = note.findChildren(QLabel)
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
    assert labels[0].font().weight() > labels[1].font().weight()


def test_an_empty_part_takes_no_room(note: ProblemNote) -> None:
    note.set_problem(UserProblem("It cannot be saved.", "", "Make room."))
    assert _said(note) == ["It cannot be saved.", "Make room."]


def test_it_goes(note: ProblemNote) -> None:
    note.set_problem(FULL)
    note.set_problem(None)
    assert not note.isVisible()


def test_its_button_takes_it_away(note: ProblemNote, qtbot: QtBot) -> None:
    note.set_problem(FULL)
    with qtbot.waitSignal(note.closed):
        QTest.mouseClick(control(note, QToolButton, "Close this message"), Qt.MouseButton.LeftButton)
    assert not note.isVisible()


def test_a_sign_stands_beside_the_words(note: ProblemNote) -> None:
    note.set_problem(FULL)
    picture = note.grab().toImage()
    left = min(label.x() for label in note.findChildren(QLabel))
    inside = [picture.pixelColor(x, y).name() for x in range(4, left) for y in range(4, note.height() - 4)]
    assert theme.DARK.danger in inside
