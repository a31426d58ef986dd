"""What every kind of project can do, and what they have in common: where the music lies between the project's bars.

Not for any one kind (`dawproject`, `reaper`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Protocol

from musicgen_studio.core.song import Song
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.export.tracks import TrackSettings

OnShare = Callable[[float], None]

BPM_IF_UNKNOWN = 120.0
HUM = "Hum"
"""What the track with the notes of the hum is called."""

_COLOURS = {"drums": "#e5484d", "bass": "#4f8ef7", "lead": "#f5a524", "vocals": "#f5a524", "other": "#46a758"}
_MORE_COLOURS = ("#8e6cef", "#12a594", "#d6409f", "#a18072", "#6e7b8b")
HUM_COLOUR = "#ab9df2"

_STEADY = 1e-4  # a tempo that leaves its median by less over a bar is one number


class ProjectFormat(Protocol):
    """A kind of project."""

    def write(self, song: Song, folder: Path, settings: TrackSettings, on_share: OnShare) -> Path:
        """Write a song as a project, whole or not at all. Nothing is overwritten.

        Args:
            song: Its stems are the tracks, or the whole where it has none; its hum is a track of notes.
            folder: Where the project goes. It is made if it is not there.
            settings: How the sounds in it are written.
            on_share: Told how much is done, 0 to 1; what it raises ends the work and leaves nothing.

        Returns:
            The file to open.

        Raises:
            UserProblem: If it cannot be written.
        """
        ...


@dataclass(frozen=True, slots=True)
class TempoChange:
    """From where on a project has a tempo.

    Args:
        quarter: Quarter notes from the project's beginning.
        time_s: The same in seconds.
        bpm: Quarter notes per minute from there on.
    """

    quarter: float
    time_s: float
    bpm: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where the music lies in a project, whose bars are the music's.

    Args:
        tempo: The music's beats, as they are or, where nothing is known, at `BPM_IF_UNKNOWN`.
        lead_in_beats: Beats from the project's beginning to that of the sound, so that its first downbeat begins a bar.
        changes: The project's tempo, in order, from 0 on.
    """

    tempo: TempoMap
    lead_in_beats: float
    changes: tuple[TempoChange, ...]

    @classmethod
    def of(cls, song: Song) -> "Timeline":
        """Return the timeline of a song."""
        tempo = song.tempo or TempoMap.constant(song.tempo_bpm or BPM_IF_UNKNOWN, song.clip.duration_s)
        into_bar = (tempo.beat_at(0.0) - tempo.first_downbeat) % tempo.beats_per_bar
        # Within a frame: that is how near to a bar's line a sound is cut that was cut at it.
        is_on_downbeat = abs(tempo.nearest_bar_s(0.0)) <= 1 / song.clip.sample_rate
        lead_in_beats = 0.0 if is_on_downbeat else into_bar
        return cls(tempo, lead_in_beats, _changes(tempo, lead_in_beats, song.clip.duration_s))

    def quarter_at(self, time_s: float) -> float:
        """Return where a moment of the sound is in the project, in quarter notes from its beginning."""
        if self.is_steady:  # exactly at the project's tempo, however little the beats differ: nothing is stretched
            return (self.lead_in_s + time_s) * self.changes[0].bpm / 60
        beats = self.tempo.beat_at(time_s) - self.tempo.beat_at(0.0) + self.lead_in_beats
        return beats * self.tempo.quarters_per_beat

    @property
    def lead_in_s(self) -> float:
        """Seconds from the project's beginning to that of the sound."""
        return self.lead_in_beats * 60 / self.changes[0].bpm * self.tempo.quarters_per_beat

    @property
    def is_steady(self) -> bool:
        """Whether the project has one tempo."""
        return len(self.changes) == 1

    def beats_s(self, duration_s: float) -> list[float]:
        """Return when the beats within a sound are, in seconds from its beginning, without its ends."""
        first, last = ceil(self.tempo.beat_at(0.0) + 1e-6), ceil(self.tempo.beat_at(duration_s) - 1e-6)
        return [self.tempo.beat_s(beat) for beat in range(first, last)]


def _changes(tempo: TempoMap, lead_in_beats: float, duration_s: float) -> tuple[TempoChange, ...]:
    if tempo.drift < _STEADY:
        return (TempoChange(0.0, 0.0, tempo.quarter_bpm),)
    per_beat = tempo.quarters_per_beat
    sound_beat = tempo.beat_at(0.0)
    first, last = ceil(sound_beat + 1e-6), ceil(tempo.beat_at(duration_s))
    # From the sound's beginning to its first whole beat, and from each beat to the next, the tempo is one number.
    beats = [sound_beat, *range(first, last + 1)]
    bpms = [60 * (after - before) / (tempo.beat_s(after) - tempo.beat_s(before)) for before, after in pairwise(beats)]
    lead_in_s = lead_in_beats * 60 / bpms[0]
    changes = [TempoChange(0.0, 0.0, bpms[0] * per_beat)]
    for beat, bpm in zip(beats[1:-1], bpms[1:], strict=True):
        quarter = (beat - sound_beat + lead_in_beats) * per_beat
        changes.append(TempoChange(quarter, lead_in_s + tempo.beat_s(beat), bpm * per_beat))
    return tuple(changes)


def colour(name: str, number: int) -> str:
    """Return a track's colour, such as `#e5484d`: the same for the same stem in every project."""
    return _COLOURS.get(name.lower(), _MORE_COLOURS[number % len(_MORE_COLOURS)])
