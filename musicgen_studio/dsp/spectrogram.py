"""A picture of what sounds when: the strength of mel bands over time, for the eye. Not for analysis (`spectra`)."""

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.pieces import OnPiece, nothing
from musicgen_studio.dsp.channels import with_channels
from musicgen_studio.dsp.spectra import mel_triangles

BANDS = 128
RANGE_DB = 80.0
"""What lies further below the strongest band is not seen."""

_N_FFT = 2048
_AT_ONCE = 256


def picture(samples: Samples, sample_rate: int, columns: int, on_piece: OnPiece = nothing) -> npt.NDArray[np.uint8]:
    """Return how strong each band is at each moment.

    Args:
        samples: float32 `[frames, channels]`, 1 frame or more; the mean of the channels is looked at.
        sample_rate: In Hz.
        columns: How many moments, spread evenly, 1 or more.
        on_piece: Told which share is done, 0 to 1; what it raises ends the work.

    Returns:
        uint8 `[BANDS, columns]`, the highest band first: 255 is the strongest, 0 is `RANGE_DB` below it or less.
    """
    mono = np.pad(with_channels(samples, 1)[:, 0], _N_FFT // 2)
    starts = np.linspace(0, len(samples) - 1, columns).astype(np.int64)
    filters = mel_triangles(sample_rate, _N_FFT, BANDS)
    hann = np.hanning(_N_FFT).astype(np.float32)
    power = np.empty((columns, BANDS), np.float32)
    for first in range(0, columns, _AT_ONCE):
        windows = mono[starts[first : first + _AT_ONCE, np.newaxis] + np.arange(_N_FFT)]  # [windows, n_fft]
        spectrum = np.fft.rfft(windows * hann)
        power[first : first + _AT_ONCE] = (np.square(np.abs(spectrum)) @ filters.T).astype(np.float32)
        on_piece(min(first + _AT_ONCE, columns) / columns)
    strongest = float(power.max())
    if strongest <= 0:
        return np.zeros((BANDS, columns), np.uint8)
    level_db = 10 * np.log10(np.maximum(power / strongest, 10 ** (-RANGE_DB / 10)))
    levels: npt.NDArray[np.uint8] = np.round((level_db + RANGE_DB) * (255 / RANGE_DB)).astype(np.uint8)
    return levels.T[::-1]


def band_of(frequency_hz: float, sample_rate: int) -> float:
    """Return where a frequency lies in the picture, 0 at the bottom, 1 at the top."""
    return _mel(frequency_hz) / _mel(sample_rate / 2)


def _mel(frequency_hz: float) -> float:
    """Slaney's scale, as `spectra` has it: straight below 1 kHz, logarithmic above."""
    straight = frequency_hz / (200 / 3)
    return straight if frequency_hz < 1000 else 15 + float(np.log(frequency_hz / 1000)) / (np.log(6.4) / 27)
