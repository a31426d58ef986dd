"""A tempo that is tapped: the median of the last taps' distances, begun anew after a pause.

Not for what becomes of it (`core.analysis`).
"""

from itertools import pairwise
from statistics import median

from musicgen_studio.core.tempo_map import MAX_BPM, MIN_BPM

PAUSE_S = 2.5
"""After so long the next tap is the first of another tempo."""

_KEPT = 9  # taps: eight distances, two bars of four


class Taps:
    """The last taps. Any one thread."""

    def __init__(self) -> None:
        self._times_s: list[float] = []

    def tap(self, time_s: float) -> float | None:
        """Take in a tap and return the tempo so far.

        Args:
            time_s: When it was, in seconds that only grow.

        Returns:
            Beats per minute; None after the first tap.
        """
        if self._times_s and time_s - self._times_s[-1] > PAUSE_S:
            self._times_s.clear()
        self._times_s = [*self._times_s, time_s][-_KEPT:]
        between_s = [after_s - before_s for before_s, after_s in pairwise(self._times_s)]
        if not between_s or median(between_s) <= 0:
            return None
        return min(max(60 / median(between_s), MIN_BPM), MAX_BPM)
