"""What sound goes to: a device's open stream, watched, or a silent clock that asks for sound as a device would.

    Output ──┬─ DeviceOutput ── DeviceStream ── PortAudio's thread
             └─ SilentOutput ── whoever calls `advance`

Not for what is played (`feed`, `player`) nor for choosing the device (`transport`). Devices that go are noticed by a
`watchdog`.
"""

from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Any, Protocol

import numpy as np

from musicgen_studio.core.audio import Samples, mono_mix
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import SoundDevice, list_devices, open_stream, portaudio, refresh_devices
from musicgen_studio.sound.watchdog import DeviceFault, Watchdog

Fill = Callable[[Samples, float, float], None]
"""Fill float32 [frames, channels], whose first frame is heard in so many seconds, asked at this time in seconds."""

LATENCY_S = 0.15  # less than 0.1 risks gaps, over 0.2 is felt
_LONGEST_LATENCY_S = 2.0  # Bluetooth stays below; what reports more has no idea
_SILENT_PIECE_S = 0.05

_WHY = {
    DeviceFault.ENDED: "It was unplugged or switched off.",
    DeviceFault.STALLED: "It has not asked for sound for over a second.",
    DeviceFault.SILENT: "It asks for no sound.",
}


def with_channels(samples: Samples, channels: int) -> Samples:
    """Return the sound [frames, its channels] as [frames, channels]: mono everywhere, more than fit mixed to mono."""
    if samples.shape[1] == channels:
        return samples
    return np.repeat(mono_mix(samples)[:, np.newaxis], channels, axis=1)


class DeviceStream:
    """PortAudio's stream to one device, at the device's own rate, in stereo if it can, and whether it still runs.

    `open`, `close` and `fault` belong to one thread, the properties to any.

    Args:
        device: Where to play.
        latency_s: How far ahead the device asks for sound, in seconds.
        callback: Called as sounddevice does, with out, frames, time and status, on PortAudio's thread.
    """

    def __init__(
        self, device: SoundDevice, latency_s: float, callback: Callable[[Samples, int, Any, Any], None]
    ) -> None:
        self.device = device
        self.rate = device.default_rate
        self.channels = min(device.outputs, 2)
        self._latency_s = latency_s
        self._callback = callback
        self._stream: Any = None
        self._watchdog = Watchdog()

    def open(self) -> None:
        """Open the device and start the stream.

        Raises:
            UserProblem: If the device is gone, busy or refuses the format.
        """
        sounddevice = portaudio()
        try:
            self._stream = open_stream(
                "output",
                self.device,
                samplerate=self.rate,
                channels=self.channels,
                dtype="float32",
                latency=self._latency_s,
                callback=self._call,
                finished_callback=self._watchdog.ended.set,
            )
            self._latency_s = self._stream.latency
            self._watchdog.begin()
            self._stream.start()
        except sounddevice.PortAudioError as error:
            self.close()
            raise self.problem(f"The system refused to open it ({error}).") from error

    def close(self) -> None:
        """Close the device. What it holds is dropped."""
        if self._stream is not None:
            self._stream.close(ignore_errors=True)  # a device that is gone cannot be closed well

    @property
    def latency_s(self) -> float:
        """How far ahead the device asks for sound, in seconds: its own word once it is open."""
        return self._latency_s

    @property
    def is_open(self) -> bool:
        """Whether it was opened."""
        return self._stream is not None

    @property
    def has_ended(self) -> bool:
        """Whether PortAudio will not ask any more."""
        return self._watchdog.ended.is_set()

    @property
    def is_awake(self) -> bool:
        """Whether it has asked for sound since it was opened, and not only to fill its buffer."""
        return self._watchdog.is_awake

    def fault(self, patience: float = 1.0) -> UserProblem | None:
        """Say what is wrong with the device, None as long as it plays. To be called often, and only while it should.

        Args:
            patience: How many times longer than usual it may stand still, from 1.
        """
        fault = self._watchdog.fault(patience)
        return None if fault is None else self.problem(_WHY[fault])

    def problem(self, why: str) -> UserProblem:
        """Return what to tell about this device, given the reason as a sentence."""
        what = f'The sound device "{self.device.name}" cannot be played on.'
        return UserProblem(what, why, "Check that it is plugged in and switched on, or choose another device.")

    def _call(self, out: Samples, frames: int, time: Any, status: Any) -> None:
        self._watchdog.called()
        self._callback(out, frames, time, status)


class DeviceClock:
    """When a device asked, by its own clock, in seconds of `monotonic`. For PortAudio's thread.

    Python may come to its call late, when others hold its lock; the device's clock was read before. The call that was
    late the least tells how the two clocks differ.
    """

    def __init__(self) -> None:
        self._gap_s = inf

    def moment_s(self, device_s: float, now_s: float) -> float:
        """Return when it asked.

        Args:
            device_s: By the device's clock; 0 if its driver has none.
            now_s: By `monotonic`, at this moment.
        """
        if device_s <= 0:
            return now_s
        self._gap_s = min(self._gap_s, now_s - device_s)
        asked_s = device_s + self._gap_s
        if now_s - asked_s > _LONGEST_LATENCY_S:  # one of the clocks has leapt
            self._gap_s, asked_s = now_s - device_s, now_s
        return asked_s


class SoundOutput(Protocol):
    """Something open that asks for sound. `play`, `advance`, `fault` and `close` belong to one thread."""

    @property
    def name(self) -> str:
        """What the device is called, empty if nothing can be heard."""
        ...

    @property
    def rate(self) -> int:
        """Frames per second in Hz."""
        ...

    @property
    def channels(self) -> int:
        """1 mono, 2 stereo."""
        ...

    @property
    def latency_s(self) -> float:
        """How far ahead it asks for sound, in seconds."""
        ...

    @property
    def underflows(self) -> int:
        """How often the device itself reported a gap since it was opened."""
        ...

    def play(self, fill: Fill | None) -> None:
        """Ask this from now on, on a thread of the output's choice; None: nothing, be silent."""
        ...

    def advance(self) -> bool:
        """Let an output without a clock of its own ask for what is due; whether more is due at once."""
        ...

    @property
    def is_awake(self) -> bool:
        """Whether it has asked for sound since it was opened."""
        ...

    def fault(self, patience: float = 1.0) -> UserProblem | None:
        """Say what is wrong with it, None as long as it plays; it may stand still so many times longer than usual."""
        ...

    def close(self) -> None:
        """Stop asking. Returns when no call to fill runs any more."""
        ...


class SoundSystem(Protocol):
    """The sound devices of a computer, as the transport needs them."""

    def devices(self) -> list[SoundDevice]:
        """List them. Raises UserProblem where that is impossible."""
        ...

    def refresh(self) -> bool:
        """Look for new ones; False if that must wait because one is in use. May raise UserProblem."""
        ...

    def open(self, device: SoundDevice, latency_s: float = LATENCY_S) -> SoundOutput:
        """Open one that asks so far ahead, at first silent. Raises UserProblem if it cannot be."""
        ...


class PortAudioSystem:
    """The real one."""

    def devices(self) -> list[SoundDevice]:
        """As `list_devices`."""
        return list_devices()

    def refresh(self) -> bool:
        """As `refresh_devices`."""
        return refresh_devices()

    def open(self, device: SoundDevice, latency_s: float = LATENCY_S) -> SoundOutput:
        """Open a device for playing.

        Args:
            device: Where to play.
            latency_s: How far ahead it asks for sound, in seconds, if it can.

        Raises:
            UserProblem: If it is gone, busy or refuses the format, or PortAudio is missing.
        """
        return DeviceOutput(device, latency_s)


class DeviceOutput:
    """A device, open and running from the start. A `SoundOutput`.

    Args:
        device: Where to play.
        latency_s: How far ahead the device asks for sound, in seconds.

    Raises:
        UserProblem: If the device is gone, busy or refuses the format, or PortAudio is missing.
    """

    def __init__(self, device: SoundDevice, latency_s: float = LATENCY_S) -> None:
        self._fill: Fill | None = None
        self._underflows = 0
        self._clock = DeviceClock()
        self._stream = DeviceStream(device, latency_s, self._call)
        self._stream.open()

    @property
    def name(self) -> str:
        """What the device is called."""
        return self._stream.device.name

    @property
    def rate(self) -> int:
        """The device's own, in Hz."""
        return self._stream.rate

    @property
    def channels(self) -> int:
        """1 mono, 2 stereo."""
        return self._stream.channels

    @property
    def latency_s(self) -> float:
        """The device's own word for it, in seconds."""
        return self._stream.latency_s

    @property
    def underflows(self) -> int:
        """How often the device reported a gap while it had something to play."""
        return self._underflows

    def play(self, fill: Fill | None) -> None:
        """Ask this from now on, on PortAudio's thread; None: nothing, be silent."""
        self._fill = fill

    def advance(self) -> bool:
        """Do nothing: the device has a clock of its own."""
        return False

    @property
    def is_awake(self) -> bool:
        """Whether the device has asked for sound since it was opened."""
        return self._stream.is_awake

    def fault(self, patience: float = 1.0) -> UserProblem | None:
        """Say whether the device was lost or has stalled."""
        return self._stream.fault(patience)

    def close(self) -> None:
        """Close the device. What it holds is dropped."""
        self._stream.close()

    def _call(self, out: Samples, frames: int, time: Any, status: Any) -> None:  # noqa: ARG002
        fill = self._fill
        if fill is None:
            out.fill(0)
            return
        if status.output_underflow:
            self._underflows += 1
        delay_s = time.outputBufferDacTime - time.currentTime
        if not 0 < delay_s < _LONGEST_LATENCY_S:  # not every driver fills these in
            delay_s = self._stream.latency_s
        fill(out, delay_s, self._clock.moment_s(time.currentTime, monotonic()))


class SilentOutput:
    """A clock that takes sound in real time and lets nobody hear it. A `SoundOutput`, for one thread.

    Args:
        rate: Frames per second in Hz, above 0.
        clock: Seconds that only grow. If it leaps by over a second, as after standby, that time is left out.
    """

    name = ""
    channels = 2
    latency_s = 0.0
    underflows = 0
    is_awake = True

    def __init__(self, rate: int, clock: Callable[[], float] = monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._fill: Fill | None = None
        self._start_s = clock()
        self._asked_frames = 0

    def play(self, fill: Fill | None) -> None:
        """Ask this from now on, in `advance`; None: nothing."""
        self._fill = fill
        self._start_again()

    def advance(self) -> bool:
        """Ask for what is due by now, at most 0.05 s of it, so that the ring need not be long.

        Returns:
            Whether more is due at once.
        """
        now_s = self._clock()
        due = int((now_s - self._start_s) * self.rate) - self._asked_frames
        if due > self.rate:
            self._start_again()
            return False
        frames = min(due, int(_SILENT_PIECE_S * self.rate))
        if frames > 0:
            asked_s = self._start_s + self._asked_frames / self.rate  # as punctual as no device is
            self._asked_frames += frames
            if self._fill is not None:
                self._fill(np.empty((frames, self.channels), np.float32), 0.0, asked_s)
        return due > frames

    def fault(self, patience: float = 1.0) -> UserProblem | None:  # noqa: ARG002
        """Nothing is ever wrong with it."""
        return None

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def _start_again(self) -> None:
        self._start_s = self._clock()
        self._asked_frames = 0
