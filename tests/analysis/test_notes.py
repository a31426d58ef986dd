"""Notes of several voices, against music whose notes are known."""

import numpy as np
import pytest

from musicgen_studio.analysis.notes import activations, find_notes
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.melody import Note
from tests.analysis.sounds import RATE, placed, tone

CHORDS = ((60, 64, 67), (57, 60, 64), (62, 65, 69), (55, 59, 62))
MELODY = (72, 74, 76, 77, 79, 77, 76, 74, 72)


def chords(start_s: float = 0.2) -> Audio:
    """Four triads, a second each."""
    events: list[tuple[float, Samples]] = [
        (start_s + index, tone(pitch, 0.9, 0.15)) for index, chord in enumerate(CHORDS) for pitch in chord
    ]
    return placed(events, start_s + 4.5)


def played(notes: tuple[Note, ...], start_s: float, end_s: float) -> set[int]:
    """The pitches that begin in a stretch."""
    return {note.semitone for note in notes if start_s <= note.onset_s < end_s}


def test_triads_are_read() -> None:
    found = find_notes(chords()).notes
    for index, chord in enumerate(CHORDS):
        assert set(chord) <= played(found, 0.1 + index, 0.9 + index)
    wrong = [note for note in found if note.semitone not in {pitch for chord in CHORDS for pitch in chord}]
    assert len(wrong) <= 1


def test_onsets_and_ends_are_within_a_twentieth_of_a_second() -> None:
    found = find_notes(chords()).notes
    for index, chord in enumerate(CHORDS):
        for note in (note for note in found if note.semitone in chord and abs(note.onset_s - 0.2 - index) < 0.4):
            assert note.onset_s == pytest.approx(0.2 + index, abs=0.05)
            assert note.duration_s == pytest.approx(0.85, abs=0.3)


def test_a_melody_over_held_notes_longer_than_a_window() -> None:
    held = [(0.0, tone(48, 6.0, 0.2)), (0.0, tone(55, 6.0, 0.15))]
    line = [(0.5 + 0.5 * index, tone(pitch, 0.5, 0.25)) for index, pitch in enumerate(MELODY)]
    found = [note for note in find_notes(placed(held + line, 6.0)).notes if note.semitone >= 72]
    starts = [(round(2 * note.onset_s), note.semitone) for note in found]
    expected = [(1 + index, pitch) for index, pitch in enumerate(MELODY)]
    assert len(set(expected) & set(starts)) >= 8
    assert len(found) <= len(MELODY) + 2


def test_louder_is_clearer() -> None:
    found = find_notes(placed([(0.2, tone(60, 1.0, 0.3)), (1.5, tone(64, 1.0, 0.01))], 3.0)).notes
    loud = next(note for note in found if note.semitone == 60)
    soft = [note for note in found if note.semitone == 64]
    assert not soft or soft[0].velocity <= loud.velocity


def test_every_frame_is_where_it_was_whatever_the_windows() -> None:
    late, soon = (activations(chords(start_s))[0] for start_s in (0.2 + 100 * 256 / 22_050, 0.2))
    moved = late[100 : 100 + 250]
    assert np.abs(moved - soon[:250]).mean() < 0.02


def test_silence_has_no_notes() -> None:
    found = find_notes(Audio(np.zeros((RATE * 3, 2), np.float32), RATE))
    assert found.notes == ()
    assert found.duration_s == 3


@pytest.mark.parametrize("frames", [1, 200, 5000])
def test_a_very_short_sound_is_no_fault(frames: int) -> None:
    found = find_notes(Audio(np.full((frames, 1), 0.1, np.float32), RATE))
    assert found.duration_s == frames / RATE


def test_it_can_be_stopped() -> None:
    class StoppedError(Exception):
        pass

    def stop(_share: float) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        find_notes(chords(), stop)
