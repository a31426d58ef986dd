"""Resampling: right length, right sound, and a stream that equals the whole."""

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import StreamResampler, mono_at, resample


def _noise(frames: int, channels: int = 2) -> Samples:
    return np.random.default_rng(0).standard_normal((frames, channels)).astype(np.float32)


def _sine(rate: int, hz: float = 1000.0, duration_s: float = 1.0) -> Samples:
    time_s = np.arange(int(rate * duration_s)) / rate
    return np.sin(2 * np.pi * hz * time_s).astype(np.float32)[:, np.newaxis]


@pytest.mark.parametrize(("from_rate", "to_rate"), [(32000, 48000), (32000, 44100), (96000, 32000)])
def test_a_sine_stays_the_same_sine(from_rate: int, to_rate: int) -> None:
    made = resample(Audio(_sine(from_rate), from_rate), to_rate)
    assert made.sample_rate == to_rate
    assert made.frames == to_rate
    inner = slice(to_rate // 10, -to_rate // 10)  # the filter rings where the sine is cut off
    np.testing.assert_allclose(made.samples[inner], _sine(to_rate)[inner], atol=1e-4)


def test_what_the_lower_rate_cannot_hold_is_removed() -> None:
    made = resample(Audio(_sine(48000, hz=18000), 48000), 32000)
    assert np.abs(made.samples[3200:-3200]).max() < 1e-4


def test_the_same_rate_costs_nothing() -> None:
    audio = Audio(_noise(100), 32000)
    assert resample(audio, 32000) is audio


@pytest.mark.parametrize("frames", [0, 1, 5])
def test_the_shortest_sounds_pass(frames: int) -> None:
    assert resample(Audio(_noise(frames), 32000), 48000).frames == round(frames * 1.5)


def test_a_rate_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        resample(Audio(_noise(10), 32000), 0)


@settings(deadline=None, max_examples=40)
@given(cuts=st.lists(st.integers(0, 5000), max_size=8), to_rate=st.sampled_from([16000, 32000, 44100, 48000]))
def test_a_stream_equals_the_whole(cuts: list[int], to_rate: int) -> None:
    noise = _noise(5000)
    stream = StreamResampler(32000, to_rate, 2)
    pieces = [stream.push(piece) for piece in np.split(noise, sorted(cuts))]
    streamed = np.concatenate([*pieces, stream.flush()])
    np.testing.assert_allclose(streamed, resample(Audio(noise, 32000), to_rate).samples, atol=1e-6)


def test_a_long_sound_is_done_in_pieces_and_can_be_ended() -> None:
    noise = Audio(_noise(2_500_000, channels=1), 32000)
    shares: list[float] = []
    made = resample(noise, 48000, shares.append)
    assert shares == sorted(shares)
    assert len(shares) == 3
    assert shares[-1] == 1.0
    np.testing.assert_allclose(made.samples, soxr.resample(noise.samples, 32000, 48000, quality="HQ"), atol=1e-6)

    def enough(_share: float) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        resample(noise, 48000, enough)


def test_a_stream_can_be_used_again_after_its_end() -> None:
    stream = StreamResampler(32000, 48000, 2)
    first = np.concatenate([stream.push(_noise(1000)), stream.flush()])
    second = np.concatenate([stream.push(_noise(1000)), stream.flush()])
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("to_rate", [16000, 32000, 44100])
def test_mono_at_a_rate_is_the_mean_of_the_channels_there(to_rate: int) -> None:
    audio = Audio(_noise(32000), 32000)
    expected = resample(audio, to_rate).samples.mean(axis=1)
    made = mono_at(audio, to_rate)
    assert (made.shape, made.dtype) == (expected.shape, np.dtype(np.float32))
    np.testing.assert_allclose(made, expected, atol=1e-5)
