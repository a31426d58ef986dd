"""When playing begins, on machines of any speed, and that a failing device stops nothing. The device is a fake."""

from threading import Event
from types import TracebackType
from typing import Self

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.making.playback import LivePlayback

RATE = 1000


class _FakePlayer:
    """Takes sound like a player with a buffer of `room_s`, full until it is stopped."""

    def __init__(self, room_s: float = 1e9) -> None:
        self.opened = Event()
        self.stopped = Event()
        self.finished = False
        self.closed = False
        self.heard: list[float] = []
        self._room_s = room_s

    def __enter__(self) -> Self:
        self.opened.set()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.closed = True

    def write(self, audio: Audio) -> None:
        self._room_s -= audio.duration_s
        if self._room_s < 0:
            self.stopped.wait()
        self.heard.append(float(audio.samples[0, 0]))

    def finish(self) -> None:
        self.finished = True

    def stop(self) -> None:
        self.stopped.set()


class _Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def _block(number: int, duration_s: float = 0.5) -> Audio:
    return Audio(np.full((round(RATE * duration_s), 1), number, np.float32), RATE)


def _first_heard(speed: float, wanted_s: float) -> float:
    """Make music at a speed and return how much of it there was when playing began."""
    clock, player = _Clock(), _FakePlayer()
    with LivePlayback(lambda: player, wanted_s, clock=clock) as playback:
        for number in range(round(wanted_s / 0.1)):
            clock.now_s += 0.1 / speed
            playback.write(_block(number, 0.1))
            if playback._thread is not None:
                return (number + 1) * 0.1
    return wanted_s


@pytest.mark.parametrize(
    ("speed", "first_heard_s"), [(5.0, 0.1), (1.1, 0.1), (1.0, 0.2), (0.9, 1.2), (0.5, 5.2), (0.1, 9.2)]
)
def test_it_begins_as_early_as_it_can_play_through(speed: float, first_heard_s: float) -> None:
    assert _first_heard(speed, wanted_s=10.0) == pytest.approx(first_heard_s, abs=0.11)


def test_all_is_heard_in_order_and_to_the_end() -> None:
    clock, player = _Clock(), _FakePlayer()
    with LivePlayback(lambda: player, 5.0, clock=clock) as playback:
        for number in range(10):
            clock.now_s += 0.6
            playback.write(_block(number))
        playback.finish()
        assert player.heard == list(range(10))
    assert player.finished
    assert player.closed
    assert playback.problem is None


def test_a_clip_too_slow_to_begin_early_is_heard_when_it_is_done() -> None:
    clock, player = _Clock(), _FakePlayer()
    with LivePlayback(lambda: player, 10.0, clock=clock) as playback:
        clock.now_s += 60
        playback.write(_block(1))
        assert not player.opened.is_set()
        playback.finish()
    assert player.heard == [1]


def test_what_is_continued_says_nothing_about_speed() -> None:
    clock, player = _Clock(), _FakePlayer()
    with LivePlayback(lambda: player, wanted_s=20.0, given_s=10.0, clock=clock) as playback:
        clock.now_s += 0.1
        playback.write(_block(0, 10.0))
        assert playback._thread is None
        clock.now_s += 1.15
        playback.write(_block(1, 0.5))  # 0.4 × real time: twenty seconds to play, nearly twenty-four to wait
        assert playback._thread is None
        playback.write(_block(2, 0.5))  # 0.8 × real time: eleven to wait
        assert playback._thread is not None


def test_a_full_player_does_not_slow_the_music_down() -> None:
    clock, player = _Clock(), _FakePlayer(room_s=1.0)
    with LivePlayback(lambda: player, 100.0, clock=clock) as playback:
        for number in range(200):  # returns, though the player takes two blocks only
            clock.now_s += 0.01
            playback.write(_block(number))
    assert player.closed
    assert not player.finished


def test_leaving_cuts_the_sound_off() -> None:
    clock, player = _Clock(), _FakePlayer(room_s=0.0)
    with LivePlayback(lambda: player, 1.0, clock=clock) as playback:
        clock.now_s += 0.1
        playback.write(_block(1))
    assert player.closed
    assert not player.finished


def test_nothing_made_is_nothing_played() -> None:
    player = _FakePlayer()
    with LivePlayback(lambda: player, 8.0) as playback:
        playback.finish()
    assert not player.opened.is_set()


def test_a_device_that_cannot_be_opened_is_remembered() -> None:
    def refuse() -> _FakePlayer:
        raise UserProblem("There is no sound device.", "None was found.", "Plug one in.")

    clock = _Clock()
    with LivePlayback(refuse, 1.0, clock=clock) as playback:
        for number in range(3):
            clock.now_s += 0.1
            playback.write(_block(number))
        playback.finish()
    assert playback.problem is not None
    assert playback.problem.what == "There is no sound device."


def test_a_device_lost_in_between_is_remembered() -> None:
    class Unplugged(_FakePlayer):
        def write(self, audio: Audio) -> None:
            raise UserProblem("The sound device is gone.", f"{audio.frames} frames were left.", "Plug it in again.")

    clock, player = _Clock(), Unplugged()
    with LivePlayback(lambda: player, 1.0, clock=clock) as playback:
        clock.now_s += 0.1
        playback.write(_block(1))
        playback.write(_block(2))
        playback.finish()
    assert playback.problem is not None
    assert player.closed
