"""Whether music stays in a key, whichever it is. Not for which key it is in (`key`, `analysis`)."""

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.melody import PITCH_CLASSES
from musicgen_studio.dsp.onsets import RATE_HZ

_DIATONIC = (0, 2, 4, 5, 7, 9, 11)
_WINDOW, _HOP = 16384, 4096
_LOWEST_HZ, _HIGHEST_HZ = 100, 1000  # above, overtones decide
_PEAK_POWER = 30  # times the median of a moment


def in_key_share(sound: Samples) -> float:
    """Return how much of the chroma's energy lies in the best of the twelve diatonic scales; noise gives 7/12.

    Args:
        sound: Mono float32 `[samples]` at 32 kHz.

    Returns:
        0 to 1; 0 of a sound without any pitch, or shorter than half a second.
    """
    energy = pitch_class_energy(sound)
    total = energy.sum()
    if total <= 0:
        return 0.0
    return float(max(np.roll(energy, -tonic)[list(_DIATONIC)].sum() for tonic in range(PITCH_CLASSES)) / total)


def pitch_class_energy(sound: Samples) -> npt.NDArray[np.float64]:
    """Return the energy of each pitch class, `[12]`, of spectral peaks from 100 to 1000 Hz.

    Args:
        sound: Mono float32 `[samples]` at 32 kHz.
    """
    if len(sound) < _WINDOW:
        return np.zeros(PITCH_CLASSES)
    windows = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[::_HOP] * np.hanning(_WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(windows)) ** 2
    first, last = _LOWEST_HZ * _WINDOW // RATE_HZ, _HIGHEST_HZ * _WINDOW // RATE_HZ
    middle = power[:, first:last]
    is_peak = (middle > power[:, first - 1 : last - 1]) & (middle > power[:, first + 1 : last + 1])
    is_peak &= middle > _PEAK_POWER * np.median(middle, axis=1, keepdims=True)
    pitches = 12 * np.log2(np.arange(first, last) * RATE_HZ / _WINDOW / 440) + 69
    peaks = np.where(is_peak, middle, 0).sum(axis=0)
    return np.bincount(np.round(pitches).astype(int) % 12, weights=peaks, minlength=12).astype(np.float64)
