"""Chips: words that a click switches."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.widgets.chip_row import ChipRow
from tests.ui.panels.finding import control

pytestmark = pytest.mark.usefixtures("dark")
WORDS = ("rock", "hip hop", "jazz")


@pytest.fixture
def chips(qtbot: QtBot) -> ChipRow:
    chips = ChipRow(WORDS)
    qtbot.addWidget(chips)
    chips.resize(400, 100)
    with qtbot.waitExposed(chips):
        chips.show()
    chips.activateWindow()
    return chips


def test_a_click_and_space_switch_a_word(chips: ChipRow, qtbot: QtBot) -> None:
    chip = control(chips, QToolButton, "hip hop")
    with qtbot.waitSignal(chips.toggled) as toggled:
        QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert toggled.args == ["hip hop", True]
    with qtbot.waitSignal(chips.toggled) as toggled:
        QTest.keyClick(chip, Qt.Key.Key_Space)
    assert toggled.args == ["hip hop", False]


def test_what_it_is_told_emits_nothing(chips: ChipRow, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(chips.toggled):
        chips.set_checked(["jazz", "unknown"])
        chips.set_checked(["rock"])
    assert chips.checked() == ["rock"]


def test_no_chip_moves_when_it_is_switched(chips: ChipRow) -> None:
    chip = control(chips, QToolButton, "rock")
    place = chip.geometry()
    chips.set_checked(["rock"])
    assert (chip.geometry(), chip.sizeHint()) == (place, place.size())


def test_a_word_that_is_on_has_a_check_mark(chips: ChipRow) -> None:
    chip = control(chips, QToolButton, "rock")

    def inks() -> list[int]:
        """Return how light the pixels left of the word are, but for those of the border."""
        picture = chip.grab().toImage()
        middle = picture.height() // 2
        return [picture.pixelColor(x, y).lightness() for x in range(4, 11) for y in range(middle - 4, middle + 4)]

    before = inks()
    chips.set_checked(["rock"])
    after = inks()
    assert max(before) - min(before) < 30
    assert sum(light > min(after) + 60 for light in after) >= 4


def test_a_narrow_row_has_more_lines(chips: ChipRow) -> None:
    assert chips.heightForWidth(100) > chips.heightForWidth(400)


def test_every_chip_has_a_name_and_can_be_reached(chips: ChipRow) -> None:
    assert chips.words() == list(WORDS)
    for word in WORDS:
        assert control(chips, QToolButton, word).focusPolicy() & Qt.FocusPolicy.TabFocus
