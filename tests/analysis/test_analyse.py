"""What can be heard in a clip at once."""

import time
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.analysis import network, pulse
from musicgen_studio.analysis.analyse import analyse
from musicgen_studio.analysis.beats import find_beats
from musicgen_studio.core.audio import Audio
from musicgen_studio.paths import resources_dir
from tests.analysis.sounds import IN_A_MINOR, IN_C, RATE, band


@pytest.mark.parametrize("bpm", [92.0, 120.0, 133.7])
def test_tempo_key_and_loudness_of_a_band(bpm: float) -> None:
    found = analyse(band(bpm, 14.0, IN_C, first_s=0.3))
    assert found.bpm == pytest.approx(bpm, rel=0.01)
    assert found.key is not None
    assert found.key.name == "C major"
    assert found.lufs is not None
    assert -30 < found.lufs < -5


@pytest.mark.parametrize("bpm", [71.0, 120.0, 133.7])
def test_bars_are_where_they_are_counted_from_the_first_in_the_clip(bpm: float) -> None:
    beat_s, first_s = 60 / bpm, 0.9
    tempo_map = analyse(band(bpm, 16.0, IN_C, first_s)).tempo_map
    assert tempo_map is not None
    bars_s = [at_s for at_s in first_s + 4 * beat_s * np.arange(-1, 8) if 0 <= at_s < 15.9]
    np.testing.assert_allclose(tempo_map.downbeats_s[: len(bars_s)], bars_s, atol=0.03)
    assert tempo_map.bar_s(-1) < 0 <= tempo_map.bar_s(0)


def test_music_that_begins_late_has_its_first_bar_in_the_clip() -> None:
    for found in (find_beats(band(120.0, 16.0, IN_C, first_s=5.25)), pulse.find_bars(band(120.0, 16.0, IN_C, 5.25))):
        assert found is not None
        whole = found.tempo_map.covering(16.0)
        assert 0 <= whole.beats_s[0] < 0.5
        assert whole.bar_s(-1) < 0


def test_without_the_nets_file_librosa_hears_and_says_that_it_is_not_sure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.shipped_net.cache_clear()
    monkeypatch.setattr(network, "resources_dir", lambda: tmp_path)
    try:
        found = analyse(band(120.0, 14.0, IN_C))
    finally:
        network.shipped_net.cache_clear()
    assert found.bpm == pytest.approx(120.0, rel=0.01)
    assert not found.has_sure_tempo
    assert (resources_dir() / "beats" / "beats.safetensors").is_file()


def test_half_a_minute_takes_less_than_half_a_second_of_the_processor() -> None:
    clip = band(117.0, 30.0, IN_C)
    analyse(clip)  # what is loaded once
    took_s = []
    for _ in range(3):
        began_s = time.process_time()
        analyse(clip)
        took_s.append(time.process_time() - began_s)
    assert min(took_s) < 0.5


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
