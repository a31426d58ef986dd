"""Work that must not hold up the window: exports, imports, library writes. Not for making music (`jobs`).

    window's thread: run ─► quick thread ─┐
                     start ─► slow thread ┴─► on_done(ErrandDone)
                     views, cancel ─► what the slow thread does and what waits for it

Each thread takes first come first served. What is quick (`run`) never waits behind a long export (`start`), which has a
name, tells how far it is and can be stopped.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from threading import Event
from time import monotonic
from traceback import format_exception
from typing import Any, TypeVar

from musicgen_studio.errors import StoppedError, UserProblem

Result = TypeVar("Result")

_KNOWN_AFTER_S = 0.5  # before, and below this share, the time left would be a guess
_KNOWN_FROM = 0.03


@dataclass(frozen=True, slots=True)
class ErrandDone:
    """An errand is over.

    Args:
        name: What it was, for the screen.
        result: What it returned; None if it failed or was stopped.
        problem: Why it failed, if a person can mend it.
        bug: The traceback, if not.
        then: What the one who sent it wants done with the result, in the window's thread. None if there is no result.
        is_stopped: Whether it ended with `StoppedError`, or was stopped before it began.
    """

    name: str
    result: Any
    problem: UserProblem | None
    bug: str | None
    then: Callable[[Any], object] | None
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class ErrandView:
    """A long errand as it stands, for the screen.

    Args:
        id: Counts up from 1.
        name: What it is.
        is_running: False while it waits for its turn.
        fraction: How much is done, 0 to 1; None if that is not known.
        number: Which of several things is being worked on, from 1.
        of: How many things there are.
        elapsed_s: Since it began, in seconds.
        is_stopping: Whether it was asked to end.
    """

    id: int
    name: str
    is_running: bool
    fraction: float | None
    number: int
    of: int
    elapsed_s: float
    is_stopping: bool

    @property
    def left_s(self) -> float | None:
        """Seconds it will still take at the pace so far; None as long as that would be a guess."""
        if self.fraction is None or self.fraction < _KNOWN_FROM or self.elapsed_s < _KNOWN_AFTER_S:
            return None
        return self.elapsed_s * (1 - self.fraction) / self.fraction


class Errand:
    """What a long errand gets to work with. `tell` and `check` are for its own thread, the rest for any.

    Args:
        number: Its id.
        name: What it is, for the screen.
        stop: Set when it is to end; it then raises `StoppedError`, or returns what it has so far.
        clock: Seconds that only grow.
    """

    def __init__(self, number: int, name: str, stop: Event, clock: Callable[[], float]) -> None:
        self.id = number
        self.name = name
        self.stop = stop
        self._clock = clock
        self._began_s: float | None = None
        self._progress: tuple[float | None, int, int] = (None, 1, 1)  # replaced as one, so that a view is never mixed

    def begin(self) -> None:
        """Start the clock."""
        self._began_s = self._clock()

    def tell(self, fraction: float | None, number: int = 1, of: int = 1) -> None:
        """Say how far it is; see `ErrandView`. Cheap: as often as you like."""
        self._progress = (fraction, number, of)

    def check(self) -> None:
        """Raise `StoppedError` if it is to end."""
        if self.stop.is_set():
            raise StoppedError

    def view(self) -> ErrandView:
        """Return how it stands."""
        fraction, number, of = self._progress
        began_s = self._began_s
        elapsed_s = 0.0 if began_s is None else self._clock() - began_s
        return ErrandView(self.id, self.name, began_s is not None, fraction, number, of, elapsed_s, self.stop.is_set())


class Background:
    """Runs errands in two threads of its own.

    Args:
        on_done: Told of each errand's end, in the errand's thread.
        clock: Seconds that only grow.
    """

    def __init__(self, on_done: Callable[[ErrandDone], None], clock: Callable[[], float] = monotonic) -> None:
        self.stop = Event()
        self._on_done = on_done
        self._clock = clock
        self._quick = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")
        self._slow = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background-long")
        self._ids = count(1)
        self._changing = threading.Lock()
        self._errands: dict[int, Errand] = {}  # the one at work and those that wait, in order

    def run(self, name: str, work: Callable[[], Result], then: Callable[[Result], object] | None = None) -> None:
        """Do something short.

        Args:
            name: What it is, for the screen.
            work: What to do. It may look at `self.stop` to end early.
            then: Comes back with the result in `ErrandDone`.
        """
        self._quick.submit(self._do, name, work, then)

    def start(self, name: str, work: Callable[[Errand], Result], then: Callable[[Result], object] | None = None) -> int:
        """Do something long, which is shown and can be cancelled.

        Args:
            name: What it is, for the screen.
            work: What to do. It looks at its errand's `stop` many times a second and tells it how far it is.
            then: Comes back with the result in `ErrandDone`.

        Returns:
            Its id.
        """
        with self._changing:
            errand = Errand(next(self._ids), name, Event(), self._clock)
            self._errands[errand.id] = errand
        self._slow.submit(self._do_long, errand, work, then)
        return errand.id

    def cancel(self, number: int) -> None:
        """Ask a long errand to end, or not to begin. Unknown ids pass."""
        with self._changing:
            if number in self._errands:
                self._errands[number].stop.set()

    def views(self) -> list[ErrandView]:
        """Return the long errand at work, then those that wait, in order."""
        with self._changing:
            return [errand.view() for errand in self._errands.values()]

    def close(self) -> None:
        """End: what has begun sees its stop flag and ends, what waits is dropped."""
        self.stop.set()
        with self._changing:
            for errand in self._errands.values():
                errand.stop.set()
        for executor in (self._quick, self._slow):
            executor.shutdown(wait=False, cancel_futures=True)
        for executor in (self._quick, self._slow):
            executor.shutdown(wait=True)

    def _do_long(self, errand: Errand, work: Callable[[Errand], Any], then: Callable[[Any], object] | None) -> None:
        def begin() -> Any:
            errand.check()
            errand.begin()
            return work(errand)

        def over() -> None:
            with self._changing:
                del self._errands[errand.id]

        self._do(errand.name, begin, then, over)

    def _do(
        self,
        name: str,
        work: Callable[[], Any],
        then: Callable[[Any], object] | None,
        over: Callable[[], None] = lambda: None,
    ) -> None:
        done: ErrandDone
        try:
            done = ErrandDone(name, work(), None, None, then)
        except StoppedError:
            done = ErrandDone(name, None, None, None, None, is_stopped=True)
        except UserProblem as error:
            done = ErrandDone(name, None, error, None, None)
        except Exception as error:  # noqa: BLE001 - the errand failed, not the program: the window shows the report
            done = ErrandDone(name, None, None, "".join(format_exception(error)), None)
        over()
        self._on_done(done)
