"""How far something is: a thin painted bar. Where that is not known, all of it is striped, and the stripes move.

Where the system asks for no motion they stand still, and still look like nothing that is filled to some part.
"""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QAccessible, QColor, QHideEvent, QPainter, QPainterPath, QPaintEvent, QPolygonF, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue

_HEIGHT = 6
_STRIPE = 8  # pixels from stripe to stripe
_STEP_MS = 60


class ProgressStrip(QWidget):
    """A bar from left to right.

    Args:
        parent: As for any widget.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        accessible.install()
        self._share: float | None = 0.0
        self._offset = 0
        self._motion = QTimer(self, interval=_STEP_MS)
        self._motion.timeout.connect(self._move)
        self.setAccessibleName(self.tr("Progress"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_share(self, share: float | None) -> None:
        """Show how much is done.

        Args:
            share: 0 to 1, or None if it is not known.
        """
        share = None if share is None else min(max(share, 0.0), 1.0)
        if share != self._share:
            self._share = share
            self._settle()
            self.update()
            accessible.tell_value(self)

    def share(self) -> float | None:
        """Return how much is done, or None if it is not known."""
        return self._share

    def spoken_value(self) -> SpokenValue:
        """Return the percentage."""
        share = self._share or 0.0
        text = self.tr("working") if self._share is None else self.tr("{0:.0f} percent").format(share * 100)
        return SpokenValue(QAccessible.Role.ProgressBar, text, share * 100, 0.0, 100.0)

    def set_spoken_value(self, value: float) -> None:
        """Take nothing: progress cannot be set."""

    def sizeHint(self) -> QSize:
        """Return a thin bar."""
        return QSize(160, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return what still shows something."""
        return QSize(48, _HEIGHT)

    def is_moving(self) -> bool:
        """Return whether the stripes move."""
        return self._motion.isActive()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to move, if there is something to say by it."""
        super().showEvent(event)
        self._settle()

    def hideEvent(self, event: QHideEvent) -> None:
        """Cost nothing while nobody looks."""
        super().hideEvent(event)
        self._settle()

    def _settle(self) -> None:
        if self._share is None and self.isVisible() and theme.may_move():
            self._motion.start()
        else:
            self._motion.stop()

    @Slot()
    def _move(self) -> None:
        self._offset = (self._offset + 1) % _STRIPE
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.border))
        painter.drawRoundedRect(QRectF(self.rect()), _HEIGHT / 2, _HEIGHT / 2)
        if self._share is None:
            self._paint_stripes(painter, QColor(colours.muted))
        elif self._share > 0:
            painter.setBrush(QColor(colours.accent))
            done = QRectF(0, 0, max(self._share * self.width(), _HEIGHT), self.height())
            painter.drawRoundedRect(done, _HEIGHT / 2, _HEIGHT / 2)

    def _paint_stripes(self, painter: QPainter, ink: QColor) -> None:
        groove = QPainterPath()
        groove.addRoundedRect(QRectF(self.rect()), _HEIGHT / 2, _HEIGHT / 2)
        painter.setClipPath(groove)
        painter.setBrush(ink)
        height, half = self.height(), _STRIPE / 2
        for x in range(self._offset - 2 * _STRIPE, self.width() + _STRIPE, _STRIPE):
            slant = (
                QPointF(x, height),
                QPointF(x + half, height),
                QPointF(x + half + height, 0),
                QPointF(x + height, 0),
            )
            painter.drawPolygon(QPolygonF(slant))
