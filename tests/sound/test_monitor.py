"""Hearing oneself: what goes in comes out, a little later and not more, at another rate, and never as noise."""

import numpy as np
import pytest

from musicgen_studio.core.audio import Samples
from musicgen_studio.sound.monitor import InputMonitor, chosen_channel

RATE = 48000
BLOCK = 480


def _sine(frames: int, rate: int, channels: int = 1) -> Samples:
    wave = np.sin(2 * np.pi * 440 * np.arange(frames) / rate).astype(np.float32)
    return np.repeat(wave[:, None], channels, axis=1)


def _heard(monitor: InputMonitor, frames: int) -> Samples:
    out = np.full((frames, 2), np.nan, np.float32)
    monitor.fill(out, 0.03, 0.0)
    return out


def test_what_comes_in_goes_out_on_both_sides() -> None:
    monitor, sound = InputMonitor(1, RATE, RATE), _sine(BLOCK, RATE)
    monitor.listen(sound)
    out = _heard(monitor, BLOCK)
    np.testing.assert_array_equal(out, np.repeat(sound, 2, axis=1))
    assert not _heard(monitor, BLOCK).any()  # nothing more came


def test_it_is_added_to_what_sounds_already() -> None:
    monitor = InputMonitor(1, RATE, RATE)
    monitor.listen(_sine(BLOCK, RATE))
    out = np.full((BLOCK, 1), 0.25, np.float32)
    monitor.add_to(out)
    np.testing.assert_allclose(out, 0.25 + _sine(BLOCK, RATE), atol=1e-6)


def test_what_piles_up_is_left_out() -> None:
    monitor = InputMonitor(1, RATE, RATE)
    for _ in range(40):  # 0.4 s before anybody asks
        monitor.listen(_sine(BLOCK, RATE))
    _heard(monitor, BLOCK)
    assert monitor._ring.available <= 0.06 * RATE


def test_nobody_asks_and_nothing_breaks() -> None:
    monitor = InputMonitor(1, RATE, RATE)
    for _ in range(200):
        monitor.listen(_sine(BLOCK, RATE))
    assert _heard(monitor, BLOCK).any()


@pytest.mark.parametrize(("input_rate", "output_rate"), [(44100, 48000), (48000, 44100), (16000, 48000)])
def test_rates_may_differ(input_rate: int, output_rate: int) -> None:
    monitor, piece = InputMonitor(1, input_rate, output_rate), input_rate // 100
    sound, out = _sine(input_rate, input_rate), []
    for first in range(0, input_rate, piece):
        monitor.listen(sound[first : first + piece])
        out.append(_heard(monitor, output_rate // 100)[:, 0])
    heard = np.concatenate(out)[output_rate // 2 :]
    spectrum = np.abs(np.fft.rfft(heard))
    assert spectrum.argmax() == pytest.approx(440 / 2, abs=1)  # half a second: bins of 2 Hz
    assert np.abs(heard).max() == pytest.approx(1.0, abs=0.05)


def test_what_a_broken_driver_gives_is_silence() -> None:
    monitor = InputMonitor(1, RATE, RATE)
    monitor.listen(np.full((BLOCK, 1), np.nan, np.float32))
    assert not _heard(monitor, BLOCK).any()


@pytest.mark.parametrize(("channel", "expected"), [(0, 2.0), (1, 1.0), (3, 3.0), (9, 3.0)])
def test_the_chosen_channel(channel: int, expected: float) -> None:
    samples = np.tile(np.array([1.0, 2.0, 3.0], np.float32), (4, 1))
    np.testing.assert_array_equal(chosen_channel(samples, channel), np.full((4, 1), expected))
