"""The melody a musician works on: edits beside cleaning up, what the model sees, and that it survives a restart."""

import json
from dataclasses import replace

import numpy as np
import pytest

from musicgen_studio.core.melody import CHROMA_RATE_HZ, Key, Melody, Note
from musicgen_studio.dsp.notes import CleanUp
from musicgen_studio.studio.humming.sketch import Kind, Sketch

SUNG = Melody((Note(0.0, 0.5, 57.3), Note(0.6, 0.4, 59.8), Note(1.1, 0.05, 72.0), Note(1.2, 0.8, 64.1)), 2.2)


def sketch(**changes: object) -> Sketch:
    return replace(Sketch(Kind.HUM, "a" * 32, found=SUNG), **changes)  # type: ignore[arg-type]


def pitches(melody: Melody) -> list[float]:
    return [note.pitch for note in melody.notes]


def test_the_notes_are_cleaned_up_and_what_was_found_stays() -> None:
    snapped = sketch()
    assert pitches(snapped.notes) == [57, 60, 72, 64]
    assert pitches(snapped.found) == [57.3, 59.8, 72.0, 64.1]
    short = sketch(clean_up=CleanUp(minimum_note_s=0.1))
    assert pitches(short.notes) == [57, 60, 64]


def test_an_edit_keeps_what_the_other_notes_were() -> None:
    before = sketch()
    edited = replace(before.notes, notes=(replace(before.notes.notes[0], pitch=55.0), *before.notes.notes[1:]))
    after = before.with_notes(edited)
    assert pitches(after.found) == [55.0, 59.8, 72.0, 64.1]
    assert after.is_edited
    off = replace(after, clean_up=CleanUp(snap="off"))
    assert pitches(off.notes) == [55.0, 59.8, 72.0, 64.1]


def test_an_edit_of_notes_of_which_some_are_left_out_takes_them_as_they_are_shown() -> None:
    before = sketch(clean_up=CleanUp(minimum_note_s=0.1))
    after = before.with_notes(replace(before.notes, notes=before.notes.notes[1:]))
    assert pitches(after.found) == [60, 64]


def test_an_edit_means_that_the_notes_count_and_not_the_sound() -> None:
    assert not sketch(as_sung=True).with_notes(SUNG).as_sung
    drawn = Sketch(Kind.NOTES).with_notes(SUNG)
    assert not drawn.is_edited  # there was nothing before


def test_the_model_sees_notes_repeated_or_ending() -> None:
    notes = sketch()
    seen = notes.chroma(6.0)
    assert seen.shape == (1 + int(6.0 * CHROMA_RATE_HZ), 12)
    period = round(2.2 * CHROMA_RATE_HZ)
    assert seen[1].argmax() == seen[1 + period].argmax() == 9
    ending = replace(notes, repeats=False).chroma(6.0)
    assert (ending[-10:].argmax(axis=1) == 0).all()


def test_the_model_sees_the_sound_where_that_is_wanted() -> None:
    sung = np.eye(12, dtype=np.float32)[[1, 2, 3, 4]]
    as_sung = sketch(as_sung=True)
    assert as_sung.chroma(1.0, sung).argmax(axis=1).tolist() == [1, 2, 3, 4, 1, 2, 3, 4][: 1 + int(CHROMA_RATE_HZ)]
    once = replace(as_sung, repeats=False).chroma(1.0, sung)
    assert once.argmax(axis=1).tolist() == [1, 2, 3, 4, 0, 0, 0, 0]
    assert np.array_equal(as_sung.chroma(1.0, None), sketch().chroma(1.0))
    assert not np.array_equal(sketch().chroma(1.0, sung), as_sung.chroma(1.0, sung))


def test_nothing_is_seen_of_no_notes() -> None:
    assert (Sketch(Kind.NOTES).chroma(1.0).argmax(axis=1) == 0).all()


@pytest.mark.parametrize(
    "kept",
    [
        Sketch(Kind.NOTES),
        sketch(is_edited=True, as_sung=True, repeats=False),
        sketch(clean_up=CleanUp(True, "key", Key(9, is_minor=True), 0.25, 0.1, 0.05)),
        Sketch(Kind.MIDI, "/songs/ä.mid", 2, 5, replace(SUNG, tempo_bpm=96.0)),
    ],
)
def test_it_comes_back_from_text(kept: Sketch) -> None:
    assert Sketch.from_json(kept.to_json()) == kept


def test_text_that_is_no_sketch_counts_as_nothing() -> None:
    assert Sketch.from_json(None) is None
    assert Sketch.from_json("") is None
    assert Sketch.from_json("[1, 2]") is None
    for name, value in (
        ("format", 2), ("kind", "x"), ("place", 3), ("repeats", 1), ("track", "1"), ("found", {}), ("clean_up", None),
    ):  # fmt: skip
        stored = json.loads(sketch().to_json())
        stored[name] = value
        assert Sketch.from_json(json.dumps(stored)) is None, name
    stored = json.loads(sketch().to_json())
    stored["found"]["notes"][0]["pitch"] = 900
    assert Sketch.from_json(json.dumps(stored)) is None
