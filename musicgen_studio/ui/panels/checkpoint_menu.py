"""Which checkpoint makes the music: the list that folds out of the header. A choice counts at once.

Each line says in words what matters before choosing: licence, size, melody, memory, and whether it is here at all.
Not for the facts themselves (`checkpoints`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.icons import icon, paint_icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.widgets.row_text import write_line
from musicgen_studio.ui.widgets.tall_area import open_below

_WIDTH = 760
_ROW_PX, _LINE_PX = 66, 19
_ROWS_SEEN = 6
_MARK_PX = 16
_LINE_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """One line of the list.

    Args:
        name: As the settings have it; empty if it is not on this computer and so cannot be chosen.
        title: What it is called.
        facts: The rest, in one line.
        purpose: What it is good for.
        wanted: What the catalogue calls it, if it could be had; empty if it cannot.
        is_current: Whether it is in use.
        note: A few words beside the title, such as that it is not on this computer.
    """

    name: str
    title: str
    facts: str
    is_current: bool = False
    note: str = ""
    purpose: str = ""
    wanted: str = ""


class CheckpointMenu(QFrame):
    """Folds out below a button; Esc or a click elsewhere closes it. Main thread.

    Args:
        lines: What there is to choose from, and what else there would be.
        parent: What it folds out of.
    """

    chosen = Signal(str)
    """`CheckpointLine.name` of another checkpoint than the current one."""
    wanted = Signal(str)
    """`CheckpointLine.wanted` of one that is not on this computer; empty for the whole catalogue."""
    folder_requested = Signal()
    settings_requested = Signal()

    def __init__(self, lines: Sequence[CheckpointLine], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        set_look(self, Look.CARD)
        self._list = _Lines()
        self._list.set_lines(lines)
        self._list.picked.connect(self._pick)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(plain_label(self.tr("CHECKPOINT"), Look.SECTION))
        column.addWidget(self._list)
        get = self._button("download", self.tr("Get more checkpoints…"), self.tr("All there are, and what is here"))
        get.clicked.connect(lambda: self.wanted.emit(""))
        column.addWidget(get)
        add = self._button("folder", self.tr("Add a checkpoint folder…"), self.tr("Choose a folder on this computer"))
        add.clicked.connect(self.folder_requested)
        column.addWidget(add)
        more = self._button("settings", self.tr("Settings…"), self.tr("Where it runs, how exactly, and all else"))
        more.clicked.connect(self.settings_requested)
        column.addWidget(more)
        self.setFixedWidth(_WIDTH)

    def set_lines(self, lines: Sequence[CheckpointLine]) -> None:
        """Show other lines."""
        self._list.set_lines(lines)
        self.resize(self.sizeHint())

    def open_below(self, button: QWidget) -> None:
        """Fold out."""
        open_below(self, button)
        self._list.setFocus(Qt.FocusReason.PopupFocusReason)

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(icon(name), text)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        set_look(button, Look.QUIET)
        button.setStyleSheet("text-align: left;")
        button.clicked.connect(self.close)
        return button

    def _pick(self, line: CheckpointLine) -> None:
        self.close()
        if not line.name:
            self.wanted.emit(line.wanted)
        elif not line.is_current:
            self.chosen.emit(line.name)


class _Lines(QListWidget):
    """The lines; a click or Enter picks one that is here or can be had."""

    picked = Signal(object)  # CheckpointLine

    def __init__(self) -> None:
        super().__init__()
        self._shown = tuple[CheckpointLine, ...]()
        self.setAccessibleName(self.tr("Checkpoints"))
        self.setItemDelegate(_Row(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.itemClicked.connect(self._pick)

    def set_lines(self, lines: Sequence[CheckpointLine]) -> None:
        """Show these; where nothing has changed, nothing moves."""
        if tuple(lines) == self._shown:
            return
        self._shown = tuple(lines)
        self.clear()
        for line in lines:
            said = f"{line.title}, {line.note}" if line.note else line.title
            item = QListWidgetItem("\n".join(part for part in (said, line.purpose, line.facts) if part))
            item.setToolTip(line.facts)
            item.setData(_LINE_ROLE, line)
            if not (line.name or line.wanted):
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(item)
            if line.is_current:
                self.setCurrentItem(item)
        self.setFixedHeight(min(len(lines), _ROWS_SEEN) * _ROW_PX + 2 * self.frameWidth() + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentItem() is not None:
            self._pick(self.currentItem())
        else:
            super().keyPressEvent(event)

    def _pick(self, item: QListWidgetItem) -> None:
        line: CheckpointLine = item.data(_LINE_ROLE)
        if line.name or line.wanted:
            self.picked.emit(line)


class _Row(QStyledItemDelegate):
    """Draws title, purpose and facts one below the other, with a check mark before the one in use."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        """Return room for three lines."""
        return QSize(_WIDTH - 8 * GRID, _ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a line."""
        line: CheckpointLine = index.data(_LINE_ROLE)
        colours = theme.current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if (line.name or line.wanted) and option.state & (
            QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver
        ):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft))
            painter.drawRoundedRect(option.rect.toRectF().adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
        left = option.rect.left() + 2 * GRID
        if line.is_current:
            mark = QRect(left, option.rect.top() + 2 * GRID - 1, _MARK_PX, _MARK_PX)
            paint_icon(painter, mark.toRectF(), "check", colours.accent)
        words = QRect(left + _MARK_PX + 2 * GRID, option.rect.top() + GRID, 0, 20)
        words.setRight(option.rect.right() - 2 * GRID)
        weight = QFont.Weight.Medium if line.name else QFont.Weight.Normal
        inks = (colours.text, colours.muted) if line.name else (colours.muted, colours.muted)
        write_line(painter, words, line.title, theme.font(weight=weight), inks[0])
        write_line(painter, words, line.note, theme.font(theme.SMALL_PX), colours.muted, Qt.AlignmentFlag.AlignRight)
        if line.purpose:
            words.translate(0, _LINE_PX)
            write_line(painter, words, line.purpose, theme.font(theme.SMALL_PX), inks[0])
        write_line(painter, words.translated(0, _LINE_PX), line.facts, theme.font(theme.SMALL_PX), colours.muted)
        painter.restore()
