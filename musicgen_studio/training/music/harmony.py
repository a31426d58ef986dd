"""Scales, chords and progressions. Everything is diatonic, with a raised seventh over a minor key's dominant.

Not for rhythm or instruments (`accompaniment`, `lead`).
"""

from dataclasses import dataclass

from musicgen_studio.training.music.score import ScoreKey

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
}
IS_MAJOR = {"major": True, "mixolydian": True, "minor": False, "dorian": False}


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord on a degree of a scale.

    Args:
        degree: 0 to 6.
        tones: Semitones above the key's tonic, root first, rising: a triad, or with the seventh.
    """

    degree: int
    tones: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tonality:
    """A key with the scale it is played in.

    Args:
        tonic: Pitch class.
        scale: A name in `SCALES`.
    """

    tonic: int
    scale: str

    @property
    def key(self) -> ScoreKey:
        """The key as captions name it."""
        return ScoreKey(self.tonic, IS_MAJOR[self.scale])

    def semitones(self, step: int) -> int:
        """Return how far scale step `step` (0 is the tonic, 7 an octave above, negative below) is from the tonic."""
        steps = SCALES[self.scale]
        return steps[step % 7] + 12 * (step // 7)

    def chord(self, degree: int, *, seventh: bool) -> Chord:
        """Build the chord on a degree from every other step of the scale."""
        tones = [self.semitones(degree + 2 * third) for third in range(4 if seventh else 3)]
        if degree == 4 and self.scale == "minor":
            tones[1] = self.semitones(degree) + 4  # the leading note: a minor key's dominant is major
        return Chord(degree, tuple(tones))


def progression(tonality: Tonality, degrees: str, *, sevenths: bool) -> tuple[Chord, ...]:
    """Return the chords of a progression, one a bar.

    Args:
        tonality: The key.
        degrees: Such as `1564`.
        sevenths: Whether chords have four notes.
    """
    return tuple(tonality.chord(int(degree) - 1, seventh=sevenths) for degree in degrees)


def voicing(tonality: Tonality, chord: Chord, around: int) -> tuple[int, ...]:
    """Return a chord's MIDI pitches in the inversion that lies nearest to a pitch, rising.

    Args:
        tonality: The key.
        chord: The chord.
        around: MIDI pitch near which its middle should be.
    """
    classes = [(tonality.tonic + tone) % 12 for tone in chord.tones]
    inversions = [_stacked(classes[shift:] + classes[:shift], around - 6) for shift in range(len(classes))]
    return min(inversions, key=lambda pitches: abs(sum(pitches) / len(pitches) - around))


def _stacked(classes: list[int], lowest: int) -> tuple[int, ...]:
    pitches, above = [], lowest
    for pitch_class in classes:
        above += (pitch_class - above) % 12
        pitches.append(above)
        above += 1
    return tuple(pitches)


def nearest_pitch(pitch_class: int, around: int) -> int:
    """Return the MIDI pitch of a pitch class that is nearest to a pitch."""
    return around + (pitch_class - around + 6) % 12 - 6
