"""Mini waveforms: as loud as the sound, at every scale, and faint where there is no sound yet."""

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from musicgen_studio.ui.widgets.mini import paint_mini

WIDTH, HEIGHT = 60, 28
Picture = npt.NDArray[np.uint8]  # [rows, columns], how red


def _paint(maxs: list[float], ratio: float = 1.0, progress: float = 1.0, mins: list[float] | None = None) -> Picture:
    image = QImage(round(WIDTH * ratio), round(HEIGHT * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("black"))
    painter = QPainter(image)
    highs = np.asarray(maxs, np.float32)
    lows = -highs if mins is None else np.asarray(mins, np.float32)
    paint_mini(painter, QRectF(0, 0, WIDTH, HEIGHT), lows, highs, "#ff0000", progress)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    return (pixels >> 16 & 0xFF).astype(np.uint8)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])
def test_it_is_as_high_as_the_sound_is_loud(ratio: float) -> None:
    heights = [int((_paint([level] * 20, ratio).max(axis=1) > 128).sum()) for level in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert heights == sorted(set(heights))
    assert heights[-1] >= 0.9 * HEIGHT * ratio


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_it_fills_the_width(ratio: float) -> None:
    columns = np.flatnonzero(_paint([0.8] * 128, ratio).max(axis=0))
    assert columns[0] <= ratio
    assert columns[-1] >= (WIDTH - 4) * ratio


def test_no_peak_is_lost_among_many() -> None:
    maxs = [0.0] * 1000
    maxs[517] = 1.0
    quiet, loud = _paint([0.0] * 1000), _paint(maxs)
    assert (loud[3] > 100).any()
    assert not (quiet[3] > 100).any()


def test_too_loud_stays_inside() -> None:
    assert (_paint([5.0] * 20) == _paint([1.0] * 20)).all()


def test_what_is_not_there_yet_is_fainter() -> None:
    whole, half = _paint([0.8] * 20), _paint([0.8] * 20, progress=0.5)
    assert (half[:, :27] == whole[:, :27]).all()
    assert half[:, 33:].max() < whole[:, 33:].max() * 0.6


@pytest.mark.parametrize("maxs", [[], [0.5], [0.1, 0.9]])
def test_few_peaks_are_drawn_too(maxs: list[float]) -> None:
    assert _paint(maxs).any() == bool(maxs)
