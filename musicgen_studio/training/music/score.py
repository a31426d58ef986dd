"""A piece of music as values: notes in milliseconds, parts, and what there is to say about the piece.

A sixteenth is always a whole number of 20 ms frames, so the same drum on the same beat gives the codec the same samples
and with them the same tokens. Tempi are therefore 750 / k BPM, k = 5 … 10: 150, 125, 107, 94, 83, 75.

Not for sound (`synth`) nor for choosing notes (`composer`).
"""

from dataclasses import dataclass
from enum import StrEnum

from musicgen_studio.training.settings import FRAMES_PER_SIXTEENTH

PITCH_NAMES = ("C", "C sharp", "D", "E flat", "E", "F", "F sharp", "G", "A flat", "A", "B flat", "B")


class Role(StrEnum):
    """What a part does in the music."""

    DRUMS = "drums"
    BASS = "bass"
    CHORDS = "chords"
    PAD = "pad"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class ScoreNote:
    """One note.

    Args:
        start_ms: From the beginning of the piece.
        duration_ms: Above 0.
        pitch: MIDI number, 0 to 127; in a drum part the drum.
        velocity: 1 to 127.
    """

    start_ms: int
    duration_ms: int
    pitch: int
    velocity: int

    def __post_init__(self) -> None:
        if self.start_ms < 0 or self.duration_ms < 1:
            raise ValueError(f"a note must start at 0 or later and last, got {self.start_ms} + {self.duration_ms} ms")
        if not 0 <= self.pitch <= 127 or not 1 <= self.velocity <= 127:
            raise ValueError(f"pitch must be 0 to 127, velocity 1 to 127, got {self.pitch}, {self.velocity}")


@dataclass(frozen=True, slots=True)
class Bend:
    """From this moment on the part sounds higher or lower.

    Args:
        at_ms: When.
        cents: By how much, -200 to 200.
    """

    at_ms: int
    cents: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one instrument plays.

    Args:
        role: What it does in the music.
        program: General MIDI program, 0 to 127; for drums that of the kit.
        instrument: Its name, as captions say it.
        notes: In the order of their starts.
        bends: In the order of time.
    """

    role: Role
    program: int
    instrument: str
    notes: tuple[ScoreNote, ...]
    bends: tuple[Bend, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreKey:
    """A tonic and a mode.

    Args:
        tonic: Pitch class, 0 is C.
        is_major: Whether the third is major; what captions and evaluation speak of.
    """

    tonic: int
    is_major: bool

    @property
    def name(self) -> str:
        """Such as `D minor`."""
        return f"{PITCH_NAMES[self.tonic]} {'major' if self.is_major else 'minor'}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to say about a piece; captions are made of it.

    Args:
        style: Name of the style.
        mood: Name of the mood.
        key: Its key.
        frames_per_sixteenth: k, 5 to 10.
        instruments: Name of each part's instrument by role.
        swing: How late the second of two eighths comes, in 20 ms frames; 0 is straight.
        is_humming: Whether the lead is like a hum: gliding and vibrating.
    """

    style: str
    mood: str
    key: ScoreKey
    frames_per_sixteenth: int
    instruments: dict[Role, str]
    swing: int
    is_humming: bool

    @property
    def bpm(self) -> float:
        """Beats per minute: 750 / k."""
        return 750.0 / self.frames_per_sixteenth


@dataclass(frozen=True, slots=True)
class Score:
    """A piece.

    Args:
        facts: What there is to say about it.
        parts: At least one.
        duration_ms: Until the last note has been released; the sound rings on.
    """

    facts: Facts
    parts: tuple[Part, ...]
    duration_ms: int

    def __post_init__(self) -> None:
        if self.facts.frames_per_sixteenth not in FRAMES_PER_SIXTEENTH:
            raise ValueError(f"frames_per_sixteenth must be 5 to 10, got {self.facts.frames_per_sixteenth}")
        if not self.parts:
            raise ValueError("a score must have a part, got none")
