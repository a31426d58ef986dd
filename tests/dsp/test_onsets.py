"""Onsets and grids, on beats whose answer is known; and spectra against those that the codec learns by."""

import numpy as np
import pytest
import torch

from musicgen_studio.dsp.onsets import RATE_HZ as RATE
from musicgen_studio.dsp.onsets import grid_share, log_mel, mel_spectrum, onsets_kept, strong_onsets_s
from musicgen_studio.training.spectral import mel_spectrum as torch_mel_spectrum
from tests.dsp.music import beat


@pytest.mark.parametrize(("window", "bands"), [(640, 40), (1024, 48), (2048, 160)])
@pytest.mark.parametrize("samples", [2000, 96_000, 200_001])
def test_the_spectra_are_those_the_codec_learns_by(window: int, bands: int, samples: int) -> None:
    sound = beat(7)[:samples]
    theirs = torch_mel_spectrum(torch.from_numpy(sound)[None], window, bands)[0].numpy()
    np.testing.assert_allclose(mel_spectrum(sound, window, bands), theirs, rtol=1e-4, atol=1e-6)
    assert log_mel(np.zeros(samples, np.float32)).max() == pytest.approx(np.log10(3e-4))


def test_a_beat_is_on_the_grid_and_chance_is_not() -> None:
    straight, loose = beat(8), beat(8, jitter_s=0.16)
    assert len(strong_onsets_s(straight)) > 20
    assert grid_share(strong_onsets_s(straight), 0.16) > 0.95
    assert grid_share(strong_onsets_s(loose), 0.16) < 0.75
    assert np.isnan(grid_share(np.zeros(3), 0.16))  # too few to tell


def test_no_sound_has_no_onsets() -> None:
    assert len(strong_onsets_s(np.zeros(100, np.float32))) == 0


def test_onsets_are_kept_that_stay_where_they_were() -> None:
    original = beat(8)
    assert onsets_kept(original, original) == 1.0
    assert onsets_kept(original, np.roll(original, RATE // 20)) < 0.3  # 50 ms late
    assert 0.4 < onsets_kept(original, np.concatenate([original[: 6 * RATE], np.zeros(6 * RATE, np.float32)])) < 0.6
    assert onsets_kept(original, np.zeros_like(original)) == 0.0
    assert np.isnan(onsets_kept(np.zeros_like(original), original))
