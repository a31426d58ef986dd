"""What is measured of a codec goes the right way."""

import numpy as np
import pytest
import torch

from musicgen_studio.training.codec.figures import Sounds, _code_figures, _tag_figures, codec_figures
from musicgen_studio.training.codec.network import build_codec, load_codec
from musicgen_studio.training.run import ready_codec_folder
from tests.training.conftest import CPU, tone


def test_books_are_counted_by_what_is_used_and_how_evenly() -> None:
    even = torch.arange(8).repeat(10)
    two_of_eight = torch.tensor([3, 5]).repeat(40)
    figures = _code_figures(torch.stack([even, two_of_eight]), 8)
    assert figures["codes_used"] == pytest.approx(0.25)
    assert figures["bits_per_frame"] == pytest.approx(3 + 1)


def test_a_codec_that_has_learned_is_better_than_one_that_has_not() -> None:
    """Tags are not compared: what musicnn takes plain tones for is chance."""
    learned = load_codec(ready_codec_folder())
    sounds = Sounds([np.round(tone(6.0, seed) * 32767).astype(np.int16) for seed in (1, 2)])
    good, bad = (codec_figures(each, sounds, CPU) for each in (learned, build_codec(learned.config, seed=1)))
    assert set(good) == set(bad)
    assert good["si_sdr_db"] > bad["si_sdr_db"]
    assert good["bits_per_frame"] > bad["bits_per_frame"]
    for name in ("log_mel_distance", "frechet_distance", "musicnn_frechet_distance"):
        assert 0 <= good[name] < bad[name], name


def test_what_comes_out_as_it_went_in_has_the_same_tags() -> None:
    pairs = [(sound, sound) for sound in (torch.from_numpy(tone(4.0, seed))[None] for seed in (3, 4))]
    figures = _tag_figures(pairs)
    assert figures == {"musicnn_frechet_distance": 0.0, "musicnn_divergence": 0.0}
    noisy = [
        (sound, sound + 0.1 * torch.randn(sound.shape, generator=torch.Generator().manual_seed(0)))
        for sound, _ in pairs
    ]
    assert all(value > 0.01 for value in _tag_figures(noisy).values())
