"""What comes in before a take begins: its first frames, as is known only after they came. Not for the take itself."""

from collections import deque

from musicgen_studio.core.audio import Samples

KEPT_S = 2.0
"""More than any latency and offset."""


class PreRoll:
    """Counts the frames of an input, and keeps the last of them. One thread at a time."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[int, Samples]] = deque()  # with the first frame of each
        self._frames_in = self._most_frames = 0

    def begin(self, rate: int) -> None:
        """Count from 0 again, as another input was opened.

        Args:
            rate: Its frames per second, in Hz.
        """
        self._pieces.clear()
        self._frames_in, self._most_frames = 0, round(KEPT_S * rate)

    def count(self, frames: int) -> int:
        """Count what came in; return its first frame."""
        first, self._frames_in = self._frames_in, self._frames_in + frames
        return first

    def keep(self, first: int, samples: Samples) -> None:
        """Keep what was counted, and let go what is too long ago to be the beginning of a take."""
        self._pieces.append((first, samples))
        while self._frames_in - self._pieces[0][0] - len(self._pieces[0][1]) > self._most_frames:
            self._pieces.popleft()

    def take(self) -> list[tuple[int, Samples]]:
        """Return what was kept, with the first frame of each piece, and keep it no longer."""
        kept = list(self._pieces)
        self._pieces.clear()
        return kept
