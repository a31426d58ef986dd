"""When a stage ends, when a run pauses, how the learning rate goes."""

import threading
import time

import pytest

from musicgen_studio.training.pace import Limits, StageClock, duration, learning_rate
from tests.training.conftest import keep_quiet


def _pace(
    limits: Limits, steps: int = 10, done_steps: int = 0, done_s: float = 0.0, started_s: float = 1e12
) -> StageClock:
    return StageClock("stage", steps, done_steps, done_s, limits, keep_quiet, 60.0, started_s)


def test_steps_end_it() -> None:
    pace = _pace(Limits(threading.Event()), done_steps=4)
    assert pace.fraction == 0.4
    pace.step = 10
    assert pace.is_done


def test_minutes_end_it_over_all_runs() -> None:
    pace = _pace(Limits(threading.Event(), minutes=2.0), done_s=60.0)
    assert pace.fraction == pytest.approx(0.5, abs=0.01)
    assert _pace(Limits(threading.Event(), minutes=1.0), done_s=60.0).is_done


def test_ctrl_c_and_the_clock_pause_it() -> None:
    stop = threading.Event()
    pace = _pace(Limits(stop))
    assert not pace.must_pause
    stop.set()
    assert pace.must_pause
    assert _pace(Limits(threading.Event(), stop_after_min=1.0), started_s=-1e9).must_pause


def test_what_it_says() -> None:
    lines = list[str]()
    pace = StageClock("codec", 4, 0, 0.0, Limits(threading.Event()), lines.append, 60.0, 0.0)
    pace.step = 4
    pace.tell("loss 1.0")
    assert lines[0].startswith("codec: step 4, 100%; loss 1.0; ")


@pytest.mark.parametrize(
    ("minutes", "done_s", "left"), [(None, 36_000.0, " 10 s left"), (2.0, 60.0, " 50 s left")], ids=["steps", "minutes"]
)
def test_the_time_left_is_that_of_this_run(
    minutes: float | None, done_s: float, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, lines = [1000.0], list[str]()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    pace = StageClock("codec", 100, 80, done_s, Limits(threading.Event(), minutes=minutes), lines.append, 60.0, 0.0)
    pace.step, now[0] = 90, 1010.0
    pace.tell("loss 1.0")
    assert lines[0].endswith(left)


def test_it_saves_now_and_then() -> None:
    assert StageClock("x", 4, 0, 0.0, Limits(threading.Event()), keep_quiet, 0.0, 0.0).is_time_to_save()
    assert not _pace(Limits(threading.Event())).is_time_to_save()


def test_the_learning_rate_rises_stays_and_falls_to_nothing() -> None:
    rates = [learning_rate(fraction, 0.1, 0.4) for fraction in (0.0, 0.05, 0.1, 0.6, 0.8, 1.0)]
    assert rates == pytest.approx([0.0, 0.5, 1.0, 1.0, 0.5, 0.0])


@pytest.mark.parametrize(
    ("seconds", "words"), [(5, "5 s"), (600, "10 min"), (7200, "2.0 h"), (float("inf"), "unknown time")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words
