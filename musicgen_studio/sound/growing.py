"""The sound of a clip while it is being made, for everybody who wants to hear or see it meanwhile.

Not for playing it (`transport`) and not for keeping it on disk.
"""

from typing import Self

import numpy as np

from musicgen_studio.core.audio import Audio, Samples

_EXTRA_S = 10.0  # what is added where more comes than was expected


class GrowingSound:
    """A sound that only grows. One thread appends, any threads read, and nobody ever waits for another.

    Memory for what is expected is taken at once, so that appending only copies.

    Args:
        sample_rate: Frames per second in Hz, above 0.
        channels: Samples per frame, above 0.
        expected_frames: How long it will be, as far as known; from 0.

    Raises:
        ValueError: If one of them is out of range.
    """

    def __init__(self, sample_rate: int, channels: int, expected_frames: int) -> None:
        if sample_rate < 1 or channels < 1 or expected_frames < 0:
            raise ValueError(
                "sample_rate and channels must be above 0 and expected_frames at least 0, "
                f"got {sample_rate}, {channels} and {expected_frames}"
            )
        self.sample_rate = sample_rate
        self.channels = channels
        self._expected_frames = expected_frames
        self._store = np.empty((expected_frames, channels), np.float32)
        self._frames = 0
        self._largest_block_frames = 0
        self._is_ended = False

    @classmethod
    def of(cls, audio: Audio) -> Self:
        """Return a finished sound, without copying it."""
        sound = cls(audio.sample_rate, audio.channels, 0)
        sound._store = audio.samples
        sound._frames = sound._expected_frames = audio.frames
        sound._is_ended = True
        return sound

    @property
    def frames(self) -> int:
        """How many frames there are by now. Any thread."""
        return self._frames

    @property
    def expected_frames(self) -> int:
        """How many there will be: what was expected, corrected by what has come and by the end. Any thread."""
        return self._frames if self._is_ended else max(self._expected_frames, self._frames)

    @property
    def largest_block_frames(self) -> int:
        """The largest number of frames that came at once. Any thread."""
        return self._largest_block_frames

    @property
    def is_ended(self) -> bool:
        """Whether nothing more will come. If so, `frames` is final. Any thread."""
        return self._is_ended

    def append(self, samples: Samples) -> None:
        """Add a block. The writing thread only.

        Args:
            samples: float32 `[frames, channels]`, copied.

        Raises:
            ValueError: If shape or type are not as described, or after `end`.
        """
        if samples.dtype != np.float32 or samples.ndim != 2 or samples.shape[1] != self.channels:
            raise ValueError(
                f"samples must be float32 [frames, {self.channels}], got {samples.dtype} {list(samples.shape)}"
            )
        if self._is_ended:
            raise ValueError("the sound is complete, nothing more can be appended")
        end = self._frames + len(samples)
        if end > len(self._store):
            self._make_room(end)
        self._store[self._frames : end] = samples
        self._largest_block_frames = max(self._largest_block_frames, len(samples))
        self._frames = end  # last: readers go by it

    def end(self) -> None:
        """Say that nothing more will come. The writing thread only."""
        self._is_ended = True

    def read(self, start: int, count: int) -> Samples:
        """Return what there is of a stretch, without copying and without waiting. Any thread.

        Args:
            start: First frame, from 0.
            count: How many frames, from 0.

        Returns:
            float32 `[frames, channels]`, read-only; fewer than `count` where the sound does not reach.

        Raises:
            ValueError: If `start` or `count` is below 0.
        """
        if start < 0 or count < 0:
            raise ValueError(f"start and count must be at least 0, got {start} and {count}")
        frames = self._frames  # before the store, which may be changed for a longer one in between
        view = self._store[start : min(start + count, frames)]
        view.flags.writeable = False
        return view

    def _make_room(self, frames: int) -> None:
        longer = np.empty((frames + round(_EXTRA_S * self.sample_rate), self.channels), np.float32)
        longer[: self._frames] = self._store[: self._frames]
        self._store = longer  # readers keep what they hold of the old one
