"""Lowest and highest samples of a sound at every scale, kept while the sound grows, so it can be drawn at any zoom.

Level 0 holds one pair for every 64 frames, each further level one for four pairs of the level below. The last pair of
a level may cover fewer frames; it is made again when more arrive. Not for drawing (`ui.widgets`) or loudness.
"""

from collections.abc import Callable
from time import sleep

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Samples

BASE_FRAMES = 64
_FACTOR = 4
_AT_ONCE_FRAMES = 1 << 16  # a millisecond of work, in which no other thread can do anything
_TURN_S = 0.001  # after each, in which others get their turn: the window paints while ten minutes are looked through
_TOP_FRAMES = 1 << 24  # a coarser level would have a handful of pairs only

Peaks = npt.NDArray[np.float32]
ReadSamples = Callable[[int, int], Samples]


class PeakPyramid:
    """The peaks of one growing sound. One thread appends while others ask, and nobody waits for the other.

    Whoever asks goes by how many frames there were when they asked. A pair in front of that is never changed again, but
    for the last: that one may already cover frames which have come since.

    Args:
        channels: Channels of the sound, 1 or more.
        read: Gives `count` frames from frame `start` as float32 `[frames, channels]`, for zooms finer than 64 frames a
            column. Without it such zooms show steps of 64 frames.

    Raises:
        ValueError: If there are no channels.
    """

    def __init__(self, channels: int, read: ReadSamples | None = None) -> None:
        if channels < 1:
            raise ValueError(f"channels must be 1 or more, got {channels}")
        self.channels = channels
        self._read = read
        self._frames = 0
        self._open_bin = np.empty((0, channels), np.float32)  # the frames of level 0's last, unfinished pair
        levels = 1
        while BASE_FRAMES * _FACTOR**levels <= _TOP_FRAMES:
            levels += 1
        self._levels = [_Level(channels) for _ in range(levels)]

    @property
    def frames(self) -> int:
        """Frames appended so far."""
        return self._frames

    @property
    def has_samples(self) -> bool:
        """True if single samples can be read, so that zooms finer than 64 frames show them."""
        return self._read is not None

    def append(self, samples: Samples) -> None:
        """Take the next stretch of the sound, in time proportional to its length. The writing thread only.

        Args:
            samples: float32 `[frames, channels]`, any number of frames.

        Raises:
            ValueError: If the number of channels is another one.
        """
        if samples.ndim != 2 or samples.shape[1] != self.channels:
            raise ValueError(f"samples must be [frames, {self.channels}], got {list(samples.shape)}")
        for start in range(0, len(samples), _AT_ONCE_FRAMES):
            if start:
                sleep(_TURN_S)
            self._append(samples[start : start + _AT_ONCE_FRAMES])

    def _append(self, samples: Samples) -> None:
        first = self._frames // BASE_FRAMES
        fresh = np.concatenate([self._open_bin, samples])
        frames = self._frames + len(samples)
        self._open_bin = fresh[len(fresh) - frames % BASE_FRAMES :].copy()
        starts = np.arange(0, len(fresh), BASE_FRAMES)
        self._levels[0].replace(first, np.minimum.reduceat(fresh, starts), np.maximum.reduceat(fresh, starts))
        for below, level in zip(self._levels, self._levels[1:], strict=False):
            first //= _FACTOR
            level.reduce(below, first)
        self._frames = frames  # last: readers go by it

    def samples(self, start: int, count: int) -> Samples:
        """Read single samples, as `read` gives them.

        Args:
            start: First frame; below 0 is read from 0.
            count: Number of frames.

        Returns:
            float32 `[frames, channels]`, fewer frames where the sound has not as many, none without a `read`.
        """
        start = max(start, 0)
        count = min(count, self._frames - start)
        if self._read is None or count <= 0:
            return np.empty((0, self.channels), np.float32)
        return self._read(start, count)

    def query(self, start_frame: float, end_frame: float, columns: int) -> tuple[Peaks, Peaks]:
        """Return the lowest and highest samples of equal stretches, as a column of pixels each shows them.

        No peak is lost: every sample of the range counts in a column. A coarse level may show one up to half a column
        off its place.

        Args:
            start_frame: Where the first column begins; may lie before the sound, and between frames.
            end_frame: Where the last column ends, above `start_frame`; may lie behind the sound.
            columns: Number of columns, 1 or more.

        Returns:
            Two arrays, lowest and highest, float32 `[columns, channels]`; 0 where a column has no sound.

        Raises:
            ValueError: If there is nothing between start and end, or no column.
        """
        if columns < 1 or not end_frame > start_frame:
            raise ValueError(f"columns must cover something, got {columns} from {start_frame} to {end_frame}")
        frames = self._frames  # before the levels, which may grow in between
        edges = start_frame + (end_frame - start_frame) / columns * np.arange(columns + 1)
        inside = np.flatnonzero((edges[1:] > 0) & (edges[:-1] < frames))
        mins = np.zeros((columns, self.channels), np.float32)
        maxs = np.zeros((columns, self.channels), np.float32)
        if len(inside):
            first, last = inside[0], inside[-1]
            mins[first : last + 1], maxs[first : last + 1] = self._peaks(edges[first : last + 2].clip(0, frames))
        return mins, maxs

    def _peaks(self, edges: npt.NDArray[np.float64]) -> tuple[Peaks, Peaks]:
        """Peaks between neighbouring edges, all within the sound."""
        frames_per_column = (edges[-1] - edges[0]) / (len(edges) - 1)
        if frames_per_column < BASE_FRAMES and self._read is not None:
            start = int(edges[0])
            sound = self.samples(start, int(np.ceil(edges[-1])) - start)
            if len(sound):
                return _between(sound, sound, edges - start)
        index = 0
        while index + 1 < len(self._levels) and BASE_FRAMES * _FACTOR ** (index + 1) <= frames_per_column:
            index += 1
        level, bin_frames = self._levels[index], BASE_FRAMES * _FACTOR**index
        first, last = int(edges[0] // bin_frames), int(-(-edges[-1] // bin_frames))
        return _between(level.mins[first:last], level.maxs[first:last], edges / bin_frames - first)


class _Level:
    """Pairs of one scale in arrays that double when full."""

    def __init__(self, channels: int) -> None:
        self._mins = np.empty((16, channels), np.float32)
        self._maxs = np.empty((16, channels), np.float32)
        self._count = 0

    @property
    def mins(self) -> Peaks:
        return self._mins[: self._count]

    @property
    def maxs(self) -> Peaks:
        return self._maxs[: self._count]

    def replace(self, first: int, mins: Peaks, maxs: Peaks) -> None:
        """Put new pairs from `first` on, in place of those that are there."""
        count = first + len(mins)
        if count > len(self._mins):  # readers keep what they hold of the old ones
            self._mins = _longer(self._mins[: self._count], 2 * count)
            self._maxs = _longer(self._maxs[: self._count], 2 * count)
        self._mins[first:count] = mins
        self._maxs[first:count] = maxs
        self._count = count

    def reduce(self, below: "_Level", first: int) -> None:
        """Make the pairs from `first` on again out of the level below."""
        mins, maxs = below.mins[first * _FACTOR :], below.maxs[first * _FACTOR :]
        starts = np.arange(0, len(mins), _FACTOR)
        self.replace(first, np.minimum.reduceat(mins, starts), np.maximum.reduceat(maxs, starts))


def _longer(pairs: Peaks, count: int) -> Peaks:
    longer = np.empty((count, pairs.shape[1]), np.float32)
    longer[: len(pairs)] = pairs
    return longer


def _between(lows: Peaks, highs: Peaks, edges: npt.NDArray[np.float64]) -> tuple[Peaks, Peaks]:
    """Lowest and highest of the pairs between neighbouring edges; a column finer than a pair shows the one it is in."""
    starts = np.minimum(edges[:-1].astype(np.intp), len(lows) - 1)  # [columns]
    return np.minimum.reduceat(lows, starts), np.maximum.reduceat(highs, starts)
