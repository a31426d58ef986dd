"""When notes and drums begin, and whether they keep time.

A sound is looked at as log-mel spectra 200 times a second; where the bands become louder, something begins. All takes
mono float32 `[samples]` at 32 kHz, what MusicGen's codecs give: windows, floor and thresholds are chosen for it. Not
for finding a tempo (`analysis`): whoever asks about a grid says how wide it is.
"""

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Samples
from musicgen_studio.dsp.spectra import mel_triangles

RATE_HZ = 32_000
NOVELTY_RATE_HZ = 200
FLOOR = 3e-4
"""-70 dB."""

ON_GRID_S = 0.03

_STRONG = 0.09
"""Novelty of a strong onset at least: what beats and trembles in held chords of corpus music stays below 0.07."""

_REACH = 8  # 40 ms to each side
_FEWEST_ONSETS = 4
_PHASE_STEP_S = 0.005
_AT_ONCE = 1024

Floats = npt.NDArray[np.float64]
Levels = npt.NDArray[np.float32]


def mel_spectrum(sound: Samples, window: int, bands: int) -> Levels:
    """Return mel magnitudes, divided by the window's sum: a full-scale tone is about 0.5.

    Args:
        sound: See the module; more than half a window of it.
        window: In samples, a multiple of 4.
        bands: Number of bands from 0 to 16 kHz.

    Returns:
        `[bands, frames]`, four frames to a window, the first around the first sample.
    """
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)).astype(np.float32)
    padded = np.pad(sound, window // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, window)[:: window // 4]
    triangles = mel_triangles(RATE_HZ, window, bands)
    pieces = []
    for first in range(0, len(windows), _AT_ONCE):  # a window's copy is four times its share of the sound
        spectrum = np.fft.rfft(windows[first : first + _AT_ONCE] * hann)
        magnitude = np.sqrt(np.square(spectrum.real) + np.square(spectrum.imag) + np.float32(1e-12)) / hann.sum()
        pieces.append(triangles @ magnitude.T)
    spectra: Levels = np.concatenate(pieces, axis=1)
    return spectra


def log_mel(sound: Samples, window: int = 640, bands: int = 40) -> Levels:
    """Return log10 mel magnitudes with a floor at -70 dB, `[bands, frames]`; 200 frames a second by default."""
    levels: Levels = np.log10(np.maximum(mel_spectrum(sound, window, bands), np.float32(FLOOR)))
    return levels


def novelty(sound: Samples) -> Floats:
    """Return how much louder the bands have become, 200 times a second: high where something begins."""
    rises = np.maximum(np.diff(log_mel(sound), axis=1), 0).mean(axis=0)
    smooth: Floats = np.convolve(rises, [0.25, 0.5, 0.25], mode="same")
    return smooth


def strong_onsets_s(sound: Samples) -> Floats:
    """Return when notes and drums that stand out begin, in seconds; none of less than 0.1 s of sound."""
    if len(sound) < RATE_HZ // 10:
        return np.zeros(0)
    curve = novelty(sound)
    threshold = max(0.3 * float(np.quantile(curve, 0.995)), _STRONG)
    padded = np.pad(curve, _REACH)
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * _REACH + 1).max(axis=1)
    return np.flatnonzero((curve >= highest) & (curve > threshold)) / NOVELTY_RATE_HZ


def onsets_kept(original: Samples, made: Samples) -> float:
    """Return the share of strong onsets that another sound also has, within 30 ms; NaN of a sound without any."""
    wished, found = strong_onsets_s(original), strong_onsets_s(made)
    if not len(wished):
        return float("nan")
    away = np.abs(wished[:, None] - found[None]).min(axis=1, initial=np.inf)
    return float((away <= ON_GRID_S).mean())


def grid_share(onsets_s: Floats, sixteenth_s: float) -> float:
    """Return the share of onsets within 30 ms of the grid of sixteenths, laid where most of them are on it.

    Chance gives 60 ms divided by the sixteenth's length: 0.3 at 75 BPM, 0.6 at 150. Swing is late by design and counts
    as off the grid.

    Args:
        onsets_s: In seconds.
        sixteenth_s: Length of a sixteenth in seconds, above 0: 15 divided by the tempo in BPM.

    Returns:
        0 to 1; NaN of fewer than four onsets, which lie on some grid whatever they do.
    """
    if len(onsets_s) < _FEWEST_ONSETS:
        return float("nan")
    phases_s = np.arange(0, sixteenth_s, _PHASE_STEP_S)[:, None]
    half_s = sixteenth_s / 2
    away_s = np.abs((onsets_s[None] - phases_s + half_s) % sixteenth_s - half_s)
    return float((away_s <= ON_GRID_S).mean(axis=1).max())
