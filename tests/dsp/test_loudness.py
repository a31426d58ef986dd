"""Loudness against the signals of EBU Tech 3341, true peak against BS.1770's worst case, and the normaliser's rules."""

from collections.abc import Callable

import numpy as np
import pyloudnorm
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.loudness import integrated_lufs, normalise, true_peak_db


def _sine(level_db: float, duration_s: float, rate: int = 48000, hz: float = 997.0, channels: int = 2) -> Samples:
    time_s = np.arange(int(rate * duration_s)) / rate
    wave = 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * time_s)
    return np.repeat(wave[:, np.newaxis], channels, axis=1).astype(np.float32)


def _noise(level: float, duration_s: float = 2.0, rate: int = 32000) -> Audio:
    noise = np.random.default_rng(0).standard_normal((int(rate * duration_s), 2))
    return Audio((level * noise).astype(np.float32), rate)


@pytest.mark.parametrize("rate", [32000, 44100, 48000])
@pytest.mark.parametrize("level_db", [-33, -23, 0])
def test_a_stereo_sine_is_as_loud_as_its_level(level_db: float, rate: int) -> None:
    """Cases 1 and 2 of EBU Tech 3341, tolerance 0.1 LU."""
    assert integrated_lufs(Audio(_sine(level_db, 20, rate), rate)) == pytest.approx(level_db, abs=0.1)


def test_one_channel_is_three_decibels_less_than_two() -> None:
    assert integrated_lufs(Audio(_sine(-20, 5, channels=1), 48000)) == pytest.approx(-23.01, abs=0.1)


@pytest.mark.parametrize("rate", [11025, 22050, 32000, 44100, 48000])
@pytest.mark.parametrize("duration_s", [0.4, 3.33, 37.003])
def test_measured_in_pieces_it_is_what_pyloudnorm_measures_in_one(rate: int, duration_s: float) -> None:
    frames = round(rate * duration_s)
    swell = np.linspace(0, 1, frames)[:, np.newaxis] ** 3
    noise = (0.2 * swell * np.random.default_rng(1).standard_normal((frames, 2))).astype(np.float32)
    noise[frames // 2] = 1.0  # a click near a piece's end rings into the next
    whole = pyloudnorm.Meter(rate).integrated_loudness(noise.astype(np.float64))
    assert integrated_lufs(Audio(noise, rate)) == pytest.approx(whole, abs=1e-9)


def test_the_true_peak_in_pieces_is_that_of_the_whole() -> None:
    noise = _noise(0.1, duration_s=50.0)
    between = soxr.resample(noise.samples, 1, 4, quality="HQ")
    whole = max(np.abs(noise.samples).max(), np.abs(between).max())
    assert true_peak_db(noise) == pytest.approx(20 * np.log10(whole), abs=1e-6)


class _EnoughError(Exception):
    pass


@pytest.mark.parametrize("work", [integrated_lufs, true_peak_db, normalise])
def test_it_tells_how_far_it_is_and_can_be_ended(work: Callable[..., object]) -> None:
    shares: list[float] = []
    noise = _noise(0.1, duration_s=60.0)
    work(noise, on_piece=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 3
    assert shares[-1] == 1.0

    def enough(_share: float) -> None:
        raise _EnoughError

    with pytest.raises(_EnoughError):
        work(noise, on_piece=enough)


def test_more_than_five_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="channels"):
        integrated_lufs(Audio(np.zeros((1000, 6), np.float32), 48000))


def test_quiet_passages_do_not_count() -> None:
    """Case 3 of EBU Tech 3341: -36, -23 and -36 dBFS for 10, 60 and 10 s is -23 LUFS."""
    passages = [_sine(-36, 10), _sine(-23, 60), _sine(-36, 10)]
    assert integrated_lufs(Audio(np.concatenate(passages), 48000)) == pytest.approx(-23, abs=0.1)


def test_silence_and_nothing_have_no_loudness() -> None:
    assert integrated_lufs(Audio(np.zeros((48000, 2), np.float32), 48000)) is None
    assert integrated_lufs(Audio(np.zeros((0, 2), np.float32), 48000)) is None


def test_a_clip_shorter_than_a_block_is_measured_as_a_loop() -> None:
    periods = Audio(_sine(-20, 0.05, hz=1000), 48000)
    assert integrated_lufs(periods) == pytest.approx(-20, abs=0.3)


def test_the_true_peak_lies_between_samples() -> None:
    """A sine at a quarter of the rate, 45 degrees off: all samples at -3 dB, the wave itself at 0 dB."""
    time = np.arange(48000)
    wave = np.sin(np.pi / 2 * time + np.pi / 4) * np.hanning(len(time))  # faded, so that its ends do not ring
    audio = Audio(wave.astype(np.float32)[:, np.newaxis], 48000)
    assert 20 * np.log10(np.abs(audio.samples).max()) == pytest.approx(-3.01, abs=0.01)
    assert true_peak_db(audio) == pytest.approx(0, abs=0.05)


def test_silence_peaks_at_minus_infinity() -> None:
    assert true_peak_db(Audio(np.zeros((10, 1), np.float32), 48000)) == -np.inf
    assert true_peak_db(Audio(np.zeros((0, 1), np.float32), 48000)) == -np.inf


@pytest.mark.parametrize("level", [0.01, 0.1])
@pytest.mark.parametrize("target_lufs", [-23.0, -16.0])
def test_normalise_reaches_the_target_where_peaks_allow(level: float, target_lufs: float) -> None:
    assert integrated_lufs(normalise(_noise(level), target_lufs)) == pytest.approx(target_lufs, abs=0.1)


@settings(deadline=None, max_examples=25)
@given(
    level=st.floats(0.003, 3), compressor=st.booleans(), ceiling_db=st.floats(-12, 0), target_lufs=st.floats(-20, -3)
)
def test_no_peak_goes_beyond_the_ceiling(level: float, compressor: bool, ceiling_db: float, target_lufs: float) -> None:
    made = normalise(_noise(level, 0.5), target_lufs, compressor, ceiling_db)
    assert true_peak_db(made) <= ceiling_db + 1e-4


def test_the_ceiling_turns_down_and_does_not_clip() -> None:
    audio = _noise(0.1)
    made = normalise(audio, target_lufs=0)
    gain = made.samples[0, 0] / audio.samples[0, 0]
    np.testing.assert_allclose(made.samples, audio.samples * gain, rtol=1e-5)
    assert true_peak_db(made) == pytest.approx(-1, abs=1e-3)


def test_the_compressor_makes_it_louder_under_the_same_ceiling() -> None:
    plain, dense = (integrated_lufs(normalise(_noise(0.1), -6, compressor)) for compressor in (False, True))
    assert plain is not None
    assert dense is not None
    assert dense > plain + 1


@pytest.mark.parametrize(
    "audio",
    [
        _noise(1e-3),
        Audio(np.zeros((32000, 1), np.float32), 32000),
        Audio(np.zeros((0, 1), np.float32), 32000),
        Audio(np.hanning(128_000).astype(np.float32)[:, np.newaxis], 32000),
    ],
    ids=["below the floor", "silent", "empty", "one slow swing, which no ear hears"],
)
def test_what_has_no_loudness_is_left_alone(audio: Audio) -> None:
    assert normalise(audio) is audio


@pytest.mark.parametrize("frames", [1, 10, 3000, 12800, 14000])
def test_clips_around_one_block_are_normalised(frames: int) -> None:
    made = normalise(Audio(_noise(0.1).samples[:frames], 32000))
    assert made.frames == frames
    assert true_peak_db(made) <= -1 + 1e-4
