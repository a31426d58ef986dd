"""The recorder: its callback step by step, and the whole of it on a real sound server that is then taken away."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import resample
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import SoundDevice, refresh_devices
from musicgen_studio.sound.player import open_player
from musicgen_studio.sound.recorder import PortAudioInputs, Recorder, channels_to_open
from tests.sound.conftest import RATE, PulseServer
from tests.sound.signals import count_up, music, similarity

_FINE = SimpleNamespace(input_overflow=False)
_LATE = SimpleNamespace(input_overflow=True)
_NOWHERE = SoundDevice("nowhere", "none", 2, 0, 1000, is_default_input=False, is_default_output=False)


def _give(recorder: Recorder, samples: Samples, status: SimpleNamespace = _FINE) -> None:
    """Be the sound card once."""
    recorder._call(samples, len(samples), None, status)


class _Clock:
    """The recorder's clock, turned by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    clock = _Clock()
    monkeypatch.setattr("musicgen_studio.sound.watchdog.monotonic", clock)
    return clock


# --- the callback, step by step, without a device (at 1000 Hz, so that a frame is a millisecond) ---


def test_what_comes_in_is_read_once_and_in_order() -> None:
    recorder = Recorder(_NOWHERE, 2)
    assert recorder.read().shape == (0, 2)
    sound = count_up(300, 2)
    for piece in np.array_split(sound, 7):
        _give(recorder, piece)
    np.testing.assert_array_equal(recorder.read(), sound)
    assert recorder.read().shape == (0, 2)
    assert recorder.overruns == 0


def test_each_loss_is_counted_and_what_came_before_is_kept() -> None:
    recorder = Recorder(_NOWHERE, 1, buffer_s=0.25)
    for start in range(0, 300, 100):
        _give(recorder, count_up(300)[start : start + 100])
    assert recorder.overruns == 1
    np.testing.assert_array_equal(recorder.read(), count_up(250))
    _give(recorder, count_up(100), _LATE)
    assert recorder.overruns == 2
    assert len(recorder.read()) == 100


def test_what_a_broken_driver_gives_is_made_sound() -> None:
    recorder = Recorder(_NOWHERE, 1)
    _give(recorder, np.array([[np.nan], [np.inf], [-np.inf], [0.5]], np.float32))
    assert recorder.read().tolist() == [[0], [1], [-1], [0.5]]


def test_the_piece_that_is_late_the_least_tells_the_time(clock: _Clock) -> None:
    recorder = Recorder(_NOWHERE, 1)
    for call, late_s in enumerate([0.03, 0.004, 0.05, 0.0, 0.02]):
        clock.now_s = 200 + 0.1 * (call + 1) + late_s
        _give(recorder, count_up(100))
    assert recorder.frame_at(200.0) == 0
    assert recorder.frame_at(200.25) == 250
    assert recorder.frame_at(199.5) == -500


def test_drifting_clocks_are_followed(clock: _Clock) -> None:
    recorder = Recorder(_NOWHERE, 1)
    for call in range(2000):
        clock.now_s = 200 + 0.1001 * (call + 1)  # a thousandth too slow: 200 ms in all
        _give(recorder, count_up(100))
        recorder.read()
    assert recorder.frame_at(clock.now_s) == pytest.approx(200_000, abs=30)


def test_a_device_that_hangs_is_noticed_and_one_that_wakes_up_gets_time(clock: _Clock) -> None:
    recorder = Recorder(_NOWHERE, 1)

    def look(duration_s: float) -> list[UserProblem | None]:
        looks = []
        for _ in range(round(duration_s * 20)):
            clock.now_s += 0.05
            looks.append(recorder.fault())
        return looks

    assert not any(look(3))
    _give(recorder, count_up(10))
    assert not any(look(0.9))
    fault = look(0.3)[-1]
    assert fault is not None
    assert "over a second" in fault.why
    _give(recorder, count_up(10))
    assert recorder.fault() is None


def test_a_device_that_never_says_anything_is_noticed(clock: _Clock) -> None:
    recorder = Recorder(_NOWHERE, 1)
    faults = []
    for _ in range(50):
        clock.now_s += 0.1
        faults.append(recorder.fault())
    assert faults[-1] is not None
    assert faults[-1].why == "No sound comes from it."


@pytest.mark.parametrize(
    ("host_api", "inputs", "channel", "opened"),
    [("Core Audio", 1, 1, 1), ("Core Audio", 18, 0, 18), ("ALSA", 8, 1, 8), ("ALSA", 32, 1, 2), ("ALSA", 128, 5, 5)],
)
def test_made_up_channels_are_not_opened(host_api: str, inputs: int, channel: int, opened: int) -> None:
    device = SoundDevice("a", host_api, inputs, 0, 48000, is_default_input=True, is_default_output=False)
    assert channels_to_open(device, channel) == opened


@pytest.mark.usefixtures("pulse")
def test_a_device_that_is_gone_cannot_be_opened() -> None:
    with pytest.raises(UserProblem, match="nowhere"):
        PortAudioInputs().open(_NOWHERE, 1)


# --- the whole of it, on a sound server ---


class _Collector:
    """Reads a recorder as a session does."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._pieces: list[Samples] = []
        self._pause = threading.Event()

    def until(self, holds: Callable[[], bool], within_s: float = 20.0) -> Samples:
        """Read until something is so, and return all that came."""
        for _ in range(round(within_s * 100)):
            self._pieces.append(self._recorder.read())
            if holds():
                return np.concatenate(self._pieces)
            self._pause.wait(0.01)
        raise AssertionError("it took too long")

    @property
    def frames(self) -> int:
        """How many came by now."""
        return sum(map(len, self._pieces))


@pytest.fixture
def recorder(device: SoundDevice, recording: object) -> Recorder:  # noqa: ARG001 - the sink is slow without a listener
    recorder = Recorder(device, 2)
    recorder.open()
    return recorder


def test_what_is_played_is_what_is_recorded(device: SoundDevice, recorder: Recorder) -> None:
    clip = music(2)
    collector = _Collector(recorder)
    try:
        collector.until(lambda: collector.frames > 0)
        assert not refresh_devices()
        with open_player(device, preroll_s=0.3) as player:
            player.write(Audio(clip.samples, clip.sample_rate))
            player.finish()
        ended = collector.frames
        heard = collector.until(lambda: collector.frames > ended + RATE // 2)
    finally:
        recorder.close()
    wanted = resample(clip, RATE).samples
    for side in range(2):
        assert similarity(heard[:, side], wanted[:, side]) > 0.99
    assert recorder.overruns == 0


@pytest.mark.parametrize(
    ("take_away", "why"), [(PulseServer.unplugged, "unplugged"), (PulseServer.suspended, "over a second")]
)
def test_a_device_that_fails_is_noticed_and_what_came_is_there(
    pulse: PulseServer,
    recorder: Recorder,
    take_away: Callable[[PulseServer], AbstractContextManager[None]],
    why: str,
) -> None:
    collector = _Collector(recorder)
    try:
        collector.until(lambda: collector.frames > RATE // 2)
        with take_away(pulse):
            collector.until(lambda: recorder.fault() is not None)
            fault = recorder.fault()
    finally:
        recorder.close()
    assert fault is not None
    assert why in fault.why
    assert recorder.device.name in fault.what
    assert collector.frames > RATE // 2
