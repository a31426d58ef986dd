"""The keys that hold, and what binds the actions of `action_table` to those who do them.

Panels take their keys from a `KeyMap` through `Bindings`, so that a button, its tooltip, its key and its line in the
menus never tell different things. Not for what the keys do: that is the panels' affair.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from musicgen_studio.ui.window.action_table import TABLE, KeyContext, shortcut

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two things that one key would do at the same place; Qt would do neither.

    Args:
        key: The key, in Qt's portable writing.
        first: Id of one of them, in the order of the table.
        second: Id of the other.
    """

    key: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class KeyMap:
    """The table with a musician's own keys put in.

    Args:
        changes: Keys by id where they differ from the default, written like `Shortcut.keys`. Ids that are not in the
            table are left alone: they come from another version of the program.
    """

    changes: Mapping[str, str] = field(default_factory=dict)

    def keys(self, shortcut_id: str) -> list[QKeySequence]:
        """Return the keys of an id, none or several."""
        written = self.changes.get(shortcut_id, shortcut(shortcut_id).keys)
        return [key for key in QKeySequence.listFromString(written, _PORTABLE) if not key.isEmpty()]

    def label(self, shortcut_id: str) -> str:
        """Return its first key as the system writes it, or an empty text."""
        keys = self.keys(shortcut_id)
        return keys[0].toString(_NATIVE) if keys else ""

    def hint(self, text: str, shortcut_id: str) -> str:
        """Return a text with its key behind it: `Export (Ctrl+Shift+E)`."""
        label = self.label(shortcut_id)
        return f"{text} ({label})" if label else text

    def with_keys(self, shortcut_id: str, keys: list[QKeySequence]) -> "KeyMap":
        """Return a map in which an id has other keys. Giving it its default takes the change out."""
        written = QKeySequence.listToString(keys, _PORTABLE)
        changes = {known: text for known, text in self.changes.items() if known != shortcut_id}
        if written != QKeySequence.listToString(KeyMap().keys(shortcut_id), _PORTABLE):
            changes[shortcut_id] = written
        return KeyMap(changes)

    def conflicts(self) -> list[Conflict]:
        """List keys that would do two things at the same place, in the order of the table."""
        found = []
        for first, second in combinations(TABLE, 2):
            if KeyContext.WINDOW in (first.context, second.context) or first.context == second.context:
                shared = set(self._written(first.id)) & set(self._written(second.id))
                found += [Conflict(key, first.id, second.id) for key in sorted(shared)]
        return found

    def _written(self, shortcut_id: str) -> list[str]:
        return [key.toString(_PORTABLE) for key in self.keys(shortcut_id)]


def _always() -> bool:
    return True


class BoundAction(QAction):
    """An action of the table, bound to who does it. Menus ask it whether that can be done now, as they open.

    Its key always counts: who does it sees for itself whether there is anything to do.

    Args:
        title: Its words.
        owner: Where its keys count.
        can: Tells whether it can be done now.
        is_on: Tells whether it is on, for what is switched; None for what is only done.
    """

    def __init__(
        self, title: str, owner: QWidget, can: Callable[[], bool], is_on: Callable[[], bool] | None = None
    ) -> None:
        super().__init__(title, owner)
        self._can, self._is_on = can, is_on
        self.setCheckable(is_on is not None)

    def look(self) -> None:
        """Say in the menu that opens whether it can be done, and whether it is on."""
        self.setEnabled(self._can())
        if self._is_on is not None:
            self.setChecked(self._is_on())

    def let_go(self) -> None:
        """Count again, as the menu is closed."""
        self.setEnabled(True)


class Bindings(QObject):
    """The keys of one panel: they act where the table says, and tooltips tell them.

    Args:
        owner: The panel. A key of the table's `WINDOW` counts in the whole window the panel lies in, the others while
            the focus is inside the panel.
        keys: The keys to begin with.
    """

    def __init__(self, owner: QWidget, keys: KeyMap) -> None:
        super().__init__(owner)
        self._owner = owner
        self._keys = keys
        self.actions: dict[str, BoundAction] = {}
        self._tips: list[tuple[QWidget, str, str]] = []

    def add(
        self,
        shortcut_id: str,
        slot: Callable[[], object],
        can: Callable[[], bool] = _always,
        is_on: Callable[[], bool] | None = None,
    ) -> BoundAction:
        """Let a key, and the line in the menus, call a slot.

        Args:
            shortcut_id: The line of the table.
            slot: What to call; it does nothing where there is nothing to do.
            can: Tells whether it can be done now, for menus.
            is_on: Tells whether it is on, for what is switched.

        Returns:
            The action.
        """
        line = shortcut(shortcut_id)
        action = BoundAction(line.title, self._owner, can, is_on)
        is_window = line.context is KeyContext.WINDOW
        wanted = Qt.ShortcutContext.WindowShortcut if is_window else Qt.ShortcutContext.WidgetWithChildrenShortcut
        action.setShortcutContext(wanted)
        action.setShortcuts(self._keys.keys(shortcut_id))
        action.triggered.connect(lambda _checked=False: slot())
        self._owner.addAction(action)
        self.actions[shortcut_id] = action
        return action

    def button(self, button: QAbstractButton, shortcut_id: str, tip: str) -> BoundAction:
        """Let a key click a button, and the button's tooltip tell the key."""
        self.tip(button, shortcut_id, tip)
        is_on = button.isChecked if button.isCheckable() else None
        return self.add(shortcut_id, button.click, button.isEnabled, is_on)

    def tip(self, widget: QWidget, shortcut_id: str, tip: str) -> None:
        """Let a widget's tooltip tell a key; said again for the same widget, it replaces the text."""
        self._tips = [known for known in self._tips if known[0] is not widget]
        self._tips.append((widget, shortcut_id, tip))
        widget.setToolTip(self._keys.hint(tip, shortcut_id))

    def set_keys(self, keys: KeyMap) -> None:
        """Put other keys in, at once."""
        self._keys = keys
        for shortcut_id, action in self.actions.items():
            action.setShortcuts(keys.keys(shortcut_id))
        for widget, shortcut_id, tip in self._tips:
            widget.setToolTip(keys.hint(tip, shortcut_id))


_MOVING = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End}
_SIDEWAYS = {Qt.Key.Key_Left, Qt.Key.Key_Right}
TEXT_FIELDS = (QLineEdit, QPlainTextEdit, QAbstractSpinBox)
_PLAIN = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class FocusGuard(QObject):
    """Gives a focused control the plain keys it lives on before they count as keys of the window.

    Space presses a focused button, arrows, Home and End move a slider, a number, a choice or a row, Esc leaves a text
    field, and so does a click beside everything. That a text field gets every key that writes, Qt sees to. Install it
    on the window: `window.installEventFilter(guard)`. What nobody inside accepted comes up to there.
    """

    escaped = Signal()  # a text was left by Esc
    text_left = Signal()  # so or by a click: nobody has the focus

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a key for the focused control; everything else goes its way."""
        focused = QApplication.focusWidget()
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(focused, TEXT_FIELDS):
            focused.clearFocus()
            self.text_left.emit()
        if not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride and _lives_on(focused, event):
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and focused is not None and _leaves(focused, event):
            focused.clearFocus()
            self.text_left.emit()
            self.escaped.emit()
            return True
        return super().eventFilter(watched, event)


def _leaves(focused: QWidget | None, event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Escape and isinstance(focused, TEXT_FIELDS)


def _lives_on(focused: QWidget | None, event: QKeyEvent) -> bool:
    key = event.key()
    if key == Qt.Key.Key_F2 and isinstance(focused, TEXT_FIELDS):  # who types does not mean the clip
        return True
    if event.modifiers() & ~_PLAIN:
        return False
    if key == Qt.Key.Key_Space:
        return isinstance(focused, QAbstractButton | QComboBox)
    if isinstance(focused, QAbstractItemView):
        return key in _MOVING and key not in _SIDEWAYS
    moves = isinstance(focused, QAbstractSlider | QAbstractSpinBox | QComboBox)
    return _leaves(focused, event) or (key in _MOVING and moves)
