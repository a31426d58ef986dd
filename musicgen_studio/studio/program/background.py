"""Work that must not hold up the window: exports, imports, library writes, reading sound. Not for making music.

    window's thread: run ─► a thread for each lane ─┐
                     start ─► the long thread ──────┴─► on_done(ErrandDone)
                     views, cancel ─► what the long thread does and what waits for it

Each thread takes first come first served. What is quick (`run`) never waits behind a long export (`start`), which has a
name, tells how far it is and can be stopped. What nobody has asked for (pictures of rows, listening to clips) gives
way, errand by errand and piece by piece, while a file is opened, edited or imported. Whatever ends an errand (a result,
a problem, a bug, a stop, the end of the program), `on_done` is told exactly once, and knows it by its id.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import count
from math import inf
from threading import Event
from time import monotonic
from traceback import format_exception
from typing import Any, TypeVar

from musicgen_studio.errors import StoppedError, UserProblem

Result = TypeVar("Result")

_KNOWN_AFTER_S = 0.5  # with less of it watched, or less of the work, the time left would be a guess
_KNOWN_FROM = 0.03


class Lane(StrEnum):
    """Which short errands wait for each other."""

    QUICK = "quick"
    SOUND = "sound"  # what is to be seen and heard in the middle of the window
    PICTURES = "pictures"  # the small waveforms of the library
    HOUSE = "house"  # what nobody waits for
    LONG = "long"  # `start` only
    HEARING = "hearing"  # what is found out about clips: a hundred clips at a first start
    EDITS = "edits"  # what a musician waits for, be it long: it never waits for what is found out meanwhile
    IMPORTS = "imports"  # `start` only: a file that is opened waits for no export and no loading
    CHECKPOINTS = "checkpoints"  # `start` only: reading, moving or deleting gigabytes, beside an export


_URGENT = frozenset({Lane.SOUND, Lane.EDITS, Lane.IMPORTS})
_MOMENT_S = 0.3
_GIVING_WAY = frozenset({Lane.PICTURES, Lane.HEARING})


class _Way:
    """Counts the errands that others give way to, and a moment after them: a clip that has come in is opened then."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._free_from_s = -inf

    def change(self, by: int) -> None:
        with self._changed:
            self._count += by
            self._free_from_s = monotonic() + _MOMENT_S
            self._changed.notify_all()

    def wait(self, stop: Event) -> None:
        """Wait until there is none and the moment is over, or all ends."""
        with self._changed:
            while not stop.is_set():
                left_s = self._free_from_s - monotonic()
                if not self._count and left_s <= 0:
                    return
                self._changed.wait(None if self._count else left_s)

    def wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


@dataclass(frozen=True, slots=True)
class ErrandDone:
    """An errand is over. Its owner is told by `tell_owner`, in the window's thread.

    Args:
        id: Of the errand.
        name: What it was, for the screen.
        result: What it returned; None if it failed or was stopped.
        problem: Why it failed, if a person can mend it.
        bug: The traceback, if not.
        is_stopped: Whether it ended with `StoppedError`, was stopped before it began, or came when all was over.
        then: What its owner wants done with the result.
        otherwise: What its owner wants done if there is no result. An owner who has one shows the problem, too.
    """

    id: int
    name: str
    result: Any = None
    problem: UserProblem | None = None
    bug: str | None = None
    is_stopped: bool = False
    then: Callable[[Any], object] | None = None
    otherwise: "Callable[[ErrandDone], object] | None" = None

    @property
    def has_result(self) -> bool:
        """Whether it came to its end."""
        return self.problem is None and self.bug is None and not self.is_stopped

    def tell_owner(self) -> None:
        """Do what the one who sent it wants done now. In the window's thread."""
        if self.has_result:
            if self.then is not None:
                self.then(self.result)
        elif self.otherwise is not None:
            self.otherwise(self)


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
        left_s: Seconds it will still take at its pace since it first told how far it is, as getting ready says nothing
            of that; None as long as that would be a guess.
    """

    id: int
    name: str
    is_running: bool
    fraction: float | None
    number: int
    of: int
    elapsed_s: float
    is_stopping: bool
    left_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """How far an errand said it is, and when it will be over by that."""

    fraction: float | None
    number: int
    of: int
    ends_s: float | None = None


class Errand:
    """What a long errand gets to work with. `tell` and `check` are for its own thread, the rest for any.

    Args:
        number: Its id.
        name: What it is, for the screen.
        stop: Set when it is to end; it then raises `StoppedError`, or returns what it has so far.
        clock: Seconds that only grow.
        give_way: Waits while something else is more urgent.
    """

    def __init__(
        self,
        number: int,
        name: str,
        stop: Event,
        clock: Callable[[], float],
        give_way: Callable[[], object] = lambda: None,
    ) -> None:
        self.id = number
        self.name = name
        self.stop = stop
        self._clock = clock
        self._give_way = give_way
        self._began_s: float | None = None
        self._first: tuple[float, float] | None = None  # when, in seconds of the clock, and which share it told first
        self._progress = _Told(None, 1, 1)  # replaced as one, so that a view is never mixed

    def begin(self) -> None:
        """Start the clock."""
        self._began_s = self._clock()

    def tell(self, fraction: float | None, number: int = 1, of: int = 1) -> None:
        """Say how far it is; see `ErrandView`. Cheap: as often as you like."""
        now_s = self._clock()
        if fraction and self._first is None:
            self._first = now_s, fraction
        self._progress = _Told(fraction, number, of, self._ends_s(now_s, fraction))

    def _ends_s(self, now_s: float, fraction: float | None) -> float | None:
        """Return when it will be over, by the clock, if that is known."""
        if fraction is None or self._first is None:
            return None
        first_s, first = self._first
        if fraction - first < _KNOWN_FROM or now_s - first_s < _KNOWN_AFTER_S:
            return None
        return now_s + (now_s - first_s) * (1 - fraction) / (fraction - first)

    def check(self) -> None:
        """Let go first what is more urgent, where its lane does; raise `StoppedError` if it is to end."""
        self._give_way()
        if self.stop.is_set():
            raise StoppedError

    def view(self) -> ErrandView:
        """Return how it stands."""
        told, began_s, now_s = self._progress, self._began_s, self._clock()
        return ErrandView(
            self.id,
            self.name,
            began_s is not None,
            told.fraction,
            told.number,
            told.of,
            0.0 if began_s is None else now_s - began_s,
            self.stop.is_set(),
            None if told.ends_s is None else max(told.ends_s - now_s, 0.0),
        )


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose errand it is, and what is to be done when it is over."""

    id: int
    name: str
    then: Callable[[Any], object] | None
    otherwise: Callable[[ErrandDone], object] | None

    def done(
        self,
        result: object = None,
        problem: UserProblem | None = None,
        bug: str | None = None,
        *,
        stopped: bool = False,
    ) -> ErrandDone:
        return ErrandDone(self.id, self.name, result, problem, bug, stopped, self.then, self.otherwise)


class Background:
    """Runs errands in threads of its own.

    Args:
        on_done: Told of each errand's end, once: in the errand's thread, or in that which closes or comes too late.
        clock: Seconds that only grow.
    """

    def __init__(self, on_done: Callable[[ErrandDone], None], clock: Callable[[], float] = monotonic) -> None:
        self.stop = Event()
        self._on_done = on_done
        self._clock = clock
        self._threads = {lane: ThreadPoolExecutor(1, thread_name_prefix=f"background-{lane}") for lane in Lane}
        self._ids = count(1)
        self._changing = threading.Lock()
        self._way = _Way()
        self._errands: dict[int, Errand] = {}  # the long one at work and those that wait, in order

    def run(
        self,
        name: str,
        work: Callable[[], Result],
        then: Callable[[Result], object] | None = None,
        otherwise: Callable[[ErrandDone], object] | None = None,
        lane: Lane = Lane.QUICK,
    ) -> int:
        """Do something short.

        Args:
            name: What it is, for the screen.
            work: What to do. It may look at `self.stop` to end early.
            then: Comes back with the result in `ErrandDone`.
            otherwise: Comes back in it if there is no result.
            lane: What it may have to wait for.

        Returns:
            Its id.
        """
        owner = _Owner(next(self._ids), name, then, otherwise)
        self._send(lane, owner, work, lambda: None)
        return owner.id

    def start(
        self,
        name: str,
        work: Callable[[Errand], Result],
        then: Callable[[Result], object] | None = None,
        otherwise: Callable[[ErrandDone], object] | None = None,
        lane: Lane = Lane.LONG,
    ) -> int:
        """Do something long, which is shown and can be cancelled.

        Args:
            name: What it is, for the screen.
            work: What to do. It looks at its errand's `stop` many times a second and tells it how far it is.
            then: Comes back with the result in `ErrandDone`.
            otherwise: Comes back in it if there is no result.
            lane: What it may have to wait for.

        Returns:
            Its id.
        """
        owner = _Owner(next(self._ids), name, then, otherwise)
        give_way = partial(self._way.wait, self.stop) if lane in _GIVING_WAY else lambda: None
        errand = Errand(owner.id, name, Event(), self._clock, give_way)
        with self._changing:
            self._errands[errand.id] = errand
        self._send(lane, owner, partial(_begun, errand, work), partial(self._forget, errand))
        return owner.id

    def give_way(self) -> None:
        """Wait while something is more urgent, in the thread of a short errand that nobody has asked for.

        Raises:
            StoppedError: If all ends.
        """
        self._way.wait(self.stop)
        if self.stop.is_set():
            raise StoppedError

    def cancel(self, number: int) -> None:
        """Ask a long errand to end, or not to begin. Unknown ids pass."""
        with self._changing:
            if number in self._errands:
                self._errands[number].stop.set()

    def views(self) -> list[ErrandView]:
        """Return the long errand at work, then those that wait, in order."""
        with self._changing:
            return [errand.view() for errand in self._errands.values()]

    def close(self, hearing_s: float | None = None) -> bool:
        """End: what has begun sees its stop flag and ends, what waits is stopped before it begins.

        Args:
            hearing_s: How long what is found out about clips is waited for: what listens cannot be interrupted while it
                is loaded, and whatever it finds is found again at the next start. None waits until it ends, too.

        Returns:
            Whether all has ended.
        """
        self.stop.set()
        self._way.wake()
        with self._changing:
            for errand in self._errands.values():
                errand.stop.set()
        for executor in self._threads.values():
            executor.shutdown(wait=False, cancel_futures=True)
        for lane, executor in self._threads.items():
            if lane is not Lane.HEARING or hearing_s is None:
                executor.shutdown(wait=True)
        waiting = threading.Thread(target=self._threads[Lane.HEARING].shutdown, name="hearing ends", daemon=True)
        waiting.start()
        waiting.join(hearing_s)
        return not waiting.is_alive()

    def _send(self, lane: Lane, owner: _Owner, work: Callable[[], Any], over: Callable[[], None]) -> None:
        is_urgent = lane in _URGENT

        def ended(future: Future[None]) -> None:
            if is_urgent:
                self._way.change(-1)
            if future.cancelled():  # by `close`, before it began: then nothing else tells
                over()
                self._on_done(owner.done(stopped=True))

        if is_urgent:
            self._way.change(1)
        elif lane in _GIVING_WAY:
            work = partial(self._after_others, work)
        try:
            future = self._threads[lane].submit(self._do, owner, work, over)
        except RuntimeError:  # it is closed already
            if is_urgent:
                self._way.change(-1)
            over()
            self._on_done(owner.done(stopped=True))
            return
        future.add_done_callback(ended)

    def _after_others(self, work: Callable[[], Any]) -> Any:
        self._way.wait(self.stop)
        return work()

    def _forget(self, errand: Errand) -> None:
        with self._changing:
            del self._errands[errand.id]

    def _do(self, owner: _Owner, work: Callable[[], Any], over: Callable[[], None]) -> None:
        try:
            done = owner.done(work())
        except StoppedError:
            done = owner.done(stopped=True)
        except UserProblem as error:
            done = owner.done(problem=error)
        except BaseException as error:  # noqa: BLE001 - the errand failed, not the program: the window shows the report
            done = owner.done(bug="".join(format_exception(error)))
        over()
        self._on_done(done)


def _begun(errand: Errand, work: Callable[[Errand], Any]) -> Any:
    errand.check()
    errand.begin()
    return work(errand)
