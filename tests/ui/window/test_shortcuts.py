"""The table of keys, and how keys meet the control that has the focus."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.window.action_table import TABLE, shortcut
from musicgen_studio.ui.window.shortcuts import Bindings, Conflict, FocusGuard, KeyMap

DESIGN = {
    "play": ["Space"],
    "record": ["R"],
    "loop": ["L"],
    "loop-selection": ["Shift+L"],
    "to-start": ["Home"],
    "to-end": ["End"],
    "seek-back": ["Left"],
    "seek-forward": ["Right"],
    "zoom-in": ["Ctrl+=", "Ctrl++"],
    "zoom-out": ["Ctrl+-"],
    "zoom-selection": ["Ctrl+E"],
    "zoom-fit": ["Ctrl+F"],
    "generate": ["Ctrl+Enter", "Ctrl+Return"],
    "cancel": ["Esc"],
    "undo": ["Ctrl+Z"],
    "redo": ["Ctrl+Shift+Z", "Ctrl+Y"],
    "search": ["Ctrl+K"],
    "import": ["Ctrl+O"],
    "export": ["Ctrl+S", "Ctrl+Shift+E"],
    "settings": ["Ctrl+,"],
    "next-section": ["F6"],
    "shortcuts": ["F1"],
} | {f"take-{number}": [str(number)] for number in range(1, 9)}


def portable(keys: list[QKeySequence]) -> list[str]:
    return [key.toString(QKeySequence.SequenceFormat.PortableText) for key in keys]


@pytest.mark.parametrize("shortcut_id", DESIGN)
def test_the_keys_of_the_design_are_the_defaults(shortcut_id: str) -> None:
    assert portable(KeyMap().keys(shortcut_id)) == DESIGN[shortcut_id]


def test_ids_are_unique_and_the_defaults_free_of_conflicts() -> None:
    assert len({line.id for line in TABLE}) == len(TABLE)
    assert KeyMap().conflicts() == []


def test_changed_keys_count_and_defaults_come_back() -> None:
    keys = KeyMap().with_keys("play", [QKeySequence("P"), QKeySequence("Ctrl+,")])
    assert keys.changes == {"play": "P; Ctrl+,"}
    assert portable(keys.keys("play")) == ["P", "Ctrl+,"]
    assert keys.with_keys("play", [QKeySequence("Space")]) == KeyMap()


def test_a_key_can_be_taken_away_and_foreign_ids_are_kept() -> None:
    keys = KeyMap({"from-next-year": "X"}).with_keys("play", [])
    assert keys.changes == {"from-next-year": "X", "play": ""}
    assert keys.keys("play") == []
    assert keys.hint("Play", "play") == "Play"


def test_conflicts_are_found_within_a_place_and_with_the_window_but_not_between_places() -> None:
    assert KeyMap({"loop": "Space"}).conflicts() == [Conflict("Space", "play", "loop")]
    assert KeyMap({"loop": "F2"}).conflicts() == [Conflict("F2", "rename", "loop")]
    assert shortcut("trash").keys == shortcut("queue-cancel").keys


class Pressed:
    """A window that notes which keys of the table it got."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.body = QWidget()
        self.column = QVBoxLayout(self.body)
        self.window.setCentralWidget(self.body)
        self.keys: list[str] = []
        self.bindings = Bindings(self.body, KeyMap())
        self.guard = FocusGuard()
        self.window.installEventFilter(self.guard)

    def note(self, shortcut_id: str) -> None:
        """Bind an id."""
        self.bindings.add(shortcut_id, lambda: self.keys.append(shortcut_id))

    def show(self, qtbot: QtBot, focused: QWidget) -> None:
        """Show the window with a widget that has the focus."""
        self.column.addWidget(focused)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()
        focused.setFocus()
        qtbot.waitUntil(focused.hasFocus)


@pytest.fixture
def pressed(qtbot: QtBot) -> Pressed:
    return Pressed(qtbot)


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
def test_plain_keys_write_in_a_field_and_ctrl_keys_still_act(
    qtbot: QtBot, pressed: Pressed, kind: type[QLineEdit] | type[QPlainTextEdit]
) -> None:
    for shortcut_id in ("play", "loop", "loop-selection", "take-1", "search", "to-start"):
        pressed.note(shortcut_id)
    text_field = kind()
    pressed.show(qtbot, text_field)
    QTest.keyClicks(text_field, "lL 1")
    QTest.keyClick(text_field, Qt.Key.Key_Home)
    assert pressed.keys == []
    assert (text_field.text() if isinstance(text_field, QLineEdit) else text_field.toPlainText()) == "lL 1"
    QTest.keyClick(text_field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert pressed.keys == ["search"]


@pytest.mark.parametrize("leave", ["Esc", "a click beside it"])
def test_plain_keys_act_again_once_the_field_is_left(qtbot: QtBot, pressed: Pressed, leave: str) -> None:
    pressed.note("record")
    pressed.column.addWidget(label := QLabel("Nothing to click"))
    text_field = QPlainTextEdit()
    pressed.show(qtbot, text_field)
    QTest.keyClick(text_field, Qt.Key.Key_R)
    if leave == "Esc":
        QTest.keyClick(text_field, Qt.Key.Key_Escape)
    else:
        QTest.mouseClick(label, Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is not text_field
    QTest.keyClick(pressed.window, Qt.Key.Key_R)
    assert (text_field.toPlainText(), pressed.keys) == ("r", ["record"])


def test_plain_keys_act_elsewhere(qtbot: QtBot, pressed: Pressed) -> None:
    pressed.note("play")
    pressed.note("loop")
    plain = QWidget()
    plain.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    pressed.show(qtbot, plain)
    QTest.keyClick(plain, Qt.Key.Key_Space)
    QTest.keyClick(plain, Qt.Key.Key_L)
    assert pressed.keys == ["play", "loop"]


def test_space_presses_the_button_that_has_the_focus(qtbot: QtBot, pressed: Pressed) -> None:
    pressed.note("play")
    button = QPushButton("Press")
    pressed.show(qtbot, button)
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button, Qt.Key.Key_Space)
    assert pressed.keys == []


def test_arrows_move_the_slider_that_has_the_focus(qtbot: QtBot, pressed: Pressed) -> None:
    pressed.note("seek-forward")
    slider = QSlider(Qt.Orientation.Horizontal)
    pressed.show(qtbot, slider)
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert (slider.value(), pressed.keys) == (1, [])


def test_a_bound_button_is_clicked_by_its_key_and_tells_it(qtbot: QtBot, pressed: Pressed) -> None:
    button = QPushButton("Loop")
    pressed.bindings.button(button, "loop", "Loop on or off")
    plain = QWidget()
    plain.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    pressed.show(qtbot, plain)
    pressed.column.addWidget(button)
    assert button.toolTip() == "Loop on or off (L)"
    pressed.bindings.set_keys(KeyMap({"loop": "O"}))
    assert button.toolTip() == "Loop on or off (O)"
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(plain, Qt.Key.Key_O)
