"""Notes found in sung melodies whose notes are known, and notes cleaned up."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Key, Melody, Note, PitchCurve
from musicgen_studio.dsp.notes import CleanUp, clean, find_notes
from musicgen_studio.dsp.pitch import track_pitch
from musicgen_studio.dsp.resample import resample
from tests.dsp.melodies import Voice, example_hum, f1, found_in, made_up, matches, sung, written


def noise(seconds: float, level: float = 0.05) -> Audio:
    samples = np.random.default_rng(1).standard_normal((round(seconds * 16000), 1)) * level
    return Audio(samples.astype(np.float32), 16000)


def test_a_dozen_sung_melodies_are_found() -> None:
    counts = []
    for seed in range(12):  # a hundred: python -m tests.dsp.melodies --count 100
        melody, voice = made_up(seed)
        found = found_in(sung(melody, voice, seed))
        counts.append((matches(melody.notes, found), len(melody.notes), len(found)))
    hits, wished, told = np.sum(counts, axis=0)
    assert 2 * hits / (wished + told) >= 0.9


def test_the_measure_itself_notices_what_is_wrong() -> None:
    notes = written("A3 C4 E4 A4", 0.5).notes
    late = [Note(note.onset_s + 0.06, note.duration_s, note.pitch) for note in notes]
    flat = [Note(note.onset_s, note.duration_s, note.pitch - 0.6) for note in notes]
    assert f1(notes, notes) == 1.0
    assert f1(notes, late) == f1(notes, flat) == f1(notes, []) == 0.0
    assert f1(notes, notes[:2]) == pytest.approx(2 / 3)
    assert matches(notes[:1], [*notes[:1], *notes[:1]]) == 1


def test_the_bundled_hum_is_what_was_hummed() -> None:
    melody, audio = example_hum()
    found = found_in(audio)
    assert [note.semitone for note in found] == [note.semitone for note in melody.notes]
    assert all(abs(one.end_s - other.end_s) < 0.1 for one, other in zip(found, melody.notes, strict=True))


def test_pitches_are_kept_as_they_were_sung() -> None:
    found = found_in(sung(Melody((Note(0.1, 0.8, 60.3),), 1.0), Voice("ah", vibrato_cents=40)))
    assert [note.pitch for note in found] == [pytest.approx(60.3, abs=0.12)]


def test_a_wide_vibrato_is_one_note() -> None:
    assert len(found_in(sung(written("A3", 1.5), Voice("reed", vibrato_cents=90)))) == 1


def test_a_pitch_sung_twice_is_two_notes() -> None:
    assert len(found_in(sung(written("A3 A3 A3", 0.5, gap_s=0.08), Voice("hum")))) == 3


def test_loud_notes_have_a_higher_velocity() -> None:
    melody = Melody((Note(0.0, 0.5, 57, velocity=0.2), Note(0.6, 0.5, 60, velocity=1.0)), 1.2)
    quiet, loud = found_in(sung(melody, Voice("ah")))
    assert quiet.velocity < loud.velocity <= 1.0


def test_notes_do_not_overlap_and_are_sure() -> None:
    found = found_in(sung(*made_up(4)))
    assert all(one.end_s <= other.onset_s for one, other in pairwise(found))
    assert all(0.5 < note.confidence <= 1 for note in found)


@pytest.mark.parametrize("audio", [noise(3.0), noise(3.0, 1e-5), Audio(np.zeros((48000, 2), np.float32), 48000)])
def test_noise_and_silence_have_no_notes(audio: Audio) -> None:
    assert found_in(audio) == ()


def test_noise_in_the_rhythm_of_speech_has_no_notes() -> None:
    hiss = noise(4.0).samples[:, 0]
    coloured = np.convolve(hiss, np.hanning(12), "same") * np.sin(2 * np.pi * 2 * np.arange(len(hiss)) / 16000) ** 2
    assert found_in(Audio(coloured.astype(np.float32)[:, None], 16000)) == ()


def test_clipping_does_not_matter() -> None:
    melody, voice = made_up(2)
    clean_voice = sung(melody, voice)
    clipped = Audio(np.clip(clean_voice.samples * 20, -1, 1), clean_voice.sample_rate)
    assert f1(melody.notes, found_in(clipped)) > 0.9


def test_a_file_of_8_khz_is_enough() -> None:
    melody, voice = made_up(1)
    assert f1(melody.notes, found_in(resample(sung(melody, voice), 8000))) > 0.9


def test_ten_minutes_are_found_whole() -> None:
    hum = example_hum()[1]
    long = Audio(np.tile(hum.samples, (75, 1)), hum.sample_rate)
    assert len(found_in(long)) == pytest.approx(75 * 15, rel=0.02)


def test_sound_and_curve_of_different_lengths_pass() -> None:
    audio = sung(written("A3 C4", 0.5), Voice())
    curve = track_pitch(audio)
    short = Audio(audio.samples[:4000], audio.sample_rate)
    assert find_notes(curve, short)
    assert find_notes(PitchCurve(0.016, *(np.zeros(0, np.float32) for _ in range(2))), audio) == ()


# Cleaning up

SUNG = Melody(
    (Note(0.03, 0.4, 59.8), Note(0.52, 0.45, 64.3), Note(1.02, 0.05, 70.0), Note(1.1, 0.4, 79.1)), 2.0, tempo_bpm=120.0
)


def pitches(melody: Melody) -> list[float]:
    return [note.pitch for note in melody.notes]


def test_off_leaves_everything() -> None:
    assert clean(SUNG, CleanUp(snap="off")) == SUNG


def test_pitches_snap_to_semitones_or_to_a_key() -> None:
    assert pitches(clean(SUNG, CleanUp(snap="semitone"))) == [60, 64, 70, 79]
    assert pitches(clean(SUNG, CleanUp(snap="key", key=Key(0, is_minor=False)))) == [60, 64, 69, 79]
    c_minor = clean(SUNG, CleanUp(snap="key", key=Key(0, is_minor=True)))
    assert pitches(c_minor) == [60, 65, 70, 79]


def test_without_a_key_it_is_found() -> None:
    scale = Melody.of(
        [Note(float(at), 1.0, pitch) for at, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 72, 66.4, 60))]
    )
    assert pitches(clean(scale, CleanUp(snap="key")))[8] == 67.0


def test_octaves_are_folded_towards_the_middle() -> None:
    folded = clean(SUNG, CleanUp(fold_octaves=True, snap="off"))
    assert pitches(folded) == [pytest.approx(pitch) for pitch in (59.8, 64.3, 70.0, 67.1)]


def test_short_notes_are_dropped() -> None:
    assert pitches(clean(SUNG, CleanUp(minimum_note_s=0.1))) == [60, 64, 79]
    assert clean(SUNG, CleanUp(minimum_note_s=5)) == Melody((), 2.0, tempo_bpm=120.0)


def test_notes_move_to_the_grid() -> None:
    moved = clean(SUNG, CleanUp(quantise_to_s=0.25)).notes
    assert [(note.onset_s, note.duration_s) for note in moved] == [(0.0, 0.5), (0.5, 0.5), (1.0, 0.5)]
    assert [note.pitch for note in moved] == [60, 64, 79], "of two that come to begin together the longer stays"
    late = clean(SUNG, CleanUp(quantise_to_s=0.25, grid_start_s=0.1)).notes
    assert [note.onset_s for note in late] == [pytest.approx(onset_s) for onset_s in (0.1, 0.6, 1.1)]


@given(
    st.lists(st.tuples(st.floats(0, 5), st.floats(0.01, 2), st.floats(20, 100)), max_size=12),
    st.floats(0.01, 1),
    st.floats(-2, 2),
)
def test_the_grid_makes_a_melody_of_anything(
    raw: list[tuple[float, float, float]], step_s: float, start_s: float
) -> None:
    melody = Melody.of([Note(*values) for values in raw])
    moved = clean(melody, CleanUp(quantise_to_s=step_s, grid_start_s=start_s, snap="key", fold_octaves=True))
    assert len(moved.notes) <= len(melody.notes)
    assert bool(moved.notes) == bool(melody.notes)
    assert all(one.end_s <= other.onset_s + 1e-9 for one, other in pairwise(moved.notes))


@pytest.mark.parametrize("values", [{"snap": "cents"}, {"quantise_to_s": 0.0}, {"minimum_note_s": -1.0}])
def test_settings_out_of_range_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        CleanUp(**values)  # type: ignore[arg-type]
