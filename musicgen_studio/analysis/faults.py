"""What is broken in a clip: music that stops, that fades to nothing, that ends in the middle, and glitches of a codec.

What a fault is, is told by its place and by what is around it. A pause is music where the clip has had others like it;
silence that is much longer than any pause before, or that lasts to the end, is none. A drum's end is a curve; a sound
that is cut off falls from full to nothing within a few milliseconds. The thresholds were chosen on music of the corpus
and of the starter, see `training.judge.faults`, which measures them. A burst of wrong codes that sounds like some other
music is not told from music. Not for mending (`studio.arranging.mending`) nor for seams (`dsp.breaks`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.pieces import OnPiece, for_part, nothing
from musicgen_studio.dsp.resample import mono_at

RATE_HZ = 32_000

_FRAME = 160  # 5 ms
FRAMES_PER_S = RATE_HZ / _FRAME
"""Levels there are of a second."""
_QUIET_DB, _QUIETEST_DB, _SILENT_DB = 40.0, -50.0, -75.0
_TRAILING_S, _INNER_S = 1.0, 1.5
_LONGER = 1.6  # than any pause before
_FADING_DB = 12.0
_LOUD_DB, _SHARP_FRAMES = 22.0, 3
_DROPOUT_S = (0.015, 0.5)
_END_DB, _END_S = 20.0, 0.03
_CLICK, _CLICK_REACH, _CLICK_LEAST = 14.0, 320, 0.15
_FRAME_OF_CODES = 640
_HELD, _HELD_S = 0.998, 0.2
_BURST_DB, _STRUCK_S, _OVER_STRUCK_DB = 9.0, 0.5, 3.0
_NOISY = 0.2  # of all samples cross zero: half in noise, few in a bass drum
_FEW_CLICKS = 3
_APART_S = 0.15  # what is nearer to each other is one glitch
_Curve = npt.NDArray[np.float64]


class FaultKind(StrEnum):
    """What is wrong."""

    STOPS = "stops"
    FADES = "fades"
    ENDS = "ends"
    GLITCH = "glitch"


BROKEN = (FaultKind.STOPS, FaultKind.FADES, FaultKind.GLITCH)
"""What counts where clips are compared: that one ends in the middle is the length that was asked for."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something broken in a clip.

    Args:
        kind: What it is: music that stops suddenly, or fades to silence; a clip that ends in the middle of its sound;
            a glitch: a click, a gap, a held buzz or a burst.
        start_s: Where it begins.
        end_s: Where music goes on, or the end of the clip.
    """

    kind: FaultKind
    start_s: float
    end_s: float


def find_faults(audio: Audio, on_piece: OnPiece = nothing) -> list[Fault]:
    """Return what is broken in a clip, in the order of time.

    Args:
        audio: Any sound; channels are averaged. Of less than half a second nothing is said.
        on_piece: See `core.pieces`.
    """
    mono = mono_at(audio, RATE_HZ, for_part(on_piece, 0, 2))
    levels = levels_db(mono)
    if len(levels) < FRAMES_PER_S / 2:
        return []
    loud_db = float(np.percentile(levels, 90))
    if loud_db < _QUIETEST_DB:
        return []  # silence throughout: there is no music to be broken
    silences = list(_silences(levels, loud_db))
    found = [
        *_of_silences(levels, loud_db, silences),
        *_glitches(mono, levels, loud_db, silences, for_part(on_piece, 1, 2)),
    ]
    if _ends_in_the_middle(levels, loud_db):
        found.append(Fault(FaultKind.ENDS, len(mono) / RATE_HZ, len(mono) / RATE_HZ))
    return sorted(found, key=lambda fault: fault.start_s)


def silent_db(loud_db: float) -> float:
    """Return below which level it is silent in music that is as loud as this, in dB."""
    return max(min(loud_db - _QUIET_DB, _QUIETEST_DB), _SILENT_DB)


def levels_db(mono: Samples) -> _Curve:
    """Return the RMS level of each 5 ms of a sound at `RATE_HZ`, in dB."""
    frames = mono[: len(mono) // _FRAME * _FRAME].reshape(-1, _FRAME)
    levels: _Curve = 10 * np.log10(np.mean(np.square(frames, dtype=np.float64), axis=1) + 1e-12)
    return levels


def _silences(levels: _Curve, loud_db: float) -> Iterator[tuple[int, int]]:
    """Yield where it is silent, as frames from and to."""
    is_silent = levels < silent_db(loud_db)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_silent, [False]]).astype(int)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _of_silences(levels: _Curve, loud_db: float, silences: list[tuple[int, int]]) -> Iterator[Fault]:
    longest = 0
    for first, end in silences:
        is_last = end == len(levels)
        enough_s = _TRAILING_S if is_last else _INNER_S
        if first and end - first >= max(enough_s * FRAMES_PER_S, _LONGER * longest):
            cut = is_cut(levels, loud_db, first)
            begins = first if cut else _fade_begins(levels, loud_db, first)
            kind = FaultKind.STOPS if cut else FaultKind.FADES
            yield Fault(kind, begins / FRAMES_PER_S, end / FRAMES_PER_S)
        longest = max(longest, end - first)


def _fade_begins(levels: _Curve, loud_db: float, silent: int) -> int:
    """Return where music that is silent at a frame was last as loud as music is."""
    loud = np.flatnonzero(levels[:silent] > loud_db - _FADING_DB)
    return int(loud[-1]) if len(loud) else silent


def is_cut(levels: _Curve, loud_db: float, first: int) -> bool:
    """Tell whether the level falls from full to silence within a few frames."""
    return bool(levels[max(first - _SHARP_FRAMES, 0) : first].max(initial=-120) > loud_db - _LOUD_DB)


def _ends_in_the_middle(levels: _Curve, loud_db: float) -> bool:
    last = levels[-round(_END_S * FRAMES_PER_S) :]
    return float(last.max()) > loud_db - _END_DB


def _glitches(
    mono: Samples, levels: _Curve, loud_db: float, silences: list[tuple[int, int]], on_piece: OnPiece
) -> list[Fault]:
    kinds: tuple[Iterable[float], ...] = (
        (first / FRAMES_PER_S for first, end in silences if _is_gap(levels, loud_db, first, end)),
        _seldom(at / RATE_HZ for at in _clicks(mono)),
        (at / FRAMES_PER_S for at in _bursts(mono, levels, loud_db)),
        _held_s(mono, loud_db),
    )
    times_s = list[float]()
    for number, kind in enumerate(kinds, start=1):
        times_s += kind
        on_piece(number / len(kinds))
    groups = list[list[float]]()
    for time_s in sorted(times_s):
        if groups and time_s - groups[-1][-1] < _APART_S:
            groups[-1].append(time_s)
        else:
            groups.append([time_s])
    return [Fault(FaultKind.GLITCH, float(group[0]), float(group[-1]) + 1 / FRAMES_PER_S) for group in groups]


def _bursts(mono: Samples, levels: _Curve, loud_db: float) -> Iterator[int]:
    """Yield where noise is louder than anything the music strikes again and again."""
    block = round(_STRUCK_S * FRAMES_PER_S)
    struck_db = np.sort(levels[: len(levels) // block * block].reshape(-1, block).max(axis=1))
    # A burst lies in two blocks at most; what the third loudest has is struck again and again.
    loudest_db = max(loud_db + _BURST_DB, float(struck_db[-3:][0]) + _OVER_STRUCK_DB)
    frames = mono[: len(levels) * _FRAME].reshape(-1, _FRAME)
    crossings = (np.diff(np.signbit(frames), axis=1)).mean(axis=1)
    high = (levels > loudest_db) & (crossings > _NOISY)
    yield from np.flatnonzero(high[:-2] & high[1:-1] & high[2:]).tolist()


def _seldom(times_s: Iterable[float]) -> Iterator[float]:
    """Yield clicks if they are few: what comes again and again is an instrument."""
    found = list(times_s)
    yield from found if len(found) <= _FEW_CLICKS else []


def _is_gap(levels: _Curve, loud_db: float, first: int, end: int) -> bool:
    least, most = (time_s * FRAMES_PER_S for time_s in _DROPOUT_S)
    if not (first > 0 and end < len(levels) and least <= end - first <= most):
        return False
    after = levels[end : end + _SHARP_FRAMES].max(initial=-120)
    return is_cut(levels, loud_db, first) and bool(after > loud_db - _LOUD_DB)


def _clicks(mono: Samples) -> Iterator[int]:
    """Yield where a single sample leaps out of all that is around it."""
    leaps = np.abs(np.diff(mono, 2))
    if len(leaps) < 4 * _CLICK_REACH:
        return
    blocks = leaps[: len(leaps) // _CLICK_REACH * _CLICK_REACH].reshape(-1, _CLICK_REACH)
    highest = blocks.max(axis=1)
    usual = np.sort(blocks, axis=1)[:, -8]  # a click has a handful of high ones
    for block in np.flatnonzero((highest > _CLICK_LEAST) & (highest > _CLICK * 0.25 * usual)):
        around = usual[max(block - 1, 0) : block + 2].max()
        if highest[block] > _CLICK * 0.25 * around:
            yield int(block * _CLICK_REACH + np.argmax(blocks[block]))


def _held_s(mono: Samples, loud_db: float) -> Iterator[float]:
    """Yield where a codec frame is played again and again."""
    frames = mono[: len(mono) // _FRAME_OF_CODES * _FRAME_OF_CODES].reshape(-1, _FRAME_OF_CODES).astype(np.float64)
    power = np.sqrt((frames**2).sum(axis=1))
    likeness = (frames[1:] * frames[:-1]).sum(axis=1) / np.maximum(power[1:] * power[:-1], 1e-9)
    level_db = 20 * np.log10(power / np.sqrt(_FRAME_OF_CODES) + 1e-6)
    is_held = (likeness > _HELD) & (level_db[1:] > loud_db - _LOUD_DB)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_held, [False]]).astype(int)))
    per_s = RATE_HZ / _FRAME_OF_CODES
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        if end - first >= _HELD_S * per_s:
            yield from (float(at / per_s) for at in range(int(first), int(end) + 1))
