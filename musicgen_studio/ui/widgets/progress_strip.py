"""How far something is: a thin painted bar. Where that is not known, a third of it is filled faintly."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from musicgen_studio.ui import theme
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue

_HEIGHT = 6


class ProgressStrip(QWidget):
    """A bar from left to right.

    Args:
        parent: As for any widget.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        accessible.install()
        self._share: float | None = 0.0
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

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.border))
        painter.drawRoundedRect(QRectF(self.rect()), _HEIGHT / 2, _HEIGHT / 2)
        share, ink = (1 / 3, QColor(colours.muted)) if self._share is None else (self._share, QColor(colours.accent))
        if share > 0:
            painter.setBrush(ink)
            done = QRectF(0, 0, max(share * self.width(), _HEIGHT), self.height())
            painter.drawRoundedRect(done, _HEIGHT / 2, _HEIGHT / 2)
