"""The buttons of the clip stand in one row: with words where there is room for them, else as pictures."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.look.theme import Theme, apply_theme
from musicgen_studio.ui.panels.clip_header import ClipHeader
from musicgen_studio.ui.window.shortcuts import KeyMap

NAMES = ("Extend", "Replace", "Variations", "Again", "Use settings", "Stems", "Export")


@pytest.mark.parametrize(("width", "has_words"), [(644, True), (384, False), (300, False)])
def test_the_buttons_stand_in_one_row(qtbot: QtBot, qapp: QApplication, width: int, has_words: bool) -> None:
    apply_theme(qapp, Theme.DARK)
    header = ClipHeader(KeyMap({}))
    qtbot.addWidget(header)
    header.resize(width, 200)
    header.show()
    qtbot.waitExposed(header)
    buttons = [each for each in header.findChildren(QToolButton) if each.accessibleName() in NAMES]
    assert len(buttons) == len(NAMES)
    assert len({button.y() for button in buttons}) == 1
    for button in buttons:
        assert (button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon) is has_words
        assert button.toolTip()
        if has_words:
            words = button.fontMetrics().horizontalAdvance(button.text())
            assert button.width() >= button.iconSize().width() + words + 12


@pytest.mark.parametrize("width", range(620, 700, 8))
def test_they_do_so_with_a_choice_of_separators_too(qtbot: QtBot, qapp: QApplication, width: int) -> None:
    apply_theme(qapp, Theme.DARK)
    header = ClipHeader(KeyMap({}))
    qtbot.addWidget(header)
    header.resize(width, 200)
    header.show()
    qtbot.waitExposed(header)
    header.set_separators({"own": ("Our own", ""), "htdemucs_6s": ("Demucs", "")}, "own")
    qapp.processEvents()
    row = [each for each in header.findChildren(QToolButton) if each.accessibleName() in (*NAMES, "Separator")]
    assert len([each for each in row if each.isVisible()]) == len(NAMES) + 1
    assert len({button.y() for button in row}) == 1
