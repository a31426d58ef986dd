"""The columns of the library's list: which there is room for, where they lie, and the header that sorts by them.

A wide list has a column for each value; a narrow one has the title and what it is sorted by, at the right of the second
line. Not for how a row is drawn (`library_row`) nor for sorting (`library.search`).
"""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFontMetrics
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from musicgen_studio.library.search import Sorting
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import Look, set_look

COMPACT_PX = 440
"""Narrower lists keep two lines a row, and one value at the right of the second."""

PICTURED_PX = 220
"""Narrower lists leave the mini waveforms out: there is room for them or for the titles."""

_TITLE_LEFT_PX = 92
_TITLE_LEFT_BARE_PX = 32  # where no mini waveform stands before it

_TITLE_PX = 260
_TITLE_PADDING_PX = 5
_NARROW_PX = 76
_WIDTHS_PX = {
    Sorting.TEMPO: 68,
    Sorting.KEY: 76,
    Sorting.LONGEST: 70,
    Sorting.NEWEST: 68,
    Sorting.LARGEST: 68,
    Sorting.BEST: 58,
    Sorting.FAULTS: 74,
}
"""From left to right."""

_WANTED = (Sorting.LONGEST, Sorting.NEWEST, Sorting.TEMPO, Sorting.KEY, Sorting.BEST, Sorting.FAULTS, Sorting.LARGEST)
"""Which come first where there is no room for all."""


@dataclass(frozen=True, slots=True)
class ColumnPlace:
    """Where a column lies.

    Args:
        order: What is in it.
        left: From the list's left edge, in px.
        width: In px.
    """

    order: Sorting
    left: int
    width: int


def title_left(width_px: int) -> int:
    """Return where the words of a row begin, and the name above them, in px from the left edge of a list."""
    return _TITLE_LEFT_PX if width_px >= PICTURED_PX else _TITLE_LEFT_BARE_PX


def columns_of(width_px: int, order: Sorting) -> list[ColumnPlace]:
    """Return the columns right of the title that a list has room for, from left to right.

    Args:
        width_px: Of the list's rows.
        order: What it is sorted by, which always has its column.
    """
    sorted_by = order if order in _WIDTHS_PX else Sorting.NEWEST
    if width_px < COMPACT_PX:
        return [ColumnPlace(sorted_by, width_px - _NARROW_PX, _NARROW_PX)]
    room, shown = width_px - _TITLE_PX, {sorted_by}
    room -= _WIDTHS_PX[sorted_by]
    for each in _WANTED:
        if each not in shown and _WIDTHS_PX[each] <= room:
            shown.add(each)
            room -= _WIDTHS_PX[each]
    left, found = width_px, list[ColumnPlace]()
    for each in reversed([order for order in _WIDTHS_PX if order in shown]):
        left -= _WIDTHS_PX[each]
        found.insert(0, ColumnPlace(each, left, _WIDTHS_PX[each]))
    return found


class ColumnHeader(QWidget):
    """A button for each column that is shown, and one for a menu of all orders. Main thread.

    Args:
        parent: Qt's owner.
    """

    order_chosen = Signal(object, bool)  # Order, and whether the other way round

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order, self._is_reversed, self._row_px = Sorting.NEWEST, False, 0
        self._buttons = {order: self._button(order) for order in (Sorting.TITLE, *_WIDTHS_PX)}
        self._menu_button = self._make_menu()
        self.setFixedHeight(self._menu_button.sizeHint().height())
        self._show()

    @property
    def order(self) -> Sorting:
        """By what the clips are sorted."""
        return self._order

    @property
    def is_reversed(self) -> bool:
        """Whether the other way round."""
        return self._is_reversed

    def sizeHint(self) -> QSize:
        """Return the height of a button; the width is the list's."""
        return QSize(0, self._menu_button.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Be as high as the buttons are with another style."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_menu_button"):
            self.setFixedHeight(self._menu_button.sizeHint().height())

    def restore(self, order: Sorting, *, is_reversed: bool) -> None:
        """Show an order that was chosen before, and tell nobody."""
        self._order, self._is_reversed = order, is_reversed
        self._show()

    def choose(self, order: Sorting) -> None:
        """Sort by something; what is sorted by it already is turned round."""
        self._set(order, not self._is_reversed if order is self._order else False)

    def _set(self, order: Sorting, is_reversed: bool) -> None:
        self._order, self._is_reversed = order, is_reversed
        self._show()
        self.order_chosen.emit(order, is_reversed)

    def _button(self, order: Sorting) -> QPushButton:
        button = QPushButton(self)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setProperty("side", "left" if order is Sorting.TITLE else "right")
        set_look(button, Look.COLUMN)
        button.clicked.connect(lambda: self.choose(order))
        return button

    def _make_menu(self) -> QToolButton:
        menu, group = QMenu(self), QActionGroup(self)
        self._choices = dict[Sorting, QAction]()
        for order in (
            Sorting.NEWEST,
            Sorting.TITLE,
            Sorting.STARS,
            *(each for each in _WIDTHS_PX if each != Sorting.NEWEST),
        ):
            action = menu.addAction(order_name(order))
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _checked, chosen=order: self._set(chosen, False))
            self._choices[order] = action
        menu.addSeparator()
        self._turned = menu.addAction(self.tr("The other way round"))
        self._turned.setCheckable(True)
        self._turned.triggered.connect(lambda: self._set(self._order, self._turned.isChecked()))
        button = QToolButton(self)
        button.setIcon(icon("menu", "muted"))
        button.setIconSize(QSize(14, 14))
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip(self.tr("Order of the clips"))
        button.setAccessibleName(self.tr("Order of the clips"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_look(button, Look.COLUMN)
        return button

    def _show(self) -> None:
        for order, button in self._buttons.items():
            is_it, name = order is self._order, column_name(order)
            button.setText(name + self._arrow(order))
            tip = [order_name(order), _meaning(order), self.tr("Once more: the other way round")]
            button.setToolTip("\n".join(line for line in tip if line))
            state = (self.tr("{0}, the other way round") if self._is_reversed else "{0}").format(order_name(order))
            button.setAccessibleName(self.tr("Sort by {0}").format(name))
            button.setAccessibleDescription(state if is_it else "")
            button.setProperty("sorts", is_it)
            set_look(button, Look.COLUMN)
        self._choices[self._order].setChecked(True)
        self._turned.setChecked(self._is_reversed)
        self._lay_out()

    def _arrow(self, order: Sorting) -> str:
        if order is not self._order:
            return ""
        falls = self._order in (Sorting.NEWEST, Sorting.LONGEST, Sorting.LARGEST)  # the greatest is first
        return " ↓" if falls is not self._is_reversed else " ↑"

    def set_row_px(self, width_px: int) -> None:
        """Say how wide the rows are, which is less than the header where there is a scroll bar."""
        self._row_px = width_px
        self._lay_out()

    def _lay_out(self) -> None:
        menu_px, height = self._menu_button.sizeHint().width(), self.height()
        self._menu_button.setGeometry(0, 0, menu_px, height)
        columns = {place.order: place for place in columns_of(self._row_px, self._order)}
        first = min(place.left for place in columns.values())
        for order, button in self._buttons.items():
            place = columns.get(order)
            if order is Sorting.TITLE:
                left, wanted = title_left(self._row_px) - _TITLE_PADDING_PX, button.sizeHint().width()
                button.setGeometry(left, 0, wanted if wanted <= first - left else 0, height)  # half a word says nothing
            elif place is not None:
                button.setText(self._fitting(order, button.fontMetrics(), place.width - 2 * _TITLE_PADDING_PX))
                button.setGeometry(place.left, 0, place.width, height)
            button.setVisible(place is not None or order is Sorting.TITLE)

    def _fitting(self, order: Sorting, metrics: QFontMetrics, room_px: int) -> str:
        """Return a column's name, shortened where a language has a longer one; its tip says all. The arrow stays."""
        name, arrow = column_name(order), self._arrow(order)
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room_px - metrics.horizontalAdvance(arrow))
        return shown + arrow


def column_name(order: Sorting) -> str:
    """Return what stands above a column, empty for what has none."""
    tr = partial(QCoreApplication.translate, "library_columns")
    return {
        Sorting.TITLE: tr("Title"),
        Sorting.TEMPO: tr("Tempo"),
        Sorting.KEY: tr("Key"),
        Sorting.LONGEST: tr("Length"),
        Sorting.NEWEST: tr("Made"),
        Sorting.LARGEST: tr("Size"),
        Sorting.BEST: tr("Best"),
        Sorting.FAULTS: tr("Broken"),
    }.get(order, "")


def order_name(order: Sorting) -> str:
    """Return an order in words."""
    tr = partial(QCoreApplication.translate, "library_columns")
    return {
        Sorting.NEWEST: tr("Newest first"),
        Sorting.TITLE: tr("By title"),
        Sorting.STARS: tr("Starred first"),
        Sorting.TEMPO: tr("Slowest first"),
        Sorting.KEY: tr("By key"),
        Sorting.LONGEST: tr("Longest first"),
        Sorting.LARGEST: tr("Largest first"),
        Sorting.BEST: tr("Best take first"),
        Sorting.FAULTS: tr("Least broken first"),
    }[order]


def _meaning(order: Sorting) -> str:
    """Return what else is to be known of a column, empty for most."""
    tr = partial(QCoreApplication.translate, "library_columns")
    return {
        Sorting.TEMPO: tr("A tempo with ? is a guess"),
        Sorting.KEY: tr("A key with ? is a guess"),
        Sorting.BEST: tr("Its place among the takes it was compared with"),
        Sorting.FAULTS: tr("How often it stops, fades to silence or has a glitch, where somebody has looked"),
    }.get(order, "")
