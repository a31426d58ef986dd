"""The melody a musician is working on: where it comes from, its notes, how they are cleaned up, and what is followed.

One value that is replaced at each edit, so every step can be taken back and the last one is there at the next start.
Not for finding notes in sound (`hearing`) and not for making music (`composing`).
"""

import json
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

import numpy as np

from musicgen_studio.core.melody import CHROMA_RATE_HZ, Floats, Key, Melody, Note
from musicgen_studio.dsp.key import find_key
from musicgen_studio.dsp.notes import CleanUp, clean

FORMAT = 1


class Kind(StrEnum):
    """Where a melody comes from."""

    HUM = "hum"  # a take of the library
    FILE = "file"  # a sound file
    MIDI = "midi"
    NOTES = "notes"  # drawn or played on the screen


@dataclass(frozen=True, slots=True)
class Sketch:
    """A melody in the making.

    Args:
        kind: Where it comes from.
        place: Id of the take or path of the file; empty for drawn notes.
        track: Of a MIDI file, from 1; None is all.
        channel: Of a MIDI file, from 1; None is all.
        found: The notes before they are cleaned up, as they were found, read or drawn, with every edit.
        clean_up: What is done to them.
        is_edited: Whether a musician has changed notes that were found or read.
        as_sung: Whether the model is given the sound; else the notes.
        repeats: Whether it begins again each time it ends.
        follows_all: Whether of a mix drums and bass are followed, too, as far as it is followed as it sounds.
    """

    kind: Kind
    place: str = ""
    track: int | None = None
    channel: int | None = None
    found: Melody = field(default_factory=lambda: Melody((), 0.0))
    clean_up: CleanUp = field(default_factory=CleanUp)
    is_edited: bool = False
    as_sung: bool = False
    repeats: bool = True
    follows_all: bool = False

    @property
    def notes(self) -> Melody:
        """The notes as they are shown, heard and followed."""
        return clean(self.found, self.clean_up)

    @property
    def key(self) -> Key:
        """The key the notes seem to stand in, whatever they snap to."""
        return find_key(self.found.notes)

    def with_notes(self, edited: Melody) -> Self:
        """Return the sketch after an edit of the notes as they are shown.

        Notes that were left alone keep what they were before they were cleaned up, so that switching the cleaning off
        still brings that back.

        Args:
            edited: All of the notes now.
        """
        shown = self.notes.notes
        before: dict[Note, Note] = {}
        if len(shown) == len(self.found.notes):  # none was left out, so they stand in the same order
            before = dict(zip(shown, self.found.notes, strict=True))
        kept = sorted((before.get(note, note) for note in edited.notes), key=lambda note: (note.onset_s, note.pitch))
        duration_s = max(edited.duration_s, *(note.end_s for note in kept), 0.0)
        found = Melody(tuple(kept), duration_s, self.found.tempo_bpm)
        return replace(self, found=found, is_edited=self.kind is not Kind.NOTES, as_sung=False)

    def chroma(self, duration_s: float, sung: Floats | None = None) -> Floats:
        """Return what the model sees of the first seconds.

        Args:
            duration_s: How much of it.
            sung: The chroma of the sound at 7.8125 Hz, `[frames, 12]`; without it the notes are shown.

        Returns:
            float32 `[frames, 12]` at 7.8125 Hz.
        """
        frames = 1 + int(duration_s * CHROMA_RATE_HZ)
        if not self.as_sung or sung is None or not len(sung):
            notes = self.notes
            return notes.chroma(frames, CHROMA_RATE_HZ, repeats=self.repeats and notes.duration_s > 0)
        if self.repeats:
            return sung[np.arange(frames) % len(sung)]
        nothing = Melody((), 0.0).chroma(max(frames - len(sung), 0), CHROMA_RATE_HZ, repeats=False)
        return np.concatenate([sung[:frames], nothing])

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps({"format": FORMAT, **asdict(self)})

    @classmethod
    def from_json(cls, text: str | None) -> "Sketch | None":
        """Read it from text; None if there is none, or it is damaged or of another version."""
        try:
            stored = json.loads(text or "")
            if stored.pop("format") != FORMAT:
                return None
            stored["kind"] = Kind(stored["kind"])
            stored["found"] = _melody(stored["found"])
            stored["clean_up"] = _clean_up(stored["clean_up"])
            return _checked(cls(**stored))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


def _melody(stored: dict[str, Any]) -> Melody:
    return Melody(tuple(Note(**note) for note in stored["notes"]), stored["duration_s"], stored["tempo_bpm"])


def _clean_up(stored: dict[str, Any]) -> CleanUp:
    return CleanUp(**stored | {"key": None if stored["key"] is None else Key(**stored["key"])})


def _checked(sketch: Sketch) -> Sketch:
    """Refuse values of another type, which a dataclass would take."""
    texts = (sketch.place,)
    switches = (sketch.is_edited, sketch.as_sung, sketch.repeats, sketch.follows_all)
    numbers = (sketch.track, sketch.channel)
    if not (
        all(type(text) is str for text in texts)
        and all(type(switch) is bool for switch in switches)
        and all(number is None or type(number) is int for number in numbers)
    ):
        raise TypeError("a value of a sketch has another type")
    return sketch
