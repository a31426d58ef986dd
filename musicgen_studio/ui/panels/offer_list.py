"""The list in the catalogue: what is on this computer, what could be had, what takes clips apart. It only shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.icons import paint_icon
from musicgen_studio.ui.look.theme import GRID
from musicgen_studio.ui.widgets.row_text import write_line

_ROLE = Qt.ItemDataRole.UserRole
_ROW_PX, _HEADING_PX, _MARK_PX = 48, 30, 14


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One line; a heading has no id.

    Args:
        id: Of the offer; empty for a heading.
        title: What it is called.
        below: What it is good for, in small.
        note: Where it is, in a word or two.
        is_current: Whether it is in use.
        share: How much of its download is there, 0 to 1; None if it is not on its way.
    """

    id: str
    title: str
    below: str = ""
    note: str = ""
    is_current: bool = False
    share: float | None = None


class OfferList(QListWidget):
    """One line is chosen at a time. Main thread."""

    chosen = Signal(str)  # id

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[OfferLine] = []
        self.setAccessibleName(self.tr("Checkpoints"))
        self.setItemDelegate(_Row(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.currentItemChanged.connect(self._tell)

    def set_lines(self, lines: Sequence[OfferLine]) -> None:
        """Show these lines; what is chosen stays so, if it is among them."""
        if list(lines) == self._lines:
            return
        is_same = [line.id for line in lines] == [line.id for line in self._lines]
        self._lines = list(lines)
        if not is_same:
            self._rebuild()
        for row, line in enumerate(lines):
            self._fill(self.item(row), line)

    def chosen_id(self) -> str:
        """Return the id of the line that is chosen; empty for none."""
        item = self.currentItem()
        return "" if item is None else str(item.data(_ROLE).id)

    def choose(self, offer_id: str) -> None:
        """Choose a line; an unknown one passes."""
        rows = (row for row, line in enumerate(self._lines) if line.id == offer_id)
        row = next(rows, None)
        if row is not None:
            self.setCurrentRow(row)
            self.scrollToItem(self.item(row))

    def _rebuild(self) -> None:
        chosen = self.chosen_id()
        self.blockSignals(True)
        self.clear()
        for line in self._lines:
            item = QListWidgetItem()
            item.setData(_ROLE, line)
            if not line.id:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(item)
        self.choose(chosen)
        self.blockSignals(False)

    def _fill(self, item: QListWidgetItem, line: OfferLine) -> None:
        item.setData(_ROLE, line)
        item.setText(f"{line.title}, {line.note}\n{line.below}" if line.note else f"{line.title}\n{line.below}")
        item.setToolTip(line.below)

    @Slot()
    def _tell(self) -> None:
        if self.chosen_id():
            self.chosen.emit(self.chosen_id())


class _Row(QStyledItemDelegate):
    """Draws a line: a check mark before the one in use, title and note, what it is good for, how far it is."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        """Return room for two lines, or a heading."""
        return QSize(10, _ROW_PX if index.data(_ROLE).id else _HEADING_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a line."""
        line: OfferLine = index.data(_ROLE)
        colours = theme.current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = option.rect
        if not line.id:
            heading = rect.adjusted(2 * GRID, 2 * GRID, -2 * GRID, 0)
            write_line(painter, heading, line.title, theme.font(theme.SMALL_PX, QFont.Weight.DemiBold), colours.muted)
            painter.restore()
            return
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft if is_chosen else colours.control))
            painter.drawRoundedRect(rect.toRectF().adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
        words = QRect(rect.left() + 3 * GRID, rect.top() + GRID, 0, 20)
        words.setRight(rect.right() - 2 * GRID)
        note = theme.font(theme.SMALL_PX)
        write_line(painter, words, line.note, note, colours.muted, Qt.AlignmentFlag.AlignRight)
        room = words.adjusted(0, 0, -QFontMetrics(note).horizontalAdvance(line.note) - 2 * GRID, 0)
        if line.is_current:
            mark = QRect(words.right() - _MARK_PX, words.top() + 3, _MARK_PX, _MARK_PX)
            paint_icon(painter, mark.toRectF(), "check", colours.accent)
            room.setRight(mark.left() - 2 * GRID)
        write_line(painter, room, line.title, theme.font(weight=QFont.Weight.Medium), colours.text)
        write_line(painter, words.translated(0, 20), line.below, theme.font(theme.SMALL_PX), colours.muted)
        if line.share is not None:
            self._paint_share(painter, rect, line.share)
        painter.restore()

    def _paint_share(self, painter: QPainter, rect: QRect, share: float) -> None:
        colours = theme.current()
        groove = QRect(rect.left() + 3 * GRID, rect.bottom() - 4, rect.width() - 5 * GRID, 2).toRectF()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.border))
        painter.drawRect(groove)
        groove.setWidth(groove.width() * share)
        painter.setBrush(QColor(colours.accent))
        painter.drawRect(groove)
