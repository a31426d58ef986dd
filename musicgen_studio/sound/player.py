"""Playing sound while it is still being made.

    producer thread: write() ─► resampler ─► ring ─► PortAudio's thread: callback ─► sound card

Not for deciding what is played, nor for the playhead on the screen. The callback copies and counts and does nothing
else: it has a few milliseconds and needs Python's lock for them.

A device that is unplugged or stalls tells nobody (see `output`), so the producer looks.
"""

import threading
from types import TracebackType
from typing import Protocol, Self

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.dsp.resample import StreamResampler
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import SoundDevice, list_devices, portaudio
from musicgen_studio.sound.output import DeviceStream, with_channels
from musicgen_studio.sound.ring import Ring

_PATIENCE = 4.0  # there is nobody to try again
_POLL_S = 0.02
_TAIL_S = 0.1


class CallbackFlags(Protocol):
    """What sounddevice says of a call."""

    @property
    def output_underflow(self) -> bool:
        """Whether the device had nothing to play before this call."""
        ...


class Player:
    """Plays one sound, which arrives in pieces, on one device. A context manager: the stream is open inside.

    `write`, `finish` and `check_device` belong to one producer thread; `stop` and the properties to any.

    Args:
        device: Where to play, at the device's own rate, in stereo if it can.
        preroll_s: How much must be buffered before sound is heard, at the start and after running dry. In seconds.
        buffer_s: How much can be buffered, in seconds; `write` waits beyond it.
        latency_s: How far ahead the device asks for sound, in seconds. Less than 0.1 risks gaps.

    Raises:
        ValueError: If the buffer is smaller than the preroll or not above 0.
        UserProblem: On entering, if the device is gone, busy or refuses the format.
    """

    def __init__(
        self, device: SoundDevice, preroll_s: float = 0.5, buffer_s: float = 30.0, latency_s: float = 0.15
    ) -> None:
        if not 0 <= preroll_s <= buffer_s or buffer_s <= 0:
            raise ValueError(f"preroll_s must be 0 to buffer_s, and that above 0, got {preroll_s} and {buffer_s}")
        self._stream = DeviceStream(device, latency_s, self._fill)
        self._rate = self._stream.rate
        self._channels = self._stream.channels
        self._ring = Ring(max(1, round(buffer_s * self._rate)), self._channels)
        self._preroll_frames = max(1, round(preroll_s * self._rate))
        self._resampler: StreamResampler | None = None
        self._source_rate = 0
        self._stop = threading.Event()
        self._ending = False  # the last frame has been heard, PortAudio may stop
        self._silent_frames = 0  # as far as played
        self._buffering = True
        self._late = 0  # times that the device ran dry while there was sound
        self._asked_frames = 0

    def __enter__(self) -> Self:
        """Open the device and start the stream, which is silent until the preroll is there."""
        self._stream.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the device. What has not been played yet is dropped: call `finish` before to hear it."""
        self._stop.set()
        self._stream.close()

    @property
    def buffering(self) -> bool:
        """Whether the player is silent because it waits for more sound."""
        return self._buffering and not self._stream.has_ended

    @property
    def underruns(self) -> int:
        """How often the sound broke off: it was not made in time, or not handed to the device in time."""
        return self._ring.underruns + self._late

    @property
    def taken_at_once_s(self) -> float:
        """How much the device takes at a time, in seconds; 0 before it has asked."""
        return self._asked_frames / self._rate

    @property
    def position_s(self) -> float:
        """How much of the sound has been heard, in seconds, as far as the device knows its latency."""
        taken = self._ring.frames_read
        heard = taken + self._silent_frames - round(self._stream.latency_s * self._rate)
        return min(max(heard, 0), taken) / self._rate

    @property
    def buffered_s(self) -> float:
        """How much waits to be taken by the device, in seconds."""
        return self._ring.available / self._rate

    @property
    def taken_s(self) -> float:
        """How much the device has taken, in seconds. It is heard `latency_s` later."""
        return self._ring.frames_read / self._rate

    @property
    def latency_s(self) -> float:
        """How long after the device took it a sound is heard, as far as the device knows, in seconds."""
        return self._stream.latency_s if self._stream.is_open else 0.0

    def set_preroll(self, preroll_s: float) -> None:
        """Let so much be buffered before sound is heard again, the next time that it runs dry. Any thread.

        Args:
            preroll_s: 0 to the buffer's length, in seconds.

        Raises:
            ValueError: If it is more than the buffer holds, or below 0.
        """
        frames = round(preroll_s * self._rate)
        if not 0 <= frames <= self._ring.capacity:
            raise ValueError(f"preroll_s must be 0 to {self._ring.capacity / self._rate:g}, got {preroll_s}")
        self._preroll_frames = max(1, frames)

    def stop(self) -> None:
        """Let `write` and `finish` return at once; later ones do nothing. Any thread."""
        self._stop.set()

    def write(self, audio: Audio) -> None:
        """Play this next. Returns when it is buffered, so waits while the buffer is full, until `stop`.

        Args:
            audio: The next piece. All pieces have one rate and one number of channels; mono is heard on both sides,
                more than two channels are mixed to mono.

        Raises:
            ValueError: If the rate differs from that of the piece before, or after `finish`.
            UserProblem: If the device is lost or has stalled.
        """
        if self._resampler is None:
            self._source_rate = audio.sample_rate
            self._resampler = StreamResampler(audio.sample_rate, self._rate, self._channels)
        if audio.sample_rate != self._source_rate:
            raise ValueError(f"sample_rate must stay {self._source_rate} Hz, got {audio.sample_rate}")
        self._enqueue(self._resampler.push(with_channels(audio.samples, self._channels)))

    def finish(self, enough: StopFlag | None = None) -> None:
        """Say that the sound is complete, and return when all of it has been heard, or at once after `stop`.

        Args:
            enough: Ends the waiting soon when set; None waits for the end.

        Raises:
            UserProblem: If the device is lost or has stalled.
        """
        if self._resampler is not None:
            self._enqueue(self._resampler.flush())
            self._resampler = None
        self._ring.close()
        while not (self._stop.is_set() or self._finished or (enough is not None and enough.is_set())):
            self.check_device()
            self._stop.wait(_POLL_S)

    def check_device(self) -> None:
        """Look whether the device still plays; for whoever waits for it, to be called often. Producer thread only.

        Raises:
            UserProblem: If it is lost or has stalled.
        """
        if self._stop.is_set() or self._finished:
            return
        fault = self._stream.fault(_PATIENCE)
        if fault is not None and not self._finished:  # it may have finished in between
            raise fault

    def _enqueue(self, samples: Samples) -> None:
        self.check_device()
        while len(samples) and not self._stop.is_set():
            samples = samples[self._ring.write(samples) :]
            if len(samples):
                self._stop.wait(_POLL_S)
                self.check_device()

    @property
    def _finished(self) -> bool:
        """Whether PortAudio has played the last frame."""
        return self._ending and self._stream.has_ended

    @property
    def _tail_frames(self) -> int:
        """How much silence to play after the last frame.

        PortAudio should play out what it holds before it stops, but over PulseAudio it drops that. So the last frame is
        followed by silence, until that is all that can be dropped.
        """
        return round((self._stream.latency_s + _TAIL_S) * self._rate) if self._stream.is_open else 0

    def _fill(self, out: Samples, frames: int, time: object, status: CallbackFlags) -> None:  # noqa: ARG002
        """Fill `out`, float32 [frames, channels], for PortAudio. On its own thread."""
        closed = self._ring.closed
        self._asked_frames = frames
        if status.output_underflow and not self._buffering:
            self._late += 1
        if self._buffering and not closed and self._ring.available < self._preroll_frames:
            out.fill(0)
            return
        missing = frames - self._ring.read_into(out)
        self._buffering = missing > 0 and not closed
        if closed:
            self._silent_frames += missing
        if self._ring.drained and self._silent_frames >= self._tail_frames:
            self._ending = True
            raise portaudio().CallbackStop


def open_player(
    device: SoundDevice | None = None, preroll_s: float = 0.5, buffer_s: float = 30.0, latency_s: float = 0.15
) -> Player:
    """Return a player, to be entered by `with`, for a device or for the one the system plays to.

    Args:
        device: Where to play, or None for the system's default.
        preroll_s: As in `Player`.
        buffer_s: As in `Player`.
        latency_s: As in `Player`.

    Raises:
        UserProblem: If there is no sound device, or no PortAudio.
    """
    if device is None:
        device = next((found for found in list_devices() if found.is_default_output), None)
    if device is None or not device.outputs:
        raise UserProblem(
            "There is no sound device to play on.",
            "The system lists none that has an output.",
            "Plug one in or switch it on, then start the program again, or save the clip to a file instead.",
        )
    return Player(device, preroll_s, buffer_s, latency_s)
