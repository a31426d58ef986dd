"""The queue between the thread that makes sound and PortAudio's thread that plays it.

Not for waiting: neither side ever blocks or locks here. One thread writes and one reads. Each side moves only its own
counter, and only after the samples are in place, so that the other never sees a frame too many.

The producer may change its mind about what has not been read yet (`splice`): it adds the new samples at the end as
always and tells the consumer from where to jump to them. Nothing that the consumer might be reading is touched.

    index        read        at              to        written
      ├───────────┼───────────┼───────────────┼───────────┤
                    still read   never heard    new samples
"""

import numpy as np

from musicgen_studio.core.audio import Samples

_JUMPS_KEPT = 31  # more than fit into the latency of any device


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
        self._jump = (0, 0)  # (at, to), still to come as long as `to` has not been reached
        self._jumps: tuple[tuple[int, int], ...] = ()  # those that the consumer has made, the last ones

    @property
    def capacity(self) -> int:
        """How many frames fit."""
        return len(self._store)

    @property
    def available(self) -> int:
        """How many frames wait to be read. Any thread."""
        at, to = self._jump
        read = self._read
        return self._written - read if read >= to else max(at - read, 0) + self._written - to

    @property
    def room(self) -> int:
        """How many frames can be written. Any thread."""
        return self.capacity - (self._written - self._read)

    @property
    def frames_written(self) -> int:
        """How many frames were written since the beginning: the index of the next one. Any thread."""
        return self._written

    @property
    def frames_read(self) -> int:
        """How many frames were read or skipped since the beginning: the index of the next one. Any thread."""
        return self._read

    @property
    def pending_jump(self) -> tuple[int, int] | None:
        """From which index to which the consumer will jump, None if it has done so. Any thread."""
        at, to = self._jump
        return (at, to) if self._read < to else None

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
        return self._store_end(samples)

    def _store_end(self, samples: Samples) -> int:
        count = min(len(samples), self.room)
        start = self._written % self.capacity
        before_end = min(count, self.capacity - start)
        self._store[start : start + before_end] = samples[:before_end]
        self._store[: count - before_end] = samples[before_end:count]
        self._written += count
        return count

    def splice(self, at: int, samples: Samples) -> None:
        """Let the consumer go on with these frames instead of those from `at` on. Opens a closed ring. Producer thread.

        A consumer that is past `at` by now jumps at once.

        Args:
            at: Index of the first frame not to be read, neither above `frames_written` nor, while a jump is pending,
                behind where that begins.
            samples: float32 `[frames, channels]`, at most as many as there is `room`. More may be written after them.

        Raises:
            ValueError: If there is not room enough or `at` lies behind.
        """
        pending = self.pending_jump
        if len(samples) > self.room or at > (self._written if pending is None else pending[0]):
            raise ValueError(f"cannot splice {len(samples)} frames at {at}: room for {self.room}, jump {pending}")
        to = self._written
        self._store_end(samples)
        self._jump = (at, to)
        self._closed = False

    def peek(self, start: int, count: int) -> Samples:
        """Return a copy of frames that were written and not yet written over. Producer thread only.

        Args:
            start: Index of the first one, at least `frames_read` at the time of the last write.
            count: How many; fewer come if fewer were written.
        """
        indices = np.arange(start, min(start + count, self._written))
        return self._store[indices % self.capacity]

    def index_before(self, index: int, frames: int) -> int:
        """Return the index of what was read so many frames before `index` was: jumps leave no gap in what is heard.

        Any thread.

        Args:
            index: That of a frame that was read.
            frames: From 0.
        """
        earlier = index - frames
        for at, to in reversed(self._jumps):
            if earlier < to <= index:
                earlier -= to - at
        return max(earlier, 0)

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
        at, to = self._jump
        count = 0
        if self._read < to:
            count = self._copy_into(out, min(len(out), max(at - self._read, 0)))
            if self._read >= at:
                self._jumps = (*self._jumps[-_JUMPS_KEPT:], (self._read, to))
                self._read = to
        count += self._copy_into(out[count:], min(len(out) - count, self._written - self._read))
        out[count:] = 0
        if count < len(out) and not closed:
            self._underruns += 1
        return count

    def _copy_into(self, out: Samples, count: int) -> int:
        start = self._read % self.capacity
        before_end = min(count, self.capacity - start)
        out[:before_end] = self._store[start : start + before_end]
        out[before_end:count] = self._store[: count - before_end]
        self._read += count
        return count
