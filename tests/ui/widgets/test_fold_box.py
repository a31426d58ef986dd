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
