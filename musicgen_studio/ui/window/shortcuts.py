"""The one table of keys: what can be done from the keyboard, and by which keys.

The defaults follow Audacity's, which musicians know. Panels take their keys from a `KeyMap` through `Bindings`, so that
a button, its tooltip and its key never tell different things. Not for what the keys do: that is the panels' affair.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QEvent, QObject, Qt
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

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText


class KeyContext(StrEnum):
    """Where a key counts."""

    WINDOW = "window"
    LIBRARY = "library"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One line of the table.

    Args:
        id: What settings call it; never changed once released.
        text: What it does, in English; `title` is the translated one.
        keys: Default keys in Qt's portable writing, several parted by "; ", empty for none.
        section: Heading it stands under on the sheet, in English.
        context: Where it counts.
        is_ready: False keeps the key free for something the program cannot do yet; the sheet leaves it out.
    """

    id: str
    text: str
    keys: str
    section: str
    context: KeyContext = KeyContext.WINDOW
    is_ready: bool = True

    @property
    def title(self) -> str:
        """What it does, in the language of the program."""
        return QCoreApplication.translate("shortcuts", self.text)

    @property
    def section_title(self) -> str:
        """The heading, in the language of the program."""
        return QCoreApplication.translate("shortcuts", self.section)


def _line(
    shortcut_id: str,
    text: object,  # the type PySide6 gives a text marked for translation
    keys: str,
    section: object,
    context: KeyContext = KeyContext.WINDOW,
    is_ready: bool = True,
) -> Shortcut:
    return Shortcut(shortcut_id, str(text), keys, str(section), context, is_ready)


_MAKE = QT_TRANSLATE_NOOP("shortcuts", "Make")
_PLAY = QT_TRANSLATE_NOOP("shortcuts", "Play")
_VIEW = QT_TRANSLATE_NOOP("shortcuts", "Waveform")
_CLIPS = QT_TRANSLATE_NOOP("shortcuts", "Library")
_PROGRAM = QT_TRANSLATE_NOOP("shortcuts", "Program")

TABLE: tuple[Shortcut, ...] = (
    _line("generate", QT_TRANSLATE_NOOP("shortcuts", "Generate"), "Ctrl+Enter; Ctrl+Return", _MAKE),
    _line("cancel", QT_TRANSLATE_NOOP("shortcuts", "Leave the field, then cancel what is being made"), "Esc", _MAKE),
    _line("prompt", QT_TRANSLATE_NOOP("shortcuts", "Put the cursor into the prompt"), "P", _MAKE),
    _line("record", QT_TRANSLATE_NOOP("shortcuts", "Record a hum: get ready, begin, stop"), "R", _MAKE),
    _line("play", QT_TRANSLATE_NOOP("shortcuts", "Play or stop"), "Space", _PLAY),
    _line("to-start", QT_TRANSLATE_NOOP("shortcuts", "Go to the start"), "Home", _PLAY),
    _line("to-end", QT_TRANSLATE_NOOP("shortcuts", "Go to the end"), "End", _PLAY),
    _line("seek-back", QT_TRANSLATE_NOOP("shortcuts", "Step back"), "Left", _PLAY),
    _line("seek-forward", QT_TRANSLATE_NOOP("shortcuts", "Step forward"), "Right", _PLAY),
    _line("loop", QT_TRANSLATE_NOOP("shortcuts", "Loop on or off"), "L", _PLAY),
    _line("loop-selection", QT_TRANSLATE_NOOP("shortcuts", "Loop the selection"), "Shift+L", _PLAY),
    _line("take-1", QT_TRANSLATE_NOOP("shortcuts", "Hear take 1"), "1", _PLAY),
    _line("take-2", QT_TRANSLATE_NOOP("shortcuts", "Hear take 2"), "2", _PLAY),
    _line("take-3", QT_TRANSLATE_NOOP("shortcuts", "Hear take 3"), "3", _PLAY),
    _line("take-4", QT_TRANSLATE_NOOP("shortcuts", "Hear take 4"), "4", _PLAY),
    _line("take-5", QT_TRANSLATE_NOOP("shortcuts", "Hear take 5"), "5", _PLAY),
    _line("take-6", QT_TRANSLATE_NOOP("shortcuts", "Hear take 6"), "6", _PLAY),
    _line("take-7", QT_TRANSLATE_NOOP("shortcuts", "Hear take 7"), "7", _PLAY),
    _line("take-8", QT_TRANSLATE_NOOP("shortcuts", "Hear take 8"), "8", _PLAY),
    _line("zoom-in", QT_TRANSLATE_NOOP("shortcuts", "Zoom in"), "Ctrl+=; Ctrl++", _VIEW),
    _line("zoom-out", QT_TRANSLATE_NOOP("shortcuts", "Zoom out"), "Ctrl+-", _VIEW),
    _line("zoom-selection", QT_TRANSLATE_NOOP("shortcuts", "Zoom to the selection"), "Ctrl+E", _VIEW),
    _line("zoom-fit", QT_TRANSLATE_NOOP("shortcuts", "Show the whole clip"), "Ctrl+F", _VIEW),
    _line("search", QT_TRANSLATE_NOOP("shortcuts", "Search the library"), "Ctrl+K", _CLIPS),
    _line("rename", QT_TRANSLATE_NOOP("shortcuts", "Rename the clip"), "F2", _CLIPS),
    _line("star", QT_TRANSLATE_NOOP("shortcuts", "Star on or off"), "S", _CLIPS),
    _line("trash", QT_TRANSLATE_NOOP("shortcuts", "Move to the trash"), "Del", _CLIPS, KeyContext.LIBRARY),
    _line("export", QT_TRANSLATE_NOOP("shortcuts", "Export"), "Ctrl+Shift+E", _CLIPS),
    _line("queue-up", QT_TRANSLATE_NOOP("shortcuts", "Make this sooner"), "Alt+Up", _MAKE, KeyContext.QUEUE),
    _line("queue-down", QT_TRANSLATE_NOOP("shortcuts", "Make this later"), "Alt+Down", _MAKE, KeyContext.QUEUE),
    _line("queue-cancel", QT_TRANSLATE_NOOP("shortcuts", "Cancel this job"), "Del", _MAKE, KeyContext.QUEUE),
    _line("undo", QT_TRANSLATE_NOOP("shortcuts", "Undo"), "Ctrl+Z", _PROGRAM),
    _line("redo", QT_TRANSLATE_NOOP("shortcuts", "Redo"), "Ctrl+Shift+Z; Ctrl+Y", _PROGRAM),
    _line("next-section", QT_TRANSLATE_NOOP("shortcuts", "Next section of the window"), "F6", _PROGRAM),
    _line("previous-section", QT_TRANSLATE_NOOP("shortcuts", "Previous section"), "Shift+F6", _PROGRAM),
    _line("settings", QT_TRANSLATE_NOOP("shortcuts", "Settings"), "Ctrl+,", _PROGRAM),
    _line("shortcuts", QT_TRANSLATE_NOOP("shortcuts", "This sheet of keys"), "F1", _PROGRAM),
    _line("quit", QT_TRANSLATE_NOOP("shortcuts", "Quit"), "Ctrl+Q", _PROGRAM),
)
_BY_ID = {line.id: line for line in TABLE}


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
        written = self.changes.get(shortcut_id, _BY_ID[shortcut_id].keys)
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


def shortcut(shortcut_id: str) -> Shortcut:
    """Return a line of the table.

    Raises:
        KeyError: If there is none with this id.
    """
    return _BY_ID[shortcut_id]


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
        self._actions: dict[str, QAction] = {}
        self._tips: list[tuple[QWidget, str, str]] = []

    def add(self, shortcut_id: str, slot: Callable[[], object]) -> QAction:
        """Let a key call a slot. Returns the action, for menus."""
        line = _BY_ID[shortcut_id]
        action = QAction(line.title, self._owner)
        is_window = line.context is KeyContext.WINDOW
        wanted = Qt.ShortcutContext.WindowShortcut if is_window else Qt.ShortcutContext.WidgetWithChildrenShortcut
        action.setShortcutContext(wanted)
        action.setShortcuts(self._keys.keys(shortcut_id))
        action.triggered.connect(lambda _checked=False: slot())
        self._owner.addAction(action)
        self._actions[shortcut_id] = action
        return action

    def button(self, button: QAbstractButton, shortcut_id: str, tip: str) -> QAction:
        """Let a key click a button, and the button's tooltip tell the key."""
        self.tip(button, shortcut_id, tip)
        return self.add(shortcut_id, button.click)

    def tip(self, widget: QWidget, shortcut_id: str, tip: str) -> None:
        """Let a widget's tooltip tell a key; said again for the same widget, it replaces the text."""
        self._tips = [known for known in self._tips if known[0] is not widget]
        self._tips.append((widget, shortcut_id, tip))
        widget.setToolTip(self._keys.hint(tip, shortcut_id))

    def set_keys(self, keys: KeyMap) -> None:
        """Put other keys in, at once."""
        self._keys = keys
        for shortcut_id, action in self._actions.items():
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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a key for the focused control; everything else goes its way."""
        focused = QApplication.focusWidget()
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(focused, TEXT_FIELDS):
            focused.clearFocus()
        if not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride and _lives_on(focused, event):
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and focused is not None and _leaves(focused, event):
            focused.clearFocus()
            return True
        return super().eventFilter(watched, event)


def _leaves(focused: QWidget | None, event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Escape and isinstance(focused, TEXT_FIELDS)


def _lives_on(focused: QWidget | None, event: QKeyEvent) -> bool:
    key = event.key()
    if event.modifiers() & ~_PLAIN:
        return False
    if key == Qt.Key.Key_Space:
        return isinstance(focused, QAbstractButton | QComboBox)
    if isinstance(focused, QAbstractItemView):
        return key in _MOVING and key not in _SIDEWAYS
    moves = isinstance(focused, QAbstractSlider | QAbstractSpinBox | QComboBox)
    return _leaves(focused, event) or (key in _MOVING and moves)
