"""From what a net hears to beats and bars, on activations made by hand."""

import time

import numpy as np
import pytest

from musicgen_studio.analysis.bars import find_bars, smoothed
from musicgen_studio.core.analysis import SURE
from musicgen_studio.dsp.spectra import Floats


def heard(beats_s: np.ndarray, beats_per_bar: int, first: int, length_s: float, between: float = 0.0) -> Floats:
    """Logits of a net that hears beats at times, every so many of them a downbeat."""
    frames = np.arange(round(length_s * 50))
    likely = np.full((len(frames), 2), 0.01)
    for number, at in enumerate(beats_s):
        near = np.maximum(1 - np.abs(frames - 50 * at) / 1.5, 0)
        likely[:, 0] = np.maximum(likely[:, 0], 0.9 * near)
        if number % beats_per_bar == first:
            likely[:, 1] = np.maximum(likely[:, 1], 0.9 * near)
    for at in (beats_s[:-1] + beats_s[1:]) / 2:
        likely[:, 0] = np.maximum(likely[:, 0], between * np.maximum(1 - np.abs(frames - 50 * at) / 1.5, 0))
    return np.asarray(np.log(likely / (1 - likely)), np.float32)


@pytest.mark.parametrize("bpm", [58.3, 97.1, 128.0, 187.4])
@pytest.mark.parametrize("beats_per_bar", [3, 4])
def test_even_beats_give_their_tempo_metre_and_downbeats(bpm: float, beats_per_bar: int) -> None:
    beats_s = np.arange(0.37, 15, 60 / bpm)
    bars = find_bars(heard(beats_s, beats_per_bar, 1, 15.0))
    assert bars is not None
    assert bars.tempo_map.bpm == pytest.approx(bpm, rel=0.002)
    assert bars.tempo_map.beats_per_bar == beats_per_bar
    downbeats_s = np.array(bars.tempo_map.downbeats_s)
    true_s = beats_s[1::beats_per_bar]
    assert np.abs(true_s[1:-1, None] - downbeats_s).min(axis=1).max() < 0.02
    assert bars.tempo_map.confidence > 0.7
    assert bars.confidence > 0.7
    assert bars.other_bpms == ()


def test_drifting_beats_are_followed() -> None:
    lengths_s = 0.5 * (1 + 0.03 * np.sin(np.arange(60) / 8))
    beats_s = 0.3 + np.concatenate([[0], np.cumsum(lengths_s)])
    bars = find_bars(heard(beats_s, 4, 0, 31.0))
    assert bars is not None
    found_s = np.array(bars.tempo_map.beats_s)
    assert np.abs(beats_s[1:-1, None] - found_s).min(axis=1).max() < 0.02
    assert bars.tempo_map.drift > 0.015


def test_beats_between_beats_make_twice_the_tempo_possible() -> None:
    bars = find_bars(heard(np.arange(0.2, 12, 0.8), 4, 0, 12.0, between=0.55))
    assert bars is not None
    assert bars.other_bpms
    assert sorted((*bars.other_bpms, bars.tempo_map.bpm))[:2] == pytest.approx([75, 150], rel=0.01)


@pytest.mark.parametrize(("bpm", "other"), [(150.0, [75.0]), (120.0, [])])
def test_fast_beats_without_bars_may_be_half_as_fast(bpm: float, other: list[float]) -> None:
    """Nothing tells the beats of a fast piece from the eighths of a slow one but its bars."""
    activations = heard(np.arange(0.2, 12, 60 / bpm), 4, 0, 12.0)
    with_bars = find_bars(activations)
    activations[:, 1] = np.where(activations[:, 0] > 0, -1.5, -4.6)  # any beat might begin a bar
    without = find_bars(activations)
    assert with_bars is not None
    assert without is not None
    assert with_bars.other_bpms == ()
    assert list(without.other_bpms) == pytest.approx(other, rel=0.01)


def test_a_net_that_hears_nothing_is_not_sure() -> None:
    bars = find_bars(np.full((500, 2), -4.0, np.float32))
    assert bars is None or (bars.tempo_map.confidence < 0.3 and bars.confidence < 0.3)


def test_frames_are_smoothed_to_the_even_beats_that_were_there() -> None:
    true_s = 0.4 + 0.4615 * np.arange(30)
    found = smoothed(np.array([round(50 * at) / 50 for at in true_s]), np.ones(30))
    assert np.abs(found - true_s).max() < 0.004
    assert np.ptp(np.diff(found)) < 1e-9


def test_one_beat_that_is_off_does_not_bend_the_others() -> None:
    true_s = np.array([0.4 + 0.5 * beat for beat in range(24)])
    off = true_s.copy()
    off[11] += 0.08
    assert np.abs(smoothed(off, np.ones(24)) - true_s).max() < 0.01


def test_music_that_stumbles_once_keeps_its_tempo_before_and_after() -> None:
    """As the model does at times: two beats of half a second among those of 0.4 s, and on it goes."""
    lengths_s = np.full(24, 0.4)
    lengths_s[8:10] = 0.5
    true_s = 0.04 + np.concatenate([[0.0], np.cumsum(lengths_s)])
    found = smoothed(np.round(true_s * 50) / 50, np.ones(len(true_s)))
    assert 60 / np.median(np.diff(found)) == pytest.approx(150, rel=0.01)
    assert np.abs(found - true_s).max() < 0.04
    assert np.abs(np.diff(found)[[*range(6), *range(12, 24)]] - 0.4).max() < 0.01


def test_beats_that_leave_their_tempo_in_the_middle_are_not_shown_as_a_fact() -> None:
    """As in clips of the model: a tempo found on both sides of a stretch where beats were missed, and shown as sure."""
    lengths_s = np.concatenate([np.full(8, 0.55), np.full(4, 0.72), np.full(8, 0.55)])
    stumbling = find_bars(heard(0.3 + np.concatenate([[0], np.cumsum(lengths_s)]), 4, 0, 13.0))
    even = find_bars(heard(np.arange(0.3, 13, 0.55), 4, 0, 13.0))
    assert stumbling is not None
    assert even is not None
    assert stumbling.tempo_map.drift > 0.1
    assert stumbling.tempo_map.confidence < SURE < even.tempo_map.confidence


def test_an_hour_of_beats_that_drift_is_smoothed_in_a_moment() -> None:
    beats = 7_200
    drifting_s = np.cumsum(0.5 + 0.02 * np.sin(np.arange(beats) / 200))
    heard_s = drifting_s + np.random.default_rng(4).normal(0, 0.01, beats)
    began_s = time.process_time()
    line_s = smoothed(heard_s, np.ones(beats))
    assert time.process_time() - began_s < 2  # all beats by all beats would take minutes
    assert np.abs(line_s - drifting_s).mean() < 0.006
    assert np.abs(np.diff(line_s, 2)).mean() < 0.2 * np.abs(np.diff(heard_s, 2)).mean()
