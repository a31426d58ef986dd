"""How far a run is and how long it will take, with a clock of our own."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count, pairwise
from threading import Event

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.engine.api import AudioBlock
from musicgen_studio.studio.making.make import make
from musicgen_studio.studio.making.order import Order, Sounds
from musicgen_studio.studio.making.sink import Begun
from musicgen_studio.studio.making.sinks.pace import Progress, Stopwatch
from tests.fake_engine import FakeEngine
from tests.studio.conftest import OrderMaker


def _progress(order: Order, clock: Callable[[], float], sounds: Sounds = Sounds()) -> list[Progress]:  # noqa: B008
    told: list[Progress] = []
    make(FakeEngine(), order.request(sounds), Event(), [Stopwatch(told.append, clock)])
    return told


def test_progress_counts_over_all_prompts_and_takes(make_order: OrderMaker) -> None:
    seconds = count(0.0, 1.0)  # half a second of music each second
    told = _progress(make_order(("a", "b"), takes=2), lambda: next(seconds))
    assert len(told) == 16
    assert all(later.made_s == earlier.made_s + 0.5 for earlier, later in pairwise(told))
    assert told[3] == Progress(prompt=0, prompts=2, made_s=2.0, wanted_s=8.0, elapsed_s=4.0, speed=0.5, left_s=12.0)
    assert (told[-1].prompt, told[-1].made_s, told[-1].left_s) == (1, 8.0, 0.0)


def test_progress_does_not_count_what_is_continued(make_order: OrderMaker) -> None:
    given = Audio(np.full((40000, 1), 0.1, np.float32), 32000)  # 1.25 s, of which 1.24 are whole codec frames
    seconds = count(0.0, 1.0)
    told = _progress(make_order(), lambda: next(seconds), Sounds(continuation=given))
    assert [one.made_s for one in told] == pytest.approx([0.0, 0.0, 0.5, 1.0, 1.5, 2.0])
    assert (told[0].speed, told[0].left_s) == (0.0, None)
    assert told[-1].wanted_s == 2.0


def test_the_first_block_promises_no_slow_speed_as_the_wait_for_it_is_in_it(make_order: OrderMaker) -> None:
    """A continuation's first block may hold a fiftieth of a second that is new: “starts in 1465 s” was made of that."""
    given = Audio(np.full((40000, 1), 0.1, np.float32), 32000)
    seconds = iter([0.0, 3.0, 3.2, 3.4, 3.6, 3.8, 4.0])
    told = _progress(make_order(), lambda: next(seconds), Sounds(continuation=given))
    new = [one for one in told if one.made_s > 0]
    assert (new[0].speed, new[0].left_s) == (0.0, None)
    assert all(one.speed > 1 for one in new[1:])
    swift = iter([0.0, *(0.1 * number for number in range(1, 20))])
    assert _progress(make_order(), lambda: next(swift))[0].speed >= 1  # it cannot have been slower than that


def test_a_few_hundredths_of_a_second_are_no_measure(make_order: OrderMaker) -> None:
    """The first blocks are small, so as to be heard soon; “10 s left” was said after a tenth of a second of music."""
    told: list[Progress] = []
    seconds = iter([0.0, 0.50, 0.63, 0.80, 1.0, 1.2])
    pace = Stopwatch(told.append, lambda: next(seconds))
    pace.begin(Begun(make_order().request(Sounds()), FakeEngine().info, 32000, 1, 0.0))
    frame = 0
    for frames in (640, 3200, 3200, 9600, 16000):
        block = Audio(np.zeros((frames, 1), np.float32), 32000)
        pace.block(AudioBlock(0, 0, frame, block, is_last=False))
        frame += frames
    assert [one.left_s is None for one in told] == [True, True, True, False, False]
    assert told[2].speed == 0.0
    assert told[3].speed == pytest.approx(0.5 / 0.5)


def test_fills_that_come_whole_promise_no_speed_by_how_fast_they_are_handed_over(make_order: OrderMaker) -> None:
    """Four fills took a minute, and “7.3× real time” was said of the last tenth of a second of it."""
    told: list[Progress] = []
    seconds = iter([0.0, 60.0, 60.05, 60.1, 60.15])
    pace = Stopwatch(told.append, lambda: next(seconds))
    after = Audio(np.full((40000, 1), 0.1, np.float32), 32000)
    request = replace(make_order(takes=4).request(Sounds()), after=after, aligned=True)
    pace.begin(Begun(request, FakeEngine().info, 32000, 1, 0.0))
    for take in range(4):
        whole = Audio(np.zeros((round(32000 * request.duration_s), 1), np.float32), 32000)
        pace.block(AudioBlock(0, take, 0, whole, is_last=True))
    assert [(one.speed, one.left_s) for one in told[:3]] == [(0.0, None)] * 3
    assert told[3].speed == pytest.approx(4 * request.duration_s / 60.15)
    assert told[3].left_s == 0.0


def test_fills_are_told_of_while_they_are_made(make_order: OrderMaker) -> None:
    """“making 0.0 of 1.8 s” was said for a minute, without a percentage."""
    told: list[Progress] = []
    seconds = count(0.0, 1.0)
    around = Audio(np.full((128_000, 1), 0.1, np.float32), 32000)
    request = make_order(takes=2).request(Sounds(continuation=around))
    request = replace(request, after=around, aligned=True)
    make(FakeEngine(), request, Event(), [Stopwatch(told.append, lambda: next(seconds))])
    made = [one.made_s for one in told]
    assert made == sorted(made)
    assert sum(0 < one.made_s < 0.9 * one.wanted_s for one in told) > 4
    assert {one.wanted_s for one in told} == {2 * request.duration_s}
    assert told[4].left_s is not None
    assert (told[-1].made_s, told[-1].left_s) == (2 * request.duration_s, 0.0)
