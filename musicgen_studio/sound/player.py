"""Playing sound while it is still being made.

    producer thread: write() ─► resampler ─► ring ─► PortAudio's thread: callback ─► sound card

Not for deciding what is played, nor for the playhead on the screen. The callback copies and counts and does nothing
else: it has a few milliseconds and needs Python's lock for them.

A device that is unplugged raises nothing in PortAudio, the stream just finishes; one that is suspended or hangs does
not even do that. So the producer looks: at whether the stream finished unasked, and at when the callback last ran.
"""

import threading
from time import monotonic
from types import TracebackType
from typing import Any, Self

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import StreamResampler
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import SoundDevice, device_index, list_devices, portaudio
from musicgen_studio.sound.ring import Ring

_POLL_S = 0.02
_STALLED_S = 1.0
_TAIL_S = 0.1


class Player:
    """Plays one sound, which arrives in pieces, on one device. A context manager: the stream is open inside.

    `write` and `finish` belong to one producer thread; `stop` and the properties to any.

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
        self._device = device
        self._latency_s = latency_s
        self._rate = device.default_rate
        self._channels = min(device.outputs, 2)
        self._ring = Ring(max(1, round(buffer_s * self._rate)), self._channels)
        self._preroll_frames = max(1, round(preroll_s * self._rate))
        self._resampler: StreamResampler | None = None
        self._source_rate = 0
        self._stream: Any = None
        self._stop = threading.Event()
        self._ended = threading.Event()  # PortAudio has finished, asked or not
        self._ending = False  # the last frame has been heard, PortAudio may stop
        self._tail_frames = 0  # silence to play after the last frame
        self._silent_frames = 0  # as far as played
        self._buffering = True
        self._device_underflows = 0
        self._last_call_s = monotonic()

    def __enter__(self) -> Self:
        """Open the device and start the stream, which is silent until the preroll is there."""
        sounddevice = portaudio()
        index = device_index(self._device)
        try:
            self._stream = sounddevice.OutputStream(
                samplerate=self._rate,
                device=index,
                channels=self._channels,
                dtype="float32",
                latency=self._latency_s,
                callback=self._fill,
                finished_callback=self._ended.set,
            )
            # PortAudio should play out what it holds before it stops, but over PulseAudio it drops that. So the last
            # frame is followed by silence, until that is all that can be dropped.
            self._latency_s = self._stream.latency
            self._tail_frames = round((self._latency_s + _TAIL_S) * self._rate)
            self._last_call_s = monotonic()
            self._stream.start()
        except sounddevice.PortAudioError as error:
            self._close()
            raise self._problem(f"The system refused to open it ({error}).") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the device. What has not been played yet is dropped: call `finish` before to hear it."""
        self._stop.set()
        self._close()

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close(ignore_errors=True)  # a device that is gone cannot be closed well

    @property
    def buffering(self) -> bool:
        """Whether the player is silent because it waits for more sound."""
        return self._buffering and not self._ended.is_set()

    @property
    def underruns(self) -> int:
        """How often the sound broke off because it was not made in time."""
        return self._ring.underruns

    @property
    def device_underflows(self) -> int:
        """How often the device itself reported a gap: the computer, not the music, was late."""
        return self._device_underflows

    @property
    def position_s(self) -> float:
        """How much of the sound has been heard, in seconds, as far as the device knows its latency."""
        taken = self._ring.frames_read
        heard = taken + self._silent_frames - round(self._latency_s * self._rate)
        return min(max(heard, 0), taken) / self._rate

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
        self._enqueue(self._resampler.push(_with_channels(audio.samples, self._channels)))

    def finish(self) -> None:
        """Say that the sound is complete, and return when all of it has been heard, or at once after `stop`.

        Raises:
            UserProblem: If the device is lost or has stalled.
        """
        if self._resampler is not None:
            self._enqueue(self._resampler.flush())
            self._resampler = None
        self._ring.close()
        while not (self._stop.is_set() or self._finished):
            self._check_device()
            self._stop.wait(_POLL_S)

    def _enqueue(self, samples: Samples) -> None:
        self._check_device()
        while len(samples) and not self._stop.is_set():
            samples = samples[self._ring.write(samples) :]
            if len(samples):
                self._stop.wait(_POLL_S)
                self._check_device()

    @property
    def _finished(self) -> bool:
        """Whether PortAudio has played the last frame."""
        return self._ending and self._ended.is_set()

    @property
    def _stalled(self) -> bool:
        return monotonic() - self._last_call_s > _STALLED_S

    def _check_device(self) -> None:
        if self._stalled:
            # Perhaps it was this program that stood still, in a call that held Python's lock: let the callback run.
            self._stop.wait(_STALLED_S / 4)
        if self._stop.is_set() or self._finished:
            return
        if self._ended.is_set():
            raise self._problem("It was unplugged or switched off.")
        if self._stalled:
            raise self._problem("It has not asked for sound for over a second.")

    def _problem(self, why: str) -> UserProblem:
        what = f'The sound device "{self._device.name}" cannot be played on.'
        return UserProblem(what, why, "Check that it is plugged in and switched on, or choose another device.")

    def _fill(self, out: Samples, frames: int, time: object, status: Any) -> None:  # noqa: ARG002
        """Fill `out`, float32 [frames, channels], for PortAudio. On its own thread."""
        self._last_call_s = monotonic()
        if status.output_underflow:
            self._device_underflows += 1
        closed = self._ring.closed
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


def _with_channels(samples: Samples, channels: int) -> Samples:
    """Return the sound [frames, its channels] as [frames, channels]."""
    if samples.shape[1] == channels:
        return samples
    return np.repeat(samples.mean(axis=1, keepdims=True), channels, axis=1)


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
