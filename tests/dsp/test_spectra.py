"""Bands over time: the same numbers as librosa's, and notes where they are."""

import numpy as np
import pytest
from librosa.feature import melspectrogram
from librosa.filters import mel

from musicgen_studio.dsp.spectra import LOWEST_SEMITONE, banded, mel_filters, mel_triangles, semitone_filters

RATE = 22_050


@pytest.mark.parametrize(("rate", "n_fft", "bands"), [(22_050, 1024, 80), (16_000, 512, 96)])
def test_mel_filters_are_librosas(rate: int, n_fft: int, bands: int) -> None:
    assert mel_filters(rate, n_fft, bands) == pytest.approx(mel(sr=rate, n_fft=n_fft, n_mels=bands))
    assert mel_triangles(rate, n_fft, bands) == pytest.approx(mel(sr=rate, n_fft=n_fft, n_mels=bands, norm=None))


def test_the_mel_spectrum_is_librosas() -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 30_000).astype(np.float32)
    theirs = melspectrogram(y=sound, sr=RATE, n_fft=1024, hop_length=441, n_mels=80).T
    ours = banded(sound, mel_filters(RATE, 1024, 80), 441)
    assert ours.shape == theirs.shape
    assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("pitch", [40, 45, 57, 69, 81, 99])
def test_a_tone_is_loudest_in_its_semitone(pitch: int) -> None:
    times = np.arange(RATE) / RATE
    tone = np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * times).astype(np.float32)
    bands = banded(tone, semitone_filters(RATE, 4096), 441)[10:-10].mean(axis=0)
    assert int(bands.argmax()) + LOWEST_SEMITONE == pitch


def test_progress_ends_with_all() -> None:
    told = list[float]()
    banded(np.zeros(RATE * 12, np.float32), mel_filters(RATE, 1024, 80), 441, told.append)
    assert told[-1] == 1.0
    assert len(told) > 1


def test_a_sound_shorter_than_the_window_has_its_frames() -> None:
    assert banded(np.ones(10, np.float32), mel_filters(RATE, 1024, 80), 441).shape == (1, 80)
