"""True peak against BS.1770's worst case and against a look twice and four times as close."""

from collections.abc import Callable

import numpy as np
import pytest
import soxr

from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.true_peak import span_peaks, true_peak_db


def _noise(level: float, duration_s: float = 2.0, channels: int = 2) -> Audio:
    noise = np.random.default_rng(0).standard_normal((int(32000 * duration_s), channels))
    return Audio((level * noise).astype(np.float32), 32000)


def _closely_db(audio: Audio, times: int) -> float:
    """Measure in one piece, by looking so many times as closely as the samples are."""
    between = soxr.resample(np.pad(audio.samples, ((500, 500), (0, 0))), 1, times, quality="HQ")
    return float(20 * np.log10(max(np.abs(audio.samples).max(), np.abs(between).max())))


@pytest.mark.parametrize("duration_s", [0.001, 1.3, 50.0])
def test_it_is_what_a_closer_look_finds(duration_s: float) -> None:
    noise = _noise(0.1, duration_s)
    assert true_peak_db(noise) == pytest.approx(_closely_db(noise, 32), abs=0.03)
    assert true_peak_db(noise) >= _closely_db(noise, 4) - 1e-4


def test_it_lies_between_samples() -> None:
    """A sine at a quarter of the rate, 45 degrees off: all samples at -3 dB, the wave itself at 0 dB."""
    time = np.arange(48000)
    wave = np.sin(np.pi / 2 * time + np.pi / 4) * np.hanning(len(time))  # faded, so that its ends do not ring
    audio = Audio(wave.astype(np.float32)[:, np.newaxis], 48000)
    assert 20 * np.log10(np.abs(audio.samples).max()) == pytest.approx(-3.01, abs=0.01)
    assert true_peak_db(audio) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("part", [3, 4, 5, 2.3])
@pytest.mark.parametrize("phase", np.linspace(0, np.pi / 4, 5))
def test_a_tone_that_fourfold_oversampling_misses_is_found(part: float, phase: float) -> None:
    """At a part of the rate the fine samples fall on the same places of every period, perhaps all beside its top."""
    time = np.arange(20000)
    wave = np.sin(2 * np.pi * time / part + phase) * np.hanning(len(time))
    assert true_peak_db(Audio(wave.astype(np.float32)[:, np.newaxis], 48000)) == pytest.approx(0, abs=0.03)


def test_silence_peaks_at_minus_infinity() -> None:
    assert true_peak_db(Audio(np.zeros((10, 1), np.float32), 48000)) == -np.inf
    assert true_peak_db(Audio(np.zeros((0, 1), np.float32), 48000)) == -np.inf


@pytest.mark.parametrize("frames", [0, 1, 47, 48, 49, 65_536, 70_000, 200_001])
def test_every_span_has_its_peak(frames: int) -> None:
    audio = _noise(0.1, 7.0)
    samples = audio.samples[:frames]
    peaks = span_peaks(samples, 48)
    assert len(peaks) == -(-frames // 48)
    for number in range(0, len(peaks), 97):
        assert peaks[number] >= np.abs(samples[number * 48 : number * 48 + 48]).max()
    if frames:
        assert 20 * np.log10(peaks.max()) == pytest.approx(true_peak_db(Audio(samples, 32000)), abs=1e-4)


class _EnoughError(Exception):
    pass


@pytest.mark.parametrize("work", [true_peak_db, lambda audio, on_piece: span_peaks(audio.samples, 48, on_piece)])
def test_it_tells_how_far_it_is_and_can_be_ended(work: Callable[..., object]) -> None:
    shares: list[float] = []
    noise = _noise(0.1, duration_s=20.0)
    work(noise, on_piece=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 3
    assert shares[-1] == 1.0

    def enough(_share: float) -> None:
        raise _EnoughError

    with pytest.raises(_EnoughError):
        work(noise, on_piece=enough)
