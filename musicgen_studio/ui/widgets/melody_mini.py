"""A melody at a glance: the sound it comes from, its notes, and the chroma that the model sees. A click opens it."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QSizePolicy, QWidget

from musicgen_studio.core.melody import CHROMA_RATE_HZ, Floats, Melody
from musicgen_studio.dsp.peaks import Peaks
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets.mini import paint_mini
from musicgen_studio.ui.widgets.note_paint import paint_chroma
from musicgen_studio.ui.widgets.note_scene import pitch_range
from musicgen_studio.ui.widgets.waveform_paint import paint_frame

_CHROMA_HEIGHT = 36
_ROLL_HEIGHT = 44


class MelodyMini(QAbstractButton):
    """A small picture of a melody.

    Args:
        parent: As for any widget.
    """

    drag_requested = Signal()
    """It is being dragged away, as the file that it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._melody = Melody((), 0.0)
        self._peaks: tuple[Peaks, Peaks] | None = None
        self._chroma: Floats | None = None
        self._progress: float | None = None
        self._pressed_at: QPoint | None = None
        self.setAccessibleName(self.tr("Melody"))
        self.setToolTip(self.tr("Click to edit the notes; drag to take them away as MIDI"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_melody(self, melody: Melody, peaks: tuple[Peaks, Peaks] | None, chroma: Floats) -> None:
        """Show a melody.

        Args:
            melody: Its notes.
            peaks: Lowest and highest samples of equal stretches over its length, or None.
            chroma: What the model sees, float32 `[frames, 12]` at 7.8125 Hz.
        """
        self._melody, self._peaks, self._chroma = melody, peaks, chroma
        count = len(melody.notes)
        words = self.tr("1 note, {1:.1f} seconds") if count == 1 else self.tr("{0} notes, {1:.1f} seconds")
        self.setAccessibleDescription(words.format(count, melody.duration_s))
        self.update()

    def set_playhead(self, progress: float | None) -> None:
        """Show how far it is played, 0 to 1; None if it is not."""
        if progress != self._progress:
            self._progress = progress
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for notes and grid."""
        return QSize(240, _ROLL_HEIGHT + _CHROMA_HEIGHT + 8)

    def minimumSizeHint(self) -> QSize:
        """Return room that still shows something."""
        return QSize(100, self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may begin."""
        self._pressed_at = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin to drag."""
        far = QApplication.startDragDistance()
        if self._pressed_at is None or (event.position().toPoint() - self._pressed_at).manhattanLength() < far:
            super().mouseMoveEvent(event)
            return
        self._pressed_at = None
        self.setDown(False)  # the receiver has the mouse from here on; it is no click
        self.drag_requested.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw sound, notes and grid."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(colours.field))
        duration_s = max(self._melody.duration_s, 0.001)
        inner = QRectF(self.rect()).adjusted(6, 4, -6, -4)
        roll = QRectF(inner.left(), inner.top(), inner.width(), _ROLL_HEIGHT)
        grid = QRectF(inner.left(), roll.bottom() + 1, inner.width(), _CHROMA_HEIGHT - 1)
        if self._peaks is not None:
            paint_mini(painter, roll, *self._peaks, colours.hatch)
        self._paint_notes(painter, roll, duration_s)
        if self._chroma is not None:
            width = inner.width() / duration_s / CHROMA_RATE_HZ
            paint_chroma(painter, grid, self._chroma, (inner.left() - width / 2, width), colours.muted)
        if self._progress is not None:
            x = inner.left() + self._progress * inner.width()
            painter.fillRect(QRectF(x - 1, inner.top(), 2, inner.height()), QColor(colours.playhead))
        has_focus = self.hasFocus()
        paint_frame(painter, QRectF(self.rect()), self.palette().color(self.backgroundRole()), has_focus)
        if self.underMouse() and not has_focus:
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)

    def _paint_notes(self, painter: QPainter, roll: QRectF, duration_s: float) -> None:
        low, high = pitch_range(self._melody, None)
        row = roll.height() / (high - low + 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().accent))
        for note in self._melody.notes:
            left = roll.left() + note.onset_s / duration_s * roll.width()
            width = max(note.duration_s / duration_s * roll.width() - 1, 2.0)
            middle = roll.top() + (high - note.pitch + 0.5) * row
            painter.drawRoundedRect(QRectF(left, middle - 2, width, 4), 2, 2)
