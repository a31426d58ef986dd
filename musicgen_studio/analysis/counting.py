"""How music is counted: of all ways that fit what the net heard, the one that the rhythm speaks for.

At half or twice the tempo, three beats to a bar or four, from which of them on: of these the net is often of two minds,
and metricon takes what is likelier by a hair. What a bar sounds like on average tells more: how low, middle and high
bands are struck on its beats and between them, and where the harmony changes (F. Krebs, S. Böck, G. Widmer, "Rhythmic
pattern modeling for beat and downbeat tracking in musical audio", ISMIR 2013). How much each of these counts is learned
after the net, on the same pieces (`training.beats.counting`). Not for finding beats (`bars`).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicgen_studio.analysis.frames import FRAMES_PER_S, MELS
from musicgen_studio.core.melody import PITCH_CLASSES
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.spectra import Floats
from musicgen_studio.paths import resources_dir

METRES = (3, 4)
FORMAT = 1

_SLOWEST, _FASTEST = 48.0, 215.0
_FEWEST = 8  # beats, of which half still make bars
_REACH_FRAMES, _SUREST = 1.5, 6.0  # how near to a beat a frame counts for it, and the most that it can say
_HARMONY_FRAMES, _ATTACK_FRAMES = 20, 3  # harmony is compared over so long, but for what a beat begins with
_STRUCK = ((0, 8), (8, 30), (30, 55), (55, MELS), (MELS, MELS + 24), (MELS + 24, None))  # bands, low to high
_BASS = (MELS, MELS + 24)  # two octaves
_PLACES = 4  # of a beat
_MIDDLE_BPM = 100.0
_Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Counting:
    """A way to count music.

    Args:
        beats_s: Its beats, in order; some may lie outside of it.
        first: Which of them begins a bar.
        beats_per_bar: So many after it begins the next.
        octave: Beside what was found, 1 is twice as fast, -1 half as fast.
        is_found: Whether it is what was found.
    """

    beats_s: _Times
    first: int
    beats_per_bar: int
    octave: int = 0
    is_found: bool = True

    @property
    def bpm(self) -> float:
        """Its tempo."""
        return 60 / float(np.median(np.diff(self.beats_s)))

    @property
    def downbeats_s(self) -> _Times:
        """When its bars begin."""
        return self.beats_s[self.first % self.beats_per_bar :: self.beats_per_bar]

    def within(self, duration_s: float) -> "Counting":
        """Return it without the beats that lie outside of the music."""
        inside = np.flatnonzero((self.beats_s >= 0) & (self.beats_s <= duration_s))
        beats_s, before = self.beats_s[inside], int(inside[0]) if len(inside) else 0
        first = (self.first - before) % self.beats_per_bar
        return Counting(beats_s, first, self.beats_per_bar, self.octave, self.is_found)


def ways_to_count(found: Counting, duration_s: float) -> list[Counting]:
    """Return all ways to count that fit beats that were found, with those: other tempi, metres and first beats.

    Args:
        found: Of music that lasts `duration_s`.
        duration_s: See there.
    """
    return [way for octave, beats_s in _grids(found, duration_s) for way in _barred(found, octave, beats_s)]


def _grids(found: Counting, duration_s: float) -> Iterator[tuple[int, _Times]]:
    beats_s = _covering(found.beats_s, duration_s)
    yield 0, beats_s
    if 2 * found.bpm <= _FASTEST:
        twice = np.empty(2 * len(beats_s) - 1)
        twice[::2], twice[1::2] = beats_s, (beats_s[1:] + beats_s[:-1]) / 2
        yield 1, _covering(twice, duration_s)
    if found.bpm / 2 >= _SLOWEST and len(beats_s) >= _FEWEST:
        for offset in (0, 1):
            yield -1, _covering(beats_s[offset::2], duration_s)


def _covering(beats_s: _Times, duration_s: float) -> _Times:
    return np.array(TempoMap(tuple(map(float, beats_s))).covering(duration_s).beats_s)


def _barred(found: Counting, octave: int, beats_s: _Times) -> Iterator[Counting]:
    bar_s, beat_s = found.downbeats_s[0], float(np.median(np.diff(beats_s)))
    marked = int(np.abs(beats_s - bar_s).argmin())
    for metre in METRES:
        for first in range(metre):
            is_same = octave == 0 and metre == found.beats_per_bar and (marked - first) % metre == 0
            yield Counting(beats_s, first, metre, octave, is_same and abs(beats_s[marked] - bar_s) < beat_s / 4)


def evidence(ways: Sequence[Counting], heard: Floats, bands: Floats) -> Floats:
    """Return what speaks for ways to count.

    Args:
        ways: From `ways_to_count`.
        heard: Logits of beats and downbeats, `[frames, 2]`.
        bands: What the net heard that in, `[frames, BANDS]`.

    Returns:
        float32 `[ways, figures]`.
    """
    sounding, grids = _sounding(heard, bands), dict[int, _Grid]()
    for way in ways:
        if id(way.beats_s) not in grids:
            grids[id(way.beats_s)] = _Grid(way.beats_s, heard, sounding)
    rows = [np.concatenate([_said(way, grid), _pattern(way, grid)])
            for way in ways for grid in (grids[id(way.beats_s)],)]  # fmt: skip
    return np.array(rows, np.float32)


class _Grid:
    """What lies at the beats of a grid, and between them."""

    def __init__(self, beats_s: _Times, heard: Floats, sounding: Floats) -> None:
        frames = len(heard)
        self.beats = np.flatnonzero(_inside(beats_s, frames))
        self.beat_logits, self.bar_logits = (_near(heard[:, each], beats_s[self.beats]) for each in (0, 1))
        inside_s = beats_s[self.beats]
        self.between_logits = _near(heard[:, 0], (inside_s[1:] + inside_s[:-1]) / 2)
        quarters = np.arange(_PLACES * (len(beats_s) - 1) + 1)
        at = np.round(np.interp(quarters / _PLACES, np.arange(len(beats_s)), beats_s) * FRAMES_PER_S).astype(int)
        is_in = (at >= 1) & (at < frames - 1)
        self.quarters, self.sounding = quarters[is_in], sounding[at[is_in]]  # [places], [places, kinds]


def _inside(times_s: _Times, frames: int) -> npt.NDArray[np.bool_]:
    inside: npt.NDArray[np.bool_] = (times_s >= 0) & (times_s * FRAMES_PER_S <= frames - 1)
    return inside


def _near(logits: Floats, times_s: _Times) -> _Times:
    """Return what frames around times say of them, the nearer the more."""
    at = times_s * FRAMES_PER_S
    before, said = np.floor(at).astype(int), np.zeros(len(at))
    for step in (-1, 0, 1, 2):
        weights = np.maximum(1 - np.abs(before + step - at) / _REACH_FRAMES, 0)
        said += weights * np.clip(logits[np.clip(before + step, 0, len(logits) - 1)], -_SUREST, _SUREST)
    return said


def _said(way: Counting, grid: _Grid) -> _Times:
    """Return what the net says of a way to count, in sum and on average, and how usual it is."""
    is_bar = (grid.beats - way.first) % way.beats_per_bar == 0
    beats, between = grid.beat_logits, grid.between_logits
    bars, others = grid.bar_logits[is_bar], grid.bar_logits[~is_bar]
    odd, even = sorted((_mean(beats[::2]), _mean(beats[1::2])))
    pace = np.log2(way.bpm / _MIDDLE_BPM)
    return np.array([
        beats.sum(), len(beats), bars.sum(), len(bars), between.sum(), others.sum(), odd, even - odd,
        _mean(beats), _mean(bars), _mean(others), _mean(between),
        pace, pace**2, way.beats_per_bar == METRES[0], way.is_found, way.octave == 0,
    ])  # fmt: skip


def _mean(values: _Times) -> float:
    return float(values.mean()) if len(values) else 0.0


def _pattern(way: Counting, grid: _Grid) -> _Times:
    """Return how much of each kind there is at the places of a bar, `[kinds * 7]`; none where the metre has no such."""
    bar = _PLACES * way.beats_per_bar
    at = (grid.quarters - _PLACES * way.first) % bar
    counts = np.maximum(np.bincount(at, minlength=bar), 1)
    mean = np.zeros((bar, grid.sounding.shape[1]))
    np.add.at(mean, at, grid.sounding)
    mean /= counts[:, None]
    beats, halves, quarters = mean[::_PLACES], mean[2::_PLACES].mean(axis=0), mean[1::2].mean(axis=0)
    none = np.zeros_like(halves)
    if way.beats_per_bar == METRES[0]:
        places = [beats[0], none, none, halves, quarters, beats[1], beats[2]]
    else:
        places = [beats[0], beats[2], (beats[1] + beats[3]) / 2, halves, quarters, none, none]
    return np.concatenate(places)


def _sounding(heard: Floats, bands: Floats) -> Floats:
    """Return what happens at each frame and its neighbours: what is struck, new harmony and bass, what the net says.

    Returns:
        float `[frames, 10]`; all but the net's have an average of 1.
    """
    rises = np.maximum(np.diff(bands, axis=0, prepend=bands[:1]), 0)
    struck = [rises[:, low:high].mean(axis=1) for low, high in _STRUCK]
    chords = (10 ** bands[:, MELS:].astype(np.float64)).reshape(len(bands), -1, PITCH_CLASSES).sum(axis=1)
    changes = [_change(np.log10(chords + 0.01)), _change(bands[:, slice(*_BASS)].astype(np.float64))]
    kinds = np.stack([*struck, *changes], axis=1)
    kinds = kinds / np.maximum(kinds.mean(axis=0), 1e-6)
    likely = 1 / (1 + np.exp(-heard.astype(np.float64)))
    found: Floats = np.concatenate([_widened(kinds), _widened(likely)], axis=1)
    return found


def _change(values: _Times) -> _Times:
    """Return how much values of what follows a frame differ from what was before it, `[frames]`."""
    frames = len(values)
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    now = np.arange(frames)
    begin, end = np.minimum(now + _ATTACK_FRAMES, frames), np.minimum(now + _ATTACK_FRAMES + _HARMONY_FRAMES, frames)
    before = np.maximum(now - _HARMONY_FRAMES, 0)
    after = (sums[end] - sums[begin]) / np.maximum(end - begin, 1)[:, None]
    change: _Times = np.abs(after - (sums[now] - sums[before]) / np.maximum(now - before, 1)[:, None]).mean(axis=1)
    return change


def _widened(values: _Times) -> _Times:
    widened: _Times = np.maximum(np.maximum(values, np.roll(values, 1, axis=0)), np.roll(values, -1, axis=0))
    return widened


def choose_counting(found: Counting, heard: Floats, bands: Floats, weights: Floats) -> Counting:
    """Return the way to count that most speaks for.

    Args:
        found: What metricon makes of it.
        heard: As in `evidence`.
        bands: As in `evidence`.
        weights: How much each figure of `evidence` counts, from `load_counting`.
    """
    duration_s = len(heard) / FRAMES_PER_S
    ways = ways_to_count(found, duration_s)
    return ways[int((evidence(ways, heard, bands) @ weights).argmax())].within(duration_s)


def save_counting(weights: Floats, path: Path) -> None:
    """Write how much each figure of `evidence` counts."""
    told = {"format": FORMAT, "weights": [float(f"{weight:.5g}") for weight in weights]}
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def load_counting(path: Path) -> Floats:
    """Read how much each figure of `evidence` counts.

    Raises:
        OSError, ValueError: If it is not there, or of another version.
    """
    told = json.loads(path.read_text(encoding="utf-8"))
    if told["format"] != FORMAT:
        raise ValueError(f"format must be {FORMAT}, got {told['format']!r}")
    return np.array(told["weights"], np.float32)


@cache
def shipped_counting() -> Floats | None:
    """Return what comes with the program, read once; None if its file is not there."""
    path = resources_dir() / "beats" / "counting.json"
    return load_counting(path) if path.is_file() else None
