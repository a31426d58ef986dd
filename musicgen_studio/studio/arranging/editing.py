"""Editing the sound of a clip: each edit is a new clip, the one before its parent. No clip's sound is ever changed.

Outside of what is edited the samples are those of the original, in its rate and channels. What is known of its beats
and the musician's marks go along where they still hold (`core.beats_edited`, `core.marks`). Not for samples
(`dsp.editing`), nor for music that is made anew (`composing`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from math import isfinite

import numpy as np

from musicgen_studio.core import beats_edited, marks
from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.marks import Mark, Marks
from musicgen_studio.core.titles import JOINED, PART, marked
from musicgen_studio.dsp import editing
from musicgen_studio.dsp.channels import with_channels
from musicgen_studio.dsp.resample import resample
from musicgen_studio.dsp.true_peak import true_peak_db
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.changing import ClipEdit, known_edit
from musicgen_studio.library.files import new_id
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.marking import keep_marks, marks_of
from musicgen_studio.studio.program.background import Errand

NORMALISED_DBTP = -1.0
"""How high a normalised sound peaks: other formats need that much room."""

FADE_S = 2.0
"""How long a fade is where nothing is selected, or a quarter of the clip, if that is less."""

MAX_GAIN_DB = 60.0
_READING = 0.4  # share of the work


class Change(StrEnum):
    """What can be done to a part of a clip; the value stands in titles."""

    TRIM = "trimmed"
    CUT = "cut"
    SILENCE = "silenced"
    FADE_IN = "faded in"
    FADE_OUT = "faded out"
    GAIN = "level"
    NORMALISE = "normalised"
    REVERSE = "reversed"


@dataclass(frozen=True, slots=True)
class SoundEdit:
    """One edit.

    Args:
        change: What is done.
        start: First frame of the part.
        end: First frame behind it.
        gain_db: For `Change.GAIN`, `-MAX_GAIN_DB` to `MAX_GAIN_DB`; else 0.
    """

    change: Change
    start: int
    end: int
    gain_db: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"start and end must be 0 <= start < end, got {self.start} and {self.end}")
        if not (isfinite(self.gain_db) and abs(self.gain_db) <= MAX_GAIN_DB):
            raise ValueError(f"gain_db must be -{MAX_GAIN_DB:g} to {MAX_GAIN_DB:g}, got {self.gain_db}")


def part_for(change: Change, clip: Clip, selection: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return which part of a clip an edit is about: the selection, or what it is about without one.

    Returns:
        None if it cannot be done to this part: there is nothing to cut without a selection, nor all of it.
    """
    whole = (0, clip.frames)
    part = None if selection is None else (max(selection[0], 0), min(selection[1], clip.frames))
    if part is not None and part[0] >= part[1]:
        part = None
    if change in (Change.TRIM, Change.CUT, Change.SILENCE):
        return None if part is None or (part == whole and change is not Change.SILENCE) else part
    if part is not None or change not in (Change.FADE_IN, Change.FADE_OUT):
        return part or whole
    fade = max(min(round(FADE_S * clip.sample_rate), clip.frames // 4), 1)
    return (0, fade) if change is Change.FADE_IN else (clip.frames - fade, clip.frames)


def edit_clip(library: Library, clip: Clip, edit: SoundEdit, errand: Errand) -> Clip:
    """Edit a clip into a new one, in the errand's thread.

    Returns:
        The new clip; the other stays as it is.

    Raises:
        StoppedError: If it was stopped; then nothing is kept.
        UserProblem: If the clip's sound cannot be read, there is nothing to do, or the disk does not take it.
        ValueError: If the part is not within the clip.
    """
    if edit.end > clip.frames:
        raise ValueError(f"end must be 1 to {clip.frames}, got {edit.end}")
    samples = _read(library, clip, errand)
    new = _edited(samples, clip, edit, errand)
    known = _known_after(clip, edit)
    kept = _keep(library, _version(clip, edit.change.value, len(new), known), new, errand)
    keep_marks(library.remember, kept, _marks_after(marks_of(library, clip), edit))
    return kept


def split_clip(library: Library, clip: Clip, frame: int, errand: Errand) -> list[Clip]:
    """Make two clips of one, cut at a frame; `edit_clip` has the errors. Joined, they are the clip again.

    Returns:
        The part before and the part behind.
    """
    if not 0 < frame < clip.frames:
        raise ValueError(f"frame must be 1 to {clip.frames - 1}, got {frame}")
    samples = _read(library, clip, errand)
    behind = None if clip.known is None else beats_edited.since(clip.known, frame / clip.sample_rate)
    before = None if clip.known is None else beats_edited.until(clip.known, frame / clip.sample_rate)
    kept = list[Clip]()
    try:
        for number, (part, known) in enumerate(((samples[:frame], before), (samples[frame:], behind)), 1):
            kept.append(_keep(library, _version(clip, f"{PART} {number}", len(part), known), part, errand))
            start, end = (0, frame) if number == 1 else (frame, clip.frames)
            keep_marks(library.remember, kept[-1], marks.part_of(marks_of(library, clip), start, end))
    except BaseException:
        library.trash(part.id for part in kept)
        raise
    return kept


def join_clips(library: Library, clips: Sequence[Clip], errand: Errand) -> Clip:
    """Make one clip of several, one behind the other; `edit_clip` has the errors.

    Args:
        library: Which has them.
        clips: Two or more. All get the highest rate and the most channels of any, so that none loses what it has.
        errand: Told how far it is.
    """
    if len(clips) < 2:
        raise ValueError(f"clips must be two or more, got {len(clips)}")
    first = replace(
        clips[0],
        sample_rate=max(clip.sample_rate for clip in clips),
        channels=max(clip.channels for clip in clips),
    )
    known, frames, pieces = first.known, 0, list[Samples]()
    marked = list[Mark]()
    for clip in clips:
        if pieces:
            known = beats_edited.joined(known, clip.known, frames / first.sample_rate)
        scale = first.sample_rate / clip.sample_rate
        marked += [replace(mark, frame=frames + round(mark.frame * scale)) for mark in marks_of(library, clip)]
        pieces.append(_like(first, _read(library, clip, errand), clip))
        frames += len(pieces[-1])
    licences = dict.fromkeys(clip.licence for clip in clips if clip.licence)
    joined = replace(
        _version(first, JOINED, frames, known),
        prompt="; ".join(dict.fromkeys(clip.prompt for clip in clips if clip.prompt)),
        licence="; ".join(licences),  # all of them hold for the whole
        is_complete=all(clip.is_complete for clip in clips),
    )
    kept = _keep(library, joined, np.concatenate(pieces), errand)
    keep_marks(library.remember, kept, marks.in_order(marked))
    return kept


def _read(library: Library, clip: Clip, errand: Errand) -> Samples:
    pieces, frames = list[Samples](), 0
    for piece in library.blocks(clip.id):
        errand.check()
        pieces.append(piece.samples)
        frames += piece.frames
        errand.tell(_READING * min(frames / clip.frames, 1.0))
    return np.concatenate(pieces)


def _like(first: Clip, samples: Samples, clip: Clip) -> Samples:
    if clip.sample_rate != first.sample_rate:
        samples = resample(Audio(samples, clip.sample_rate), first.sample_rate).samples
    return samples if clip.channels == first.channels else with_channels(samples, first.channels)


def _edited(samples: Samples, clip: Clip, edit: SoundEdit, errand: Errand) -> Samples:
    start, end, rate = edit.start, edit.end, clip.sample_rate
    changes: dict[Change, Callable[[], Samples]] = {
        Change.TRIM: lambda: samples[start:end],
        Change.CUT: lambda: editing.cut(samples, start, end, rate),
        Change.SILENCE: lambda: editing.silence(samples, start, end, rate),
        Change.FADE_IN: lambda: editing.fade_in(samples, start, end),
        Change.FADE_OUT: lambda: editing.fade_out(samples, start, end),
        Change.GAIN: lambda: editing.gain(samples, start, end, rate, edit.gain_db),
        Change.NORMALISE: lambda: editing.gain(samples, start, end, rate, _room_db(samples[start:end], rate, errand)),
        Change.REVERSE: lambda: editing.reverse(samples, start, end, rate),
    }
    return changes[edit.change]()


def _room_db(samples: Samples, sample_rate: int, errand: Errand) -> float:
    peak_db = true_peak_db(Audio(samples, sample_rate), lambda _share: errand.check())
    if not isfinite(peak_db):
        raise UserProblem("There is nothing to normalise.", "The selection is silent.", "Select where music is.")
    return NORMALISED_DBTP - peak_db


def _known_after(clip: Clip, edit: SoundEdit) -> Analysis | None:
    known = clip.known
    if known is None:
        return None
    start_s, end_s = edit.start / clip.sample_rate, edit.end / clip.sample_rate
    if edit.change is Change.TRIM:
        return beats_edited.until(beats_edited.since(known, start_s), end_s - start_s)
    if edit.change is Change.CUT:
        return beats_edited.without(known, start_s, end_s)
    is_whole = (edit.start, edit.end) == (0, clip.frames)
    if edit.change is Change.REVERSE and is_whole:
        return None  # its beats are elsewhere, and its bars begin at their ends
    if edit.change is Change.GAIN and is_whole:
        return replace(known, lufs=None if known.lufs is None else known.lufs + edit.gain_db)
    return replace(known, lufs=None)


def _marks_after(marked: Marks, edit: SoundEdit) -> Marks:
    if edit.change is Change.TRIM:
        return marks.part_of(marked, edit.start, edit.end)
    if edit.change is Change.CUT:
        return marks.without(marked, edit.start, edit.end)
    return marks.turned(marked, edit.start, edit.end) if edit.change is Change.REVERSE else marked


def _version(clip: Clip, mark: str, frames: int, known: Analysis | None) -> Clip:
    """Return the clip of a new version, before its sound is there. Its settings are gone: they would make another."""
    heard = known_edit(known) if known is not None else ClipEdit(tempo_bpm=None, key="", analysis="")
    return replace(
        clip,
        id=new_id(),
        title=marked(clip.title, mark),
        origin=Origin.EDITED,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        frames=frames,
        seed=None,
        recipe="",
        parent=clip.id,
        is_starred=False,
        is_missing=False,
        trashed=None,
        melody_similarity=None,
        stem="",
        tempo_bpm=heard["tempo_bpm"],
        key=heard["key"],
        analysis=heard["analysis"],
    )


def _keep(library: Library, clip: Clip, samples: Samples, errand: Errand) -> Clip:
    """Write the sound in pieces, so that it can be stopped, and keep the clip whole or not at all."""
    partial = library.begin(clip)
    try:
        for first in range(0, len(samples), clip.sample_rate):
            errand.check()
            partial.append(samples[first : first + clip.sample_rate])
            errand.tell(_READING + (1 - _READING) * first / len(samples))
        return partial.finish(clip)
    except BaseException:
        partial.abandon()
        raise
