"""How loud an input is, channel by channel, for the lights beside it. Not for showing them (`meter`).

The recording thread feeds, the window asks. Both take a moment of one lock; PortAudio's thread is not among them.
"""

import threading

import numpy as np

from musicgen_studio.core.audio import Samples

CLIPPED = 0.9999
"""From here on an input was too loud: 16-bit converters reach 32767/32768 upwards and not 1."""


class InputLevels:
    """Peaks since the last look, and which channels were too loud. Any thread.

    Args:
        channels: How many, from 0.
    """

    def __init__(self, channels: int) -> None:
        self._lock = threading.Lock()
        self._peaks = np.zeros(channels, np.float32)
        self._clipped = np.zeros(channels, np.bool_)

    def feed(self, samples: Samples) -> None:
        """Take what came in, float32 [frames, channels]."""
        if not len(samples):
            return
        loudest = np.abs(samples).max(axis=0)
        with self._lock:
            np.maximum(self._peaks, loudest, out=self._peaks)
            self._clipped |= loudest >= CLIPPED

    def take_peaks(self) -> tuple[float, ...]:
        """Return the peak of each channel since the last call, linear; 1 is full scale."""
        with self._lock:
            peaks = tuple(map(float, self._peaks))
            self._peaks[:] = 0
        return peaks

    @property
    def clipped(self) -> tuple[bool, ...]:
        """Which channels were too loud since the beginning or `reset_clip`."""
        with self._lock:
            return tuple(map(bool, self._clipped))

    def reset_clip(self) -> None:
        """Put the clip lights out."""
        with self._lock:
            self._clipped[:] = False
