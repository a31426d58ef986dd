"""What is broken is noticed where it is; rests, fades of drums and quiet beginnings are no faults."""

import numpy as np
import pytest

from musicgen_studio.analysis.faults import RATE_HZ, Fault, FaultKind, find_faults
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.training.judge.faults import faults_noticed, plant
from tests.dsp.music import beat, notes

BAND = (beat(24, 12.0) + 0.05 * notes([57, 60, 64], 12.0)).astype(np.float32)


def _faults(sound: Samples) -> list[Fault]:
    found = find_faults(Audio(sound.astype(np.float32)[:, None], RATE_HZ))
    return [fault for fault in found if fault.kind is not FaultKind.ENDS]


def test_music_as_it_is_has_none() -> None:
    assert _faults(BAND) == []


def test_music_that_stops() -> None:
    sound = BAND.copy()
    sound[5 * RATE_HZ :] = 0
    (fault,) = _faults(sound)
    assert (fault.kind, fault.end_s) == (FaultKind.STOPS, 12.0)
    assert fault.start_s == pytest.approx(5.0, abs=0.01)


def test_music_that_fades_and_comes_back() -> None:
    sound = BAND.copy()
    sound[4 * RATE_HZ : 5 * RATE_HZ] *= np.linspace(1, 0, RATE_HZ) ** 2
    sound[5 * RATE_HZ : 7 * RATE_HZ] = 0
    (fault,) = _faults(sound)
    assert fault.kind is FaultKind.FADES
    assert 4.0 <= fault.start_s <= 5.0
    assert fault.end_s == pytest.approx(7.0, abs=0.01)


def test_a_rest_that_comes_again_is_music() -> None:
    """A second of chords, a second of nothing, again and again: no silence there is longer than those before."""
    bars = 0.1 * notes([57, 60, 64], 12.0)
    for first in range(1, 12, 2):
        bars[first * RATE_HZ : (first + 1) * RATE_HZ] *= np.exp(-np.arange(RATE_HZ) / 400)
        bars[(first + 1) * RATE_HZ :][:640] *= np.linspace(0, 1, 640)[: len(bars) - (first + 1) * RATE_HZ]
    assert _faults(bars) == []


def test_silence_is_no_broken_music() -> None:
    assert find_faults(Audio(np.zeros((3 * RATE_HZ, 1), np.float32), RATE_HZ)) == []
    assert find_faults(Audio(np.ones((100, 1), np.float32), RATE_HZ)) == []


def test_a_clip_that_ends_in_the_middle_says_so() -> None:
    cut = Audio(BAND[: 5 * RATE_HZ + 400, None], RATE_HZ)
    assert [fault.kind for fault in find_faults(cut)] == [FaultKind.ENDS]
    faded = BAND[: 5 * RATE_HZ, None].copy()
    faded[4 * RATE_HZ :] *= np.linspace(1, 0, RATE_HZ, dtype=np.float32)[:, None]
    assert find_faults(Audio(faded, RATE_HZ)) == []


def test_planted_faults_are_noticed_and_nothing_else_is() -> None:
    music = [BAND, np.roll(BAND, RATE_HZ // 3) * np.float32(0.3)]
    result = faults_noticed(music, 24)
    assert set(result.planted) == {"stops", "fades", "click", "gap", "held", "burst"}
    assert result.share_found >= 0.95
    assert result.false_alarms == 0


def test_planting_changes_what_it_says() -> None:
    planted = plant(np.random.default_rng(1), BAND, 5)
    assert planted.kind == "gap"
    at = round(planted.at_s * RATE_HZ)
    assert not planted.sound[at : at + 640].any()
    np.testing.assert_array_equal(planted.sound[:at], BAND[:at])
