"""What live music can still be kept of: the sound of the last while, and what makes it again. Bounded, however long.

Where windows of the model opened is noted (`LiveState`), densely for the last minutes, and where the music began; all
that was asked for since. Not for the sound before the last minute, which is on the disk if anywhere (`live_tape`).
"""

import threading
from collections import deque
from dataclasses import dataclass

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.live import Steered
from musicgen_studio.engine.api import LiveChunk, LiveState

RECENT_S = 60.0
"""So much sound is held in memory."""

MAX_STATES = 64
"""With the starter one comes every 7 s: 7 minutes of them."""

MAX_STEERED = 100_000
"""Nearly three hours of a puck that never rests."""


@dataclass(frozen=True, slots=True)
class Past:
    """What makes a stretch of the music again.

    Args:
        state: Where that begins: not after the stretch.
        steered: What was asked for, from there on.
    """

    state: LiveState
    steered: tuple[Steered, ...]


class History:
    """Takes what was made; the thread that makes it adds, any thread asks.

    Args:
        sample_rate: Of the sound.
        channels: Of the sound.
        recent_s: How much sound is held.
    """

    def __init__(self, sample_rate: int, channels: int, recent_s: float = RECENT_S) -> None:
        self._recent_frames = round(recent_s * sample_rate)
        self._channels = channels
        self._lock = threading.Lock()
        self._first: LiveState | None = None
        self._states = deque[LiveState](maxlen=MAX_STATES)
        self._steered = deque[Steered]()
        self._sound = deque[Samples]()
        self._sound_first = 0
        self._end = 0

    @property
    def end(self) -> int:
        """The audio frame after the last that was made."""
        with self._lock:
            return self._end

    def add(self, chunk: LiveChunk, heard: Samples) -> None:
        """Note a chunk.

        Args:
            chunk: As it was made.
            heard: Its sound as it is heard, `[frames, channels]`.
        """
        with self._lock:
            if chunk.opened is not None:
                self._first = self._first or chunk.opened
                self._states.append(chunk.opened)
            if not self._steered or self._steered[-1].steering != chunk.steering:
                self._steered.append(Steered(chunk.frame, chunk.steering))
            self._sound.append(heard)
            self._end = chunk.start + len(heard)
            self._trim()

    def recent(self, frames: int) -> tuple[int, Samples]:
        """Return the last of the sound, and its first frame.

        Args:
            frames: How much is wanted; less is returned where there is no more, or none is held.
        """
        with self._lock:
            sound = [np.empty((0, self._channels), np.float32), *self._sound]
            end = self._end
        samples = np.concatenate(sound)[-frames:] if frames else sound[0]
        return end - len(samples), samples

    def past(self, first: int) -> Past | None:
        """Return what makes the music again from an audio frame on.

        Returns:
            None where that is too long ago, or nothing was made.
        """
        with self._lock:
            states = [each for each in (self._first, *self._states) if each is not None]
            before = [each for each in states if each.codec.emitted <= first]
            if not before:
                return None
            state = before[-1]
            earlier = [each for each in self._steered if each.frame <= state.frame]
            if not earlier:
                return None
            later = (each for each in self._steered if each.frame > state.frame)
            return Past(state, (earlier[-1], *later))

    def _trim(self) -> None:
        held = self._end - self._sound_first
        while held - len(self._sound[0]) >= self._recent_frames:
            gone = len(self._sound.popleft())
            self._sound_first += gone
            held -= gone
        if len(self._steered) > MAX_STEERED:
            while len(self._steered) > MAX_STEERED * 3 // 4:
                self._steered.popleft()
            oldest = self._steered[0].frame
            self._first = next((each for each in self._states if each.frame >= oldest), None)
