"""How far a batch is, how fast it is, and how long it will take, honestly.

The rate is all music that will be kept over all time since the first group was begun: what a killed worker had made,
and the time in which another one loads, count as they do for the person who waits. The time left is never shorter than
the longest group that is still to be made takes one worker. Not for showing it (`cli.batch`).
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from musicgen_studio.batch.plan import Group


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a batch is.

    Args:
        clips: Whole clips in the folder.
        clips_wanted: How many there are to be.
        failed: Clips that could not be made.
        made_s: Seconds of music made since this run began, whole clips or not.
        elapsed_s: Seconds since this run began.
        speed: Seconds of music per second, all workers together; 0 if it is not known yet.
        left_s: Seconds to wait, or None if that is not known yet.
        workers: How many are making something.
    """

    clips: int
    clips_wanted: int
    failed: int
    made_s: float
    elapsed_s: float
    speed: float
    left_s: float | None
    workers: int


class BatchPace:
    """Counts what is made.

    Args:
        groups: All of the batch.
        made: Those that were whole before.
        clock: Seconds that only grow.
    """

    def __init__(
        self, groups: Iterable[Group], made: Iterable[Group], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._open = {group.number: group for group in groups}
        self._clips_wanted = sum(map(_clips, self._open.values()))
        self._clips = self._failed = 0
        self._clock, self._start_s = clock, clock()
        self._first_s: float | None = None
        self._at_work = dict[int, float]()  # seconds made of each group that somebody here makes
        self._done_s = 0.0
        self._most = 1  # at work at a time
        for group in made:
            self._clips += _clips(self._open.pop(group.number))

    def began(self, number: int) -> None:
        """Count a group that somebody makes now."""
        if self._first_s is None:
            self._first_s = self._clock()
        self._at_work[number] = 0.0
        self._most = max(self._most, len(self._at_work))

    def made(self, number: int, seconds: float) -> None:
        """Count what there is of a group, in seconds of music."""
        self._at_work[number] = seconds

    def lost(self, number: int) -> None:
        """Count out what there was of a group whose worker is gone."""
        self._at_work.pop(number, None)

    def done(self, number: int) -> None:
        """Count a group that is whole."""
        was_here = self._at_work.pop(number, None) is not None
        group = self._open.pop(number, None)
        if group is not None:
            self._clips += _clips(group)
            self._done_s += group.music_s if was_here else 0.0  # else another batch in the same folder made it

    def failed(self, number: int) -> None:
        """Count a group that could not be made."""
        self._at_work.pop(number, None)
        if (group := self._open.pop(number, None)) is not None:
            self._failed += _clips(group)

    def now(self) -> BatchProgress:
        """Return how far it is."""
        now_s = self._clock()
        made_s = self._done_s + sum(self._at_work.values())
        since_s = 0.0 if self._first_s is None else now_s - self._first_s
        speed = made_s / since_s if made_s > 0 and since_s > 0 else 0.0
        return BatchProgress(
            self._clips,
            self._clips_wanted,
            self._failed,
            made_s,
            now_s - self._start_s,
            speed,
            self._left_s(speed),
            len(self._at_work),
        )

    def _left_s(self, speed: float) -> float | None:
        left = [group.music_s - self._at_work.get(number, 0.0) for number, group in self._open.items()]
        if not left:
            return 0.0
        if speed <= 0:
            return None
        return max(sum(left) / speed, max(left) / (speed / self._most))


def _clips(group: Group) -> int:
    return len(group.rows) * group.order.takes
