"""What may be larger than the screen: pages that scroll where there is no room, dialogs and popups that stay inside."""

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Slot
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QScrollArea, QStyle, QWidget

from musicgen_studio.ui.look.theme import BAR_PX, GRID

_LEAST_PX = 120
_FADE_PX = 3 * GRID
_MOST_TURNS = 4


class Page(QWidget):
    """What scrolls up and down. It is as high as its rows need at its present width, not at its narrowest.

    Qt itself asks for the latter: a page whose rows break anew where they must would scroll although all of it fits.
    """

    def minimumSizeHint(self) -> QSize:
        """Return the least width, and the height that goes with the width there is."""
        least, layout, place = super().minimumSizeHint(), self.layout(), self.parentWidget()
        if place is None or layout is None or not layout.hasHeightForWidth():
            return least
        return QSize(least.width(), layout.minimumHeightForWidth(max(place.width(), least.width())))


class TallArea(QScrollArea):
    """Scrolls a page up and down only. Tab scrolls to what has the focus.

    Args:
        page: What is in it.
        bar_in_margin: Whether the bar's room is taken from the right margin of the page's layout, which is set: then
            nothing moves or breaks anew when it comes.
    """

    def __init__(self, page: QWidget, *, bar_in_margin: bool = False) -> None:
        super().__init__()
        self._page = page
        self._turns = 0  # of fitting the page, one within the other
        layout = page.layout()
        if bar_in_margin and layout is not None:
            # Always there, so that the page's width does not depend on its height: else the two could chase each other.
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
            margins = layout.contentsMargins()
            margins.setRight(max(margins.right() - BAR_PX, 0))
            layout.setContentsMargins(margins)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields have the focus
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().rangeChanged.connect(self._tell_bar)
        fade_ends(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the page: Qt asks for its size when it is shown first, and not again.

        A page that needs less height where it is narrower would come and go with its bar: Qt fits it anew each time it
        is resized, which resizes it, without end. After a few turns it stays as it is.
        """
        if watched is not self._page:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        if event.type() != QEvent.Type.Resize:
            return super().eventFilter(watched, event)
        if self._turns == _MOST_TURNS:
            return False
        self._turns += 1
        try:
            return super().eventFilter(watched, event)
        finally:
            self._turns -= 1

    def sizeHint(self) -> QSize:
        """Return the page's whole size, with room for the bar beside it."""
        return self._page.sizeHint() + QSize(self._bar_px(), 0)

    def minimumSizeHint(self) -> QSize:
        """Return the page's width, and a height that shows a few lines."""
        return QSize(self._page.minimumSizeHint().width() + self._bar_px(), _LEAST_PX)

    def _bar_px(self) -> int:
        return self.verticalScrollBar().sizeHint().width()

    @Slot()
    def _tell_bar(self) -> None:
        """Let a bar without anything to scroll not be seen: the style sheet hides one that is off."""
        bar = self.verticalScrollBar()
        bar.setEnabled(bar.maximum() > bar.minimum())


def fade_ends(area: QScrollArea) -> None:
    """Let a page that scrolls fade into its ground where it goes on, so that what is cut there does not look broken.

    Args:
        area: It shows the page.
    """
    for is_top in (True, False):
        _Fade(area, is_top=is_top)


class _Fade(QWidget):
    """Lies over the upper or the lower end of a page, as long as there is more of it beyond."""

    def __init__(self, area: QScrollArea, *, is_top: bool) -> None:
        super().__init__(area)
        self._area, self._is_top = area, is_top
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        bar = area.verticalScrollBar()
        bar.valueChanged.connect(self._follow)
        bar.rangeChanged.connect(self._follow)
        area.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be as wide as the page."""
        if event.type() == QEvent.Type.Resize:
            self._follow()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground, dense at the end and thin towards the page."""
        ground = self._area.palette().color(QPalette.ColorRole.Window)
        thin = self._area.palette().color(QPalette.ColorRole.Window)
        thin.setAlpha(0)
        shade = QLinearGradient(0, 0, 0, self.height())
        shade.setColorAt(0, ground if self._is_top else thin)
        shade.setColorAt(1, thin if self._is_top else ground)
        QPainter(self).fillRect(self.rect(), shade)

    @Slot()
    def _follow(self) -> None:
        bar, place = self._area.verticalScrollBar(), self._area.viewport().geometry()
        beyond = bar.value() - bar.minimum() if self._is_top else bar.maximum() - bar.value()
        height = min(_FADE_PX, beyond, place.height())
        top = place.top() if self._is_top else place.bottom() + 1 - height
        self.setGeometry(QRect(place.left(), top, place.width(), height))
        self.setVisible(beyond > 0)
        self.raise_()


def fit_on_screen(window: QWidget) -> None:
    """Let a window that is not seen yet be as large as it wants, its title included, but not larger than the screen."""
    title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    room = window.screen().availableGeometry().size() - QSize(0, title)
    wanted = window.size() if window.testAttribute(Qt.WidgetAttribute.WA_Resized) else window.sizeHint()
    window.resize(wanted.boundedTo(room))


def open_below(popup: QWidget, anchor: QWidget) -> None:
    """Open a popup below a widget, all of it inside the screen.

    Args:
        popup: It is as large as it wants, up to the screen.
        anchor: What it folds out of.
    """
    popup.ensurePolished()
    _place(popup, anchor)
    popup.show()
    _place(popup, anchor)  # once dressed it may want more than before


def _place(popup: QWidget, anchor: QWidget) -> None:
    room = anchor.screen().availableGeometry()
    wanted = popup.sizeHint().expandedTo(popup.minimumSizeHint()).expandedTo(popup.minimumSize())
    popup.resize(wanted.boundedTo(room.size()))
    place = anchor.mapToGlobal(anchor.rect().bottomLeft())
    left = min(max(place.x(), room.left()), room.right() + 1 - popup.width())
    top = min(place.y() + GRID, room.bottom() + 1 - popup.height())
    popup.move(left, max(top, room.top()))
