"""Loudness against the signals of EBU Tech 3341 and against pyloudnorm; the quick estimate against the measure."""

import numpy as np
import pyloudnorm
import pytest

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.loudness import integrated_lufs, is_near_silence, lufs_of_energies, weighted_energies


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


class _EnoughError(Exception):
    pass


def test_it_tells_how_far_it_is_and_can_be_ended() -> None:
    shares: list[float] = []
    noise = _noise(0.1, duration_s=60.0)
    integrated_lufs(noise, on_piece=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 3
    assert shares[-1] == 1.0

    def enough(_share: float) -> None:
        raise _EnoughError

    with pytest.raises(_EnoughError):
        integrated_lufs(noise, on_piece=enough)


def test_more_than_eight_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="channels"):
        integrated_lufs(Audio(np.zeros((1000, 9), np.float32), 48000))


@pytest.mark.parametrize(("channels", "sides"), [(5, (3, 4)), (6, (4, 5)), (7, (5, 6)), (8, (6, 7))])
def test_surround_counts_by_where_it_stands(channels: int, sides: tuple[int, int]) -> None:
    """As in stereo from the front, 1.5 dB more from the sides, and not at all from the bass effects of 5.1 and more."""

    def lufs(*where: int) -> float | None:
        samples = np.zeros((96_000, channels), np.float32)
        samples[:, where] = _sine(-20, 2)[:, : len(where)]
        return integrated_lufs(Audio(samples, 48000))

    assert lufs(0, 1) == pytest.approx(-20, abs=0.1)
    assert lufs(*sides) == pytest.approx(-18.5, abs=0.1)
    if channels > 5:
        assert lufs(3) is None


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


@pytest.mark.parametrize("rate", [8000, 11025, 44100, 192000])
@pytest.mark.parametrize("duration_s", [0.2, 0.4, 3.33, 37.003])
def test_the_estimate_is_near_the_measure(rate: int, duration_s: float) -> None:
    frames = round(rate * duration_s)
    swell = np.linspace(0.1, 1, frames)[:, np.newaxis] ** 2
    noise = Audio((0.2 * swell * np.random.default_rng(1).standard_normal((frames, 2))).astype(np.float32), rate)
    span_frames = rate // 1000
    estimate = lufs_of_energies(weighted_energies(noise, span_frames), span_frames / rate, rate)
    assert estimate == pytest.approx(integrated_lufs(noise), abs=0.15)


def test_silence_is_near_silence_and_soft_music_is_not() -> None:
    assert is_near_silence(Audio(np.zeros((100, 2), np.float32), 48000))
    assert is_near_silence(_noise(1e-3))
    assert not is_near_silence(_noise(3e-3))
