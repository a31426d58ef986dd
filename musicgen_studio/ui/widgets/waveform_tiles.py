"""Pictures of a sound's peaks, made once for each stretch and zoom, and kept until the sound, zoom or colours change.

A tile is 256 device pixels wide and begins at a whole column, so panning only moves pictures. A column is one line from
the lowest to the highest sample, its ends weighed by how much of a pixel they cover. Not for rulers or selections.
"""

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, qRgba

from musicgen_studio.dsp.peaks import PeakPyramid, Peaks
from musicgen_studio.ui.widgets.timeline import Viewport

TILE_COLUMNS = 256
_MAX_TILES = 96  # 24,576 columns: three screens of a wide display at 2×
_MIN_THICKNESS = 1.0  # device pixels; silence is a line
_LANE_FILL = 0.92  # of a lane's height at full scale


@dataclass(frozen=True, slots=True)
class TileLook:
    """All a tile's picture depends on, but the sound.

    Args:
        frames_per_column: The zoom.
        rows: Height in device pixels, above 0.
        ratio: Device pixels for one of Qt's.
        ink: Colour of the waveform, `#rrggbb`.
        tallness: By how much it is drawn taller than it is; what then goes beyond its lane is cut off.
    """

    frames_per_column: float
    rows: int
    ratio: float
    ink: str
    tallness: float = 1.0


class WaveformTiles:
    """The pictures of one sound. For the Qt main thread."""

    def __init__(self) -> None:
        self._peaks: PeakPyramid | None = None
        self._frames = 0
        self._tiles: OrderedDict[tuple[TileLook, int], QPixmap] = OrderedDict()

    def set_peaks(self, peaks: PeakPyramid | None) -> None:
        """Show another sound.

        Args:
            peaks: Its peaks, or None for no sound.
        """
        self._peaks = peaks
        self._frames = peaks.frames if peaks else 0
        self._tiles.clear()

    def grew(self) -> None:
        """Drop the pictures that end where the sound ended before."""
        if self._peaks is None:
            return
        old, self._frames = self._frames, self._peaks.frames
        # A column that was partly filled can lie a coarsest pair before the old end.
        stale = [key for key in self._tiles if (key[1] + 1) * TILE_COLUMNS * key[0].frames_per_column >= old]
        for key in stale:
            del self._tiles[key]

    def paint(
        self, painter: QPainter, area: QRectF, view: Viewport, ink: str, clip: QRectF, tallness: float = 1.0
    ) -> None:
        """Draw what is in view.

        Args:
            painter: Where to, in Qt's pixels.
            area: Place of the waveform; `view` begins at its left edge.
            view: What is shown.
            ink: Colour of the waveform, `#rrggbb`.
            clip: The part of `area` that is wanted.
            tallness: See `TileLook`.
        """
        if self._peaks is None or self._peaks.frames == 0:
            return
        look = TileLook(view.frames_per_column, max(round(area.height() * view.ratio), 1), view.ratio, ink, tallness)
        first = view.first_column + int((clip.left() - area.left()) * view.ratio)
        last = view.first_column + int((clip.right() - area.left()) * view.ratio) + 1
        last = min(last, int(self._peaks.frames / view.frames_per_column))
        for index in range(first // TILE_COLUMNS, last // TILE_COLUMNS + 1):
            left = area.left() + (index * TILE_COLUMNS - view.first_column) / view.ratio
            painter.drawPixmap(QPointF(left, area.top()), self._tile(self._peaks, look, index))

    def _tile(self, peaks: PeakPyramid, look: TileLook, index: int) -> QPixmap:
        key = (look, index)
        if key in self._tiles:
            self._tiles.move_to_end(key)
            return self._tiles[key]
        tile = _draw_tile(peaks, look, index)
        self._tiles[key] = tile
        while len(self._tiles) > _MAX_TILES:
            self._tiles.popitem(last=False)
        return tile


def lane_middles(channels: int, height: float) -> list[float]:
    """Return where the zero lines of the channels lie, from the top of the waveform's place."""
    return [(channel + 0.5) * height / channels for channel in range(channels)]


def coverage(tops: npt.NDArray[np.floating], bottoms: npt.NDArray[np.floating], rows: int) -> npt.NDArray[np.uint8]:
    """Return how much of each pixel lies between `tops` and `bottoms`.

    Args:
        tops: Upper ends in pixels from the top, `[columns]`.
        bottoms: Lower ends, `[columns]`, not above the upper ones.
        rows: Height of the picture.

    Returns:
        uint8 `[rows, columns]`, 255 for all of it.
    """
    row = np.arange(rows, dtype=np.float32)[:, np.newaxis]  # [rows, 1]
    covered = np.minimum(bottoms.astype(np.float32), row + 1)  # [rows, columns]
    covered -= np.maximum(tops.astype(np.float32), row)
    covered *= 255
    np.clip(covered, 0, 255, out=covered)
    return covered.astype(np.uint8)


def _draw_tile(peaks: PeakPyramid, look: TileLook, index: int) -> QPixmap:
    first = index * TILE_COLUMNS
    start, end = first * look.frames_per_column, (first + TILE_COLUMNS) * look.frames_per_column
    mins, maxs = _lines(peaks, look, start, end)
    columns = min(TILE_COLUMNS, int(np.ceil(peaks.frames / look.frames_per_column)) - first)
    alpha = np.zeros((look.rows, TILE_COLUMNS), np.uint8)
    for channel, middle in enumerate(lane_middles(peaks.channels, look.rows)):
        reach = look.rows / peaks.channels / 2 * _LANE_FILL
        tops = middle - (maxs[:, channel] * look.tallness).clip(-1, 1) * reach - _MIN_THICKNESS / 2
        bottoms = middle - (mins[:, channel] * look.tallness).clip(-1, 1) * reach + _MIN_THICKNESS / 2
        top, bottom = max(int(tops.min()) - 1, 0), min(int(bottoms.max()) + 2, look.rows)
        lane = alpha[top:bottom, :columns]
        np.maximum(lane, coverage(tops[:columns] - top, bottoms[:columns] - top, bottom - top), out=lane)
    return _pixmap(alpha, look)


def _lines(peaks: PeakPyramid, look: TileLook, start: float, end: float) -> tuple[Peaks, Peaks]:
    """Lowest and highest of each column; far in, of the straight line from sample to sample."""
    if look.frames_per_column >= 1 or not peaks.has_samples:
        return peaks.query(start, end, TILE_COLUMNS)
    first = int(start)
    sound = peaks.samples(first, int(np.ceil(end)) + 2 - first)
    at = np.linspace(start, end, TILE_COLUMNS + 1) - first  # edges of the columns, in samples
    line = np.stack(
        [np.interp(at, np.arange(len(sound)), sound[:, channel]) for channel in range(peaks.channels)], axis=1
    ).astype(np.float32)
    return np.minimum(line[:-1], line[1:]), np.maximum(line[:-1], line[1:])


def _pixmap(alpha: npt.NDArray[np.uint8], look: TileLook) -> QPixmap:
    rows, columns = alpha.shape
    image = QImage(alpha.data, columns, rows, columns, QImage.Format.Format_Indexed8)
    image.setColorTable(_shades(look.ink))
    pixmap = QPixmap.fromImage(image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied))
    pixmap.setDevicePixelRatio(look.ratio)
    return pixmap


@lru_cache(maxsize=8)
def _shades(ink: str) -> list[int]:
    """One colour at 256 strengths, none to full."""
    colour = QColor(ink)
    return [qRgba(colour.red(), colour.green(), colour.blue(), level) for level in range(256)]
