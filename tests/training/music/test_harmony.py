"""Scales, chords, figures and melodies."""

import numpy as np
import pytest

from musicgen_studio.training.music.accompaniment import bass_bar, chord_bar, own_version
from musicgen_studio.training.music.harmony import Tonality, nearest_pitch, progression, voicing
from musicgen_studio.training.music.lead import melody

C_MAJOR = Tonality(0, "major")
A_MINOR = Tonality(9, "minor")


def test_chords_of_a_key() -> None:
    assert [chord.tones for chord in progression(C_MAJOR, "154", sevenths=False)] == [
        (0, 4, 7),
        (7, 11, 14),
        (5, 9, 12),
    ]
    assert C_MAJOR.chord(1, seventh=True).tones == (2, 5, 9, 12)


def test_a_minor_keys_dominant_has_the_leading_note() -> None:
    assert {(9 + tone) % 12 for tone in A_MINOR.chord(4, seventh=False).tones} == {4, 8, 11}


@pytest.mark.parametrize("degree", range(7))
def test_a_voicing_lies_where_it_should(degree: int) -> None:
    chord = C_MAJOR.chord(degree, seventh=False)
    pitches = voicing(C_MAJOR, chord, 60)
    assert {pitch % 12 for pitch in pitches} == {tone % 12 for tone in chord.tones}
    assert list(pitches) == sorted(pitches)
    assert abs(np.mean(pitches) - 60) < 5


def test_the_nearest_pitch() -> None:
    assert [nearest_pitch(0, 61), nearest_pitch(11, 60), nearest_pitch(6, 60)] == [60, 59, 54]


def test_a_bass_figure() -> None:
    chord, following = C_MAJOR.chord(0, seventh=False), C_MAJOR.chord(3, seventh=False)
    bar = bass_bar("1---5...8.....a.", C_MAJOR, chord, following)
    assert [(step, steps) for step, steps, _ in bar] == [(0, 4), (4, 1), (8, 1), (14, 1)]
    assert [pitches[0] - bar[0][2][0] for _, _, pitches in bar[:3]] == [0, 7, 12]
    assert bar[3][2][0] % 12 in {4, 7}  # a step from F


def test_a_chord_figure() -> None:
    chord = C_MAJOR.chord(0, seventh=False)
    bar = chord_bar("x...X===0.1.....", C_MAJOR, chord, 0)
    assert [(step, steps, len(pitches)) for step, steps, pitches in bar] == [
        (0, 1, 3),
        (4, 4, 3),
        (8, 2, 1),
        (10, 6, 1),
    ]


def test_ones_own_version_leaves_out_one_note_at_most() -> None:
    figure, rng = "x.xxx.xxx.xxx.xx", np.random.default_rng(1)
    missing = {sum(a != b for a, b in zip(figure, own_version(figure, rng), strict=True)) for _ in range(50)}
    assert missing == {0, 1}


def test_a_melody_rests_on_chords_and_comes_back() -> None:
    chords = list(progression(C_MAJOR, "15641564", sevenths=False))
    tones = melody(C_MAJOR, chords, 16, 0.5, 74, np.random.default_rng(3))
    for tone in tones:
        if tone.step % 8 == 0:
            assert tone.pitch % 12 in {step % 12 for step in chords[tone.step // 16].tones}
        assert 62 <= tone.pitch <= 86
    rhythms = [[tone.step % 16 for tone in tones if tone.step // 16 == bar] for bar in range(8)]
    assert rhythms[0] == rhythms[1] == rhythms[4]
