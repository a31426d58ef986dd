"""Sound from a microphone or another input, as it comes in.

    PortAudio's thread: callback ─► ring ─► whoever records: read(), every few milliseconds

Not for what becomes of it (`studio.recording`) nor for levels (`input_levels`). The callback copies and counts, hands
the sound to whoever taps it (`monitor`), and does nothing else.

When a frame was sounded is told by when it arrived: drivers deliver late by what they like, but never early, so the
piece that was late the least tells when all were. What the driver itself says of its latency is not used: over
PulseAudio it is wrong by up to half a second. The constant rest is what the musician's latency offset is for.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import SoundDevice, list_devices, open_stream, portaudio, refresh_devices
from musicgen_studio.sound.ring import Ring
from musicgen_studio.sound.watchdog import DeviceFault, Watchdog

_LATENCY_S = 0.1  # less risks gaps; a quarter of it passes between two calls
_BUFFER_S = 10.0  # what a slow disk may cost
_ARRIVALS_KEPT = 256  # some seconds: clocks drift apart, so old ones must not count
_MADE_UP_CHANNELS = 32  # ALSA's plugins list so many, or more, because they can make them from any number


_WHY = {
    DeviceFault.ENDED: "It was unplugged or switched off.",
    DeviceFault.STALLED: "No sound has come from it for over a second.",
    DeviceFault.SILENT: "No sound comes from it.",
}


def channels_to_open(device: SoundDevice, channel: int) -> int:
    """Return how many channels of an input to open: all, or two of a made-up number.

    Args:
        device: The input.
        channel: The one that is wanted, from 1; 0 for a mix.
    """
    is_made_up = device.host_api == "ALSA" and device.inputs >= _MADE_UP_CHANNELS
    return min(device.inputs, max(2, channel)) if is_made_up else device.inputs


Listen = Callable[[Samples], None]
"""Take float32 [frames, channels]; must be quick and not wait."""


class Input(Protocol):
    """Something open that sound comes from. All of it belongs to one thread."""

    @property
    def rate(self) -> int:
        """Frames per second in Hz."""
        ...

    @property
    def channels(self) -> int:
        """How many it gives, 1 or more."""
        ...

    @property
    def overruns(self) -> int:
        """How often sound was lost since it was opened, because nobody took it in time."""
        ...

    def read(self) -> Samples:
        """Return what came since the last call, float32 [frames, channels]; it may be nothing. Never waits."""
        ...

    def tap(self, listen: Listen | None) -> None:
        """Let somebody hear everything at once, on the device's own thread; None: nobody."""
        ...

    def frame_at(self, moment_s: float) -> int:
        """Return which frame, counted from the first that `read` gave, was sounded at a moment of the clock."""
        ...

    @property
    def is_awake(self) -> bool:
        """Whether sound has come since it was opened."""
        ...

    def fault(self, patience: float = 1.0) -> UserProblem | None:
        """Say what is wrong with it, None as long as sound comes; it may be dumb so many times longer than usual."""
        ...

    def close(self) -> None:
        """Let it go. What came in before can still be read."""
        ...


class InputSystem(Protocol):
    """The inputs of a computer, as a recording session needs them."""

    def devices(self) -> list[SoundDevice]:
        """List all sound devices. Raises UserProblem where that is impossible."""
        ...

    def refresh(self) -> bool:
        """Look for new ones; False if that must wait because one is in use. May raise UserProblem."""
        ...

    def open(self, device: SoundDevice, channels: int) -> Input:
        """Open one. Raises UserProblem if it cannot be."""
        ...


class PortAudioInputs:
    """The real ones."""

    def devices(self) -> list[SoundDevice]:
        """As `list_devices`."""
        return list_devices()

    def refresh(self) -> bool:
        """As `refresh_devices`."""
        return refresh_devices()

    def open(self, device: SoundDevice, channels: int) -> Input:
        """Open a device for recording.

        Raises:
            UserProblem: If it is gone, busy or refuses the format, or PortAudio is missing.
        """
        recorder = Recorder(device, channels)
        recorder.open()
        return recorder


class Recorder:
    """A device that is recorded from at its own rate, from `open` on. An `Input`.

    Args:
        device: Where sound comes from.
        channels: How many of its channels, from the first, 1 to `device.inputs`.
        buffer_s: How long `read` may stay away, in seconds; what comes after that is lost.
    """

    def __init__(self, device: SoundDevice, channels: int, buffer_s: float = _BUFFER_S) -> None:
        self.device = device
        self.rate = device.default_rate
        self.channels = channels
        self._ring = Ring(max(1, round(buffer_s * self.rate)), channels)
        self._watchdog = Watchdog()
        self._overruns = 0
        self._starts_s = np.full(_ARRIVALS_KEPT, np.inf)  # when frame 0 was, by each call's arrival
        self._calls = 0
        self._listen: Listen | None = None
        self._stream: Any = None

    def open(self) -> None:
        """Open the device and start to record.

        Raises:
            UserProblem: If the device is gone, busy or refuses the format, or PortAudio is missing.
        """
        sounddevice = portaudio()
        try:
            self._stream = open_stream(
                "input",
                self.device,
                samplerate=self.rate,
                channels=self.channels,
                dtype="float32",
                latency=_LATENCY_S,
                callback=self._call,
                finished_callback=self._watchdog.ended.set,
            )
            self._watchdog.begin()
            self._stream.start()
        except sounddevice.PortAudioError as error:
            self.close()
            raise self._problem(f"The system refused to open it ({error}).") from error

    @property
    def overruns(self) -> int:
        """How often sound was lost: the device was not asked in time, or `read` stayed away too long."""
        return self._overruns

    def read(self) -> Samples:
        """Return what came since the last call, float32 [frames, channels]; it may be nothing. Never waits."""
        out = np.empty((self._ring.available, self.channels), np.float32)
        self._ring.read_into(out)
        return np.nan_to_num(out, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)  # what a broken driver may give

    def tap(self, listen: Listen | None) -> None:
        """Let somebody hear everything at once, on PortAudio's thread; None: nobody."""
        self._listen = listen

    def frame_at(self, moment_s: float) -> int:
        """Return which frame, counted from the first that `read` gave, was sounded at a moment of `monotonic`.

        Exact to a few milliseconds and the driver's latency once sound has come for a second; before the first sound,
        from the moment of opening on.
        """
        start_s = min(float(self._starts_s.min()), self._watchdog.last_call_s)
        return round((moment_s - start_s) * self.rate)

    @property
    def is_awake(self) -> bool:
        """Whether sound has come since it was opened."""
        return self._watchdog.is_awake

    def fault(self, patience: float = 1.0) -> UserProblem | None:
        """Say what is wrong with the device, None as long as it records. To be called often.

        Args:
            patience: How many times longer than usual it may be dumb, from 1.
        """
        fault = self._watchdog.fault(patience)
        return None if fault is None else self._problem(_WHY[fault])

    def close(self) -> None:
        """Close the device. What came in before can still be read."""
        if self._stream is not None:
            self._stream.close(ignore_errors=True)  # a device that is gone cannot be closed well
            self._stream = None

    def _problem(self, why: str) -> UserProblem:
        what = f'The sound device "{self.device.name}" cannot be recorded from.'
        return UserProblem(what, why, "Check that it is plugged in and switched on, or choose another input.")

    def _call(self, samples: Samples, frames: int, time: object, status: Any) -> None:  # noqa: ARG002
        """Take float32 [frames, channels] from PortAudio. On its own thread."""
        now_s = self._watchdog.called()
        taken = self._ring.write(samples)
        self._starts_s[self._calls % _ARRIVALS_KEPT] = now_s - self._ring.frames_written / self.rate
        self._calls += 1
        listen = self._listen
        if listen is not None:
            listen(samples)
        if status.input_overflow or taken < frames:
            self._overruns += 1
