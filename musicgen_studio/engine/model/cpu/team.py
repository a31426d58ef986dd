"""Threads that help with every step. They sleep between steps and hold nothing that Python's other threads wait for.

Not for what a step does (`step.py`), which also sees to it that a helper may come late or not at all.
"""

import threading
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from musicgen_studio.compute.priority import HELPER

Work = Callable[[], object]


class Team:
    """The caller and some helpers.

    Args:
        size: How many threads, the caller included.
    """

    def __init__(self, size: int) -> None:
        self._places = [_Place() for _ in range(size - 1)]
        for number, place in enumerate(self._places, start=1):
            threading.Thread(target=_help, args=(place,), name=f"{HELPER}{number}", daemon=True).start()
        weakref.finalize(self, _dismiss, self._places)

    @property
    def size(self) -> int:
        """How many threads, the caller included."""
        return len(self._places) + 1

    def run(self, work: Callable[[int], Any], *, alone: bool = False) -> None:
        """Let every thread do its work; return when the caller's own is done.

        Args:
            work: Takes the thread's number, 0 for the caller. It must be harmless to begin it late.
            alone: Whether the caller does it without the helpers.
        """
        if alone:
            work(0)
            return
        for number, place in enumerate(self._places, start=1):
            place.call(partial(work, number))
        work(0)
        for place in self._places:
            place.forget()


class _Place:
    """Where a helper waits."""

    def __init__(self) -> None:
        self._bell = threading.Lock()
        self._bell.acquire()
        self._work: Work | None = None

    def call(self, work: Work | None) -> None:
        """Wake the helper; None sends it home. A helper that still sleeps will find the newest work."""
        self._work = work
        if self._bell.locked():
            self._bell.release()

    def forget(self) -> None:
        """Hold nothing of the work any more. A helper that has not begun it finds nothing to do."""
        self._work = _nothing

    def wait(self) -> Work | None:
        """Sleep until called."""
        self._bell.acquire()
        return self._work


def _help(place: _Place) -> None:
    while (work := place.wait()) is not None:
        work()
        del work  # or it would keep the model in memory until the next call


def _nothing() -> None:
    return


def _dismiss(places: list[_Place]) -> None:
    for place in places:
        place.call(None)
