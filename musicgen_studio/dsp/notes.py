"""From a pitch curve to notes, and cleaning notes up.

Notes are found as the cheapest way to cut the curve into notes and gaps. A note costs a fixed amount, and each of its
frames costs what it lies beside the note's pitch, what it lacks in confidence, and what it dips in loudness; a gap is
free. That is the criterion of swift-f0's `segment_notes` (its `music.py`, MIT licence), which cannot be loaded without
swift-f0's runtime; here the pitches are on a grid of a tenth of a semitone, and the level comes from the sound itself.
Not for finding the pitch (`pitch`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio, mono_mix
from musicgen_studio.core.melody import Key, Melody, Note, PitchCurve
from musicgen_studio.dsp.key import find_key

Numbers = npt.NDArray[np.float64]

_HOLD_S = 0.080
"""Cost of a note: a new pitch one semitone away counts once it is held longer than this."""

_GRID = 10  # pitches per semitone
_FAR = 2.0  # semitones beside the pitch cost no more than this
_DIP_S = 0.064
_DIP_DB = 3.0
_SILENT_DB = -140.0
_ABSENT_CONFIDENCE = 0.01


@dataclass(frozen=True, slots=True)
class CleanUp:
    """What is to be done to notes that were sung.

    Args:
        fold_octaves: Bring notes that lie more than nine semitones from the melody's middle back by whole octaves.
        snap: `off` leaves pitches as they are, `semitone` moves each to the nearest one, `key` to the nearest of a key.
        key: For `key`; None finds it in the melody.
        quantise_to_s: Move beginnings and ends to a grid of this many seconds, above 0; None leaves them.
        grid_start_s: Where the grid has one of its lines.
        minimum_note_s: Shorter notes are dropped, 0 or more.

    Raises:
        ValueError: If a value is out of range.
    """

    fold_octaves: bool = False
    snap: Literal["off", "semitone", "key"] = "semitone"
    key: Key | None = None
    quantise_to_s: float | None = None
    grid_start_s: float = 0.0
    minimum_note_s: float = 0.0

    def __post_init__(self) -> None:
        if self.snap not in ("off", "semitone", "key"):
            raise ValueError(f"snap must be off, semitone or key, got {self.snap}")
        if self.quantise_to_s is not None and not self.quantise_to_s > 0:
            raise ValueError(f"quantise_to_s must be above 0, got {self.quantise_to_s}")
        if not self.minimum_note_s >= 0:
            raise ValueError(f"minimum_note_s must be 0 or more, got {self.minimum_note_s}")


def find_notes(curve: PitchCurve, audio: Audio) -> tuple[Note, ...]:
    """Find the notes of a single voice.

    Args:
        curve: The pitch of the recording.
        audio: The recording; its loudness parts notes of one pitch, and gives each its velocity.

    Returns:
        Notes in order, none overlapping; none at all for silence and noise. Their pitches are as they were sung.
    """
    pitches = curve.pitches.astype(np.float64)
    if not curve.is_voiced.any():
        return ()
    level_db = _level_db(curve, audio)
    confidence = np.where(curve.is_voiced, curve.confidence, 0.0)
    stretches = _cheapest_cut(pitches, confidence, level_db, _HOLD_S / curve.hop_s, _DIP_S / curve.hop_s)
    loudest_db = max((float(level_db[first:stop].max()) for first, stop in stretches), default=0.0)
    return tuple(_note(curve, pitches, confidence, level_db - loudest_db, *stretch) for stretch in stretches)


def clean(melody: Melody, clean_up: CleanUp) -> Melody:
    """Return a melody cleaned up, in this order: octaves, pitches, short notes, grid.

    Args:
        melody: As it was found.
        clean_up: What to do.

    Returns:
        The melody with its tempo, at least as long as before.
    """
    notes = _folded(melody.notes) if clean_up.fold_octaves else melody.notes
    notes = _snapped(notes, clean_up)
    notes = tuple(note for note in notes if note.duration_s >= clean_up.minimum_note_s)
    if clean_up.quantise_to_s is not None:
        notes = _quantised(notes, clean_up.quantise_to_s, clean_up.grid_start_s)
    return Melody(notes, max(melody.duration_s, *(note.end_s for note in notes), 0.0), melody.tempo_bpm)


def _level_db(curve: PitchCurve, audio: Audio) -> Numbers:
    """Return the level of the sound around each frame, two hops long, in dB."""
    power = np.square(mono_mix(audio.samples), dtype=np.float64)
    energy = np.concatenate([[0.0], np.cumsum(power)])
    middles = np.arange(curve.frames) * curve.hop_s
    first, stop = (
        np.clip(np.round((middles + side * curve.hop_s) * audio.sample_rate).astype(int), 0, audio.frames)
        for side in (-1, 1)
    )
    mean = (energy[stop] - energy[first]) / np.maximum(stop - first, 1)
    level_db: Numbers = 10 * np.log10(np.maximum(mean, 10 ** (_SILENT_DB / 10)))
    return level_db


def _cheapest_cut(
    pitches: Numbers, confidence: Numbers, level_db: Numbers, note_cost: float, reach: float
) -> list[tuple[int, int]]:
    """Cut frames into notes and gaps: dynamic programming over the pitch that sounds.

    Args:
        pitches: `[frames]`, NaN where there is none.
        confidence: `[frames]`, 0 where there is no pitch.
        level_db: `[frames]`.
        note_cost: What a note costs, in frames one semitone off.
        reach: How many frames before and after a dip are looked at.

    Returns:
        Of each note its first frame, and the first after it.
    """
    sure = np.clip(confidence, _ABSENT_CONFIDENCE, 1 - _ABSENT_CONFIDENCE)
    frame_cost = np.log((1 - sure) / sure) + _dips(level_db, round(reach))
    lowest, highest = np.floor(np.nanmin(pitches)), np.ceil(np.nanmax(pitches))
    grid = np.arange(int((highest - lowest) * _GRID) + 1) / _GRID + lowest
    cost = np.full(len(grid), np.inf)  # of the best cut that ends within a note, by its pitch
    began = np.zeros(len(grid), dtype=int)
    best, ends = 0.0, np.zeros(len(pitches), dtype=int)  # the frame a note that ends here began at, or one later
    for frame, pitch in enumerate(np.nan_to_num(pitches)):
        fresh = best + note_cost
        began[fresh < cost] = frame
        cost = np.minimum(cost, fresh)
        cost += np.minimum(np.abs(grid - pitch), _FAR) * confidence[frame] + frame_cost[frame]
        at = int(cost.argmin())
        ends[frame] = began[at] if cost[at] < best else frame + 1
        best = min(best, float(cost[at]))
    return _walked_back(ends)


def _walked_back(ends: npt.NDArray[np.int_]) -> list[tuple[int, int]]:
    stretches, stop = list[tuple[int, int]](), len(ends)
    while stop > 0:
        first = int(ends[stop - 1])
        if first < stop:
            stretches.append((first, stop))
        stop = min(first, stop - 1)
    return stretches[::-1]


def _dips(level_db: Numbers, reach: int) -> Numbers:
    """Return by how much each frame is quieter than the loudest shortly before and shortly after it, in dB."""
    padded = np.pad(level_db, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach + 1).max(axis=1)  # [frames + reach]
    before, after = windows[: len(level_db)], windows[reach:]
    dips: Numbers = np.maximum(np.minimum(before, after) - level_db - _DIP_DB, 0.0)
    return dips


def _note(curve: PitchCurve, pitches: Numbers, confidence: Numbers, level_db: Numbers, first: int, stop: int) -> Note:
    """Return the note of some frames. Its pitch is the median: what is bent at the ends and vibrato do not move it."""
    own = slice(first, stop)
    is_sung = ~np.isnan(pitches[own])
    pitch = float(np.median(pitches[own][is_sung]))
    loud = 0.8 * 10 ** (float(np.median(level_db[own])) / 40)  # half the decibels: velocity is not amplitude
    return Note(
        onset_s=first * curve.hop_s,
        duration_s=(stop - first) * curve.hop_s,
        pitch=min(max(round(pitch, 2), 0.0), 127.0),
        velocity=min(max(loud, 0.1), 1.0),
        confidence=float(confidence[own].mean()),
    )


def _folded(notes: Sequence[Note]) -> tuple[Note, ...]:
    if not notes:
        return ()
    middle = float(np.median([note.pitch for note in notes]))
    return tuple(
        replace(note, pitch=note.pitch - 12 * round((note.pitch - middle) / 12))
        if abs(note.pitch - middle) > 9
        else note
        for note in notes
    )


def _snapped(notes: Sequence[Note], clean_up: CleanUp) -> tuple[Note, ...]:
    if clean_up.snap == "off":
        return tuple(notes)
    allowed = np.arange(128)
    if clean_up.snap == "key":
        scale = (clean_up.key or find_key(notes)).pitch_classes
        allowed = np.array([semitone for semitone in allowed if semitone % 12 in scale])
    return tuple(replace(note, pitch=float(allowed[np.abs(allowed - note.pitch).argmin()])) for note in notes)


def _quantised(notes: Sequence[Note], step_s: float, start_s: float) -> tuple[Note, ...]:
    """Move notes onto a grid. Of those that come to begin together the longest stays; none runs into the next."""
    moved: dict[float, Note] = {}
    for note in notes:
        first = max(round((note.onset_s - start_s) / step_s), int(np.ceil(-start_s / step_s)))
        steps = max(round((note.end_s - start_s) / step_s) - first, 1)
        onset_s = max(start_s + first * step_s, 0.0)
        placed = replace(note, onset_s=onset_s, duration_s=steps * step_s)
        if onset_s not in moved or placed.duration_s > moved[onset_s].duration_s:
            moved[onset_s] = placed
    ordered = [moved[onset_s] for onset_s in sorted(moved)]
    cut = [
        replace(one, duration_s=min(one.duration_s, later.onset_s - one.onset_s)) for one, later in pairwise(ordered)
    ]
    return (*cut, *ordered[-1:])
