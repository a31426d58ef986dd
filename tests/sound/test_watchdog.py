"""Whether a device stands still, or whoever watches it; and when to open it again."""

import pytest

from musicgen_studio.sound.losses import Losses
from musicgen_studio.sound.watchdog import DeviceFault, Watchdog


class _Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    clock = _Clock()
    monkeypatch.setattr("musicgen_studio.sound.watchdog.monotonic", clock)
    return clock


def _awake(clock: _Clock) -> Watchdog:
    dog = Watchdog()
    for _ in range(5):
        clock.now_s += 0.1
        dog.called()
        assert dog.fault() is None
    return dog


def _look(dog: Watchdog, clock: _Clock, duration_s: float, every_s: float, patience: float = 1.0) -> DeviceFault | None:
    for _ in range(round(duration_s / every_s)):
        clock.now_s += every_s
        fault = dog.fault(patience)
        if fault is not None:
            return fault
    return None


def test_a_device_that_stands_still_is_noticed_by_who_is_punctual(clock: _Clock) -> None:
    dog = _awake(clock)
    assert _look(dog, clock, 0.9, 0.02) is None
    assert _look(dog, clock, 0.2, 0.02) is DeviceFault.STALLED


def test_who_comes_late_himself_blames_no_device(clock: _Clock) -> None:
    dog = _awake(clock)
    assert _look(dog, clock, 7.2, 1.2) is None  # a busy computer: the program, and the server with it
    dog.called()
    assert _look(dog, clock, 0.9, 0.02) is None
    assert _look(dog, clock, 0.2, 0.02) is DeviceFault.STALLED


def test_a_device_that_hangs_is_noticed_on_a_busy_computer_too(clock: _Clock) -> None:
    dog = _awake(clock)
    assert _look(dog, clock, 20, 1.2) is DeviceFault.STALLED


def test_patience_gives_it_longer_and_a_sleeping_one_gets_longer_anyway(clock: _Clock) -> None:
    dog = _awake(clock)
    assert _look(dog, clock, 3.9, 0.02, patience=4) is None
    assert _look(dog, clock, 0.2, 0.02, patience=4) is DeviceFault.STALLED
    sleeping = Watchdog()
    sleeping.called()
    assert not sleeping.is_awake
    assert _look(sleeping, clock, 3.9, 0.02) is None
    assert _look(sleeping, clock, 0.2, 0.02) is DeviceFault.SILENT


def test_a_stream_that_has_finished_is_told_at_once(clock: _Clock) -> None:
    dog = _awake(clock)
    dog.ended.set()
    assert dog.fault(8) is DeviceFault.ENDED


def test_a_device_that_calls_again_is_opened_as_often_as_it_takes_each_time_with_more_patience() -> None:
    losses = Losses()
    waits_s = [losses.note(10.0 + turn, was_awake=True) for turn in range(6)]
    assert waits_s == sorted(waits_s, key=lambda wait_s: -1 if wait_s is None else wait_s)
    assert waits_s[0] == 0
    assert None not in waits_s
    assert losses.patience == 8


def test_a_device_that_stays_dumb_or_away_is_given_up() -> None:
    losses = Losses()
    assert losses.note(10.0, was_awake=True) == 0
    assert losses.note(14.0, was_awake=False) is not None
    assert losses.note(19.0, was_awake=False) is None


def test_losses_long_ago_do_not_count() -> None:
    losses = Losses()
    for turn in range(4):
        losses.note(10.0 + turn, was_awake=True)
    assert losses.note(60.0, was_awake=True) == 0
    losses.forget()
    assert losses.patience == 1
