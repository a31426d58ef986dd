"""A fold opens and closes by click, key and call."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.widgets.fold_box import FoldBox

pytestmark = pytest.mark.usefixtures("dark")


class Shown:
    """A fold with a label in it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.fold = FoldBox("ADVANCED")
        self.content = QLabel("inside")
        self.fold.set_content(self.content)
        qtbot.addWidget(self.fold)
        with qtbot.waitExposed(self.fold):
            self.fold.show()
        self.fold.activateWindow()
        (self.head,) = self.fold.findChildren(QToolButton)


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_it_is_closed_at_first(shown: Shown) -> None:
    assert (shown.fold.is_open(), shown.content.isVisible()) == (False, False)
    assert (shown.head.accessibleName(), shown.head.accessibleDescription()) == ("ADVANCED", "closed")


def test_a_click_opens_and_space_closes(shown: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.fold.toggled) as toggled:
        QTest.mouseClick(shown.head, Qt.MouseButton.LeftButton)
    assert toggled.args == [True]
    assert shown.content.isVisible()
    assert shown.head.accessibleDescription() == "open"
    with qtbot.waitSignal(shown.fold.toggled) as toggled:
        QTest.keyClick(shown.head, Qt.Key.Key_Space)
    assert toggled.args == [False]
    assert not shown.content.isVisible()


def test_it_tells_only_changes(shown: Shown, qtbot: QtBot) -> None:
    shown.fold.set_open(True)
    with qtbot.assertNotEmitted(shown.fold.toggled):
        shown.fold.set_open(True)


def test_a_long_note_is_shortened_and_asks_for_no_room(shown: Shown) -> None:
    shown.fold.resize(200, 40)
    before = shown.fold.minimumSizeHint().width()
    note = "R&B, take 2 of what was hummed last night in the kitchen.wav"
    shown.fold.set_note(note)
    assert shown.fold.minimumSizeHint().width() == before
    assert shown.head.text().startswith("ADVANCED · R&&B")
    assert shown.head.text().endswith("…")
    assert shown.head.accessibleName() == f"ADVANCED · {note}"
    shown.fold.resize(900, 40)
    assert shown.head.text() == f"ADVANCED · {note}".replace("&", "&&")
