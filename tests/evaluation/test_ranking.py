"""Ranks find planted bad takes: broken ones, ones off the beat, and other music than was asked for."""

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.ending import Ending
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.onsets import RATE_HZ
from musicgen_studio.evaluation.ranking import Ranked, own_ends_first, ranked
from musicgen_studio.studio.making.sink import Sink, TakeEnded
from musicgen_studio.studio.making.sinks.best import BestTake
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


OWN, FADES = Ending(1, 1, 1, is_own=True), Ending(1)


def test_what_ends_by_itself_comes_first_and_else_the_order_stays() -> None:
    found = [Ranked(number, score, "") for number, score in ((3, 0.9), (0, 0.8), (2, 0.7), (1, 0.6))]
    order = own_ends_first(found, [OWN, OWN, FADES, None])
    assert [each.take for each in order] == [0, 1, 3, 2]


class _Kept(Sink):
    def __init__(self) -> None:
        self.takes = list[int]()

    def take_ended(self, ended: TakeEnded) -> None:
        self.takes.append(ended.take)


def test_the_best_of_takes_that_are_to_end_is_one_that_does() -> None:
    """The first is the better music, and fades; the other ends by itself."""
    kept, said = _Kept(), list[str]()
    best = BestTake(kept, GenerationRequest(("",), 8.0, takes=2, ends=True, endings=1), said.append)
    gap = beat(24, 8.0).astype(np.float32)
    gap[4 * RATE_HZ : 6 * RATE_HZ] = 0
    for take, (music, ending) in enumerate(((beat(24, 8.0).astype(np.float32), FADES), (gap, OWN))):
        best.take_ended(TakeEnded(0, take, _audio(music), is_complete=True, ending=ending))
    assert kept.takes == [1]
    assert said[0].startswith("1. take 2")
