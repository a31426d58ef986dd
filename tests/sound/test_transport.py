"""The transport: on a silent clock that the test turns, on sound cards that fail at a word, and on a real sound server.

The first two are exact, the last is what a musician has.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from time import monotonic

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import resample
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import DeviceName, SoundDevice
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.sound.output import Fill, PortAudioSystem, SoundOutput
from musicgen_studio.sound.transport import Transport
from musicgen_studio.sound.transport_state import OutputFacts, TransportState, time_to_start_s
from tests.sound.conftest import RATE, PulseServer, Recording
from tests.sound.signals import music, place_of, similarity

_SOURCE_RATE = 32000


def until(transport: Transport, holds: Callable[[TransportState], bool], within_s: float = 20.0) -> TransportState:
    """Ask as the window does, until something is so."""
    pause, end_s = threading.Event(), monotonic() + within_s
    while not holds(state := transport.poll()):
        assert monotonic() < end_s, state
        pause.wait(0.005)
    return state


# --- when to begin ---


@given(
    speed=st.floats(0.1, 5),
    block_s=st.floats(0.02, 2),
    wanted_s=st.floats(0.5, 60),
    elapsed_s=st.floats(0, 100),
)
def test_what_begins_in_time_never_runs_dry(speed: float, block_s: float, wanted_s: float, elapsed_s: float) -> None:
    """Blocks arrive one after the other; from the moment it may begin, each is there before it is heard."""
    made_s = min(int(elapsed_s * speed / block_s) * block_s, wanted_s)
    if not made_s or time_to_start_s(made_s, wanted_s, speed, block_s) != 0:
        return
    arrived = made_s
    block = int(elapsed_s * speed / block_s)
    while arrived < wanted_s:
        block += 1
        arrives_s = min(block * block_s, wanted_s) / speed - elapsed_s  # after playing has begun
        assert arrives_s <= arrived
        arrived = min(arrived + block_s, wanted_s)


@pytest.mark.parametrize(
    ("ready_s", "left_s", "speed", "block_s", "wait_s"),
    [
        (0.0, 0.0, None, 0.0, 0.0),  # nothing is missing
        (8.0, 8.0, None, 1.0, 0.0),
        (1.0, 8.0, None, 0.0, None),  # it is not known how fast
        (1.0, 8.0, 0.0, 0.0, None),
        (0.5, 8.0, 2.0, 0.5, 0.0),  # at once
        (0.0, 8.0, 2.0, 0.0, 0.1),  # the reserve first
        (0.0, 10.0, 0.5, 0.0, 10.2),  # half of it takes as long as all of it lasts
        (4.0, 10.0, 0.5, 0.0, 2.2),
        (4.0, 10.0, 0.5, 1.0, 3.2),
        (0.1, 0.2, 0.5, 1.0, 0.2),  # never longer than until it is complete
    ],
)
def test_the_wait_is_computed(
    ready_s: float, left_s: float, speed: float | None, block_s: float, wait_s: float | None
) -> None:
    assert time_to_start_s(ready_s, left_s, speed, block_s) == pytest.approx(wait_s)


# --- on the silent clock, turned by hand ---


class NoSound:
    """A computer without a sound device."""

    def devices(self) -> list[SoundDevice]:
        """There is none."""
        return []

    def refresh(self) -> bool:
        """There is still none."""
        return True

    def open(self, device: SoundDevice, latency_s: float = 0.15) -> SoundOutput:  # noqa: ARG002
        """Never asked for."""
        raise AssertionError(device)


class Clock:
    """Time, and the feeder doing at every moment what it would have done by then."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.transport = Transport(NoSound(), lambda: self.now_s)

    def advance(self, duration_s: float, each: Callable[[], None] = lambda: None) -> None:
        """Let time pass in steps of 0.01 s."""
        for _ in range(round(duration_s * 100)):
            self.now_s += 0.01
            each()
            with self.transport._changed:
                self.transport._step()

    def play(self, from_frame: int | None = None) -> None:
        """Begin, and wait until the silent clock runs."""
        self.transport.play(from_frame)
        _until_open(self.transport)
        self.advance(0)
        with self.transport._changed:
            self.transport._step()

    @property
    def state(self) -> TransportState:
        """What the window sees."""
        return self.transport.poll()

    @property
    def position_s(self) -> float:
        """Where it is, in seconds."""
        return self.state.position_frame / _SOURCE_RATE


def _until_open(transport: Transport) -> None:
    until(transport, lambda _: transport._output is not None)


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    yield clock
    clock.transport.close()


def _clip(duration_s: float = 4.0) -> GrowingSound:
    return GrowingSound.of(music(duration_s))


def test_without_a_sound_device_everything_goes_on_unheard(clock: Clock) -> None:
    clock.transport.load(_clip())
    clock.play()
    clock.advance(1.5)
    state = clock.state
    assert state.is_playing
    assert not state.is_buffering
    assert clock.position_s == pytest.approx(1.5, abs=0.001)
    assert state.device == ""
    assert state.notice is not None
    assert "no sound device" in state.notice.what
    assert state.underruns == 0
    assert 0.1 < state.peaks[0] < 2


def test_it_stops_at_the_end_and_then_begins_at_the_beginning(clock: Clock) -> None:
    clock.transport.load(_clip(1.0))
    clock.play()
    clock.advance(1.1)
    assert not clock.state.is_playing
    assert clock.state.position_frame == _SOURCE_RATE
    clock.play()
    clock.advance(0.3)
    assert clock.position_s == pytest.approx(0.3, abs=0.001)
    assert clock.state.underruns == 0


def test_pause_stays_and_stop_goes_back(clock: Clock) -> None:
    clock.transport.load(_clip())
    clock.play(_SOURCE_RATE)
    clock.advance(0.5)
    clock.transport.pause()
    clock.advance(0.5)
    assert clock.position_s == pytest.approx(1.5, abs=0.001)
    clock.play()
    clock.advance(0.5)
    assert clock.position_s == pytest.approx(2.0, abs=0.001)
    clock.transport.stop()
    assert not clock.state.is_playing
    assert clock.position_s == pytest.approx(1.5, abs=0.001)


def test_seeking_shows_at_once_whether_it_plays_or_not(clock: Clock) -> None:
    clock.transport.seek(5)  # nothing is loaded
    clock.transport.load(_clip())
    clock.transport.seek(3 * _SOURCE_RATE)
    assert clock.position_s == 3
    clock.play()
    clock.advance(0.2)
    assert clock.position_s == pytest.approx(3.2, abs=0.001)
    clock.transport.seek(_SOURCE_RATE)
    assert clock.position_s == 1
    clock.advance(0.2)
    assert clock.position_s == pytest.approx(1.2, abs=0.06)
    clock.transport.seek(99 * _SOURCE_RATE)
    clock.advance(0.1)
    assert not clock.state.is_playing
    assert clock.position_s == 4
    clock.transport.seek(-5)
    assert clock.position_s == 0


def test_stopping_after_a_seek_while_paused_stays_there(clock: Clock) -> None:
    clock.transport.load(_clip())
    clock.play()
    clock.transport.pause()
    clock.transport.seek(_SOURCE_RATE)
    clock.transport.stop()
    assert clock.position_s == 1


def test_a_loop_goes_round_until_it_is_taken_away(clock: Clock) -> None:
    clock.transport.load(_clip())
    clock.transport.set_loop((_SOURCE_RATE, 2 * _SOURCE_RATE))
    clock.play()
    clock.advance(3.5)
    assert clock.position_s == pytest.approx(1.5, abs=0.001)
    clock.transport.set_loop((_SOURCE_RATE, 3 * _SOURCE_RATE))
    clock.advance(1.0)
    assert clock.position_s == pytest.approx(2.5, abs=0.001)
    clock.transport.set_loop((0, _SOURCE_RATE))
    assert clock.position_s == 0
    clock.transport.set_loop(None)
    clock.advance(4.5)
    assert not clock.state.is_playing
    assert clock.state.underruns == 0


def test_with_a_loop_the_end_is_its_start(clock: Clock) -> None:
    clock.transport.load(_clip(2.0))
    clock.play(_SOURCE_RATE * 3 // 2)
    clock.transport.set_loop((_SOURCE_RATE // 2, 9 * _SOURCE_RATE))
    clock.advance(1.0)
    assert clock.position_s == pytest.approx(1.0, abs=0.001)


def test_playing_from_behind_a_loop_begins_at_its_start_unless_a_place_is_given(clock: Clock) -> None:
    clock.transport.load(_clip())
    clock.transport.set_loop((_SOURCE_RATE, 2 * _SOURCE_RATE))
    clock.transport.seek(3 * _SOURCE_RATE)
    clock.play()
    clock.advance(0.1)
    assert clock.position_s == pytest.approx(1.1, abs=0.001)
    clock.play(3 * _SOURCE_RATE)
    clock.advance(0.1)
    assert clock.position_s == pytest.approx(3.1, abs=0.06)


def test_a_tiny_loop_is_made_long_enough(clock: Clock) -> None:
    clock.transport.load(_clip())
    clock.transport.set_loop((100, 100))
    assert clock.state.loop == (100, 420)
    with pytest.raises(ValueError, match="loop"):
        clock.transport.set_loop((5, 4))


def test_the_volume_does_not_move_the_playhead(clock: Clock) -> None:
    clock.transport.load(_clip())
    clock.play()
    for step in range(50):
        clock.transport.set_volume(step / 50)
        clock.advance(0.02)
    assert clock.position_s == pytest.approx(1.0, abs=0.001)
    assert clock.state.underruns == 0
    with pytest.raises(ValueError, match="volume"):
        clock.transport.set_volume(1.1)


def test_clipping_is_remembered_until_it_is_reset(clock: Clock) -> None:
    samples = np.full((_SOURCE_RATE, 2), 0.5, np.float32)
    samples[3200, 1] = -1.0
    clock.transport.load(GrowingSound.of(Audio(samples, _SOURCE_RATE)))
    clock.play()
    clock.advance(0.09)
    assert clock.state.clipped == (False, False)
    clock.advance(0.2)
    assert clock.state.clipped == (False, True)
    clock.transport.reset_clip()
    clock.advance(0.2)
    state = clock.state
    assert state.clipped == (False, False)
    assert state.peaks == (0.5, 0.5)


def test_another_sound_stops_the_first(clock: Clock) -> None:
    clock.transport.load(_clip())
    clock.transport.set_loop((0, 1000))
    clock.play()
    clock.advance(1)
    clock.transport.load(GrowingSound.of(music(1.0, 1, 44100)))
    assert clock.state == TransportState(notice=clock.state.notice)
    clock.play()
    clock.advance(0.5)
    assert clock.state.position_frame == pytest.approx(22050, abs=50)


def test_without_a_sound_there_is_nothing_to_play(clock: Clock) -> None:
    clock.transport.play()
    clock.transport.pause()
    clock.transport.stop()
    assert clock.state == TransportState()


class Maker:
    """Makes a clip in blocks, so many seconds per second."""

    def __init__(self, clock: Clock, speed: float, block_s: float, duration_s: float = 10.0) -> None:
        self.clip = music(duration_s)
        self.sound = GrowingSound(_SOURCE_RATE, 2, self.clip.frames)
        self.speed = speed
        self._clock, self._block_frames, self._start_s = clock, int(block_s * _SOURCE_RATE), clock.now_s

    def work(self) -> None:
        """Deliver what is ready by now."""
        due = int((self._clock.now_s - self._start_s) * self.speed * _SOURCE_RATE)
        while not self.sound.is_ended and self.sound.frames < self.clip.frames:
            next_frame = min(self.sound.frames + self._block_frames, self.clip.frames)
            if due < next_frame:
                return
            self.sound.append(self.clip.samples[self.sound.frames : next_frame])
        if not self.sound.is_ended:
            self.sound.end()


@pytest.mark.parametrize("speed", [0.2, 0.5, 0.9, 1.0, 1.3, 4.0])
@pytest.mark.parametrize("block_s", [0.05, 0.5, 1.1])
def test_a_growing_sound_never_runs_dry_at_any_speed(clock: Clock, speed: float, block_s: float) -> None:
    maker = Maker(clock, speed, block_s)
    clock.transport.load(maker.sound, lambda: maker.speed if maker.sound.frames else None)
    clock.play()
    assert clock.state.is_buffering
    promises: list[float] = []
    started_s = 0.0
    while clock.state.is_playing:
        clock.advance(0.1, maker.work)
        state = clock.state
        if state.is_buffering and state.starts_in_s is not None:
            promises.append(clock.now_s + state.starts_in_s)
        elif not started_s and not state.is_buffering:
            started_s = clock.now_s
        assert clock.now_s < 1100
    assert clock.state.underruns == 0
    assert clock.position_s == 10
    # As long as it must and hardly longer, and as it was said at first.
    needed_s = 10 * (1 / speed - 1) if speed < 1 else 0
    assert started_s - 1000 < needed_s + block_s * (2 + 1 / speed) + 0.6
    if promises:
        assert started_s == pytest.approx(promises[0], abs=block_s / speed + 0.2)


def test_a_maker_that_gets_slower_is_waited_for(clock: Clock) -> None:
    maker = Maker(clock, 1.5, 0.1)
    clock.transport.load(maker.sound, lambda: 1.5)
    clock.play()
    clock.advance(2.0, maker.work)
    assert not clock.state.is_buffering
    place = clock.position_s
    clock.advance(3.0)  # it hangs
    stood = clock.state
    assert stood.is_buffering
    assert stood.is_playing
    assert stood.underruns == 1
    assert place < stood.position_frame / _SOURCE_RATE < 3.1
    clock.advance(0.5, maker.work)
    assert not clock.state.is_buffering
    while clock.state.is_playing:
        clock.advance(0.1, maker.work)
    assert clock.state.underruns == 1
    assert clock.position_s == 10


def test_a_sound_whose_speed_is_not_known_waits_for_its_end(clock: Clock) -> None:
    maker = Maker(clock, 1.0, 0.5, 3.0)
    clock.transport.load(maker.sound)
    clock.play()
    clock.advance(2.9, maker.work)
    assert clock.state.is_buffering
    assert clock.state.starts_in_s is None
    clock.advance(0.4, maker.work)
    assert not clock.state.is_buffering
    assert clock.position_s > 0


def test_a_cancelled_sound_plays_what_there_is(clock: Clock) -> None:
    maker = Maker(clock, 0.5, 0.5)
    clock.transport.load(maker.sound, lambda: 0.5)
    clock.play()
    clock.advance(4.05, maker.work)
    assert clock.state.is_buffering
    maker.sound.end()
    clock.advance(1.0)
    assert not clock.state.is_buffering
    clock.advance(2.0)
    assert not clock.state.is_playing
    assert clock.position_s == pytest.approx(2.0)
    assert clock.state.underruns == 0


def test_a_loop_in_what_is_made_need_not_wait_for_the_rest(clock: Clock) -> None:
    maker = Maker(clock, 0.2, 0.1)
    clock.transport.load(maker.sound, lambda: 0.2)
    clock.advance(6.0, maker.work)  # 1.2 s are made
    clock.transport.set_loop((0, _SOURCE_RATE))
    clock.play()
    clock.advance(2.5, maker.work)
    assert not clock.state.is_buffering
    assert clock.position_s == pytest.approx(0.5, abs=0.03)


def test_a_place_that_is_not_made_yet_is_waited_for(clock: Clock) -> None:
    maker = Maker(clock, 2.0, 0.1)
    clock.transport.load(maker.sound, lambda: 2.0)
    clock.play()
    clock.advance(1.0, maker.work)
    clock.transport.seek(5 * _SOURCE_RATE)
    state = clock.state
    assert state.is_buffering
    assert state.position_frame == 5 * _SOURCE_RATE
    clock.advance(2.0, maker.work)
    assert not clock.state.is_buffering
    assert clock.position_s > 5
    assert clock.state.underruns == 0


# --- on sound cards that fail at a word ---


class Card:
    """A sound card that the test turns by hand. An `SoundOutput`."""

    def __init__(self, device: SoundDevice) -> None:
        self.name, self.rate, self.channels, self.underflows = device.name, device.default_rate, 2, 0
        self.latency_s = 0.1
        self.broken: UserProblem | None = None
        self.is_closed = False
        self.is_awake = False
        self._fill: Fill | None = None

    def play(self, fill: Fill | None) -> None:
        """Ask this."""
        self._fill = fill

    def advance(self) -> bool:
        """A card has its own clock."""
        return False

    def fault(self, patience: float = 1.0) -> UserProblem | None:  # noqa: ARG002
        """What the test says."""
        return self.broken

    def close(self) -> None:
        """Be closed."""
        assert not self.is_closed
        self.is_closed = True

    def ask(self, frames: int) -> Samples:
        """Take the next frames."""
        self.is_awake = True
        out = np.zeros((frames, 2), np.float32)
        if self._fill is not None:
            self._fill(out, 0.1, monotonic())
        return out


def _named(name: str, is_default: bool = False) -> SoundDevice:
    return SoundDevice(name, "Fake", 0, 2, 48000, is_default_input=False, is_default_output=is_default)


class Cards:
    """A computer with sound cards. A `SoundSystem`."""

    def __init__(self, *devices: SoundDevice) -> None:
        self.plugged = list(devices)  # PortAudio sees these after the next refresh
        self.refusing: set[str] = set()
        self.may_refresh = True
        self.refreshes = 0
        self.opened: list[Card] = []
        self._listed = list(devices)

    def devices(self) -> list[SoundDevice]:
        """What was there at the last refresh."""
        return self._listed

    def refresh(self) -> bool:
        """Look again, which no open card survives."""
        assert all(card.is_closed for card in self.opened)
        self.refreshes += self.may_refresh
        if self.may_refresh:
            self._listed = list(self.plugged)
        return self.may_refresh

    def open(self, device: SoundDevice, latency_s: float = 0.15) -> Card:  # noqa: ARG002
        """Open one, unless the test has it refuse."""
        if device.name in self.refusing:
            raise UserProblem(f"{device.name} refuses.", "Why.", "Do.")
        self.opened.append(Card(device))
        return self.opened[-1]


_LOST = UserProblem("Lost.", "It was unplugged.", "Plug it in.")


@contextmanager
def _transport(system: Cards) -> Iterator[Transport]:
    transport = Transport(system)
    transport.load(_clip(20))
    try:
        yield transport
    finally:
        transport.close()
    assert all(card.is_closed for card in system.opened)


def _play(transport: Transport, name: str) -> None:
    transport.play()
    until(transport, lambda state: state.device == name and state.is_playing and transport._feed is not None)


def test_the_default_device_is_used_and_closed_some_time_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicgen_studio.sound.transport._KEPT_OPEN_S", 0.05)
    system = Cards(_named("other"), _named("usual", is_default=True))
    with _transport(system) as transport:
        _play(transport, "usual")
        assert transport.poll().problem is None
        transport.pause()
        until(transport, lambda state: state.device == "")
    assert len(system.opened) == 1


def test_a_lost_device_pauses_and_the_default_goes_on() -> None:
    system = Cards(_named("interface"), _named("usual", is_default=True))
    with _transport(system) as transport:
        transport.choose_device(_named("interface"))
        _play(transport, "interface")
        card = system.opened[0]
        until(transport, lambda _: bool(card.ask(4800).any()))
        for _ in range(10):
            card.ask(480)
        system.refusing = {"interface"}  # it is unplugged, so it cannot be opened again either
        card.broken = _LOST
        lost = until(transport, lambda state: not state.is_playing)
        assert lost.problem is _LOST
        assert 0 < lost.position_frame < 20 * _SOURCE_RATE
        until(transport, lambda _: system.refreshes >= 1)
        _play(transport, "usual")
        assert transport.poll().problem is None
        assert transport.poll().position_frame == int(lost.position_frame)


@pytest.mark.parametrize("may_refresh", [True, False], ids=["alone", "while an input is open"])
def test_a_device_that_only_seemed_lost_is_opened_again_and_nothing_is_said(
    caplog: pytest.LogCaptureFixture, may_refresh: bool
) -> None:
    system = Cards(_named("interface"), _named("usual", is_default=True))
    system.may_refresh = may_refresh
    with _transport(system) as transport:
        transport.choose_device(_named("interface"))
        _play(transport, "interface")
        until(transport, lambda _: bool(system.opened[0].ask(4800).any()))
        before = transport.poll().position_frame
        system.opened[0].broken = _LOST
        until(transport, lambda _: len(system.opened) == 2)
        until(transport, lambda _: bool(system.opened[1].ask(4800).any()))
        state = transport.poll()  # not what was asked for before it sounded
        assert (state.is_playing, state.device, state.problem, state.notice) == (True, "interface", None, None)
        assert not state.has_new_devices
        assert state.position_frame >= before
        assert "lost a device" in caplog.text


def test_a_device_that_only_stands_still_now_and_then_is_never_called_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicgen_studio.sound.losses._WAITS_S", (0.0, 0.01))
    system = Cards(_named("interface"), _named("usual", is_default=True))
    with _transport(system) as transport:
        transport.choose_device(_named("interface"))
        _play(transport, "interface")
        for turn in range(6):  # all within a second or two
            card = system.opened[turn]
            until(transport, lambda _, card=card: bool(card.ask(4800).any()))  # type: ignore[misc]
            card.broken = _LOST
            until(transport, lambda _, turn=turn: len(system.opened) == turn + 2)  # type: ignore[misc]
        state = transport.poll()
        assert (state.is_playing, state.problem, state.notice) == (True, None, None)
        assert {card.name for card in system.opened} == {"interface"}


def test_a_device_that_opens_but_stays_dumb_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("musicgen_studio.sound.losses._WAITS_S", (0.0, 0.01))
    system = Cards(_named("usual", is_default=True))
    with _transport(system) as transport:
        _play(transport, "usual")
        until(transport, lambda _: bool(system.opened[0].ask(4800).any()))
        for turn in range(3):
            until(transport, lambda _, turn=turn: len(system.opened) == turn + 1)  # type: ignore[misc]
            system.opened[turn].broken = _LOST
        assert until(transport, lambda state: not state.is_playing).problem is _LOST
    assert caplog.text.count("lost a device to play on") == 3


def test_a_device_that_is_not_listed_any_more_is_told() -> None:
    system = Cards(_named("interface"), _named("usual", is_default=True))
    with _transport(system) as transport:
        transport.choose_device(_named("interface"))
        _play(transport, "interface")
        until(transport, lambda _: bool(system.opened[0].ask(4800).any()))
        system.plugged = [_named("usual", is_default=True)]
        system.opened[0].broken = _LOST
        lost = until(transport, lambda state: not state.is_playing)
        assert lost.problem is _LOST
        assert len(system.opened) == 1  # nor did it jump to another
        assert system.refreshes >= 2  # it was looked for more than once


def _play_after_a_loss(transport: Transport, system: Cards) -> None:
    _play(transport, "usual")
    system.refusing = {"usual"}
    system.opened[0].broken = _LOST
    until(transport, lambda state: not state.is_playing)
    system.refusing = set()
    transport.play()


def test_without_another_device_it_goes_on_unheard_until_one_comes() -> None:
    system = Cards(_named("usual", is_default=True))
    with _transport(system) as transport:
        _play_after_a_loss(transport, system)
        state = until(transport, lambda state: state.notice is not None)
        assert (state.device, state.problem) == ("", None)
        assert state.notice is not None
        assert "does not answer" in state.notice.why
        until(transport, lambda state: state.position_frame > _SOURCE_RATE // 10)
        system.plugged = [_named("new", is_default=True)]
        transport.devices_changed()
        until(transport, lambda state: state.device == "new" and state.is_playing and state.notice is None)


def test_a_lost_device_is_tried_again_by_a_later_play(monkeypatch: pytest.MonkeyPatch) -> None:
    system = Cards(_named("usual", is_default=True))
    with _transport(system) as transport:
        _play_after_a_loss(transport, system)
        until(transport, lambda state: state.notice is not None)
        transport.pause()
        monkeypatch.setattr("musicgen_studio.sound.transport._FORGIVEN_AFTER_S", 0.0)
        _play(transport, "usual")
        assert (transport.poll().problem, transport.poll().notice) == (None, None)


def test_a_device_that_refuses_is_told_and_replaced() -> None:
    system = Cards(_named("interface"), _named("usual", is_default=True))
    system.refusing = {"interface"}
    with _transport(system) as transport:
        transport.choose_device(_named("interface"))
        _play(transport, "usual")
        notice = transport.poll().notice
        assert notice is not None
        assert notice.what == "interface refuses."
        assert transport.poll().problem is None


def test_a_chosen_device_that_is_away_is_taken_again_when_it_comes_back() -> None:
    system = Cards(_named("usual", is_default=True))
    with _transport(system) as transport:
        transport.choose_device(DeviceName("interface", "Fake"))
        _play(transport, "usual")
        notice = transport.poll().notice
        assert notice is not None
        assert '"interface" is not there' in notice.what
        system.plugged = [_named("usual", is_default=True), _named("interface")]
        transport.devices_changed()
        state = until(transport, lambda state: state.has_new_devices)
        assert (state.device, state.is_playing, system.refreshes) == ("usual", True, 0)
        transport.pause()
        until(transport, lambda state: system.refreshes == 1 and not state.has_new_devices)
        _play(transport, "interface")
        assert transport.poll().notice is None


def test_a_new_device_is_used_at_once_if_that_is_wanted() -> None:
    system = Cards(_named("usual", is_default=True))
    with _transport(system) as transport:
        transport.use_new_devices()  # there is none: nothing happens
        _play(transport, "usual")
        system.plugged = [_named("usual", is_default=True), _named("new")]
        transport.devices_changed()
        until(transport, lambda state: state.has_new_devices)
        transport.use_new_devices()
        state = until(transport, lambda state: state.device == "new")
        assert state.is_playing
        assert not state.has_new_devices
        assert system.opened[0].is_closed


def test_what_plays_is_cut_only_once_for_a_new_device_while_a_recorder_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicgen_studio.sound.transport._RETRY_S", 0.01)
    system = Cards(_named("usual", is_default=True))
    system.may_refresh = False
    with _transport(system) as transport:
        _play(transport, "usual")
        system.plugged = [_named("usual", is_default=True), _named("new")]
        transport.devices_changed()
        until(transport, lambda state: state.has_new_devices)
        transport.use_new_devices()
        until(transport, lambda state: len(system.opened) == 2 and state.device == "usual")
        until(transport, lambda _: transport._refresh_after_s < monotonic() - 0.2, within_s=5.0)  # not tried again
        assert len(system.opened) == 2
        assert transport.poll().is_playing
        system.may_refresh = True
        transport.pause()
        until(transport, lambda _: system.refreshes == 1)
        _play(transport, "new")


def test_choosing_the_same_device_again_cuts_nothing() -> None:
    system = Cards(_named("usual", is_default=True))
    with _transport(system) as transport:
        _play(transport, "usual")
        transport.choose_device(None)
        transport.pause()
        _play(transport, "usual")
        assert len(system.opened) == 1


def test_another_sound_that_is_played_at_once_does_not_click() -> None:
    system = Cards(_named("usual", is_default=True))
    loud, silent = (Audio(np.full((5 * 48_000, 2), level, np.float32), 48_000) for level in (0.5, 0.0))
    with _transport(system) as transport:
        transport.load(GrowingSound.of(loud))
        _play(transport, "usual")
        card = system.opened[0]
        until(transport, lambda _: bool(card.ask(480).any()))
        np.testing.assert_allclose(card.ask(480), 0.5, atol=1e-3)
        transport.load(GrowingSound.of(silent))
        transport.play()
        until(transport, lambda _: transport._feed is not None and not transport._feed.is_held)
        heard = card.ask(4800)
    assert np.abs(np.diff(heard, axis=0, prepend=0.5)).max() < 0.01
    assert not heard[480:].any()


def test_the_facts_are_those_of_what_is_open() -> None:
    system = Cards(_named("usual", is_default=True))
    with _transport(system) as transport:
        assert transport.facts() == OutputFacts()
        _play(transport, "usual")
        assert transport.facts() == OutputFacts(_named("usual", is_default=True), 48000, 2, 0.1, 0, None)


def test_another_device_is_chosen_while_it_plays() -> None:
    system = Cards(_named("interface"), _named("usual", is_default=True))
    with _transport(system) as transport:
        _play(transport, "usual")
        until(transport, lambda _: bool(system.opened[0].ask(480).any()))
        for _ in range(20):
            system.opened[0].ask(960)
            until(transport, lambda _: transport._feed is not None and transport._feed._ring.available > 9600)
        transport.choose_device(_named("interface"))
        state = until(transport, lambda state: state.device == "interface")
        assert state.is_playing
        assert state.position_frame > 0.2 * _SOURCE_RATE
        assert system.opened[0].is_closed


def test_new_devices_are_looked_for_when_nothing_plays() -> None:
    system = Cards(_named("usual", is_default=True))
    with _transport(system) as transport:
        _play(transport, "usual")
        transport.devices_changed()
        for _ in range(20):
            system.opened[0].ask(480)
            until(transport, lambda _: transport._feed is not None and transport._feed._ring.available > 9600)
        assert system.refreshes == 0
        transport.pause()
        until(transport, lambda _: system.refreshes == 1)


def test_looking_for_devices_waits_for_a_recorder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicgen_studio.sound.transport._RETRY_S", 0.01)
    system = Cards()
    system.may_refresh = False
    with _transport(system) as transport:
        transport.devices_changed()
        until(transport, lambda _: transport._must_refresh and transport._refresh_after_s < monotonic())
        system.may_refresh = True
        until(transport, lambda _: system.refreshes == 1)


def test_gaps_that_the_device_reports_are_counted() -> None:
    system = Cards(_named("usual", is_default=True))
    with _transport(system) as transport:
        _play(transport, "usual")
        system.opened[0].underflows += 3
        until(transport, lambda state: state.underruns == 3)
        transport.load(_clip())
        assert transport.poll().underruns == 0


def test_a_device_lost_while_paused_is_no_problem() -> None:
    system = Cards(_named("usual", is_default=True))
    with _transport(system) as transport:
        _play(transport, "usual")
        transport.pause()
        system.opened[0].broken = _LOST
        until(transport, lambda state: state.device == "")
        assert transport.poll().problem is None
        _play(transport, "usual")


def test_closing_leaves_no_thread() -> None:
    before = threading.active_count()
    with _transport(Cards(_named("usual", is_default=True))) as transport:
        _play(transport, "usual")
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


# --- on a real sound server ---


class _Pulse(PortAudioSystem):
    """The real sound system, with the null sink as the default."""

    def __init__(self, device: SoundDevice) -> None:
        self._device = replace(device, is_default_output=True)

    def devices(self) -> list[SoundDevice]:
        return [self._device]


@pytest.fixture
def transport(device: SoundDevice, recording: Recording) -> Iterator[Transport]:  # noqa: ARG001 - someone must listen
    transport = Transport(_Pulse(device))
    yield transport
    transport.close()


def _has_ended(state: TransportState) -> bool:
    return not state.is_playing


def _watch(transport: Transport, recording: Recording, duration_s: float) -> list[tuple[float, float]]:
    """Return moments and positions, as the window sees them, while so much is recorded."""
    seen: list[tuple[float, float]] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.016):
            seen.append((monotonic(), transport.poll().position_frame / _SOURCE_RATE))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        recording.wait_for_more(duration_s)
    finally:
        done.set()
        watcher.join()
    return seen


@pytest.mark.parametrize("channels", [1, 2])
def test_what_is_played_is_what_is_heard(transport: Transport, recording: Recording, channels: int) -> None:
    clip = music(3, channels)
    transport.load(GrowingSound.of(clip))
    transport.play()
    state = until(transport, _has_ended)
    assert state.underruns == 0
    assert state.position_frame == clip.frames
    recording.wait_for_more(0.5)
    recorded, wanted = recording.samples(), resample(clip, RATE).samples
    for side in range(2):
        assert similarity(recorded[:, side], wanted[:, side % channels]) > 0.99


def test_a_place_and_a_loop_are_heard(transport: Transport, recording: Recording) -> None:
    clip = music(6)
    transport.load(GrowingSound.of(clip))
    transport.play()
    until(transport, lambda state: state.position_frame > _SOURCE_RATE / 2)
    transport.set_loop((4 * _SOURCE_RATE, 5 * _SOURCE_RATE))
    transport.seek(4 * _SOURCE_RATE)
    recording.wait_for_more(3.0)
    transport.pause()
    state = transport.poll()
    assert 4 * _SOURCE_RATE <= state.position_frame <= 5 * _SOURCE_RATE
    assert state.underruns == 0
    recording.wait_for_more(0.5)
    wanted = resample(Audio(np.tile(clip.samples[4 * _SOURCE_RATE : 5 * _SOURCE_RATE], (2, 1)), _SOURCE_RATE), RATE)
    assert similarity(recording.samples()[:, 0], wanted.samples[:, 0]) > 0.99
    assert not recording.samples()[-RATE // 10 :].any()


def test_the_playhead_is_where_it_is_heard(transport: Transport, recording: Recording) -> None:
    clip = music(6)
    transport.load(GrowingSound.of(clip))
    transport.play()
    until(transport, lambda state: state.position_frame > 0)
    seen = _watch(transport, recording, 2.5)
    positions = [position for _, position in seen]
    assert positions == sorted(positions)
    wanted = resample(clip, RATE).samples[:, 0]
    for moment_s, position_s in seen[30::30]:
        heard = recording.heard_by(moment_s)[-RATE // 5 :, 0]
        heard_s = (place_of(heard, wanted) + len(heard)) / RATE
        assert position_s == pytest.approx(heard_s, abs=0.05)


def test_a_sound_is_heard_while_it_is_made(transport: Transport, recording: Recording) -> None:
    clip = music(4)
    sound = GrowingSound(_SOURCE_RATE, 2, clip.frames)
    transport.load(sound, lambda: 1.5)
    transport.play()
    for block in np.array_split(clip.samples, 20):
        recording.wait_for_more(len(block) / _SOURCE_RATE / 1.5)  # the clock of this maker
        sound.append(block)
        if sound.frames > _SOURCE_RATE:
            assert transport.poll().position_frame > 0
    sound.end()
    state = until(transport, _has_ended)
    assert state.underruns == 0
    recording.wait_for_more(0.5)
    assert similarity(recording.samples()[:, 1], resample(clip, RATE).samples[:, 1]) > 0.99


def _unplugged(pulse: PulseServer) -> AbstractContextManager[None]:
    return pulse.unplugged()


def _stalled(pulse: PulseServer) -> AbstractContextManager[None]:
    return pulse.suspended()


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (_unplugged, ("unplugged",)),
        (_stalled, ("over a second", "asks for no sound")),  # noticed while it plays, or when it is opened once more
    ],
)
def test_a_device_that_fails_pauses_and_it_goes_on_unheard(
    transport: Transport,
    pulse: PulseServer,
    fault: Callable[[PulseServer], AbstractContextManager[None]],
    why: tuple[str, ...],
) -> None:
    transport.load(_clip(30))
    transport.play()
    until(transport, lambda state: state.position_frame > _SOURCE_RATE / 2)
    with fault(pulse):
        state = until(transport, _has_ended)
        assert state.problem is not None
        assert any(words in state.problem.why for words in why)
        assert state.position_frame > _SOURCE_RATE / 2
        transport.play()
        until(transport, lambda now: now.device == "" and now.position_frame > state.position_frame + _SOURCE_RATE / 2)
    with pulse.listening():  # the first listener went with its sink
        transport.devices_changed()
        state = until(transport, lambda state: state.device != "")
        until(transport, lambda now: now.position_frame > state.position_frame + _SOURCE_RATE / 2)


def test_a_sound_server_that_gets_no_processor_for_seconds_is_not_called_lost(
    transport: Transport, pulse: PulseServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    transport.load(_clip(60))
    transport.play()
    until(transport, lambda state: state.position_frame > _SOURCE_RATE / 2)
    for _ in range(3):
        lost = caplog.text.count("lost a device")
        with pulse.starved():
            until(transport, lambda _: caplog.text.count("lost a device") > lost)  # noqa: B023
        place = transport.poll().position_frame
        state = until(transport, lambda now: not now.is_playing or now.position_frame > place + _SOURCE_RATE / 2)  # noqa: B023
        assert (state.is_playing, state.problem, state.notice) == (True, None, None)
    assert "opened again, and the music goes on" in caplog.text


def test_it_can_be_closed_while_it_plays(device: SoundDevice, recording: Recording) -> None:
    before = threading.active_count()
    transport = Transport(_Pulse(device))
    transport.load(_clip())
    transport.play()
    until(transport, lambda state: state.position_frame > 0)
    transport.close()
    assert threading.active_count() == before
    recording.wait_for_more(0.1)
