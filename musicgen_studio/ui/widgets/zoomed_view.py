"""What waveform and notes have in common: a stretch of time in view, panned and zoomed by the wheel and kept in place.

Not for what is drawn there, nor for what a hand takes hold of.
"""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from musicgen_studio.ui.widgets.timeline import Viewport

_ZOOM_STEP = 1.25  # of one notch of the wheel
_NOTCH = 120  # Qt's angle of it
_PAN_STEP = 96.0  # pixels for one notch


class ZoomedView(QWidget):
    """A widget that shows a stretch of time.

    Args:
        parent: As for any widget.
    """

    zoom_changed = Signal()
    """Another part is in view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = Viewport()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme or type."""
        self.update()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the zoom, or everything in view."""
        self._show(self._resized_view())
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl, pan without; where nothing can be panned, what lies around may scroll."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            factor = _ZOOM_STEP ** (event.angleDelta().y() / _NOTCH)
            self._show(self._view.zoomed(factor, event.position().x() - self._gutter_px()))
        elif self._view.is_fit:
            event.ignore()
        else:
            angle, pixels = event.angleDelta(), event.pixelDelta()
            notches = angle.x() if abs(angle.x()) > abs(angle.y()) else angle.y()
            exact = pixels.x() if abs(pixels.x()) > abs(pixels.y()) else pixels.y()
            self._show(self._view.panned(-exact or -notches / _NOTCH * _PAN_STEP))

    def _total_frames(self) -> int:
        """Return how much there is to be seen, in the units of the view."""
        raise NotImplementedError

    def _gutter_px(self) -> int:
        """Return how much room at the left shows no time."""
        return 0

    def _resized_view(self) -> Viewport:
        ratio = self.devicePixelRatioF()
        columns = round(max(self.width() - self._gutter_px(), 1) * ratio)
        return self._view.resized(self._total_frames(), columns, ratio)

    def _follow_screen(self) -> None:
        """Fit the view to the screen's pixels, if the window came to another one. To be called before drawing."""
        if self._view.ratio != self.devicePixelRatioF():
            self._view = self._resized_view()

    def _show(self, view: Viewport) -> None:
        if view != self._view:
            self._view = view
            self.update()
            self.zoom_changed.emit()
