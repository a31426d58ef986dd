"""Ranks find planted bad takes: broken ones, ones off the beat, and other music than was asked for."""

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.onsets import RATE_HZ
from musicgen_studio.evaluation.ranking import ranked
from tests.dsp.music import beat, notes


def _audio(sound: Samples) -> Audio:
    return Audio(sound.astype(np.float32)[:, None], RATE_HZ)


def test_a_broken_take_comes_last_and_says_why() -> None:
    good = beat(24, 8.0) + 0.05 * notes([57, 60, 64], 8.0)
    stopped, gap = good.copy(), good.copy()
    stopped[4 * RATE_HZ :] = 0
    loud = 3 * RATE_HZ + np.argmax(np.abs(good[3 * RATE_HZ : 4 * RATE_HZ]))
    gap[loud - 400 :][:1] += 1.0
    order = ranked([_audio(stopped), _audio(good), _audio(gap)], "a beat")
    assert [each.take for each in order] == [1, 2, 0]
    assert order[0].reason.endswith("nothing broken")
    assert "it stops" in order[2].reason


def test_a_take_off_the_beat_comes_last() -> None:
    steady, loose = beat(24, 12.0), beat(24, 12.0, jitter_s=0.11)
    order = ranked([_audio(loose), _audio(steady)], "")
    assert order[0].take == 1
    assert "on the grid" in order[0].reason


def test_other_music_than_was_asked_for_comes_last() -> None:
    drums, chords = beat(24, 8.0), 0.1 * notes([48, 55, 60, 64])
    takes = [_audio(chords), _audio(drums)]
    order = ranked(takes, "Drums, fast beat")
    assert order[0].take == 1
    assert "drums" in order[0].reason
