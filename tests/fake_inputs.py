"""Inputs without a sound card: one that the test feeds by hand, and one that counts up in real time."""

import threading
from collections.abc import Callable
from time import monotonic

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import SoundDevice
from musicgen_studio.sound.recorder import Input, Listen

RATE = 8000
STEP = 1 / 65536
"""What a counted frame is above the one before; float32 has all of them exactly."""


def microphone(name: str = "mic", inputs: int = 2, *, is_default: bool = False) -> SoundDevice:
    """Return a device that can be recorded from."""
    return SoundDevice(name, "test", inputs, 0, RATE, is_default_input=is_default, is_default_output=False)


def counted(start: int, frames: int, channels: int = 1) -> Samples:
    """Return float32 [frames, channels] that say which frame they are, up to 65535; each channel is half the last."""
    numbers = np.arange(start, start + frames, dtype=np.float32)[:, np.newaxis] % 65536 * np.float32(STEP)
    return (numbers / 2.0 ** np.arange(channels)).astype(np.float32)


class FakeInput:
    """An `Input` that is fed by hand. Frame 0 was sounded when it was opened.

    Args:
        channels: How many it gives.
        now_s: When it is opened.
    """

    def __init__(self, channels: int, now_s: float) -> None:
        self.rate = RATE
        self.channels = channels
        self.overruns = 0
        self.is_closed = False
        self.problem: UserProblem | None = None
        self.is_awake = True
        self.listener: Listen | None = None
        self._lock = threading.Lock()
        self._start_s = now_s
        self._waiting = np.empty((0, channels), np.float32)

    def come(self, samples: Samples) -> None:
        """Let sound come in, float32 [frames, channels]."""
        if self.listener is not None:
            self.listener(samples)
        with self._lock:
            self._waiting = np.concatenate([self._waiting, samples])

    def read(self) -> Samples:
        """Return what came."""
        with self._lock:
            samples, self._waiting = self._waiting, self._waiting[:0]
        return samples

    def tap(self, listen: Listen | None) -> None:
        """Remember who wants to hear."""
        self.listener = listen

    def frame_at(self, moment_s: float) -> int:
        """Return the frame of a moment."""
        return round((moment_s - self._start_s) * self.rate)

    def fault(self, patience: float = 1.0) -> UserProblem | None:  # noqa: ARG002
        """Return what the test said is wrong."""
        return self.problem

    def close(self) -> None:
        """Note it."""
        self.is_closed = True


class FakeInputs:
    """An `InputSystem` whose devices come and go at a word.

    Args:
        present: What is plugged in.
        clock: Seconds.
    """

    def __init__(self, present: list[SoundDevice], clock: Callable[[], float]) -> None:
        self.present = present
        self.listed = list(present)  # as of the last `refresh`
        self.opened: list[FakeInput] = []
        self.is_blocked = False  # something else is open
        self._clock = clock

    def devices(self) -> list[SoundDevice]:
        """Return what was there at the last look."""
        return list(self.listed)

    def refresh(self) -> bool:
        """Look, unless something is open."""
        if self.is_blocked or any(not each.is_closed for each in self.opened):
            return False
        self.listed = list(self.present)
        return True

    def open(self, device: SoundDevice, channels: int) -> Input:
        """Open a device if it is there."""
        if device not in self.present:
            raise UserProblem(f"{device.name} cannot be recorded from.", "It is gone.", "Plug it in.")
        self.opened.append(FakeInput(channels, self._clock()))
        return self.opened[-1]


class CountingInput(FakeInput):
    """An `Input` that counts its frames as time goes by."""

    def __init__(self) -> None:
        super().__init__(1, monotonic())
        self._read_frames = 0

    def read(self) -> Samples:
        """Return what is due."""
        due = self.frame_at(monotonic()) - self._read_frames
        samples = counted(self._read_frames, due)
        self._read_frames += due
        return samples


class CountingInputs(FakeInputs):
    """An `InputSystem` with one `CountingInput`."""

    def __init__(self) -> None:
        super().__init__([microphone(inputs=1, is_default=True)], monotonic)

    def open(self, device: SoundDevice, channels: int) -> Input:  # noqa: ARG002
        """Open it."""
        self.opened.append(CountingInput())
        return self.opened[-1]
