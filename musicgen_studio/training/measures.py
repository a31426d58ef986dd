"""What can be measured in a clip: does it keep time, at which tempo, does it stay in key, does it break anywhere.

Everything takes mono float32 `[frames]` at 32 kHz. Limits: tempi are taken to be those of the corpus, 750 / k BPM.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from musicgen_studio.core.audio import Samples
from musicgen_studio.training.music.synth import SAMPLE_RATE
from musicgen_studio.training.settings import FRAME_MS, FRAMES_PER_SIXTEENTH
from musicgen_studio.training.spectral import FLOOR, mel_spectrum

Floats = npt.NDArray[np.floating[Any]]

NOVELTY_RATE_HZ = 200
ON_GRID_S = 0.03
_STRONG = 0.09
"""Novelty of a strong onset at least: what beats and trembles in held chords of corpus music stays below 0.07."""

_FEWEST_ONSETS = 4
_FASTEST_K, _SLOWEST_K = FRAMES_PER_SIXTEENTH[0], FRAMES_PER_SIXTEENTH[-1]
_DIATONIC = (0, 2, 4, 5, 7, 9, 11)


def log_mel(sound: Samples, window: int = 640, bands: int = 40) -> Floats:
    """Return log10 mel magnitudes with a floor at -70 dB, `[bands, frames]`; 200 frames a second by default."""
    magnitude = mel_spectrum(torch.from_numpy(np.ascontiguousarray(sound))[None], window, bands)[0]
    levels: Floats = magnitude.clamp(min=FLOOR).log10().numpy()
    return levels


def novelty(sound: Samples) -> Floats:
    """Return how much louder the bands have become, 200 times a second: high where something begins."""
    rises = np.maximum(np.diff(log_mel(sound), axis=1), 0).mean(axis=0)
    smooth: Floats = np.convolve(rises, [0.25, 0.5, 0.25], mode="same")
    return smooth


def strong_onsets_s(sound: Samples) -> Floats:
    """Return when notes and drums that stand out begin, in seconds."""
    if len(sound) < SAMPLE_RATE // 10:
        return np.zeros(0)
    curve = novelty(sound)
    threshold = max(0.3 * float(np.quantile(curve, 0.995)), _STRONG)
    reach = 8  # 40 ms to each side
    padded = np.pad(curve, reach)
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    return np.flatnonzero((curve >= highest) & (curve > threshold)) / NOVELTY_RATE_HZ


def onsets_kept(original: Samples, made: Samples) -> float:
    """Return the share of strong onsets that another sound also has, within 30 ms; NaN of a sound without any."""
    wished, found = strong_onsets_s(original), strong_onsets_s(made)
    if not len(wished):
        return float("nan")
    away = np.abs(wished[:, None] - found[None]).min(axis=1, initial=np.inf)
    return float((away <= ON_GRID_S).mean())


def frames_per_sixteenth(sound: Samples) -> int:
    """Return the k (5 to 10) whose beats, eighths and bars the sound repeats itself by best."""
    curve = novelty(sound)
    curve = curve - curve.mean()
    spectrum = np.fft.rfft(curve, 2 * len(curve))
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[: len(curve)]
    correlation = correlation / np.maximum(np.arange(len(curve), 0, -1), 1)
    correlation = np.maximum.reduce([correlation, np.roll(correlation, 1), np.roll(correlation, -1)])

    def fit(k: int) -> float:
        lags = [round(count * k * FRAME_MS * NOVELTY_RATE_HZ / 1000) for count in (2, 4, 8, 12, 16, 32)]
        return float(np.mean([correlation[lag] for lag in lags if lag < len(correlation) * 0.8]))

    best = max(FRAMES_PER_SIXTEENTH, key=fit)
    if best not in (_FASTEST_K, _SLOWEST_K):
        return best
    # 150 and 75 BPM repeat after the same times. After 0.2 s, though, only the eighths of 150 BPM do: sixteenths at 75
    # are rare. On 140 corpus clips the two medians of this ratio are 0.91 and 0.01.
    eighth, bar = (round(count * _FASTEST_K * FRAME_MS * NOVELTY_RATE_HZ / 1000) for count in (2, 32))
    is_fast = correlation[eighth] > 0.35 * correlation[min(bar, len(correlation) - 1)]
    return _FASTEST_K if is_fast else _SLOWEST_K


def bpm(sound: Samples) -> float:
    """Return the tempo, one of 750 / k."""
    return 750.0 / frames_per_sixteenth(sound)


def grid_share(onsets_s: Floats, k: int) -> float:
    """Return the share of onsets within 30 ms of the grid of sixteenths, laid where most of them are on it.

    Chance gives 60 ms divided by the sixteenth's length: 0.3 at 75 BPM, 0.6 at 150. Swing is late by design and counts
    as off the grid.

    Args:
        onsets_s: In seconds.
        k: Length of a sixteenth in 20 ms frames.

    Returns:
        0 to 1; NaN of fewer than four onsets, which lie on some grid whatever they do.
    """
    if len(onsets_s) < _FEWEST_ONSETS:
        return float("nan")
    step_s = k * FRAME_MS / 1000
    shares = []
    for phase in np.arange(0, step_s, 0.005):
        away = np.abs((onsets_s - phase + step_s / 2) % step_s - step_s / 2)
        shares.append(float((away <= ON_GRID_S).mean()))
    return max(shares)


def in_key_share(sound: Samples) -> float:
    """Return how much of the chroma's energy lies in the best of the twelve diatonic scales; noise gives 7/12."""
    energy = pitch_class_energy(sound)
    total = energy.sum()
    if total <= 0:
        return 0.0
    return float(max(np.roll(energy, -tonic)[list(_DIATONIC)].sum() for tonic in range(12)) / total)


def pitch_class_energy(sound: Samples) -> Floats:
    """Return the energy of each pitch class, `[12]`, of spectral peaks from 100 to 1000 Hz: above, overtones decide."""
    size, hop = 16384, 4096
    if len(sound) < size:
        return np.zeros(12)
    windows = np.lib.stride_tricks.sliding_window_view(sound, size)[::hop] * np.hanning(size).astype(np.float32)
    power = np.abs(np.fft.rfft(windows)) ** 2
    first, last = 100 * size // SAMPLE_RATE, 1000 * size // SAMPLE_RATE
    middle = power[:, first:last]
    is_peak = (middle > power[:, first - 1 : last - 1]) & (middle > power[:, first + 1 : last + 1])
    is_peak &= middle > 30 * np.median(middle, axis=1, keepdims=True)
    pitches = 12 * np.log2(np.arange(first, last) * SAMPLE_RATE / size / 440) + 69
    peaks = np.where(is_peak, middle, 0).sum(axis=0)
    energy: Floats = np.bincount(np.round(pitches).astype(int) % 12, weights=peaks, minlength=12).astype(np.float64)
    return energy


def level_db(sound: Samples) -> float:
    """Return the RMS level in dB below full scale, -120 at least."""
    return float(20 * np.log10(max(np.sqrt(np.mean(np.square(sound, dtype=np.float64))), 1e-6)))


def break_at(sound: Samples, splice_s: float) -> tuple[float, float]:
    """Return how much a sound changes at a splice: in level, and in spectrum compared with what it does elsewhere.

    Args:
        sound: With the splice in it, two seconds of sound on each side at least.
        splice_s: Where it is.

    Returns:
        The change of level over two seconds on each side in dB; and the share of other places whose half seconds
        before and after differ less in spectrum than those at the splice: near 1 is a break, 0.5 is like anywhere.
    """
    frame = int(splice_s * SAMPLE_RATE)
    before, after = sound[max(frame - 2 * SAMPLE_RATE, 0) : frame], sound[frame : frame + 2 * SAMPLE_RATE]
    levels = log_mel(sound)
    half = NOVELTY_RATE_HZ // 2

    def change(at: int) -> float:
        return float(np.abs(levels[:, at - half : at].mean(axis=1) - levels[:, at : at + half].mean(axis=1)).mean())

    others = [change(at) for at in range(half, levels.shape[1] - half, half // 4)]
    here = change(round(splice_s * NOVELTY_RATE_HZ))
    return level_db(after) - level_db(before), float(np.mean([other < here for other in others]))


def nearest_overlap(codes: npt.NDArray[np.uint16], known: npt.NDArray[np.uint16], window: int = 100) -> float:
    """Return how much of a window of codes is found, code for code, at the best place in other music; mean of windows.

    Args:
        codes: First codebook of a clip, `[frames]`.
        known: First codebook of the other music, `[frames]`.
        window: In frames; two seconds.
    """
    shares = []
    for first in range(0, len(codes) - window + 1, window):
        equal = np.zeros(len(known) - window + 1, np.uint16)
        for offset, code in enumerate(codes[first : first + window]):
            equal += known[offset : offset + len(equal)] == code
        shares.append(float(equal.max()) / window)
    return float(np.mean(shares)) if shares else 0.0
