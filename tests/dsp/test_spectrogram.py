"""The picture of what sounds when."""

import numpy as np
import pytest

from musicgen_studio.dsp.spectrogram import BANDS, band_of, picture
from musicgen_studio.errors import StoppedError

RATE = 32_000


@pytest.mark.parametrize("frequency_hz", [220.0, 1000.0, 3520.0, 9000.0])
def test_a_tone_is_a_line_where_its_frequency_lies(frequency_hz: float) -> None:
    tone = np.sin(2 * np.pi * frequency_hz * np.arange(RATE) / RATE).astype(np.float32)
    levels = picture(np.stack([tone, tone], 1), RATE, 50)
    assert levels.shape == (BANDS, 50)
    rows = levels[:, 5:-5].argmax(axis=0)
    assert len(set(rows.tolist())) <= 2
    assert 1 - rows[0] / BANDS == pytest.approx(band_of(frequency_hz, RATE), abs=0.025)


def test_what_comes_later_stands_further_right() -> None:
    sound = np.zeros((RATE, 1), np.float32)
    sound[RATE // 2 :, 0] = np.random.default_rng(0).uniform(-0.5, 0.5, RATE // 2)
    levels = picture(sound, RATE, 100)
    assert levels[:, :45].max() == 0
    assert levels[:, 55:].mean() > 100


@pytest.mark.parametrize("frames", [1, 7, 2048])
def test_short_and_silent_sound_has_a_picture_too(frames: int) -> None:
    assert not picture(np.zeros((frames, 1), np.float32), RATE, 3).any()
    assert picture(np.ones((frames, 1), np.float32), RATE, 3).shape == (BANDS, 3)


def test_it_can_be_stopped() -> None:
    def stop(_share: float) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        picture(np.zeros((RATE, 1), np.float32), RATE, 3, stop)


def test_half_the_rate_is_the_top() -> None:
    assert (band_of(0.0, RATE), band_of(RATE / 2, RATE)) == (0.0, 1.0)
