"""Melodies: a motif of two bars, answered, repeated and led to a close. And what makes a melody like a hum.

Phrases are a a' b c over four or eight bars: people remember what returns (a common scheme of song melodies). On strong
beats a melody rests on a note of the chord, between them it goes by step.
"""

from dataclasses import dataclass, replace

import numpy as np

from musicgen_studio.training.music.harmony import Chord, Tonality, nearest_pitch
from musicgen_studio.training.music.score import Bend, ScoreNote
from musicgen_studio.training.settings import FRAME_MS

LEAD_CENTRE = 74
HUM_CENTRE = 64

_RHYTHMS: dict[int, dict[str, tuple[str, ...]]] = {
    16: {
        "sparse": ("x-------x-------", "x-----------x---", "....x-------x---", "x---x-----------"),
        "medium": ("x---x---x---x---", "x-----x-x-------", "x---x-x-x-------", "..x-x---x-x-x---"),
        "dense": ("x-x-x-x-x-x-x---", "x-x-x---x-x-x-x-", "xxx-x-x-xxx-x-x-", "x--x--x-x-x-x-x-"),
    },
    12: {
        "sparse": ("x-----------", "x-------x---"),
        "medium": ("x---x---x---", "x-----x-x---"),
        "dense": ("x-x-x-x-x---", "x---x-x-x-x-"),
    },
}
_CLOSE = {16: "x---x---x-------", 12: "x---x-------"}


@dataclass(frozen=True, slots=True)
class _MotifNote:
    step: int
    steps: int
    move: int


@dataclass(frozen=True, slots=True)
class Tone:
    """A note of a melody on the grid.

    Args:
        step: Sixteenth from the beginning of the section.
        steps: How many sixteenths it lasts.
        pitch: MIDI number.
    """

    step: int
    steps: int
    pitch: int


def melody(
    tonality: Tonality,
    chords: list[Chord],
    steps: int,
    density: float,
    centre: int,
    rng: np.random.Generator,
) -> list[Tone]:
    """Return a melody over chords.

    Args:
        tonality: The key.
        chords: One a bar.
        steps: Sixteenths in a bar.
        density: 0 few notes, 1 many.
        centre: MIDI pitch around which it moves.
        rng: What decides.
    """
    motif, other = _motif(steps, density, rng), _motif(steps, density, rng)
    tones, pitch = list[Tone](), nearest_pitch((tonality.tonic + chords[0].tones[0]) % 12, centre)
    for bar, chord in enumerate(chords):
        bars = (motif, motif, other, _close(steps)) if bar % 8 < 4 else (motif, other, motif, _close(steps))
        for note in bars[bar % 4]:
            pitch = _next_pitch(tonality, chord, pitch, note, centre)
            tones.append(Tone(bar * steps + note.step, note.steps, pitch))
    return tones


def _motif(steps: int, density: float, rng: np.random.Generator) -> list[_MotifNote]:
    level = "sparse" if density < 0.34 else "medium" if density < 0.67 else "dense"
    rhythm = str(rng.choice(_RHYTHMS[steps][level]))
    moves = rng.choice([-2, -1, -1, 1, 1, 2, 0, 3, -3], size=len(rhythm))
    return [replace(note, move=int(moves[index])) for index, note in enumerate(_notes(rhythm))]


def _close(steps: int) -> list[_MotifNote]:
    return _notes(_CLOSE[steps], move=-1)


def _notes(rhythm: str, move: int = 0) -> list[_MotifNote]:
    starts = [step for step, mark in enumerate(rhythm) if mark == "x"]
    return [_MotifNote(step, len(rhythm[step:].split("x", 2)[1]) + 1, move) for step in starts]


def _next_pitch(tonality: Tonality, chord: Chord, before: int, note: _MotifNote, centre: int) -> int:
    """Move by steps of the scale; on strong beats to the nearest note of the chord; back when it has gone too far."""
    classes = [(tonality.tonic + tonality.semitones(step)) % 12 for step in range(7)]
    scale = sorted(pitch for pitch in range(centre - 12, centre + 13) if pitch % 12 in classes)
    place = min(range(len(scale)), key=lambda index: abs(scale[index] - before))
    move = -note.move if abs(before - centre) > 7 and note.move * (before - centre) > 0 else note.move
    wished = scale[min(max(place + move, 0), len(scale) - 1)]
    if note.step % 8:
        return wished
    chord_classes = {(tonality.tonic + tone) % 12 for tone in chord.tones[:3]}
    return min((p for p in range(centre - 12, centre + 13) if p % 12 in chord_classes), key=lambda p: abs(p - wished))


def hum_bends(notes: tuple[ScoreNote, ...], rng: np.random.Generator) -> tuple[Bend, ...]:
    """Return glides into notes and vibrato on long ones, as a person hums; a point every 20 ms.

    Args:
        notes: The melody, in time and without overlaps.
        rng: What decides how wide and how fast.
    """
    depth, rate_hz, glide_ms = rng.integers(15, 45), rng.uniform(4.8, 6.4), int(rng.integers(3, 7)) * FRAME_MS
    bends, before = list[Bend](), notes[0].pitch if notes else 0
    for note in notes:
        reach = int(np.clip((before - note.pitch) * 60, -180, 180))
        for at_ms in range(0, note.duration_ms, FRAME_MS):
            glide = reach * max(0.0, 1 - at_ms / glide_ms)
            swell = depth * min(max((at_ms - 200) / 300, 0.0), 1.0)
            vibrato = swell * np.sin(2 * np.pi * rate_hz * at_ms / 1000)
            bends.append(Bend(note.start_ms + at_ms, int(np.clip(round(glide + vibrato), -200, 200))))
        before = note.pitch
    return tuple(bends)
