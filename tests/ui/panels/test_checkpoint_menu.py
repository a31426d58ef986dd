"""The list of checkpoints: what can be chosen is, what is not here cannot be."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.panels.checkpoint_menu import CheckpointLine, CheckpointMenu
from tests.ui.panels.finding import control, nameless

LINES = (
    CheckpointLine("starter", "Starter", "free to use for anything", is_current=True),
    CheckpointLine("/data/small", "facebook/musicgen-small", "CC-BY-NC 4.0"),
    CheckpointLine("", "facebook/musicgen-style", "CC-BY-NC 4.0", note="not supported"),
    CheckpointLine(
        "", "facebook/musicgen-large", "CC-BY-NC 4.0", purpose="The best.", wanted="facebook/musicgen-large"
    ),
)


@pytest.fixture
def menu(qtbot: QtBot, dark: object) -> Iterator[CheckpointMenu]:  # noqa: ARG001 - its look
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    menu = CheckpointMenu(LINES, window)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    with qtbot.waitExposed(menu):
        menu.open_below(window)
    yield menu
    window.close()


def _click(menu: CheckpointMenu, row: int) -> None:
    lines = control(menu, QListWidget, "Checkpoints")
    place = lines.visualItemRect(lines.item(row)).center()
    QTest.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_click_chooses_and_closes(menu: CheckpointMenu, qtbot: QtBot) -> None:
    with qtbot.waitSignal(menu.chosen) as chosen:
        _click(menu, 1)
    assert chosen.args == ["/data/small"]
    assert not menu.isVisible()


def test_the_current_one_is_kept_without_a_word(menu: CheckpointMenu, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(menu.chosen):
        _click(menu, 0)
    assert not menu.isVisible()


def test_what_is_not_here_leads_to_where_it_can_be_had(menu: CheckpointMenu, qtbot: QtBot) -> None:
    with qtbot.waitSignal(menu.wanted) as wanted, qtbot.assertNotEmitted(menu.chosen):
        _click(menu, 3)
    assert wanted.args == ["facebook/musicgen-large"]
    assert not menu.isVisible()


def test_other_lines_take_the_place_of_these_while_it_is_open(menu: CheckpointMenu) -> None:
    menu.set_lines(LINES[:2])
    assert control(menu, QListWidget, "Checkpoints").count() == 2


def test_what_cannot_be_played_cannot_be_chosen(menu: CheckpointMenu, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(menu.chosen):
        _click(menu, 2)
    assert menu.isVisible()


def test_keys_choose(menu: CheckpointMenu, qtbot: QtBot) -> None:
    lines = control(menu, QListWidget, "Checkpoints")
    assert lines.currentRow() == 0
    QTest.keyClick(lines, Qt.Key.Key_Down)
    with qtbot.waitSignal(menu.chosen) as chosen:
        QTest.keyClick(lines, Qt.Key.Key_Return)
    assert chosen.args == ["/data/small"]


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Get more checkpoints…", "wanted"),
        ("Add a checkpoint folder…", "folder_requested"),
        ("Settings…", "settings_requested"),
    ],
)
def test_the_rest_asks_and_closes(menu: CheckpointMenu, qtbot: QtBot, text: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(menu, signal)):
        QTest.mouseClick(control(menu, QPushButton, text), Qt.MouseButton.LeftButton)
    assert not menu.isVisible()


def test_it_can_be_drawn_and_named(menu: CheckpointMenu) -> None:
    assert not menu.grab().isNull()
    assert nameless(menu) == []
