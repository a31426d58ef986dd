"""Bass, chords and pads from figures: text with one character per sixteenth.

Bass: `1 3 5 6 7 8` the step of the chord (8 is the octave), `a` a step towards the next root, `-` hold, `.` rest.
Chords: `x` short, `X` held while `=` follows, digits one note of the chord at a time (an arpeggio), `-` hold, `.` rest.
"""

import numpy as np

from musicgen_studio.training.music.harmony import Chord, Tonality, nearest_pitch, voicing

BASS_CENTRE = 38
CHORD_CENTRE = 60
_BASS_STEPS = {"1": 0, "3": 2, "5": 4, "6": 5, "7": 6, "8": 7}

Sounding = tuple[int, int, tuple[int, ...]]
"""First step, number of steps, pitches."""


def bass_bar(figure: str, tonality: Tonality, chord: Chord, following: Chord) -> list[Sounding]:
    """Return what the bass plays in a bar.

    Args:
        figure: As described above, as long as the bar.
        tonality: The key.
        chord: Of this bar.
        following: Of the next bar, for approach notes.
    """
    root = nearest_pitch((tonality.tonic + chord.tones[0]) % 12, BASS_CENTRE)
    next_root = nearest_pitch((tonality.tonic + following.tones[0]) % 12, root)
    base = tonality.semitones(chord.degree)
    sounding = list[Sounding]()
    for step, mark in enumerate(figure):
        if mark in _BASS_STEPS:
            pitch = root + tonality.semitones(chord.degree + _BASS_STEPS[mark]) - base
        elif mark == "a":
            pitch = _approach(tonality, next_root, root)
        else:
            continue
        sounding.append((step, _held(figure, step, "-"), (pitch,)))
    return sounding


def _approach(tonality: Tonality, target: int, origin: int) -> int:
    """Return the note of the scale next to the target, on the side of the origin."""
    direction = -1 if origin <= target else 1
    in_key = {(tonality.tonic + tonality.semitones(step)) % 12 for step in range(7)}
    pitch = target + direction
    while pitch % 12 not in in_key:
        pitch += direction
    return pitch


def chord_bar(figure: str, tonality: Tonality, chord: Chord, register: int) -> list[Sounding]:
    """Return what the chord instrument plays in a bar.

    Args:
        figure: As described above, as long as the bar.
        tonality: The key.
        chord: Of this bar.
        register: Semitones above the usual place.
    """
    pitches = voicing(tonality, chord, CHORD_CENTRE + register)
    arpeggio = (*pitches, pitches[0] + 12)
    sounding = list[Sounding]()
    for step, mark in enumerate(figure):
        if mark == "x":
            sounding.append((step, 1, pitches))
        elif mark == "X":
            sounding.append((step, _held(figure, step, "="), pitches))
        elif mark.isdigit():
            sounding.append((step, _held(figure, step, "-."), (arpeggio[int(mark)],)))
    return sounding


def _held(figure: str, step: int, holding: str) -> int:
    """Return how many steps a note lasts: as long as holding characters follow."""
    end = step + 1
    while end < len(figure) and figure[end] in holding:
        end += 1
    return end - step


def own_version(figure: str, rng: np.random.Generator) -> str:
    """Return a figure with one note perhaps left out: no two pieces play quite the same."""
    struck = [step for step, mark in enumerate(figure) if mark not in ".-=" and step % 4]
    if not struck or rng.random() < 0.5:
        return figure
    step = int(rng.choice(struck))
    return figure[:step] + "." + figure[step + 1 :]
