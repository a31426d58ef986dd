"""Where the parts of the window lie: one below the other, in three columns, on the screen. Not for what they do."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QFrame, QSplitter, QStyle, QVBoxLayout, QWidget

from musicgen_studio.ui.look.theme import GRID
from musicgen_studio.ui.widgets.tall_area import Page, TallArea

COLUMNS = (288, 700, 308)
MARGIN_PX = 3 * GRID
MIN_SIZE = (800, 560)
USUAL_SIZE = (1280, 800)


def column(parts: Sequence[QWidget], grows: QWidget, margin_px: int = 0) -> QWidget:
    """Return a widget with parts one below the other, of which one takes the height that is left."""
    whole = QWidget()
    _pile(whole, parts, grows, margin_px)
    return whole


def page(parts: Sequence[QWidget], grows: QWidget) -> QWidget:
    """Return the same as a page that scrolls where the parts need more height than there is, as in the least window."""
    whole = Page()
    _pile(whole, parts, grows, 0)
    return TallArea(whole)


def _pile(whole: QWidget, parts: Sequence[QWidget], grows: QWidget, margin_px: int) -> None:
    rows = QVBoxLayout(whole)
    rows.setContentsMargins(margin_px, margin_px, margin_px, margin_px)
    rows.setSpacing(MARGIN_PX)
    for part in parts:
        rows.addWidget(part, 1 if part is grows else 0)


def columns(left: QWidget, middle: QWidget, right: QWidget) -> QSplitter:
    """Return three columns whose widths can be dragged; the middle one takes what a wider window brings."""
    splitter = QSplitter(Qt.Orientation.Horizontal)
    splitter.setChildrenCollapsible(False)
    for place, part in enumerate((left, middle, right)):
        splitter.addWidget(part)
        splitter.setStretchFactor(place, 1 if part is middle else 0)
    splitter.setSizes(COLUMNS)
    return splitter


def fill(window: QWidget, parts: Sequence[QWidget], grows: QWidget) -> None:
    """Fill the window with parts one below the other and a line between each two."""
    rows = QVBoxLayout(window)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(0)
    for place, part in enumerate(parts):
        if place:
            rows.addWidget(_line())
        rows.addWidget(part, 1 if part is grows else 0)


def stay_on_screen(window: QWidget) -> None:
    """Let a window lie within its screen, which may be small or scaled, or another one than the last time."""
    screen = QGuiApplication.screenAt(window.geometry().center()) or QGuiApplication.primaryScreen()
    if screen is None or window.isMaximized():
        return
    title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)  # the system's is not known yet
    room = screen.availableGeometry().adjusted(0, 0, 0, -title)
    window.setMinimumSize(QSize(*MIN_SIZE).boundedTo(room.size()))
    window.resize(window.size().boundedTo(room.size()))
    if window.testAttribute(Qt.WidgetAttribute.WA_Moved):  # else the system finds a place
        room.translate(0, title)
        left = min(max(window.x(), room.left()), room.right() + 1 - window.width())
        top = min(max(window.y(), room.top()), room.bottom() + 1 - window.height())
        # Not `move`, which takes the place for the frame's: the window would wander down by its title at each start.
        window.setGeometry(left, top, window.width(), window.height())


def _line() -> QFrame:
    line = QFrame()
    line.setFixedHeight(1)
    line.setAutoFillBackground(True)
    line.setBackgroundRole(QPalette.ColorRole.Mid)  # the theme's colour of borders
    return line
