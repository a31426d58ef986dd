"""Music that comes late: by how much, and brought to where it belongs."""

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.meeting import MOST_S, lateness_s, moved
from musicgen_studio.dsp.onsets import RATE_HZ, strong_onsets_s
from tests.dsp.music import beat, notes

MOST = round(MOST_S * RATE_HZ)


def _audio(samples: Samples) -> Audio:
    return Audio(samples.astype(np.float32)[:, None], RATE_HZ)


@pytest.mark.parametrize("late_s", [-0.08, -0.03, 0.0, 0.02, 0.055, 0.09])
def test_lateness_is_found_to_the_step(late_s: float) -> None:
    music = beat(24)
    start = 3 * RATE_HZ
    there = _audio(music[start : start + RATE_HZ * 3 // 2])
    begin = start - round(late_s * RATE_HZ) - MOST
    made = _audio(music[begin : begin + RATE_HZ * 3 // 2 + 2 * MOST])
    assert lateness_s(made, there) == pytest.approx(late_s, abs=0.0051)


def test_music_without_beats_is_not_late() -> None:
    held = notes([60, 64, 67])
    length = RATE_HZ * 3 // 2
    assert lateness_s(_audio(held[: length + 2 * MOST]), _audio(held[length : 2 * length])) == 0.0


def test_too_little_music_is_not_late() -> None:
    assert lateness_s(_audio(beat(24)[: 3 * MOST]), _audio(beat(24)[:MOST])) == 0.0


@pytest.mark.parametrize("late_s", [-0.08, 0.06])
def test_what_is_late_comes_earlier_behind_an_onset(late_s: float) -> None:
    music, end = beat(24, 8.0), 4 * RATE_HZ
    samples = moved(_audio(music), late_s, end)
    skipped = round(late_s * RATE_HZ)
    assert len(samples) == len(music) - skipped
    np.testing.assert_array_equal(samples[: end // 2 - RATE_HZ // 10, 0], music[: end // 2 - RATE_HZ // 10])
    np.testing.assert_array_equal(samples[end - MOST :, 0], music[end - MOST + skipped :])
    # Nothing new begins where it was cut: every onset there is one that was there before.
    before = np.concatenate([strong_onsets_s(music), strong_onsets_s(music) - late_s])
    assert all(np.abs(before - onset).min() < 0.02 for onset in strong_onsets_s(samples[:, 0]))


def test_what_is_on_time_stays() -> None:
    music = _audio(beat(24, 4.0))
    assert moved(music, 0.0, 3 * RATE_HZ) is music.samples
