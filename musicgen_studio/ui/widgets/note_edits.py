"""What a musician does to notes, as plain functions: a melody and what is to be done give the melody afterwards.

Not for the pointer (`note_view`) and not for what the program does by itself (`dsp.notes`).
"""

from collections.abc import Collection
from dataclasses import replace

from musicgen_studio.core.melody import Melody, Note

SHORTEST_S = 0.05  # a shorter note is no note to a listener, and cannot be taken hold of
_HIGHEST = 127


def added(melody: Melody, note: Note) -> Melody:
    """Return the melody with one note more; it grows where the note reaches further."""
    return _with(melody, [*melody.notes, note])


def removed(melody: Melody, notes: Collection[Note]) -> Melody:
    """Return the melody without some notes; it stays as long as it is."""
    return replace(melody, notes=tuple(note for note in melody.notes if note not in notes))


def moved(melody: Melody, notes: Collection[Note], by_s: float, by_semitones: float) -> tuple[Melody, frozenset[Note]]:
    """Shift notes in time and pitch, all by the same, as far as the first, lowest and highest of them can go.

    Returns:
        The melody, and the shifted notes in it.
    """
    if not notes:
        return melody, frozenset()
    by_s = max(by_s, -min(note.onset_s for note in notes))
    by_semitones = max(by_semitones, -min(note.pitch for note in notes))
    by_semitones = min(by_semitones, _HIGHEST - max(note.pitch for note in notes))
    shifted = [_shifted(note, by_s, by_semitones) for note in notes]
    return _with(melody, [*removed(melody, notes).notes, *shifted]), frozenset(shifted)


def resized(melody: Melody, note: Note, start_s: float, end_s: float) -> tuple[Melody, Note]:
    """Give a note other ends; it keeps a length of `SHORTEST_S`.

    Args:
        melody: The melody.
        note: One of its notes.
        start_s: Where it begins now.
        end_s: Where it ends now.

    Returns:
        The melody, and the note in it.
    """
    start_s = max(start_s, 0.0)
    if start_s == note.onset_s:  # the end was moved
        end_s = max(end_s, start_s + SHORTEST_S)
    else:
        start_s = max(min(start_s, end_s - SHORTEST_S), 0.0)
    changed = replace(note, onset_s=start_s, duration_s=max(end_s - start_s, SHORTEST_S))
    return _with(melody, [*removed(melody, [note]).notes, changed]), changed


def with_duration(melody: Melody, duration_s: float) -> Melody:
    """Return the melody with another length, not shorter than its last note."""
    return replace(melody, duration_s=max(duration_s, _last_end_s(melody.notes)))


def found_again(melody: Melody, notes: Collection[Note], within_s: float = 0.1) -> frozenset[Note]:
    """Return the notes of a melody that some notes have become, such as after snapping: those that begin nearby."""
    found = set()
    for wanted in notes:
        nearest = min(melody.notes, key=lambda note: _distance(note, wanted), default=None)
        if nearest is not None and abs(nearest.onset_s - wanted.onset_s) <= within_s:
            found.add(nearest)
    return frozenset(found)


def _distance(note: Note, wanted: Note) -> tuple[float, float]:
    return abs(note.onset_s - wanted.onset_s), abs(note.pitch - wanted.pitch)


def _shifted(note: Note, by_s: float, by_semitones: float) -> Note:
    return replace(note, onset_s=max(note.onset_s + by_s, 0.0), pitch=note.pitch + by_semitones)


def _with(melody: Melody, notes: list[Note]) -> Melody:
    ordered = tuple(sorted(notes, key=lambda note: (note.onset_s, note.pitch)))
    return replace(melody, notes=ordered, duration_s=max(melody.duration_s, _last_end_s(ordered)))


def _last_end_s(notes: Collection[Note]) -> float:
    return max((note.end_s for note in notes), default=0.0)
