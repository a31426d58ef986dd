"""Outputs: the silent clock, which is as punctual as its clock, and a device's stream that is watched."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import numpy as np
import pytest

from musicgen_studio.core.audio import Samples
from musicgen_studio.sound.devices import SoundDevice, refresh_devices
from musicgen_studio.sound.output import DeviceClock, DeviceOutput, PortAudioSystem, SilentOutput, with_channels


class _Taker:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, float]] = []

    def fill(self, out: Samples, delay_s: float, now_s: float) -> None:
        assert delay_s == 0
        out.fill(0)
        self.calls.append((len(out), now_s))

    @property
    def frames(self) -> int:
        return sum(frames for frames, _ in self.calls)


def test_the_silent_clock_takes_what_is_due_in_small_pieces() -> None:
    now_s, taker = 7.0, _Taker()
    output = SilentOutput(1000, lambda: now_s)
    output.play(taker.fill)
    now_s = 7.31
    while output.advance():
        pass
    assert taker.frames == pytest.approx(310, abs=1)
    assert max(frames for frames, _ in taker.calls) == 50
    assert [at for _, at in taker.calls] == pytest.approx([7 + 0.05 * step for step in range(7)])


def test_the_silent_clock_leaves_standby_out() -> None:
    now_s, taker = 0.0, _Taker()
    output = SilentOutput(1000, lambda: now_s)
    output.play(taker.fill)
    now_s = 3600.0
    while output.advance():
        pass
    assert taker.frames == 0
    now_s = 3600.04
    while output.advance():
        pass
    assert taker.frames == pytest.approx(40, abs=1)


def test_the_silent_clock_begins_when_it_is_told_to_play() -> None:
    now_s, taker = 0.0, _Taker()
    output = SilentOutput(1000, lambda: now_s)
    now_s = 0.5
    output.play(taker.fill)
    output.advance()
    assert taker.frames == 0
    output.play(None)
    now_s = 0.6
    output.advance()
    assert taker.frames == 0
    assert output.fault() is None
    output.close()


@pytest.mark.parametrize(("channels", "expected"), [(1, [2.0]), (2, [2.0, 2.0]), (3, [1.0, 2.0, 3.0])])
def test_channels_are_repeated_mixed_or_left(channels: int, expected: list[float]) -> None:
    samples = np.array([[1, 2, 3]], np.float32)
    assert with_channels(samples, channels).tolist() == [expected]


@contextmanager
def _open(device: SoundDevice) -> Iterator[DeviceOutput]:
    output = DeviceOutput(device)
    try:
        yield output
    finally:
        output.close()


@pytest.mark.usefixtures("recording")
def test_portaudio_does_not_look_for_devices_under_an_open_stream(device: SoundDevice) -> None:
    system = PortAudioSystem()
    with _open(device) as output:
        assert not refresh_devices()
        assert output.fault() is None
        assert (output.name, output.rate, output.channels) == (device.name, device.default_rate, 2)
    assert system.refresh()
    assert device in system.devices()


def test_a_sound_server_that_nobody_listens_to_may_wake_up_slowly(device: SoundDevice) -> None:
    asked = list[int]()

    def fill(out: Samples, _delay_s: float, _now_s: float) -> None:
        out.fill(0)
        asked.append(len(out))

    with _open(device) as output:
        output.play(fill)
        end_s = monotonic() + 3
        while monotonic() < end_s:
            assert output.fault() is None
            sleep(0.02)
    assert sum(asked) > output.rate // 2


def test_a_call_that_python_comes_to_late_is_known_by_the_devices_clock() -> None:
    clock = DeviceClock()
    assert clock.moment_s(5.0, 105.001) == pytest.approx(105.001)
    assert clock.moment_s(5.1, 105.9) == pytest.approx(105.101)  # 0.8 s late, by whoever held Python's lock
    assert clock.moment_s(5.2, 105.2) == pytest.approx(105.2)  # punctual
    assert clock.moment_s(0.0, 106.0) == 106.0  # a driver without a clock
    assert clock.moment_s(5.3, 200.0) == 200.0  # the computer slept
