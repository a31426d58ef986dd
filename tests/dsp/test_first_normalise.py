"""The first normaliser makes the samples that it made when records of formats 1 to 3 were written."""

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.first_normalise import normalise
from musicgen_studio.dsp.loudness import integrated_lufs


def _drums(rate: int, channels: int, duration_s: float) -> Audio:
    time_s = np.arange(round(rate * duration_s)) / rate
    random = np.random.default_rng(3)
    parts = [
        0.2 * np.sin(2 * np.pi * (220 + channel) * time_s)
        + 0.5 * random.standard_normal(len(time_s)) * np.exp(-(time_s * 4 % 1) * 30)
        for channel in range(channels)
    ]
    return Audio(np.stack(parts, axis=1).astype(np.float32), rate)


@pytest.mark.parametrize(
    ("sound", "target_lufs", "compressor", "peak", "rms"),
    [
        # Written down from the program before the limiter came.
        ((32000, 1, 2.0), -14.0, False, 0.8912509679794312, 0.0820335947649973),
        ((44100, 2, 20.0), -10.0, True, 0.5778099894523621, 0.12353721843068804),
        ((8000, 2, 0.2), -20.0, False, 0.7222505807876587, 0.07007761954866838),
    ],
    ids=["turned down to the ceiling", "rounded off", "a short one"],
)
def test_the_samples_are_those_of_then(
    sound: tuple[int, int, float], target_lufs: float, compressor: bool, peak: float, rms: float
) -> None:
    samples = normalise(_drums(*sound), target_lufs, compressor).samples
    assert np.abs(samples).max() == pytest.approx(peak, rel=1e-6)
    assert np.sqrt(np.square(samples, dtype=np.float64).mean()) == pytest.approx(rms, rel=1e-6)


def test_the_target_is_reached_where_peaks_allow() -> None:
    assert integrated_lufs(normalise(_drums(32000, 2, 2.0), -30.0)) == pytest.approx(-30.0, abs=0.1)


def test_the_ceiling_turns_down_and_does_not_clip() -> None:
    audio = _drums(32000, 2, 2.0)
    made = normalise(audio, target_lufs=0)
    gain = made.samples[0, 0] / audio.samples[0, 0]
    np.testing.assert_allclose(made.samples, audio.samples * gain, rtol=1e-5)


@pytest.mark.parametrize(
    "audio",
    [
        Audio(np.zeros((32000, 1), np.float32), 32000),
        Audio(np.zeros((0, 1), np.float32), 32000),
        Audio(np.hanning(128_000).astype(np.float32)[:, np.newaxis], 32000),
    ],
    ids=["silent", "empty", "one slow swing, which no ear hears"],
)
def test_what_has_no_loudness_is_left_alone(audio: Audio) -> None:
    assert normalise(audio, -14.0) is audio
