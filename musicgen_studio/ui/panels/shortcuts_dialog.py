"""The sheet of keys (F1), on which they can also be changed. Nothing is saved while one key would do two things."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont, QIcon, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, SMALL_PX, Look, font, set_look
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.window.action_table import TABLE, shortcut
from musicgen_studio.ui.window.shortcuts import KeyMap

_ID = Qt.ItemDataRole.UserRole
_NATIVE = QKeySequence.SequenceFormat.NativeText


class ShortcutsDialog(QDialog):
    """Shows all keys by section, lets one be chosen and changed. Open it with `open()`.

    Args:
        keys: What holds now.
        parent: The window.
    """

    keys_accepted = Signal(object)  # KeyMap

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self._keys = keys
        self._search = QLineEdit(placeholderText=self.tr("Find a key or what it does"), clearButtonEnabled=True)
        self._search.setAccessibleName(self.tr("Find a key"))
        self._search.setToolTip(self.tr("Shows only lines with this text"))
        self._search.textChanged.connect(self._filter)
        self._tree = self._make_tree()
        self._build_editor()
        self._lay_out()
        self._refresh()
        self.choose(next(iter(self._items)))

    def values(self) -> KeyMap:
        """Return the keys as they are shown."""
        return self._keys

    def choose(self, shortcut_id: str) -> None:
        """Choose a line for changing its key."""
        self._tree.setCurrentItem(self._items[shortcut_id])

    @Slot()
    def accept(self) -> None:
        """Give the keys back and close."""
        self.keys_accepted.emit(self._keys)
        super().accept()

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget(columnCount=2)
        tree.setRootIsDecorated(False)
        tree.setIndentation(0)  # the branch would be painted as selected beside its row
        tree.setHeaderLabels([self.tr("What it does"), self.tr("Keys")])
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(False)
        tree.setAccessibleName(self.tr("All keys"))
        tree.setToolTip(self.tr("Choose a line to change its key"))
        self._items: dict[str, QTreeWidgetItem] = {}
        self._sections: dict[str, QTreeWidgetItem] = {}
        for line in (line for line in TABLE if line.is_ready):
            section = self._sections.get(line.section) or QTreeWidgetItem(tree, [line.section_title])
            self._sections[line.section] = section
            section.setFlags(Qt.ItemFlag.ItemIsEnabled)
            section.setFont(0, font(SMALL_PX, QFont.Weight.DemiBold))
            section.setForeground(0, self.palette().placeholderText())
            self._items[line.id] = QTreeWidgetItem(section, [line.title])
            self._items[line.id].setData(0, _ID, line.id)
        tree.expandAll()
        tree.currentItemChanged.connect(self._show_chosen)
        return tree

    def _build_editor(self) -> None:
        self._chosen = plain_label(wraps=True)
        self._edit = QKeySequenceEdit()
        self._edit.setMaximumSequenceLength(1)
        self._edit.setAccessibleName(self.tr("New key"))
        for field in self._edit.findChildren(QLineEdit):  # Qt's own, which is what has the focus
            field.setAccessibleName(self.tr("New key"))
        self._edit.setToolTip(self.tr("Press the new key here"))
        self._edit.keySequenceChanged.connect(self._change)
        self._none = self._button(self.tr("No key"), self.tr("Take its keys away"), self._take_away)
        self._default = self._button(self.tr("Default"), self.tr("Give it the keys it came with"), self._give_default)
        self._all = self._button(
            self.tr("All as delivered"), self.tr("Give all lines the keys they came with"), self._reset
        )
        self._problem = plain_label(wraps=True)

    def _button(self, text: str, tip: str, slot: object) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        editor = QHBoxLayout()
        editor.setSpacing(2 * GRID)
        editor.addWidget(self._chosen, 1)
        for widget in (self._edit, self._none, self._default):
            editor.addWidget(widget)
        self._box = QDialogButtonBox()
        self._box.addButton(self._all, QDialogButtonBox.ButtonRole.ResetRole)
        self._save = self._box.addButton(self.tr("Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        set_look(self._save, Look.PRIMARY)
        self._box.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._box.accepted.connect(self.accept)
        self._box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 4 * GRID)
        column.setSpacing(3 * GRID)
        column.addWidget(self._search)
        column.addWidget(self._tree, 1)
        column.addLayout(editor)
        column.addWidget(self._problem)
        column.addWidget(self._box)
        self.resize(600, 620)

    def _refresh(self) -> None:
        """Show the keys of all lines, and what clashes."""
        conflicts = self._keys.conflicts()
        clashing = {shortcut_id for clash in conflicts for shortcut_id in (clash.first, clash.second)}
        for shortcut_id, item in self._items.items():
            labels = [key.toString(_NATIVE) for key in self._keys.keys(shortcut_id)]
            item.setText(1, self.tr(" or ").join(labels) or self.tr("none"))
            item.setIcon(1, icon("warning", "warning") if shortcut_id in clashing else QIcon())
        self._problem.setText("\n".join(self._in_words(clash.key, clash.first, clash.second) for clash in conflicts))
        self._problem.setVisible(bool(conflicts))
        self._save.setEnabled(not conflicts)
        self._save.setToolTip(
            self.tr("One key does two things") if conflicts else self.tr("Use these keys from now on")
        )

    def _in_words(self, key: str, first: str, second: str) -> str:
        label = QKeySequence(key).toString(_NATIVE)
        text = self.tr("⚠ {0} is used twice: “{1}” and “{2}”. Give one of them another key.")
        return text.format(label, shortcut(first).title, shortcut(second).title)

    def _chosen_id(self) -> str | None:
        item = self._tree.currentItem()
        return None if item is None else item.data(0, _ID)

    @Slot()
    def _show_chosen(self) -> None:
        chosen = self._chosen_id()
        for widget in (self._edit, self._none, self._default):
            widget.setEnabled(chosen is not None)
        if chosen is None:
            return
        self._chosen.setText(shortcut(chosen).title)
        keys = self._keys.keys(chosen)
        self._edit.blockSignals(True)
        self._edit.setKeySequence(keys[0] if keys else QKeySequence())
        self._edit.blockSignals(False)

    @Slot(QKeySequence)
    def _change(self, key: QKeySequence) -> None:
        """Put a key in the place of the first one; further ones stay."""
        chosen = self._chosen_id()
        if chosen is not None and not key.isEmpty():
            others = [other for other in self._keys.keys(chosen)[1:] if other != key]
            self._put(self._keys.with_keys(chosen, [key, *others]))

    @Slot()
    def _take_away(self) -> None:
        if (chosen := self._chosen_id()) is not None:
            self._put(self._keys.with_keys(chosen, []))

    @Slot()
    def _give_default(self) -> None:
        if (chosen := self._chosen_id()) is not None:
            self._put(self._keys.with_keys(chosen, KeyMap().keys(chosen)))

    @Slot()
    def _reset(self) -> None:
        self._put(KeyMap())

    def _put(self, keys: KeyMap) -> None:
        self._keys = keys
        self._refresh()
        self._show_chosen()

    @Slot(str)
    def _filter(self, text: str) -> None:
        wanted = text.casefold()
        for item in self._items.values():
            item.setHidden(wanted not in f"{item.text(0)} {item.text(1)}".casefold())
        for heading, section in self._sections.items():
            lines = [self._items[line.id] for line in TABLE if line.is_ready and line.section == heading]
            section.setHidden(all(item.isHidden() for item in lines))
