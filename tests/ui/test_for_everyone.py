"""Everything by keyboard and everything said: the window and every dialog, as a screen reader finds them."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from tests.ui.test_first_minute import Hands, hands
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["hands", "loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

_SILENT = {QAccessible.Role.Grouping, QAccessible.Role.Client, QAccessible.Role.Pane, QAccessible.Role.ScrollBar}
_MANY = 5000


def tree(widget: QWidget) -> Iterator[QAccessibleInterface]:
    """Everything that a screen reader finds in a widget, in its order."""
    root = QAccessible.queryAccessibleInterface(widget)
    assert root is not None
    waiting = [root]
    for _ in range(_MANY):
        if not waiting:
            return
        here = waiting.pop(0)
        if here.isValid():
            yield here
            waiting[:0] = [child for child in map(here.child, range(here.childCount())) if child is not None]
    raise AssertionError("the tree does not end")


def focusable(widget: QWidget) -> list[QAccessibleInterface]:
    """What can have the focus and is seen, of what a screen reader finds."""
    every = [(each, each.state()) for each in tree(widget)]
    seen = [each for each, state in every if state.focusable and not state.invisible and not state.offscreen]
    return [each for each in seen if each.role() not in _SILENT]


def nameless(widget: QWidget) -> list[str]:
    """What of it has no name."""
    silent = [each for each in focusable(widget) if not each.text(QAccessible.Text.Name).strip()]
    return [f"{each.role().name} {each.object()}" for each in silent]


def test_everything_that_can_have_the_focus_has_a_name(hands: Hands) -> None:
    window = hands.window
    window.resize(1440, 900)
    assert nameless(window) == []
    assert len(focusable(window)) > 30  # the tree is there at all
    window.prompt.set_folds(True, True)
    for source in ("hum", "file", "midi", "notes"):
        window.prompt.melody.set_source(source)
        assert nameless(window) == [], source
    hands.make("calm", takes=2)
    window.clip_header.ask_to_extend()
    assert nameless(window) == []


@pytest.mark.parametrize("name", ["settings", "shortcuts", "about", "diagnostics", "export", "editor"])
def test_every_dialog_says_what_it_has(hands: Hands, name: str) -> None:
    clip = hands.make("calm")
    if name == "editor":
        hands.window.showing.open_editor(True)
        assert nameless(hands.window) == []
        return
    hands.window.export_requested.emit([clip]) if name == "export" else hands.window.dialog_requested.emit(name)
    dialogs = [dialog for dialog in hands.window.findChildren(QDialog) if dialog.isVisible()]
    assert dialogs
    for dialog in dialogs:
        assert dialog.windowTitle()
        assert nameless(dialog) == []
        dialog.reject()


def test_every_menu_says_what_it_has(program: Program) -> None:
    names = [each.text(QAccessible.Text.Name) for each in tree(program.window.menu_bar)]
    assert {"File", "Edit", "Clip", "Play", "View", "Help"} <= set(names)


def reachable(window: QWidget) -> set[QWidget]:
    """What Tab has to come to."""
    wanted = set()
    for widget in window.findChildren(QWidget):
        takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
        if takes and widget.isVisibleTo(window) and widget.isEnabled() and widget.window() is window:
            wanted.add(widget)
    return wanted


def walked(start: QWidget, key: Qt.Key) -> list[QWidget]:
    """Where a key leads, until it comes back."""
    way = [start]
    for _ in range(200):
        QTest.keyClick(QApplication.focusWidget() or start, key)
        now = QApplication.focusWidget()
        assert now is not None
        if now is start:
            return way
        assert now not in way, f"{key} goes round without coming back: {now}"
        way.append(now)
    raise AssertionError("the way does not end")


def test_tab_comes_to_everything_and_back(hands: Hands) -> None:
    window = hands.window
    window.resize(1440, 900)
    hands.make("calm", takes=2)
    hands.wait(window.takes.isVisible)
    hands.press(Qt.Key.Key_Space) if hands.is_playing else None
    start = QApplication.focusWidget()
    assert start is window.waveform
    forth = walked(start, Qt.Key.Key_Tab)
    # A group of choices is one stop: the arrow keys move within it.
    missing = [widget for widget in reachable(window) if widget not in forth and not _is_in_group(widget, forth)]
    assert missing == []
    back = walked(start, Qt.Key.Key_Backtab)
    assert back[1:] == forth[1:][::-1]


def _is_in_group(widget: QWidget, way: list[QWidget]) -> bool:
    group = getattr(widget, "group", lambda: None)()
    return group is not None and any(button in way for button in group.buttons())


def test_the_first_minute_needs_no_mouse(hands: Hands, qtbot: QtBot) -> None:
    """Make, hear, select, repeat, go on, name, export: every step by a key or by the menus."""
    window = hands.window
    hands.make("calm")
    hands.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    hands.press(Qt.Key.Key_L)
    assert window.waveform.loop() is not None
    hands.press(Qt.Key.Key_F6)
    for _ in range(4):
        hands.press(Qt.Key.Key_F6)
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    menu = window.menus.menu("Clip")
    qtbot.waitUntil(menu.isVisible, timeout=WAIT_MS)
    action = window.menus.actions["star"]
    menu.setActiveAction(action)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    hands.wait(lambda: hands.shown().is_starred)
