"""Levels of an input, channel by channel."""

import numpy as np
import pytest

from musicgen_studio.sound.input_levels import InputLevels


def test_the_peak_of_each_channel_is_that_since_the_last_look() -> None:
    levels = InputLevels(2)
    assert levels.take_peaks() == (0, 0)
    levels.feed(np.array([[0.1, -0.5], [-0.25, 0.2]], np.float32))
    levels.feed(np.array([[0.2, 0.0]], np.float32))
    levels.feed(np.empty((0, 2), np.float32))
    assert levels.take_peaks() == (0.25, 0.5)
    assert levels.take_peaks() == (0, 0)


@pytest.mark.parametrize("loudest", [32767 / 32768, -1.0, 1.5])
def test_the_clip_light_stays_until_it_is_put_out(loudest: float) -> None:
    levels = InputLevels(2)
    levels.feed(np.array([[0.998, loudest]], np.float32))
    levels.feed(np.zeros((5, 2), np.float32))
    levels.take_peaks()
    assert levels.clipped == (False, True)
    levels.reset_clip()
    assert levels.clipped == (False, False)
