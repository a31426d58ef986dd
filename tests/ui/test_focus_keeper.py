"""Whoever works with the keys keeps her place when what she pressed goes away: in small, and all over the window."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from musicgen_studio.errors import UserProblem
from musicgen_studio.ui.qt.focus_keeper import FocusKeeper
from tests.ui.panels.finding import control
from tests.ui.test_first_minute import Hands, hands
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["hands", "loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")


class Bench(QWidget):
    """A first row of two buttons, a card of two below, and at the end a field that stands next to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.opener, self.other = QPushButton("Open"), QPushButton("Other")
        self.pause, self.go_on, self.far = QPushButton("Pause"), QPushButton("Go on"), QPushButton("Far")
        self.start, self.last = QLineEdit(), QLineEdit()
        self.card = QFrame()
        inside = QHBoxLayout(self.card)
        for button in (self.far, self.pause, self.go_on):
            inside.addWidget(button)
        self.go_on.hide()
        row = QHBoxLayout()
        row.addWidget(self.other)
        row.addWidget(self.opener)
        column = QVBoxLayout(self)
        column.addWidget(self.start)
        column.addLayout(row)
        column.addWidget(self.card)
        column.addWidget(self.last)
        self.resize(600, 400)
        FocusKeeper(self)

    def swap(self) -> None:
        """Put one button in place of another."""
        self.pause.hide()
        self.go_on.show()

    def leave(self) -> None:
        """Hide the button and go elsewhere on purpose."""
        self.pause.hide()
        self.start.setFocus()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    bench = Bench()
    qtbot.addWidget(bench)
    bench.show()
    qtbot.waitUntil(bench.isActiveWindow, timeout=WAIT_MS)
    return bench


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def focus_on(widget: QWidget) -> None:
    widget.setFocus(Qt.FocusReason.OtherFocusReason)
    settle()
    assert widget.hasFocus()


def press(widget: QWidget) -> None:
    QTest.keyClick(widget, Qt.Key.Key_Space)
    settle()


def test_what_comes_instead_of_a_button_has_the_focus(bench: Bench) -> None:
    bench.pause.clicked.connect(bench.swap)
    focus_on(bench.pause)
    press(bench.pause)
    assert bench.go_on.hasFocus()


def test_a_button_that_switches_itself_off_gives_the_focus_to_its_neighbour(bench: Bench) -> None:
    bench.pause.clicked.connect(lambda: bench.pause.setEnabled(False))
    focus_on(bench.pause)
    press(bench.pause)
    assert bench.far.hasFocus()


def test_a_button_that_is_deleted_gives_the_focus_to_its_neighbour(bench: Bench) -> None:
    bench.pause.clicked.connect(bench.pause.deleteLater)
    focus_on(bench.pause)
    QTest.keyClick(bench.pause, Qt.Key.Key_Space)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    settle()
    assert bench.far.hasFocus()


def test_a_card_that_closes_gives_the_focus_back_to_what_opened_it(bench: Bench) -> None:
    focus_on(bench.opener)
    focus_on(bench.far)
    focus_on(bench.pause)
    bench.pause.clicked.connect(bench.card.hide)
    press(bench.pause)
    assert bench.opener.hasFocus()


def test_a_row_that_closes_gives_it_back_across_the_window(bench: Bench) -> None:
    panel, row = QFrame(), QFrame()
    asks, near = QLineEdit(), QPushButton("Near")
    QHBoxLayout(row).addWidget(asks)
    inside = QVBoxLayout(panel)
    inside.addWidget(near)
    inside.addWidget(row)
    bench.layout().addWidget(panel)  # type: ignore[union-attr]
    settle()
    focus_on(bench.start)
    focus_on(asks)
    asks.returnPressed.connect(row.hide)
    QTest.keyClick(asks, Qt.Key.Key_Return)
    settle()
    assert bench.start.hasFocus()


def test_a_card_nobody_opened_gives_it_to_what_stands_nearest(bench: Bench) -> None:
    for field in (bench.start, bench.last):  # where it came from is no longer there
        field.hide()
    focus_on(bench.far)
    bench.far.clicked.connect(bench.card.hide)
    press(bench.far)
    assert bench.other.hasFocus()


def test_a_field_that_closes_as_the_hand_goes_on_does_not_call_it_back(bench: Bench) -> None:
    field = QLineEdit()
    bench.card.layout().addWidget(field)  # type: ignore[union-attr]
    field.editingFinished.connect(field.hide)
    QWidget.setTabOrder(field, bench.last)
    settle()
    focus_on(field)
    QTest.keyClicks(field, "a")
    QTest.keyClick(field, Qt.Key.Key_Tab)
    settle()
    assert not field.isVisible()
    assert bench.last.hasFocus()
    field.show()
    settle()
    focus_on(field)
    QTest.keyClicks(field, "a")
    QTest.mouseClick(bench.start, Qt.MouseButton.LeftButton)
    bench.start.setFocus(Qt.FocusReason.MouseFocusReason)
    settle()
    assert bench.start.hasFocus()


def test_what_is_put_elsewhere_on_purpose_stays_there(bench: Bench) -> None:
    bench.pause.clicked.connect(bench.leave)
    focus_on(bench.pause)
    press(bench.pause)
    assert bench.start.hasFocus()


def test_what_went_away_while_another_program_was_in_front_is_noticed(bench: Bench, qtbot: QtBot) -> None:
    focus_on(bench.pause)
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow, timeout=WAIT_MS)
    settle()
    bench.pause.hide()
    bench.activateWindow()
    qtbot.waitUntil(bench.isActiveWindow, timeout=WAIT_MS)
    settle()
    assert bench.far.hasFocus()


def goes_away(button: QAbstractButton) -> bool:
    """Press a button by key and tell whether that makes it go away."""
    focus_on(button)
    QTest.keyClick(button, Qt.Key.Key_Space)
    settle()
    return not (button.isVisible() and button.isEnabled())


def test_whatever_goes_away_in_the_window_the_keys_stay_in_its_panel(hands: Hands) -> None:
    window = hands.window
    window.resize(1440, 900)
    hands.make("calm", takes=2)
    hands.make("happy")
    window.library._search.setText("happy")
    window.prompt.set_folds(True, True)
    slider = control(window.prompt, QDoubleSpinBox, "Guidance")
    slider.setValue(slider.value() + 1)
    window.status.notices.add("“Calm”: stops suddenly at 0:02", "Mend", lambda: None)
    window.offer.offer("“Sad jazz” is being made", "Show", lambda: None)
    window.show_problem(UserProblem("This cannot be made.", "The length is 0.", "Choose a length above 0."))
    settle()
    panels = {
        "Guidance: back to 3.0": window.prompt,
        "Clear the search and all filters": window.library,
        "Mend": window.status,
        "Show": window,
    }
    for name, panel in panels.items():
        assert goes_away(control(panel, QAbstractButton, name)), name
        focus = QApplication.focusWidget()
        assert focus is not None, name
        assert panel.isAncestorOf(focus), f"{name}: {focus}"


def test_what_is_gone_to_after_esc_keeps_the_focus_though_the_card_that_was_left_closes(
    bench: Bench, qtbot: QtBot
) -> None:
    bench.start.setFocus()
    bench.far.setFocus()
    bench.far.clearFocus()  # as Esc does
    qtbot.wait(20)
    assert QApplication.focusWidget() is None
    bench.card.hide()
    bench.last.setFocus()
    qtbot.wait(20)
    assert bench.last.hasFocus()
