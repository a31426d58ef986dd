"""The pitch of a voice while it is being recorded: the last seconds as a line, and the note of the moment in words.

It draws what it is given. Not for finding the pitch (`dsp.pitch`) or for notes (`note_view`).
"""

from collections.abc import Iterable
from math import isfinite

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from musicgen_studio.core.melody import PITCH_CLASSES, PitchCurve, pitch_name
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue
from musicgen_studio.ui.widgets.note_paint import BLACK_KEYS
from musicgen_studio.ui.widgets.waveform_paint import paint_frame

SEEN_S = 6.0
_SPAN = 14  # semitones that are shown at least
_NAMES_WIDTH = 30
_HEAD_HEIGHT = 22
_SPOKEN_AGAIN = 0.75  # semitones the voice must move before a screen reader is told


class PitchTrace(QWidget):
    """The newest seconds of a pitch curve, drawn from the right.

    Args:
        parent: As for any widget.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        accessible.install()
        self._pitches = np.zeros(0, np.float32)  # NaN where there is none
        self._hop_s = 0.016
        self._range = (53, 67)
        self._words = ""
        self._told = float("nan")
        self.setAccessibleName(self.tr("Pitch of your voice"))
        self.setToolTip(self.tr("The pitch you sing, as it is heard"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def clear(self, words: str = "") -> None:
        """Begin anew.

        Args:
            words: What is written as long as no pitch was heard.
        """
        self._pitches = np.zeros(0, np.float32)
        self._range = (53, 67)
        self._words, self._told = words, float("nan")
        self.update()

    def append(self, curve: PitchCurve) -> None:
        """Show the next frames."""
        if not curve.frames:
            return
        self._hop_s = curve.hop_s
        kept = round(SEEN_S / curve.hop_s)
        self._pitches = np.concatenate([self._pitches, curve.pitches])[-kept:]
        self._follow_range()
        self.update()
        now = self.pitch()
        changed = now is not None and not abs(now - self._told) <= _SPOKEN_AGAIN
        if changed and now is not None:
            self._told = now
            accessible.tell_value(self)

    def pitch(self) -> float | None:
        """Return the newest pitch, None while there is none."""
        if not len(self._pitches):
            return None
        newest = float(self._pitches[-1])
        return newest if isfinite(newest) else None

    def spoken_value(self) -> SpokenValue:
        """Return the note of the moment."""
        pitch = self.pitch()
        text = self.tr("no pitch") if pitch is None else pitch_name(pitch)
        return SpokenValue(QAccessible.Role.Indicator, text, pitch or 0.0, 0.0, 127.0)

    def set_spoken_value(self, value: float) -> None:
        """Take nothing: a voice cannot be set."""

    def sizeHint(self) -> QSize:
        """Return room for an octave and the words above."""
        return QSize(240, 116)

    def minimumSizeHint(self) -> QSize:
        """Return room that still shows something."""
        return QSize(120, 116)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw rows, line and words."""
        colours = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.field))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_rows(painter)
        self._paint_line(painter)
        self._paint_words(painter)
        paint_frame(painter, QRectF(self.rect()), self.palette().color(self.backgroundRole()), has_focus=False)

    def _area(self) -> QRectF:
        return QRectF(_NAMES_WIDTH, _HEAD_HEIGHT, self.width() - _NAMES_WIDTH - 8, self.height() - _HEAD_HEIGHT - 4)

    def _y(self, pitch: float) -> float:
        low, high = self._range
        area = self._area()
        return area.bottom() - (pitch - low + 0.5) / (high - low + 1) * area.height()

    def _paint_rows(self, painter: QPainter) -> None:
        colours, area = theme.current(), self._area()
        low, high = self._range
        row = area.height() / (high - low + 1)
        painter.setFont(theme.number_font())
        for semitone in range(low, high + 1):
            top = self._y(semitone) - row / 2
            if semitone % PITCH_CLASSES in BLACK_KEYS:
                painter.fillRect(QRectF(area.left(), top, self.width(), row), QColor(colours.grid))
            if semitone % PITCH_CLASSES in (0, 7):
                painter.setPen(QColor(colours.muted))
                place = QRectF(0, top + row / 2 - 8, _NAMES_WIDTH - 5, 16)
                painter.drawText(
                    place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), pitch_name(semitone)
                )

    def _paint_line(self, painter: QPainter) -> None:
        area = self._area()
        xs = area.right() - (len(self._pitches) - np.arange(len(self._pitches))) * self._hop_s / SEEN_S * area.width()
        painter.setPen(QPen(QColor(theme.current().warning), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for run in _runs(np.flatnonzero(np.isfinite(self._pitches))):
            points = [QPointF(float(xs[at]), self._y(float(self._pitches[at]))) for at in run]
            painter.drawPolyline(QPolygonF(points)) if len(points) > 1 else painter.drawPoint(points[0])

    def _paint_words(self, painter: QPainter) -> None:
        colours, pitch = theme.current(), self.pitch()
        head = QRectF(10, 3, self.width() - 20, _HEAD_HEIGHT - 3)
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if pitch is None:
            painter.setFont(theme.font(theme.SMALL_PX))
            painter.setPen(QColor(colours.muted))
            painter.drawText(head, left, self._words or self.tr("listening …"))
            return
        painter.setFont(theme.font(theme.BODY_PX, QFont.Weight.DemiBold))
        painter.setPen(QColor(colours.text))
        painter.drawText(head, left, pitch_name(pitch))
        cents = round((pitch - round(pitch)) * 100)
        painter.setFont(theme.number_font())
        painter.setPen(QColor(colours.muted))
        text = self.tr("{0} cents").format(f"{cents:+d}".replace("-", "−"))
        painter.drawText(head.adjusted(36, 0, 0, 0), left, text)

    def _follow_range(self) -> None:
        """Keep what was sung in view; strays of single frames do not count."""
        heard = self._pitches[np.isfinite(self._pitches)]
        if len(heard) < 3:
            return
        low, high = (round(float(edge)) for edge in np.percentile(heard, (4, 96)))
        missing = max(_SPAN - (high - low) - 2, 0)
        low, high = low - 1 - missing // 2, high + 1 + (missing + 1) // 2
        if low < self._range[0] or high > self._range[1]:
            self._range = low, high


def _runs(places: np.ndarray) -> Iterable[list[int]]:
    """Part ascending places where one is left out."""
    if not len(places):
        return []
    return [run.tolist() for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)]
