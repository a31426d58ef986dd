"""The wheel over fields in a column that scrolls."""

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDoubleSpinBox, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.widgets.wheel import WheelGuard


class Column:
    """A choice and a number in a column that is too long."""

    def __init__(self, qtbot: QtBot) -> None:
        self.choice, self.number = QComboBox(), QDoubleSpinBox()
        self.choice.addItems(["one", "two", "three"])
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.addWidget(self.choice)
        inside.addWidget(self.number)
        inside.addStretch(1)
        page.setMinimumHeight(2000)
        WheelGuard(page)
        self.area = QScrollArea()
        self.area.setWidget(page)
        self.area.resize(300, 200)
        qtbot.addWidget(self.area)
        with qtbot.waitExposed(self.area):
            self.area.show()
        self.area.activateWindow()
        self.area.setFocus()

    def turn(self, field: QWidget) -> None:
        """Turn the wheel down over a field."""
        at = QPointF(field.mapTo(self.area, field.rect().center()))
        QTest.wheelEvent(self.area.windowHandle(), at, QPoint(0, -120))
        QApplication.processEvents()

    def values(self) -> tuple[int, float]:
        """Return what is chosen."""
        return self.choice.currentIndex(), self.number.value()


@pytest.fixture
def column(qtbot: QtBot) -> Column:
    return Column(qtbot)


def test_it_scrolls_over_fields_without_the_focus(column: Column) -> None:
    for field in (column.choice, column.number):
        column.area.verticalScrollBar().setValue(0)
        column.turn(field)
        assert column.area.verticalScrollBar().value() > 0
        assert not field.hasFocus()
    assert column.values() == (0, 0.0)


def test_it_turns_the_field_that_has_the_focus(column: Column, qtbot: QtBot) -> None:
    for field in (column.choice, column.number):
        field.setFocus()
        qtbot.waitUntil(field.hasFocus)
        column.number.setValue(50)
        column.turn(field)
    assert column.values() == (1, 49.0)
    assert column.area.verticalScrollBar().value() == 0
