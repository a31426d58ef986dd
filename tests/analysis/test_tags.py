"""The taggers say what listeners would, in the right shape, and the same of the same."""

import numpy as np
import pytest
import torch

from musicgen_studio.analysis.tags import EMBEDDING, NAMES, Musicnn, Tagger, tag
from musicgen_studio.core.audio import Audio
from musicgen_studio.files.sound import read
from musicgen_studio.paths import resources_dir
from tests.analysis.sounds import IN_C, RATE, band, placed, tone


@pytest.mark.parametrize("tagger", Tagger)
def test_shapes_and_names(tagger: Tagger) -> None:
    tags = tag(band(120.0, 7.0, IN_C), tagger)
    assert tags.likely.shape == (3, 50)
    assert tags.embedding.shape == (3, EMBEDDING)
    assert len(set(NAMES[tagger])) == 50
    assert ((tags.likely >= 0) & (tags.likely <= 1)).all()


def test_a_beat_and_a_held_chord_are_told_apart() -> None:
    beat = dict(tag(band(130.0, 6.0, IN_C)).best(50))
    held = dict(tag(placed([(0.0, tone(pitch, 6.0, 0.1)) for pitch in (48, 55, 60, 64)], 6.0)).best(50))
    assert beat["drums"] + beat["techno"] + beat["fast"] > 2 * (held["drums"] + held["techno"] + held["fast"])
    assert held["slow"] + held["ambient"] > beat["slow"] + beat["ambient"]


def test_a_hum_is_a_voice() -> None:
    hum = dict(tag(read(resources_dir() / "melodies" / "example-hum.wav")).best(50))
    beat = dict(tag(band(130.0, 6.0, IN_C)).best(50))
    voices = ("vocal", "voice", "singing", "opera", "choir")
    assert sum(hum[name] for name in voices) > sum(beat[name] for name in voices)


def test_loud_sound_does_not_overflow() -> None:
    loud = Audio(np.sign(band(120.0, 4.0, IN_C).samples).astype(np.float32), RATE)
    assert np.isfinite(tag(loud).embedding).all()


@pytest.mark.parametrize("frames", [1, 3000, RATE * 3 - 1, RATE * 3 + 1])
def test_any_length_is_taken(frames: int) -> None:
    sound = np.resize(band(120.0, 1.0, IN_C).samples, (frames, 1))
    assert len(tag(Audio(sound, RATE)).likely) in (1, 2)


def test_a_window_is_the_same_in_any_company() -> None:
    long = band(110.0, 12.0, IN_C)
    first = Audio(long.samples[: round(2.992 * RATE)], RATE)
    assert tag(long).likely[0] == pytest.approx(tag(first).likely[0], abs=0.05)


def test_all_its_weights_are_the_file_s() -> None:
    from safetensors.torch import load_file

    for tagger in Tagger:
        weights = load_file(resources_dir() / "musicnn" / f"{tagger}.safetensors")
        missing = Musicnn().load_state_dict({name: each.float() for name, each in weights.items()}, strict=False)
        assert not missing.unexpected_keys
        assert all(name.endswith("num_batches_tracked") for name in missing.missing_keys)
        assert all(torch.isfinite(each).all() for each in weights.values())
