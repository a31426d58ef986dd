"""A melody as a value: notes, the pitch curve they were found in, the key, and the chroma a model is given.

The chroma of notes is what MusicGen's analysis would say of simple tones: per moment the one pitch class that sounds
strongest in a Hann window of 16384 samples at 32 kHz (AudioCraft `modules/chroma.py`, `ChromaExtractor`). Where nothing
sounds it is the model's "no melody": pitch class 0 (AudioCraft `modules/conditioners.py`, `ChromaStemConditioner`).
Not for finding notes in sound (`dsp`) or for files (`midi`).
"""

from dataclasses import dataclass
from math import floor, isfinite, pi

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

PITCH_CLASSES = 12
NULL_PITCH_CLASS = 0
"""What a model is told where there is no melody."""

CHROMA_WINDOW_S = 16384 / 32000
"""How much sound one chroma frame looks at: a window of half a second around its time."""

CHROMA_RATE_HZ = 32000 / 4096
"""Chroma frames per second of Meta's melody checkpoints: 7.8125."""

NOTE_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")

_ROUNDING_S = 1e-9  # of a note that is cut where a melody ends: onset and length may add up to a hair more

_SYMBOLS = (
    ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm"),
)


@dataclass(frozen=True, slots=True)
class Note:
    """One note.

    Args:
        onset_s: When it begins, 0 or more.
        duration_s: How long it lasts, above 0.
        pitch: MIDI number, 0 to 127: 69 is A4, 440 Hz, 60 is C4; the fraction is hundredths of a semitone.
        velocity: How loud, above 0 to 1.
        confidence: How sure the analysis is of it, 0 to 1; 1 for notes that somebody wrote.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    onset_s: float
    duration_s: float
    pitch: float
    velocity: float = 0.8
    confidence: float = 1.0

    def __post_init__(self) -> None:
        _check("onset_s", self.onset_s, self.onset_s >= 0, "0 or more")
        _check("duration_s", self.duration_s, self.duration_s > 0, "above 0")
        _check("pitch", self.pitch, 0 <= self.pitch <= 127, "0 to 127")
        _check("velocity", self.velocity, 0 < self.velocity <= 1, "above 0, at most 1")
        _check("confidence", self.confidence, 0 <= self.confidence <= 1, "0 to 1")

    @property
    def end_s(self) -> float:
        """When it ends."""
        return self.onset_s + self.duration_s

    @property
    def semitone(self) -> int:
        """The MIDI number nearest to its pitch; a quarter tone counts up."""
        return floor(self.pitch + 0.5)

    @property
    def pitch_class(self) -> int:
        """The row of the chroma it belongs to: 0 is C, 11 is B."""
        return self.semitone % PITCH_CLASSES


@dataclass(frozen=True, slots=True)
class Melody:
    """Notes in time.

    Args:
        notes: In the order of their onsets. They may overlap, as in a chord.
        duration_s: Length, silence at the end included; at least the end of the last note.
        tempo_bpm: Beats per minute if known, above 0.

    Raises:
        ValueError: If the notes are not in order, or a value is out of range.
    """

    notes: tuple[Note, ...]
    duration_s: float
    tempo_bpm: float | None = None

    def __post_init__(self) -> None:
        if any(later.onset_s < earlier.onset_s for earlier, later in zip(self.notes, self.notes[1:], strict=False)):
            raise ValueError("notes must be in the order of their onsets")
        last_s = max((note.end_s for note in self.notes), default=0.0)
        holds = self.duration_s >= last_s - _ROUNDING_S
        _check("duration_s", self.duration_s, holds, f"{last_s:g}, the end of the notes, or more")
        if self.tempo_bpm is not None:
            _check("tempo_bpm", self.tempo_bpm, self.tempo_bpm > 0, "above 0")

    @classmethod
    def of(cls, notes: "list[Note] | tuple[Note, ...]", tempo_bpm: float | None = None) -> "Melody":
        """Return notes in any order as a melody that ends with the last of them."""
        ordered = tuple(sorted(notes, key=lambda note: (note.onset_s, note.pitch)))
        return cls(ordered, max((note.end_s for note in ordered), default=0.0), tempo_bpm)

    def chroma(
        self,
        frames: int,
        frame_rate_hz: float,
        start_s: float = 0.0,
        repeats: bool = True,
        window_s: float = CHROMA_WINDOW_S,
    ) -> Floats:
        """Return what a model is told of this melody: one-hot per moment.

        A frame belongs to the pitch class that sounds strongest in the window around its time; among equals to the
        highest note. It is the null melody where no note reaches into the window, and before time 0.

        Args:
            frames: How many, 0 or more. Frame i lies at `start_s + i / frame_rate_hz`.
            frame_rate_hz: Above 0; `CHROMA_RATE_HZ` for Meta's checkpoints.
            start_s: Time of the first frame, counted from the melody's beginning. May be negative.
            repeats: Whether the melody begins again each time it ends; else nothing follows.
            window_s: Length of the window.

        Returns:
            float32 `[frames, 12]`, a single 1 in each row.
        """
        times_s = start_s + np.arange(frames) / frame_rate_hz  # [frames]
        power = np.zeros((frames, PITCH_CLASSES))
        for shift_s in self._beginnings_s(times_s, repeats, window_s):
            for note in self.notes:
                _add_power(power, times_s, note, shift_s, window_s)
        strongest = np.where(power.any(axis=1), power.argmax(axis=1), NULL_PITCH_CLASS)
        return np.eye(PITCH_CLASSES, dtype=np.float32)[strongest]

    def _beginnings_s(self, times_s: npt.NDArray[np.float64], repeats: bool, window_s: float) -> list[float]:
        """Return when the melody begins, as often as it reaches into the frames."""
        if not len(times_s) or not self.notes:
            return []
        if not repeats:
            return [0.0]
        first = max(floor((times_s[0] - window_s / 2) / self.duration_s), 0)
        last = floor((times_s[-1] + window_s / 2) / self.duration_s)
        return [index * self.duration_s for index in range(first, last + 1)]


@dataclass(frozen=True, slots=True, eq=False)
class PitchCurve:
    """The pitch of a single voice over time. Frame i lies at the time `i * hop_s`.

    Args:
        hop_s: Seconds from frame to frame, above 0.
        f0_hz: float32 `[frames]`, the fundamental frequency; 0 where there is no pitch.
        confidence: float32 `[frames]`, 0 to 1, how sure the analysis is that there is this pitch.

    Raises:
        ValueError: If shapes, types or values are not as described.
    """

    hop_s: float
    f0_hz: Floats
    confidence: Floats

    def __post_init__(self) -> None:
        _check("hop_s", self.hop_s, self.hop_s > 0, "above 0")
        for name in ("f0_hz", "confidence"):
            values = getattr(self, name)
            if values.dtype != np.float32 or values.ndim != 1 or len(values) != len(self.f0_hz):
                raise ValueError(f"{name} must be float32 [frames], got {values.dtype} {list(values.shape)}")
            if not np.isfinite(values).all() or (values < 0).any():
                raise ValueError(f"{name} must be 0 or more and finite")

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return len(self.f0_hz)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames * self.hop_s

    @property
    def is_voiced(self) -> npt.NDArray[np.bool_]:
        """`[frames]`, where there is a pitch."""
        return self.f0_hz > 0

    @property
    def pitches(self) -> Floats:
        """`[frames]`, MIDI numbers with fractions; NaN where there is no pitch."""
        with np.errstate(divide="ignore"):
            pitches = 69 + 12 * np.log2(self.f0_hz / 440)
        return np.where(self.is_voiced, pitches, np.nan).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Key:
    """A major or minor key.

    Args:
        tonic: Pitch class, 0 (C) to 11 (B).
        is_minor: Minor instead of major.
        strength: How well the notes fit, 0 to 1; 1 for a key that somebody chose.

    Raises:
        ValueError: If a value is out of range.
    """

    tonic: int
    is_minor: bool
    strength: float = 1.0

    def __post_init__(self) -> None:
        _check("tonic", self.tonic, 0 <= self.tonic < PITCH_CLASSES, "0 to 11")
        _check("strength", self.strength, 0 <= self.strength <= 1, "0 to 1")

    @property
    def name(self) -> str:
        """Its English name, such as `E♭ major`."""
        return f"{NOTE_NAMES[self.tonic]} {'minor' if self.is_minor else 'major'}"

    @property
    def symbol(self) -> str:
        """Its short name in plain letters, such as `Eb` or `F#m`: for file names, tags and MIDI files."""
        return _SYMBOLS[self.is_minor][self.tonic]

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The seven pitch classes of its scale; of the natural one in minor."""
        steps = (0, 2, 3, 5, 7, 8, 10) if self.is_minor else (0, 2, 4, 5, 7, 9, 11)
        return frozenset((self.tonic + step) % PITCH_CLASSES for step in steps)


def pitch_name(pitch: float) -> str:
    """Return the name of the nearest semitone, such as `A4` for 69."""
    semitone = floor(pitch + 0.5)
    return f"{NOTE_NAMES[semitone % PITCH_CLASSES]}{semitone // PITCH_CLASSES - 1}"


def _add_power(
    power: npt.NDArray[np.float64], times_s: npt.NDArray[np.float64], note: Note, shift_s: float, window_s: float
) -> None:
    """Add a note's power to `[frames, 12]`: squared, how much of each frame's window it fills."""
    begin_s, end_s = note.onset_s + shift_s, note.end_s + shift_s
    first, stop = np.searchsorted(times_s, (begin_s - window_s / 2, end_s + window_s / 2))
    times_s = times_s[first:stop]
    filled = _hann_area(end_s - times_s, window_s) - _hann_area(begin_s - times_s, window_s)
    preference = 1 + 1e-6 * note.pitch  # the top of a chord is what a listener takes for the melody
    power[first:stop, note.pitch_class] += preference * (note.velocity * filled) ** 2


def _hann_area(until_s: npt.NDArray[np.float64], window_s: float) -> npt.NDArray[np.float64]:
    """Return the integral of a Hann window around 0, from its middle to a time: -1/4 to 1/4 of its length."""
    inside_s = np.clip(until_s, -window_s / 2, window_s / 2)
    area: npt.NDArray[np.float64] = inside_s / 2 + window_s / (4 * pi) * np.sin(2 * pi * inside_s / window_s)
    return area


def _check(name: str, value: float, holds: bool, allowed: str) -> None:
    if not holds or not isfinite(value):
        raise ValueError(f"{name} must be {allowed}, got {value}")
