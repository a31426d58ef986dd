"""A small waveform for rows and takes, drawn with a painter. Not a widget: a row of a list must cost nothing."""

import numpy as np
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from musicgen_studio.dsp.peaks import Peaks

_STRIDE = 3.0  # pixels from bar to bar
_BAR_WIDTH = 2.0
_QUIET_ALPHA = 70  # of what is not there yet


def paint_mini(painter: QPainter, rect: QRectF, mins: Peaks, maxs: Peaks, colour: str, progress: float = 1.0) -> None:
    """Draw bars from the lowest to the highest samples.

    Args:
        painter: Where to, in Qt's pixels. Its pen and hints change.
        rect: The place it fills.
        mins: Lowest samples, `[columns]` or `[columns, channels]`, any number of columns.
        maxs: Highest samples, likewise.
        colour: Of the bars, `#rrggbb`.
        progress: How much of it is there, 0 to 1; the rest is shown faintly.
    """
    bars = int(rect.width() // _STRIDE)
    if len(mins) == 0 or bars < 1:
        return
    columns = np.linspace(0, len(mins), bars, endpoint=False).astype(np.intp)
    lows = np.minimum.reduceat(mins.reshape(len(mins), -1).min(axis=1), columns)
    highs = np.maximum.reduceat(maxs.reshape(len(maxs), -1).max(axis=1), columns)
    reach = (rect.height() - _BAR_WIDTH) / 2
    middle, left = rect.center().y(), rect.left() + _BAR_WIDTH / 2
    lines = [
        QLineF(left + bar * _STRIDE, middle - high * reach, left + bar * _STRIDE, middle - low * reach + 0.01)
        for bar, (low, high) in enumerate(zip(lows.clip(-1, 0).tolist(), highs.clip(0, 1).tolist(), strict=True))
    ]
    there = round(bars * min(max(progress, 0.0), 1.0))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    faint = QColor(colour)
    faint.setAlpha(_QUIET_ALPHA)
    for part, ink in ((lines[:there], QColor(colour)), (lines[there:], faint)):
        pen = QPen(ink, _BAR_WIDTH)
        pen.setCapStyle(pen.capStyle().RoundCap)
        painter.setPen(pen)
        painter.drawLines(part)
