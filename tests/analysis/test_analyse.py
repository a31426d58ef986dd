"""What can be heard in a clip at once."""

import numpy as np
import pytest

from musicgen_studio.analysis.analyse import analyse
from musicgen_studio.core.audio import Audio
from tests.analysis.sounds import IN_A_MINOR, IN_C, RATE, band


@pytest.mark.parametrize("bpm", [92.0, 120.0, 133.7])
def test_tempo_key_and_loudness_of_a_band(bpm: float) -> None:
    found = analyse(band(bpm, 14.0, IN_C, first_s=0.3))
    assert found.bpm == pytest.approx(bpm, rel=0.01)
    assert found.key is not None
    assert found.key.name == "C major"
    assert found.lufs is not None
    assert -30 < found.lufs < -5


def test_a_minor_key() -> None:
    found = analyse(band(110.0, 12.0, IN_A_MINOR))
    assert found.key is not None
    assert found.key.name == "A minor"


def test_of_silence_nothing_is_said() -> None:
    found = analyse(Audio(np.zeros((RATE * 4, 2), np.float32), RATE))
    assert (found.tempo_map, found.key, found.lufs) == (None, None, None)


@pytest.mark.parametrize("frames", [1, 400, RATE // 2])
def test_a_very_short_sound_is_no_fault(frames: int) -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, (frames, 1)).astype(np.float32)
    assert analyse(Audio(sound, RATE)).tempo_map is None


def test_noise_is_not_taken_for_music() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, (RATE * 6, 1)).astype(np.float32)
    found = analyse(Audio(sound, RATE))
    assert not found.has_sure_tempo
    assert not found.has_sure_key


def test_six_channels_are_no_fault() -> None:
    six = Audio(np.repeat(band(100.0, 6.0, IN_C).samples, 6, axis=1), RATE)
    assert analyse(six).bpm == pytest.approx(100, rel=0.02)
