"""Notes and chroma as simple tones."""

import numpy as np
import pytest

from musicgen_studio.core.melody import CHROMA_RATE_HZ, Melody, Note
from musicgen_studio.dsp.chroma import chroma
from musicgen_studio.dsp.tones import chroma_tones, tones
from tests.dsp.melodies import example_hum, example_line, found_in, made_up, written


@pytest.mark.parametrize("melody", [example_hum()[0], example_line(), written("C4 E4 G4 C5:2 A3 F4", 0.4)])
def test_the_model_hears_in_tones_what_it_is_told_of_the_notes(melody: Melody) -> None:
    heard = chroma(tones(melody, 32000))
    told = melody.chroma(len(heard), CHROMA_RATE_HZ, repeats=False)
    assert (heard * told).sum(axis=1).mean() >= 0.95


def test_that_holds_for_quick_melodies_out_of_tune_too() -> None:
    same = []
    for seed in range(20):
        melody = made_up(seed)[0]
        heard = chroma(tones(melody, 32000))
        same.append((heard * melody.chroma(len(heard), CHROMA_RATE_HZ, repeats=False)).sum(axis=1).mean())
    assert np.mean(same) >= 0.95


def test_they_are_as_long_as_the_melody_and_silent_in_rests() -> None:
    sound = tones(Melody((Note(0.5, 0.5, 69),), 2.0), 8000)
    assert sound.samples.shape == (16000, 1)
    assert not sound.samples[:4000].any()
    assert not sound.samples[8000:].any()
    assert 0.1 < np.abs(sound.samples).max() <= 0.5
    assert tones(Melody.of([]), 8000).frames == 0


def test_a_chord_of_loud_notes_does_not_clip_beyond_full_scale() -> None:
    chord = Melody.of([Note(0.0, 0.3, 60 + step, velocity=1.0) for step in range(12)])
    assert np.abs(tones(chord, 16000).samples).max() <= 1.0


def test_notes_are_found_again_in_their_tones() -> None:
    melody = written("A4 C5 E4", 0.5, gap_s=0.05)
    assert [note.semitone for note in found_in(tones(melody, 44100))] == [69, 72, 64]


def test_chroma_sounds_in_the_octave_from_middle_c() -> None:
    told = np.eye(12, dtype=np.float32)[[9] * 8 + [0] * 8 + [4] * 8]
    sound = chroma_tones(told, CHROMA_RATE_HZ, 16000)
    assert sound.duration_s == pytest.approx(24 / CHROMA_RATE_HZ, abs=0.001)
    assert [note.semitone for note in found_in(sound)] == [69, 60, 64]
    assert chroma_tones(told[:0], CHROMA_RATE_HZ, 16000).frames == 0
