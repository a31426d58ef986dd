"""From what the net hears frame by frame to beats, bars and a tempo, and how sure they are.

`metricon` finds the most likely path through bars of three or four beats (F. Krebs, S. Böck, G. Widmer, "An efficient
state-space model for joint tempo and meter tracking", ISMIR 2015). Its beats lie on frames, 20 ms apart; a smooth line
through them is both nearer to the truth and what a musician wants to see: even where the music is even, and drifting
where it drifts.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from musicgen_studio.analysis.counting import METRES, Counting, choose_counting
from musicgen_studio.analysis.frames import FRAMES_PER_S
from musicgen_studio.core.analysis import SURE
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.spectra import Floats

if TYPE_CHECKING:
    from metricon import DownbeatTracker

MIN_BPM, MAX_BPM = 50.0, 210.0
FEWEST_BEATS = 4

_EVEN_MS = 15.0
"""Beats that are nowhere further than this from an even grid, over a second or so, are even."""

_STIFFNESS = 60.0  # how much a bend in the line counts beside a beat's distance from it
_STUMBLE_MS = 1.0  # of a line that is smooth already: a bend beyond this costs hardly more
_ROUNDS = 6
_CLEAR = 0.65  # what the net says of a beat that nobody would doubt
_MOST_DRIFT = 0.05  # of the tempo, over a bar: what wanders further has more likely lost a beat or found one too many
_WEAK, _STRONG = 0.5, 0.4
_FAST_BPM = 140.0
_SLOWEST, _FASTEST = 40.0, 240.0
_Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bars:
    """Beats and bars that were heard.

    Args:
        tempo_map: Them, with how sure the beats are.
        confidence: How sure metre and downbeats are, 0 to 1.
        other_bpms: What else the tempo could be.
    """

    tempo_map: TempoMap
    confidence: float
    other_bpms: tuple[float, ...]


@cache
def _tracker() -> "DownbeatTracker":
    from metricon import DownbeatTracker

    return DownbeatTracker(beats_per_bar=METRES, min_bpm=MIN_BPM, max_bpm=MAX_BPM, fps=FRAMES_PER_S)


def find_bars(heard: Floats, bands: Floats | None = None, counting: Floats | None = None) -> Bars | None:
    """Return the beats and bars in what the net heard.

    Args:
        heard: Logits of beats and downbeats, `[frames, 2]`.
        bands: What it heard them in, `[frames, BANDS]`.
        counting: How much what is found in the bands counts (`counting.load_counting`). Without one of these two, tempo
            and bars are as metricon says.

    Returns:
        Them, or None if there are less than `FEWEST_BEATS`.
    """
    if len(heard) < FRAMES_PER_S:
        return None
    found = found_beats(heard)
    if found is None:
        return None
    if bands is not None and counting is not None:
        found = choose_counting(found, heard, bands, counting)
    likely = 1 / (1 + np.exp(-heard.astype(np.float64)))  # [frames, 2]
    confidence = _beat_confidence(likely[:, 0], found.beats_s)
    tempo_map = TempoMap(tuple(map(float, found.beats_s)), found.first, found.beats_per_bar)
    confidence *= min(1.0, _MOST_DRIFT / max(tempo_map.drift, _MOST_DRIFT))
    tempo_map = replace(tempo_map, confidence=round(confidence, 3))
    bars = round(_bar_confidence(likely[:, 1], found.beats_s, found.first, found.beats_per_bar), 3)
    return Bars(tempo_map, bars, _other_bpms(likely, tempo_map, has_clear_bars=bars >= SURE))


def found_beats(heard: Floats) -> Counting | None:
    """Return how metricon counts what the net heard, on a smooth line; None if there are less than `FEWEST_BEATS`."""
    found = _tracker().track(heard[:, 0], heard[:, 1], snap="center")
    if len(found) < FEWEST_BEATS:
        return None
    beats_per_bar = int(found.numbers.max())
    weights = np.maximum(_at(1 / (1 + np.exp(-heard[:, 0].astype(np.float64))), found.times), 0.02)
    first = int(np.flatnonzero(found.numbers == 1)[0]) if (found.numbers == 1).any() else 0
    return Counting(smoothed(found.times, weights), first % beats_per_bar, beats_per_bar)


def smoothed(times_s: _Times, weights: _Times) -> _Times:
    """Return a smooth line through beats: an even grid if they lie on one, else one that bends where they do.

    Least squares with a price on bends (E. Whittaker, 1923), in a few rounds in which what lies far off counts less.

    Args:
        times_s: Four or more, in order.
        weights: How much each counts, above 0.
    """
    numbers = np.arange(len(times_s), dtype=np.float64)
    even = _robust(times_s, weights, lambda counted: _line(numbers, times_s, counted))
    width = min(8, len(times_s))
    off_ms = 1000 * np.convolve(times_s - even, np.ones(width) / width, mode="valid")
    if np.abs(off_ms).max() <= _EVEN_MS:
        return even
    bent = _robust(times_s, weights, lambda counted: _bent(times_s, counted))
    return bent if np.all(np.diff(bent) > 0.1) else times_s


def _robust(times_s: _Times, weights: _Times, fit: Callable[[_Times], _Times]) -> _Times:
    counted = weights / weights.mean()
    line = fit(counted)
    for _ in range(_ROUNDS):
        off_ms = 1000 * np.abs(times_s - line)
        line = fit(weights / weights.mean() / (1 + (off_ms / _EVEN_MS) ** 2))
    return line


def _line(numbers: _Times, times_s: _Times, weights: _Times) -> _Times:
    slope, start = map(float, np.polyfit(numbers, times_s, 1, w=np.sqrt(weights)))
    return start + slope * numbers


def _bent(times_s: _Times, weights: _Times) -> _Times:
    """Return a line that bends as little as it can; where music stumbles once, it breaks there and stays even beside.

    A price on squares alone would spread a stumble over a dozen beats, and none of them had its tempo any more.
    """
    stiffness = np.full(len(times_s) - 2, _STIFFNESS)
    bent = times_s
    for _ in range(_ROUNDS):
        bent = _solved(stiffness, times_s, weights)
        bends_ms = 1000 * np.diff(bent, 2)
        stiffness = _STIFFNESS / (1 + (bends_ms / _STUMBLE_MS) ** 2)
    return bent


def _solved(stiffness: _Times, times_s: _Times, weights: _Times) -> _Times:
    """Return the line nearest to times whose squared second differences cost so much each, `[beats - 2]`."""
    from scipy.linalg import solveh_banded  # late: it takes a moment

    beats = len(times_s)
    diagonals = np.zeros((3, beats))  # of a symmetric matrix, the main first
    diagonals[0] += weights
    for start, (itself, next_one) in enumerate(((1, -2), (4, -2), (1, 0))):
        diagonals[0, start : beats - 2 + start] += itself * stiffness
        diagonals[1, start : beats - 2 + start] += next_one * stiffness
    diagonals[2, : beats - 2] = stiffness
    bent: _Times = np.asarray(solveh_banded(diagonals, weights * times_s, lower=True), np.float64)
    return bent


def _at(likely: _Times, times_s: _Times) -> _Times:
    """Return how likely a beat is at times: the most within a frame."""
    frames = np.clip(np.round(times_s * FRAMES_PER_S).astype(int), 1, len(likely) - 2)
    most: _Times = np.maximum(np.maximum(likely[frames - 1], likely[frames]), likely[frames + 1])
    return most


def _beat_confidence(likely: _Times, times_s: _Times) -> float:
    """Return how sure beats are: how likely they are themselves, and how little of what is likely lies beside them."""
    frames = np.clip(np.round(times_s * FRAMES_PER_S).astype(int), 0, len(likely) - 1)
    near = np.zeros(len(likely), bool)
    for away in (-2, -1, 0, 1, 2):
        near[np.clip(frames + away, 0, len(likely) - 1)] = True
    inside = likely[frames[0] : frames[-1] + 1].sum()
    explained = likely[near].sum() / max(inside, likely[near].sum(), 1e-9)
    return float(min(_at(likely, times_s).mean() / _CLEAR, 1.0) * explained)


def _bar_confidence(likely: _Times, times_s: _Times, first: int, beats_per_bar: int) -> float:
    """Return how sure downbeats are: how likely they are beside the other beats of a bar."""
    at = _at(likely, times_s)
    phases = [at[(first + phase) % beats_per_bar :: beats_per_bar] for phase in range(beats_per_bar)]
    means = [float(phase.mean()) if len(phase) else 0.0 for phase in phases]
    return min(means[0] / _CLEAR, 1.0) * means[0] / max(sum(means), 1e-9)


def _other_bpms(likely: _Times, tempo_map: TempoMap, *, has_clear_bars: bool) -> tuple[float, ...]:
    """Return twice the tempo if something like beats lies between the beats, half of it if every other one is weak.

    Half of it, too, if it is fast and no bars tell beats from eighths: of the starter's clips that sounded like 140 and
    more, half had been asked for at 75 or 83.
    """
    beats_s = np.array(tempo_map.beats_s)
    at = _at(likely[:, 0], beats_s).mean()
    between = _at(likely[:, 0], (beats_s[:-1] + beats_s[1:]) / 2).mean()
    odd, even = (_at(likely[:, 0], beats_s[offset::2]).mean() for offset in (0, 1))
    other = list[float]()
    is_fast = tempo_map.bpm >= _FAST_BPM and not has_clear_bars
    if is_fast or min(odd, even) < _WEAK * max(odd, even):
        other.append(tempo_map.bpm / 2)
    if between > _STRONG * at:
        other.append(tempo_map.bpm * 2)
    return tuple(bpm for bpm in other if _SLOWEST <= bpm <= _FASTEST)
