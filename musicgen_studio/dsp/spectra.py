"""Spectra over time, gathered into mel bands or semitones, without torch or librosa at hand.

The mel filters are `librosa.filters.mel`'s (Slaney's scale, each band of the same area), as a test says; own code
because loading librosa takes a second, and ten the first time. Not for the chroma of a melody (`chroma`).
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.pieces import OnPiece, nothing

Floats = npt.NDArray[np.float32]

LOWEST_SEMITONE = 28
"""MIDI number of the first band of `semitone_filters`: E1, the lowest string of a bass."""

SEMITONES = 72

_FRAMES_AT_ONCE = 512
_LINEAR_HZ = 200 / 3  # of a mel, below the bend of Slaney's scale
_BEND_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27


def banded(mono: Floats, filters: Floats, hop: int, on_piece: OnPiece = nothing) -> Floats:
    """Return the power of a sound in bands over time.

    Args:
        mono: float32 `[samples]`. Before and after it is taken for silent.
        filters: What each bin of a spectrum counts for each band: float32 `[bands, 1 + n_fft // 2]`.
        hop: Samples from one window to the next; window i has its middle at sample `i * hop`.
        on_piece: Told which share is done, 0 to 1; what it raises ends the work.

    Returns:
        float32 `[1 + samples // hop, bands]`: squared magnitudes under a Hann window, unscaled as in librosa.
    """
    n_fft = 2 * (filters.shape[1] - 1)
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)).astype(np.float32)
    padded = np.pad(mono, n_fft // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]  # [frames, n_fft]
    bands = np.empty((len(windows), len(filters)), np.float32)
    for first in range(0, len(windows), _FRAMES_AT_ONCE):
        spectrum = np.fft.rfft(windows[first : first + _FRAMES_AT_ONCE] * hann)  # complex64
        power = np.square(spectrum.real) + np.square(spectrum.imag)
        bands[first : first + _FRAMES_AT_ONCE] = power @ filters.T
        on_piece(min(1.0, (first + _FRAMES_AT_ONCE) / len(windows)))
    return bands


@cache
def mel_filters(rate_hz: int, n_fft: int, bands: int) -> Floats:
    """Return the filters of a mel spectrum from 0 Hz to half the rate: float32 `[bands, 1 + n_fft // 2]`."""
    edges_hz = _mel_edges_hz(rate_hz, bands)
    heights = 2 / (edges_hz[2:] - edges_hz[:-2])
    filters: Floats = (_triangles(rate_hz, n_fft, bands) * heights[:, None]).astype(np.float32)
    return filters


@cache
def mel_triangles(rate_hz: int, n_fft: int, bands: int) -> Floats:
    """Return the same filters, but each of the height 1, for what is summed up and not averaged."""
    triangles: Floats = _triangles(rate_hz, n_fft, bands).astype(np.float32)
    return triangles


def _triangles(rate_hz: int, n_fft: int, bands: int) -> npt.NDArray[np.float64]:
    bins_hz = np.arange(1 + n_fft // 2) * rate_hz / n_fft
    edges_hz = _mel_edges_hz(rate_hz, bands)
    slopes = np.diff(edges_hz)
    rising = (bins_hz - edges_hz[:-2, None]) / slopes[:-1, None]
    falling = (edges_hz[2:, None] - bins_hz) / slopes[1:, None]
    triangles: npt.NDArray[np.float64] = np.maximum(np.minimum(rising, falling), 0)
    return triangles


def _mel_edges_hz(rate_hz: int, bands: int) -> npt.NDArray[np.float64]:
    """Return where the bands begin, peak and end, each where its neighbours peak: `[bands + 2]`."""
    return _hz(np.linspace(0, _mel(rate_hz / 2), bands + 2))


@cache
def semitone_filters(rate_hz: int, n_fft: int) -> Floats:
    """Return filters for `SEMITONES` semitones from `LOWEST_SEMITONE` on, in equal temperament on A4 = 440 Hz.

    A triangle to the middles of the neighbours, at least a bin wide, and of the same height everywhere.

    Returns:
        float32 `[SEMITONES, 1 + n_fft // 2]`.
    """
    bins_hz = np.arange(1 + n_fft // 2) * rate_hz / n_fft
    middles_hz = 440 * 2 ** ((np.arange(SEMITONES) + LOWEST_SEMITONE - 69) / 12)
    widths_hz = np.maximum(middles_hz * (2 ** (1 / 12) - 1), rate_hz / n_fft)
    away = np.abs(bins_hz - middles_hz[:, None]) / widths_hz[:, None]
    filters: Floats = np.maximum(1 - away, 0).astype(np.float32)
    return filters


def _mel(hz: float) -> float:
    return hz / _LINEAR_HZ if hz < _BEND_HZ else float(_BEND_HZ / _LINEAR_HZ + np.log(hz / _BEND_HZ) / _LOG_STEP)


def _hz(mels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    bend = _BEND_HZ / _LINEAR_HZ
    return np.where(mels < bend, mels * _LINEAR_HZ, _BEND_HZ * np.exp(_LOG_STEP * (mels - bend)))
