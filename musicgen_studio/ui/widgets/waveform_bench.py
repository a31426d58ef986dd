"""How long the waveform takes to draw: ten minutes of stereo, scrolled and zoomed. For a bench, not for the program.

A screen of 60 frames a second leaves 0.0167 s for each.
"""

import time

import numpy as np
from PySide6.QtGui import QImage

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.ui.widgets.waveform import WaveformView

_SAMPLE_RATE = 32_000
_DURATION_S = 600
_WIDTH, _HEIGHT = 1600, 400


def measure_paint(frames: int, *, ratio: float = 1.0) -> float:
    """Return the mean seconds that one picture takes, half of them while scrolling and half while zooming.

    Args:
        frames: Pictures to draw, 2 or more.
        ratio: Device pixels for one of Qt's.

    Returns:
        Seconds for one picture of 1600 × 400 Qt pixels.
    """
    view = _ten_minutes()
    image = QImage(round(_WIDTH * ratio), round(_HEIGHT * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    spent = 0.0
    for number in range(frames):
        began = time.perf_counter()
        _move(view, number, frames)
        view.render(image)
        spent += time.perf_counter() - began
    view.deleteLater()
    return spent / frames


def _move(view: WaveformView, number: int, frames: int) -> None:
    """Scroll by 40 pixels at a middle zoom, then zoom all the way in, a little with each picture."""
    shown = view.viewport()
    if number < frames // 2:
        zoomed = shown.zoomed(40.0, 0.0) if shown.is_fit else shown
        view.show_part(zoomed.panned(40.0))
    else:
        factor = (shown.fit_frames_per_column / 0.05) ** (1 / max(frames - frames // 2, 1))
        view.show_part((shown.fit() if number == frames // 2 else shown).zoomed(factor, _WIDTH * 0.4))


def _ten_minutes() -> WaveformView:
    time_s = np.arange(_SAMPLE_RATE * _DURATION_S, dtype=np.float32) / _SAMPLE_RATE
    left = np.sin(time_s * 900) * np.abs(np.sin(time_s * 3))
    sound: Samples = np.stack([left, left[::-1]], axis=1).astype(np.float32)
    peaks = PeakPyramid(2, lambda start, count: sound[start : start + count])
    peaks.append(sound)
    view = WaveformView()
    view.resize(_WIDTH, _HEIGHT)
    view.set_sound(peaks, _SAMPLE_RATE, len(sound))
    view.set_tempo_map(TempoMap.constant(120.0, _DURATION_S))
    return view
