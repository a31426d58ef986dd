"""Edits of notes as plain functions: what moves, how far, and that a melody stays one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.ui.widgets.note_edits import (
    SHORTEST_S,
    added,
    found_again,
    moved,
    removed,
    resized,
    with_duration,
)
from tests.ui.widgets.notes import A3, C4, E4, MELODY

notes = st.builds(
    Note,
    onset_s=st.floats(0, 10),
    duration_s=st.floats(0.05, 3),
    pitch=st.floats(0, 127),
)
melodies = st.lists(notes, min_size=1, max_size=8, unique=True).map(Melody.of)


def test_a_note_is_added_in_its_place_and_the_melody_grows() -> None:
    late = Note(3.0, 0.5, 50.0)
    assert added(MELODY, late).duration_s == 3.5
    early = Note(0.25, 0.1, 50.0)
    assert added(MELODY, early).notes == (A3, early, C4, E4)


def test_deleting_leaves_the_length() -> None:
    assert removed(MELODY, {C4, E4}) == replace(MELODY, notes=(A3,))


def test_notes_move_together_and_stop_at_the_edges() -> None:
    melody, shifted = moved(MELODY, {A3, C4}, -1.0, 200)
    assert {(note.onset_s, note.pitch) for note in shifted} == {(0.0, 124.0), (0.5, 127.0)}
    assert melody.notes[-1] == E4
    assert moved(MELODY, set(), 1.0, 1) == (MELODY, frozenset())


def test_an_end_moves_and_the_note_never_vanishes() -> None:
    melody, note = resized(MELODY, C4, C4.onset_s, 0.1)
    assert note.onset_s == 0.5
    assert note.duration_s == pytest.approx(SHORTEST_S)
    assert note in melody.notes
    _, note = resized(MELODY, C4, 5.0, C4.end_s)
    assert (round(note.onset_s, 6), round(note.end_s, 6)) == (1.0 - SHORTEST_S, 1.0)
    melody, note = resized(MELODY, E4, E4.onset_s, 4.0)
    assert melody.duration_s == 4.0


def test_the_end_of_the_melody_stays_behind_its_notes() -> None:
    assert with_duration(MELODY, 1.0).duration_s == 2.0
    assert with_duration(MELODY, 7.5).duration_s == 7.5


def test_notes_are_found_again_after_snapping() -> None:
    snapped = Melody.of([replace(A3, pitch=56.0), replace(C4, onset_s=0.52), E4])
    assert found_again(snapped, {A3, C4}) == frozenset(snapped.notes[:2])
    assert found_again(MELODY, {Note(1.7, 0.1, 60.0)}) == frozenset()


@given(melody=melodies, by_s=st.floats(-20, 20), by_semitones=st.integers(-200, 200), data=st.data())
def test_moving_keeps_count_lengths_and_intervals(
    melody: Melody, by_s: float, by_semitones: int, data: st.DataObject
) -> None:
    chosen = frozenset(data.draw(st.lists(st.sampled_from(melody.notes), min_size=1, unique=True)))
    after, shifted = moved(melody, chosen, by_s, by_semitones)
    assert len(after.notes) == len(melody.notes)
    assert set(melody.notes) - chosen <= set(after.notes)
    spread = max(note.pitch for note in chosen) - min(note.pitch for note in chosen)
    now = [note.pitch for note in shifted]
    assert abs(max(now) - min(now) - spread) < 1e-9
    assert sorted(note.duration_s for note in after.notes) == sorted(note.duration_s for note in melody.notes)
