"""Keys by Krumhansl and Kessler."""

import pytest

from musicgen_studio.core.melody import Key, Note
from musicgen_studio.dsp.key import find_key


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("is_minor", [False, True])
def test_a_scale_that_rests_on_its_tonic_is_recognised(tonic: int, is_minor: bool) -> None:
    steps = (0, 2, 3, 5, 7, 8, 10) if is_minor else (0, 2, 4, 5, 7, 9, 11)
    lengths_s = [2.0 if step in (0, 7) else 1.5 if step in (3, 4) else 0.7 for step in steps]
    notes = [Note(0.0, length_s, 60.0 + tonic + step) for step, length_s in zip(steps, lengths_s, strict=True)]
    key = find_key(notes)
    assert (key.tonic, key.is_minor) == (tonic, is_minor)
    assert key.strength > 0.8


def test_octave_and_tuning_do_not_matter() -> None:
    notes = [Note(0.0, 1.0, pitch) for pitch in (48.2, 64.1, 79.3, 71.8)]
    assert find_key(notes) == find_key([Note(0.0, 1.0, float(pitch)) for pitch in (60, 52, 67, 60)])


@pytest.mark.parametrize("pitches", [[], range(60, 72)])
def test_without_anything_to_go_by_it_is_c_major_without_strength(pitches: list[int]) -> None:
    assert find_key([Note(0.0, 1.0, pitch) for pitch in pitches]) == Key(0, is_minor=False, strength=0.0)
