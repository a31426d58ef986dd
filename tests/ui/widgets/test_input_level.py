"""The level of one channel: the bar, the light, and what is said of it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets.input_level import InputLevel

pytestmark = pytest.mark.usefixtures("dark")


@pytest.fixture
def level(qtbot: QtBot) -> InputLevel:
    level = InputLevel("Channel 2")
    qtbot.addWidget(level)
    level.resize(200, level.sizeHint().height())
    with qtbot.waitExposed(level):
        level.show()
    level.activateWindow()
    return level


def lit(level: InputLevel, ink: str) -> int:
    image = level.grab().toImage()
    wanted = QColor(ink)
    return sum(image.pixelColor(x, image.height() // 2) == wanted for x in range(image.width()))


def spoken(level: InputLevel) -> tuple[str, str]:
    interface = QAccessible.queryAccessibleInterface(level)
    assert interface is not None
    return interface.text(QAccessible.Text.Name), interface.text(QAccessible.Text.Value)


def test_the_bar_grows_with_the_level(level: InputLevel) -> None:
    lengths = []
    for level_db in (-60.0, -40.0, -20.0):
        level.set_level(level_db, -60.0, False)
        lengths.append(lit(level, theme.current().meter_low))
    assert lengths[0] == 0
    assert lengths == sorted(set(lengths))


def test_too_loud_is_said_in_words_and_until_it_is_reset(level: InputLevel, qtbot: QtBot) -> None:
    level.set_level(-6.0, -6.0, False)
    assert spoken(level) == ("Level of Channel 2", "-6 decibels")
    level.set_level(-6.0, 0.0, True)
    assert spoken(level)[1] == "-6 decibels, too loud"
    assert lit(level, theme.current().danger) > 10
    with qtbot.waitSignal(level.reset_requested):
        QTest.mouseClick(level, Qt.MouseButton.LeftButton)
    level.setFocus()
    with qtbot.waitSignal(level.reset_requested):
        QTest.keyClick(level, Qt.Key.Key_Space)


def test_silence_is_called_so(level: InputLevel) -> None:
    level.set_level(-200.0, -200.0, False)
    assert spoken(level)[1] == "silent"
