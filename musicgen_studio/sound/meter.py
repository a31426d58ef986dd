"""What a level meter shows: how loud it is, how loud it was a moment ago, and whether it was too loud.

Not for measuring (the transport does, for what is heard) and not for loudness in LUFS (`dsp.loudness`).
The peak falls at 20 dB in 1.5 s, about as a type I meter of IEC 60268-10 does; hold times of 1.5 to 3 s are usual.
"""

import math
from dataclasses import dataclass

FLOOR_DB = -60.0
FULL_SCALE = 1.0

_HOLD_S = 1.5
_FALL_DB_PER_S = 20 / 1.5


@dataclass(frozen=True, slots=True)
class Level:
    """One side of a meter.

    Args:
        level_db: The bar, in dBFS, from `FLOOR_DB`; above 0 where it is too loud.
        held_db: The line that stays for a while at the highest peak, likewise.
        is_clipped: Whether full scale was reached since the light was last put out.
    """

    level_db: float = FLOOR_DB
    held_db: float = FLOOR_DB
    is_clipped: bool = False


class PeakMeter:
    """A stereo meter: rises at once, falls slowly, holds the highest peak, and remembers clipping. One thread.

    Args:
        hold_s: How long the highest peak stays, in seconds.
        fall_db_per_s: How fast level and peak fall then, in dB per second.
    """

    def __init__(self, hold_s: float = _HOLD_S, fall_db_per_s: float = _FALL_DB_PER_S) -> None:
        self._sides = (_Side(hold_s, fall_db_per_s), _Side(hold_s, fall_db_per_s))

    def feed(self, peaks: tuple[float, float], now_s: float) -> tuple[Level, Level]:
        """Take the newest peaks and return what to show.

        Args:
            peaks: Left and right, linear, since the last call; 1 is full scale.
            now_s: Seconds that only grow.
        """
        left, right = self._sides
        return left.feed(peaks[0], now_s), right.feed(peaks[1], now_s)

    def reset_clip(self) -> None:
        """Put the clip lights out."""
        for side in self._sides:
            side.is_clipped = False


class _Side:
    def __init__(self, hold_s: float, fall_db_per_s: float) -> None:
        self._hold_s = hold_s
        self._fall_db_per_s = fall_db_per_s
        self._level_db = self._held_db = FLOOR_DB
        self._held_since_s = self._last_s = -math.inf
        self.is_clipped = False

    def feed(self, peak: float, now_s: float) -> Level:
        peak_db = max(20 * math.log10(peak), FLOOR_DB) if peak > 0 else FLOOR_DB
        fall_from_s = max(self._held_since_s + self._hold_s, self._last_s)
        self._level_db = max(peak_db, self._fallen(self._level_db, now_s - self._last_s))
        self._held_db = self._fallen(self._held_db, now_s - fall_from_s)
        if peak_db >= self._held_db:
            self._held_db, self._held_since_s = peak_db, now_s
        self._last_s = now_s
        self.is_clipped = self.is_clipped or peak >= FULL_SCALE
        return Level(self._level_db, self._held_db, self.is_clipped)

    def _fallen(self, level_db: float, duration_s: float) -> float:
        return max(level_db - max(duration_s, 0) * self._fall_db_per_s, FLOOR_DB)
