"""Slider and number box: one value, whichever of them is moved."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QLabel, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.widgets.value_slider import ValueSlider

pytestmark = pytest.mark.usefixtures("dark")


class Shown:
    """A value slider in a window."""

    def __init__(self, qtbot: QtBot) -> None:
        self.slider = ValueSlider(
            "Guidance", minimum=0, maximum=20, default=3, decimals=1, unit="s", explanation="Higher keeps closer."
        )
        qtbot.addWidget(self.slider)
        with qtbot.waitExposed(self.slider):
            self.slider.show()
        self.slider.activateWindow()
        (self.box,) = self.slider.findChildren(QDoubleSpinBox)
        (self.handle,) = self.slider.findChildren(QSlider)
        (self.reset,) = self.slider.findChildren(QToolButton)

    def share(self) -> float:
        """Return how far the handle is, 0 to 1."""
        return (self.handle.value() - self.handle.minimum()) / (self.handle.maximum() - self.handle.minimum())


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_it_starts_at_the_usual_value(shown: Shown) -> None:
    assert shown.slider.value() == 3.0
    assert shown.share() == pytest.approx(3 / 20)
    assert not shown.reset.isVisible()
    assert "Higher keeps closer." in [label.text() for label in shown.slider.findChildren(QLabel)]


def test_a_typed_number_moves_the_slider_and_is_told_once(shown: Shown) -> None:
    told: list[float] = []
    shown.slider.value_changed.connect(told.append)
    shown.box.selectAll()
    QTest.keyClicks(shown.box, "7")
    QTest.keyClick(shown.box, Qt.Key.Key_Return)
    assert told == [7.0]
    assert shown.share() == pytest.approx(7 / 20)


def test_the_slider_moves_the_number(shown: Shown) -> None:
    told: list[float] = []
    shown.slider.value_changed.connect(told.append)
    QTest.keyClick(shown.handle, Qt.Key.Key_End)
    assert (told, shown.box.value(), shown.slider.value()) == ([20.0], 20.0, 20.0)


def test_the_slider_never_rounds_a_number_that_was_typed(qtbot: QtBot) -> None:
    slider = ValueSlider("Top-k", minimum=0, maximum=2048, default=250, decimals=0)
    qtbot.addWidget(slider)
    for number in range(0, 2049, 31):
        slider.set_value(number)
        assert slider.value() == number


@pytest.mark.parametrize(("wanted", "got"), [(4.26, 4.3), (99.0, 20.0), (-1.0, 0.0)])
def test_values_are_rounded_and_kept_in_range(shown: Shown, wanted: float, got: float) -> None:
    shown.slider.set_value(wanted)
    assert shown.slider.value() == pytest.approx(got)


def test_the_way_back_is_there_when_it_is_needed(shown: Shown) -> None:
    place = shown.box.geometry()
    shown.slider.set_value(5)
    assert shown.reset.isVisible()
    assert "Guidance" in shown.reset.accessibleName()
    assert "3.0" in shown.reset.toolTip()
    shown.reset.setFocus()
    QTest.keyClick(shown.reset, Qt.Key.Key_Space)
    assert (shown.slider.value(), shown.reset.isVisible()) == (3.0, False)
    assert shown.box.geometry() == place


def test_the_number_can_be_read(shown: Shown) -> None:
    edit = shown.box.lineEdit()
    room = edit.contentsRect().width()
    assert room >= edit.fontMetrics().horizontalAdvance(shown.box.text())
    picture = edit.grab().toImage()
    inks = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert len(inks) > 2  # more than the ground and an edge


def test_the_wheel_changes_only_what_has_the_focus(shown: Shown) -> None:
    shown.reset.setFocus()
    shown.box.clearFocus()
    for part in (shown.box, shown.handle):
        _wheel(part)
    assert shown.slider.value() == 3.0
    shown.box.setFocus()
    _wheel(shown.box)
    assert shown.slider.value() > 3.0


def _wheel(part: QWidget) -> None:
    middle = QPointF(part.rect().center())
    event = QWheelEvent(
        middle,
        part.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(part, event)


def test_another_usual_value_takes_along_what_was_not_chosen(shown: Shown) -> None:
    shown.slider.set_usual(4.26)
    assert (shown.slider.value(), shown.slider.chosen()) == (4.3, None)
    assert not shown.reset.isVisible()
    shown.slider.set_value(7)
    shown.slider.set_usual(99)
    assert (shown.slider.value(), shown.slider.chosen()) == (7.0, 7.0)
    assert "20.0" in shown.reset.toolTip()
    QTest.mouseClick(shown.reset, Qt.MouseButton.LeftButton)
    assert (shown.slider.value(), shown.slider.chosen()) == (20.0, None)
