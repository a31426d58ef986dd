"""How a clip's row in the library is drawn: star, mini waveform, title, and what else is to be known, in words."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from musicgen_studio.core.clip import Clip
from musicgen_studio.library.search import Sorting
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.icons import paint_icon
from musicgen_studio.ui.models.library_model import MARK, ClipRole, LibraryModel
from musicgen_studio.ui.panels.library_columns import COMPACT_PX, PICTURED_PX, ColumnPlace, columns_of, title_left
from musicgen_studio.ui.widgets.mini import paint_mini

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 52
_INDENT = 12
_STAR = 16
_MINI = QSize(52, 28)
_EDGE = 8
_CELL_EDGE = 8


class LibraryRow(QStyledItemDelegate):
    """Draws rows of a `LibraryModel`, and tells when a star is clicked."""

    star_clicked = Signal(str)  # id of the clip

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order = Sorting.NEWEST

    def set_order(self, order: Sorting) -> None:
        """Say by what the clips are sorted: that has a column, whatever room there is."""
        self._order = order

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's signature
        """Return the same height for all rows, so that ten thousand of them need no asking."""
        return QSize(200, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row."""
        clip = index.data(ClipRole.CLIP)
        columns = columns_of(option.rect.width(), self._order)
        places = _Places(option.rect, index.data(ClipRole.DEPTH), columns)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_background(painter, option)
        if places.depth:
            _paint_branch(painter, places)
        ink = theme.current().accent if clip.is_starred else theme.current().muted
        paint_icon(painter, places.star.toRectF(), "star-filled" if clip.is_starred else "star", ink)
        peaks = index.data(ClipRole.PEAKS) if places.is_pictured else None
        if peaks is not None:
            mins, maxs = peaks
            paint_mini(painter, places.mini.toRectF(), mins, maxs, theme.current().waveform)
        self._paint_columns(painter, places, columns, clip, index)
        self._paint_words(painter, places, columns, clip, index)
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """Take a click on the star, and nothing else."""
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            places = _Places(option.rect, index.data(ClipRole.DEPTH), columns_of(option.rect.width(), self._order))
            if places.star.adjusted(-4, -12, 4, 12).contains(event.position().toPoint()):
                self.star_clicked.emit(index.data(ClipRole.CLIP).id)
                return True
        return super().editorEvent(event, model, option, index)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Fill the editor, unless somebody is writing in it: a row is drawn again whenever something becomes known."""
        if not (isinstance(editor, QLineEdit) and editor.isModified()):
            super().setEditorData(editor, index)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Put the editor over the words."""
        columns = columns_of(option.rect.width(), self._order)
        words = _Places(option.rect, index.data(ClipRole.DEPTH), columns).words
        editor.setGeometry(words.adjusted(-4, 4, 0, -4))

    def _paint_columns(
        self, painter: QPainter, places: "_Places", columns: list[ColumnPlace], clip: Clip, index: Index
    ) -> None:
        model, row = index.model(), places.row
        if not isinstance(model, LibraryModel):
            return
        painter.setFont(theme.number_font())
        for place in columns:
            if place.order is Sorting.NEWEST and not places.is_pictured:
                continue  # what tells one clip from another needs all of so short a line
            is_it, text = place.order is self._order, model.value(clip, place.order)
            painter.setPen(QColor(theme.current().text if is_it else theme.current().muted))
            cell = QRect(row.left() + place.left, places.words.top(), place.width - _CELL_EDGE, places.words.height())
            if places.is_compact:
                cell.setTop(places.words.center().y() + 1)
            edge = Qt.AlignmentFlag.AlignTop if places.is_compact else Qt.AlignmentFlag.AlignVCenter
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, cell.width())
            painter.drawText(cell, int(edge | Qt.AlignmentFlag.AlignRight), text)
            if places.is_compact:
                places.value_px = painter.fontMetrics().horizontalAdvance(text)

    def _paint_words(
        self, painter: QPainter, places: "_Places", columns: list[ColumnPlace], clip: Clip, index: Index
    ) -> None:
        colours = theme.current()
        top, bottom = places.words, QRect(places.words)
        top = QRect(top.left(), top.top(), top.width(), top.height() // 2)
        bottom.setTop(top.bottom() + 1)
        if places.value_px:
            bottom.setRight(bottom.right() - places.value_px - _CELL_EDGE)
        _write(
            painter,
            top,
            clip.title.partition(MARK)[0],
            theme.font(weight=QFont.Weight.Medium),
            colours.text,
            at_bottom=True,
        )
        model = index.model()
        remarks = ", ".join(model.remarks(clip)) if isinstance(model, LibraryModel) else ""
        besides = [place.order for place in columns]
        facts = " · ".join(model.facts(clip, besides)) if isinstance(model, LibraryModel) else ""
        figures = theme.number_font()
        for text, ink in ((remarks, colours.warning), (facts, colours.muted)):
            if text:
                start = " · " if bottom.left() > places.words.left() else ""
                bottom.setLeft(bottom.left() + _write(painter, bottom, start + text, figures, ink))


class _Places:
    """Where the parts of a row lie."""

    def __init__(self, row: QRect, depth: int, columns: list[ColumnPlace]) -> None:
        self.row, self.depth = row, depth
        self.is_compact = row.width() < COMPACT_PX
        self.is_pictured = row.width() >= PICTURED_PX
        self.value_px = 0  # of the one value at the right of the second line
        indent = _INDENT if self.is_pictured else _INDENT // 2
        left = row.left() + _EDGE + depth * indent
        middle = row.center().y() + 1
        self.branch = QRect(left - indent + 2, row.top(), indent - 4, row.height())
        self.star = QRect(left, middle - _STAR // 2, _STAR, _STAR)
        self.mini = QRect(self.star.right() + 1 + _EDGE, middle - _MINI.height() // 2, _MINI.width(), _MINI.height())
        words_left = row.left() + title_left(row.width()) + depth * indent
        words_right = row.right() if self.is_compact else row.left() + columns[0].left
        self.words = QRect(words_left, row.top() + 6, words_right - words_left - _EDGE, row.height() - 12)


def _paint_background(painter: QPainter, option: QStyleOptionViewItem) -> None:
    colours = theme.current()
    card = option.rect.adjusted(1, 1, -1, -1).toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
    is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
    is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
    if is_selected or is_hovered:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent_soft if is_selected else colours.control))
        painter.drawRoundedRect(card, theme.RADIUS, theme.RADIUS)
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QColor(colours.focus))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(card, theme.RADIUS, theme.RADIUS)


def _paint_branch(painter: QPainter, places: _Places) -> None:
    painter.setPen(QColor(theme.current().border))
    middle = places.star.center().y()
    painter.drawLine(places.branch.left(), places.branch.top(), places.branch.left(), middle)
    painter.drawLine(places.branch.left(), middle, places.branch.right(), middle)


def _write(painter: QPainter, rect: QRect, text: str, type_face: QFont, ink: str, at_bottom: bool = False) -> int:
    """Write one line, shortened to fit. Returns its width."""
    painter.setFont(type_face)
    painter.setPen(QColor(ink))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    edge = Qt.AlignmentFlag.AlignBottom if at_bottom else Qt.AlignmentFlag.AlignTop
    painter.drawText(rect, int(edge | Qt.AlignmentFlag.AlignLeft), shown)
    return painter.fontMetrics().horizontalAdvance(shown)
