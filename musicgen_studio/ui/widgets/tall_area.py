"""What may be larger than the screen: pages that scroll where there is no room, dialogs and popups that stay inside."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QStyle, QWidget

from musicgen_studio.ui.look.theme import GRID

_LEAST_PX = 120


class TallArea(QScrollArea):
    """Scrolls a page up and down only. Tab scrolls to what has the focus.

    Args:
        page: What is in it.
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page = page
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields have the focus
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def sizeHint(self) -> QSize:
        """Return the page's whole size, with room for the bar beside it."""
        return self._page.sizeHint() + QSize(self._bar_px(), 0)

    def minimumSizeHint(self) -> QSize:
        """Return the page's width, and a height that shows a few lines."""
        return QSize(self._page.minimumSizeHint().width() + self._bar_px(), _LEAST_PX)

    def _bar_px(self) -> int:
        return self.verticalScrollBar().sizeHint().width()


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
