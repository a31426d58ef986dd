"""Measures of clips, on sounds whose answer is known."""

import numpy as np
import pytest

from musicgen_studio.core.audio import Samples
from musicgen_studio.training.measures import (
    bpm,
    break_at,
    frames_per_sixteenth,
    grid_share,
    in_key_share,
    level_db,
    nearest_overlap,
    onsets_kept,
    strong_onsets_s,
)

RATE = 32_000


def _beat(k: int, seconds: float = 12.0, jitter_s: float = 0.0) -> Samples:
    """Return a rock beat: kick and snare in turn on beats, a hat on eighths; perhaps off its places."""
    rng = np.random.default_rng(0)
    sound = np.zeros(int(seconds * RATE), np.float32)
    times = np.arange(RATE // 10) / RATE
    low = np.sin(2 * np.pi * 60 * times) * np.exp(-30 * times)
    high = rng.standard_normal(len(times)) * np.exp(-60 * times)
    for step in range(0, int(seconds * 50 / k) - 8, 2):
        at = int((step * k * 0.02 + rng.uniform(0, jitter_s)) * RATE)
        hit = {0: 0.8 * low + 0.1 * high, 4: 0.5 * high}.get(step % 8, 0.15 * high)
        sound[at : at + len(hit)] += hit.astype(np.float32)
    return sound


def _notes(pitches: list[int], seconds: float = 8.0) -> Samples:
    times = np.arange(int(seconds * RATE)) / RATE
    sound = np.zeros(len(times), np.float32)
    for pitch in pitches:
        sound += np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * times).astype(np.float32)
    return sound


@pytest.mark.parametrize("k", range(5, 11))
def test_the_tempo_of_a_beat(k: int) -> None:
    assert frames_per_sixteenth(_beat(k)) == k
    assert bpm(_beat(k)) == 750 / k


def test_a_beat_is_on_the_grid_and_chance_is_not() -> None:
    straight, loose = _beat(8), _beat(8, jitter_s=0.16)
    assert len(strong_onsets_s(straight)) > 20
    assert grid_share(strong_onsets_s(straight), 8) > 0.95
    assert grid_share(strong_onsets_s(loose), 8) < 0.75
    assert np.isnan(grid_share(np.zeros(3), 8))  # too few to tell


def test_no_sound_has_no_onsets() -> None:
    assert len(strong_onsets_s(np.zeros(100, np.float32))) == 0


def test_onsets_are_kept_that_stay_where_they_were() -> None:
    beat = _beat(8)
    assert onsets_kept(beat, beat) == 1.0
    assert onsets_kept(beat, np.roll(beat, RATE // 20)) < 0.3  # 50 ms late
    assert 0.4 < onsets_kept(beat, np.concatenate([beat[: 6 * RATE], np.zeros(6 * RATE, np.float32)])) < 0.6
    assert onsets_kept(beat, np.zeros_like(beat)) == 0.0
    assert np.isnan(onsets_kept(np.zeros_like(beat), beat))


def test_notes_in_a_scale_and_out_of_it() -> None:
    assert in_key_share(_notes([60, 62, 64, 65, 67, 69, 71])) > 0.97
    assert in_key_share(_notes(list(range(60, 72)))) == pytest.approx(7 / 12, abs=0.08)
    assert in_key_share(np.zeros(RATE, np.float32)) == 0.0


def test_levels() -> None:
    assert level_db(np.full(RATE, 0.1, np.float32)) == pytest.approx(-20)
    assert level_db(np.zeros(RATE, np.float32)) == -120


def test_a_break_is_found_where_there_is_one() -> None:
    whole = _notes([60, 64, 67], 12.0) * 0.1 + _beat(6)
    broken = whole.copy()
    broken[6 * RATE :] = 0.01 * _notes([40], 6.0)
    change_db, share = break_at(whole, 6.0)
    assert abs(change_db) < 2
    assert share < 0.95
    change_db, share = break_at(broken, 6.0)
    assert change_db < -6
    assert share > 0.95


def test_a_copy_is_found() -> None:
    rng = np.random.default_rng(0)
    known = rng.integers(0, 1024, 5000).astype(np.uint16)
    assert nearest_overlap(known[1234:1434], known) == 1.0
    assert nearest_overlap(rng.integers(0, 1024, 200).astype(np.uint16), known) < 0.1
