"""The queue between the thread that makes sound and PortAudio's thread that plays it.

Not for waiting: neither side ever blocks or locks here. One thread writes and one reads. Each side moves only its own
counter, and only after the samples are in place, so that the other never sees a frame too many.
"""

import numpy as np

from musicgen_studio.core.audio import Samples


class Ring:
    """A fixed store of frames, first in, first out, for one producer and one consumer thread.

    Args:
        capacity: How many frames fit, above 0.
        channels: Samples per frame, above 0.

    Raises:
        ValueError: If one of them is not above 0.
    """

    def __init__(self, capacity: int, channels: int) -> None:
        if capacity < 1 or channels < 1:
            raise ValueError(f"capacity and channels must be above 0, got {capacity} and {channels}")
        self._store = np.zeros((capacity, channels), np.float32)
        self._written = 0
        self._read = 0
        self._closed = False
        self._underruns = 0

    @property
    def capacity(self) -> int:
        """How many frames fit."""
        return len(self._store)

    @property
    def available(self) -> int:
        """How many frames wait to be read. Any thread."""
        return self._written - self._read

    @property
    def frames_read(self) -> int:
        """How many frames were read since the beginning. Any thread."""
        return self._read

    @property
    def underruns(self) -> int:
        """How often fewer frames were there than were asked for, before the ring was closed. Any thread."""
        return self._underruns

    @property
    def closed(self) -> bool:
        """Whether nothing more will be written. Any thread."""
        return self._closed

    @property
    def drained(self) -> bool:
        """Whether the ring is closed and all has been read. Any thread."""
        return self._closed and self._read == self._written

    def write(self, samples: Samples) -> int:
        """Add frames as far as they fit. Producer thread only.

        Args:
            samples: float32 `[frames, channels]`.

        Returns:
            How many frames were taken, 0 when full.

        Raises:
            ValueError: If the ring is closed.
        """
        if self._closed:
            raise ValueError("the ring is closed, nothing more can be written")
        count = min(len(samples), self.capacity - self.available)
        start = self._written % self.capacity
        before_end = min(count, self.capacity - start)
        self._store[start : start + before_end] = samples[:before_end]
        self._store[: count - before_end] = samples[before_end:count]
        self._written += count
        return count

    def close(self) -> None:
        """Say that nothing more will be written, so that running dry is the end and no under-run. Producer thread."""
        self._closed = True

    def read_into(self, out: Samples) -> int:
        """Take frames out, and silence where there are none. Consumer thread only; copies and counts, nothing else.

        Args:
            out: float32 `[frames, channels]`, filled to its end.

        Returns:
            How many frames were there.
        """
        closed = self._closed  # looked at first: what is written before closing is then sure to be seen
        count = min(len(out), self.available)
        start = self._read % self.capacity
        before_end = min(count, self.capacity - start)
        out[:before_end] = self._store[start : start + before_end]
        out[before_end:count] = self._store[: count - before_end]
        out[count:] = 0
        self._read += count
        if count < len(out) and not closed:
            self._underruns += 1
        return count
