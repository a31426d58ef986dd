"""Losses and figures: nothing between equals, more the further apart, known values where there are any."""

import zlib

import numpy as np
import pytest
import torch

from musicgen_studio.training.pictures import spectrograms_png
from musicgen_studio.training.spectral import (
    band_powers,
    bandwidth_khz,
    embeddings,
    frechet_distance,
    log_mel_distance,
    mel_spectrum,
    reconstruction_loss,
    si_sdr_db,
)
from tests.training.conftest import tone

SOUND = torch.from_numpy(tone(4.0, 1))[None]
NOISE = torch.randn(SOUND.shape, generator=torch.Generator().manual_seed(0))


def test_a_full_tone_is_about_a_half_in_every_window() -> None:
    sine = torch.sin(2 * torch.pi * 1000 * torch.arange(16_000) / 32_000)[None]
    for window, mels in ((256, 20), (1024, 80), (2048, 160)):
        assert float(mel_spectrum(sine, window, mels).max()) == pytest.approx(0.6, abs=0.3)


@pytest.mark.parametrize("measure", [reconstruction_loss, log_mel_distance])
def test_equal_sounds_are_not_apart_and_noise_is_farther(measure: object) -> None:
    def apart(level: float) -> float:
        return float(measure(SOUND + level * NOISE, SOUND))  # type: ignore[operator]

    assert apart(0.0) == pytest.approx(0.0, abs=1e-5)
    assert 0 < apart(0.003) < apart(0.03)


def test_si_sdr_of_noise_at_a_tenth_of_the_power() -> None:
    power = float(SOUND.square().mean())
    noise = NOISE * (power / 10) ** 0.5
    assert si_sdr_db(SOUND + noise, SOUND) == pytest.approx(10.0, abs=0.3)
    assert si_sdr_db(3 * SOUND, SOUND) > 60


def test_the_frechet_distance_of_gaussians() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((20_000, 3)), 2 * rng.standard_normal((20_000, 3)) + [1, 0, 0]
    assert frechet_distance(a, a) == pytest.approx(0.0, abs=1e-6)
    assert frechet_distance(a, b) == pytest.approx(1 + 3, abs=0.2)  # |mean|² + 3 (2 - 1)²


@pytest.mark.parametrize("cutoff_khz", [4, 8, 12])
def test_the_bandwidth_of_filtered_noise(cutoff_khz: int) -> None:
    spectrum = torch.fft.rfft(NOISE)
    spectrum[:, spectrum.shape[1] * cutoff_khz // 16 :] *= 0.2
    filtered = torch.fft.irfft(spectrum, NOISE.shape[1])
    assert bandwidth_khz(band_powers(filtered), band_powers(NOISE)) == pytest.approx(cutoff_khz, rel=0.1)
    assert bandwidth_khz(band_powers(NOISE), band_powers(NOISE)) > 15
    assert bandwidth_khz(band_powers(0.2 * NOISE), band_powers(NOISE)) == 0.0


def test_embeddings_are_two_a_second() -> None:
    assert embeddings(torch.cat([SOUND, SOUND])).shape[1] == 64
    assert len(embeddings(SOUND)) == 8


def test_a_picture_is_a_png() -> None:
    png = spectrograms_png([SOUND[0].numpy(), NOISE[0].numpy()])
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    data = png[33:]
    length = int.from_bytes(data[:4])
    assert len(zlib.decompress(data[8 : 8 + length])) == height * (width + 1)
    assert height == 2 * 320 + 8
