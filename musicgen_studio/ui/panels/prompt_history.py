"""What was written before, to be looked through and used again: a popup under the prompt.

It asks for the prompts each time it opens or something is typed. Not for where they come from (`making.prompting`).
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.studio.making.prompting import PastPrompt
from musicgen_studio.ui.look.icons import icon, lead_with
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import plain_label

Find = Callable[[str, bool], Sequence[PastPrompt]]
"""Gives the prompts that fit what was typed, only those that worked or all."""

MAX_SHOWN = 200
SIZE = (360, 320)


class PromptHistory(QFrame):
    """The popup. Main thread.

    Args:
        find: Where the prompts come from.
        parent: Qt's owner.
    """

    chosen = Signal(str)  # a prompt to be used again

    def __init__(self, find: Find, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._find = find
        set_look(self, Look.CARD)
        self.setAccessibleName(self.tr("Prompts written before"))
        self.resize(*SIZE)
        self._search = QLineEdit(placeholderText=self.tr("Search what you wrote"), clearButtonEnabled=True)
        self._search.setAccessibleName(self.tr("Search the prompts"))
        lead_with(self._search, "search")
        self._search.textChanged.connect(self._fill)
        self._search.returnPressed.connect(self._take_current)
        self._search.installEventFilter(self)
        self._worked = QToolButton()
        self._worked.setIcon(icon("star"))
        self._worked.setCheckable(True)
        self._worked.setToolTip(self.tr("Only what worked: prompts of clips with a star"))
        self._worked.setAccessibleName(self.tr("Only what worked"))
        set_look(self._worked, Look.QUIET)
        self._worked.toggled.connect(self._fill)
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Prompts"))
        self._list.setWordWrap(True)
        self._list.setUniformItemSizes(False)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemActivated.connect(self._take)
        self._list.itemClicked.connect(self._take)
        self._nothing = plain_label(look=Look.MUTED, wraps=True)
        self._lay_out()

    def open_under(self, anchor: QWidget) -> None:
        """Open below a widget, inside the screen, with everything that was written."""
        self._search.clear()
        self._fill()
        place = anchor.mapToGlobal(anchor.rect().bottomLeft())
        screen = anchor.screen().availableGeometry()
        left = min(max(place.x(), screen.left()), screen.right() - self.width())
        self.move(left, min(place.y() + GRID, screen.bottom() - self.height()))
        self.show()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let up and down in the search move through the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self._list.count():
                row = min(max(self._list.currentRow() + step, 0), self._list.count() - 1)
                self._list.setCurrentRow(row)
                return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(self._search, 1)
        top.addWidget(self._worked)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(top)
        column.addWidget(self._nothing)
        column.addWidget(self._list, 1)

    @Slot()
    def _fill(self) -> None:
        past = self._find(self._search.text(), self._worked.isChecked())[:MAX_SHOWN]
        self._list.clear()
        for each in past:
            stars = f"★ {each.stars} · " if each.stars else ""
            clips = self.tr("1 clip") if each.clips == 1 else self.tr("{0} clips").format(each.clips)
            item = QListWidgetItem(f"{each.text}\n{stars}{clips}")
            item.setData(Qt.ItemDataRole.UserRole, each.text)
            self._list.addItem(item)
        self._nothing.setVisible(not past)
        self._nothing.setText(self._empty_words())

    def _empty_words(self) -> str:
        if self._worked.isChecked():
            return self.tr("Nothing has a star yet. Give one to a clip that came out well, and its prompt is here.")
        return self.tr("Nothing like it was written yet.")

    @Slot()
    def _take_current(self) -> None:
        if self._list.count():
            self._take(self._list.item(max(self._list.currentRow(), 0)))

    @Slot(QListWidgetItem)
    def _take(self, item: QListWidgetItem) -> None:
        self.hide()
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))
