"""The keyboard on the screen: mouse, letters, octaves, and that no key hangs."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.widgets.piano_keys import FIRST, HIGHEST, LOWEST, PianoKeys

LEFT = Qt.MouseButton.LeftButton


class Shown:
    """A keyboard beside a text field, and what it told."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        self.keys, self.other = PianoKeys(), QLineEdit()
        column = QVBoxLayout(self.window)
        column.addWidget(self.keys)
        column.addWidget(self.other)
        self.window.resize(480, 160)
        qtbot.addWidget(self.window)
        self.down: list[int] = []
        self.up: list[int] = []
        self.keys.pressed.connect(self.down.append)
        self.keys.released.connect(self.up.append)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()
        self.keys.setFocus()

    def middle(self, pitch: int) -> QPointF:
        """Where to hit a key: low, beside the black ones."""
        rect = self.keys.key_rect(pitch)
        return QPointF(rect.center().x(), rect.bottom() - 4)


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_every_key_can_be_hit_where_it_is(shown: Shown) -> None:
    for pitch in range(FIRST, FIRST + 25):
        at = shown.middle(pitch)
        assert shown.keys.key_at(at.x(), at.y()) == pitch
    assert shown.keys.key_at(-5, 5) is None


def test_the_mouse_plays_and_slides_along(shown: Shown) -> None:
    QTest.mousePress(shown.keys, LEFT, pos=shown.middle(60).toPoint())
    assert (shown.down, shown.up) == ([60], [])
    to = shown.middle(62)
    moved = QMouseEvent(
        QEvent.Type.MouseMove, to, shown.keys.mapToGlobal(to), LEFT, LEFT, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(shown.keys, moved)
    assert (shown.down, shown.up) == ([60, 62], [60])
    QTest.mouseRelease(shown.keys, LEFT, pos=to.toPoint())
    assert shown.up == [60, 62]
    assert shown.keys.down() == frozenset()


def test_letters_play_as_in_other_programs(shown: Shown) -> None:
    heard: list[str] = []
    for letter in "AWS":
        shortcut = QShortcut(letter, shown.window)
        shortcut.activated.connect(lambda letter=letter: heard.append(letter))
    for letter in "AWS":
        QTest.keyClicks(shown.keys, letter.lower())
    assert shown.down == [60, 61, 62] == shown.up
    assert heard == []  # while it has the focus they are no keys of the window
    shown.other.setFocus()
    QTest.keyClicks(shown.other, "a")
    assert shown.down == [60, 61, 62]


def test_octaves_change_by_key_and_stay_in_range(shown: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.keys.range_changed) as changed:
        QTest.keyClick(shown.keys, Qt.Key.Key_X)
    assert changed.args == [72]
    QTest.keyClick(shown.keys, Qt.Key.Key_A)
    assert shown.down == [72]
    for _ in range(12):
        QTest.keyClick(shown.keys, Qt.Key.Key_Z)
    assert shown.keys.first() == LOWEST
    shown.keys.set_first(200)
    assert shown.keys.first() == HIGHEST


def test_no_key_hangs_when_the_focus_goes(shown: Shown) -> None:
    QTest.keyPress(shown.keys, Qt.Key.Key_D)
    assert shown.keys.down() == {64}
    shown.other.setFocus()
    assert shown.up == [64]
    assert shown.keys.down() == frozenset()


def test_no_key_hangs_when_the_octave_changes(shown: Shown) -> None:
    QTest.keyPress(shown.keys, Qt.Key.Key_D)
    shown.keys.set_first(48)
    QTest.keyRelease(shown.keys, Qt.Key.Key_D)
    assert shown.up == [64]


def test_a_screen_reader_plays_it_as_a_slider(shown: Shown) -> None:
    interface = QAccessible.queryAccessibleInterface(shown.keys)
    assert interface is not None
    interface.valueInterface().setCurrentValue(66)
    assert (shown.down, shown.up) == ([66], [66])
    assert interface.text(QAccessible.Text.Value) == "F♯4"
