"""The queue of what is to be made, and the loop that makes it: one thread, one loaded checkpoint, one job at a time.

    window's thread: submit, cancel, move, views ─► queue ─► engine's thread: run() ─► library, GrowingSound
                                                                     └─► on_event, rarely

The loop knows nothing of Qt. It survives a failing job, sees the stop flag within one step, and ends when told to.
Not for the command line, which makes its clips in the foreground. How a job's music is collected: `make_order`.
"""

import logging
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from typing import Protocol

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.library import Library
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.studio.making.engines import EngineChoice, EngineFacts, Engines, LoadedEngine
from musicgen_studio.studio.making.make import make_order
from musicgen_studio.studio.making.order import CheckpointRecord, Order
from musicgen_studio.studio.making.sink import Begun, Sink
from musicgen_studio.studio.making.sinks.growing import Growing
from musicgen_studio.studio.making.sinks.library import Kept, Naming
from musicgen_studio.studio.making.sinks.pace import Progress, Stopwatch

_LOG = logging.getLogger("musicgen_studio")


class JobState(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    LOADING = "loading"
    MAKING = "making"
    SAVING = "saving"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One order in the queue.

    Args:
        order: What is wished, of one prompt.
        request: The same with the sound that it names.
        title: What the clips are called.
        choice: The engine to make it with.
        parent: Id of the clip it is made from, or None.
    """

    order: Order
    request: GenerationRequest
    title: str
    choice: EngineChoice
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands, for the screen.

    Args:
        id: Counts up from 1.
        title: Of the job.
        state: How far it is.
        made_s: Seconds of new music made, of one take.
        wanted_s: Seconds of new music ordered, of one take.
        speed: Seconds of music per second, of one take.
        left_s: Seconds to wait at this speed; None before there is any music.
        takes: How many are made together.
        problem: Why it failed, if it did.
        is_stopping: Whether it was asked to end, and will at its next step.
    """

    id: int
    title: str
    state: JobState
    made_s: float
    wanted_s: float
    speed: float
    left_s: float | None
    takes: int
    problem: UserProblem | None = None
    is_stopping: bool = False


@dataclass(frozen=True, slots=True)
class JobStarted:
    """The first sound of a job is there.

    Args:
        job: Its id.
        clips: One for each take, as they will be in the library.
        sounds: Their sound, growing.
    """

    job: int
    clips: tuple[Clip, ...]
    sounds: tuple[GrowingSound, ...]


@dataclass(frozen=True, slots=True)
class JobEnded:
    """A job is over.

    Args:
        job: As it stood at the end.
        clips: What is in the library of it now; nothing if it was stopped before its first sound.
        bug: The traceback, if it failed for a reason no user can mend.
    """

    job: JobView
    clips: tuple[Clip, ...]
    bug: str | None = None


@dataclass(frozen=True, slots=True)
class EngineChanged:
    """An engine was loaded, or its memory given back.

    Args:
        facts: Of the one that is there now, or None.
    """

    facts: EngineFacts | None


@dataclass(frozen=True, slots=True)
class FaultFound:
    """Something happened outside a job that no user can mend.

    Args:
        bug: The traceback.
    """

    bug: str


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """The graphics card does not answer any more; until the next start music is made on the CPU."""


JobEvent = JobStarted | JobEnded | EngineChanged | FaultFound | DeviceLost


class Performance(Protocol):
    """Something else that needs the engine, such as playing live; jobs wait meanwhile."""

    choice: EngineChoice

    def perform(self, loaded: LoadedEngine, stop: threading.Event) -> None:
        """Do it, in the engine's thread; `stop` is set when the program ends."""
        ...

    def ended(self, problem: UserProblem | None) -> None:
        """Hear that it is over, and why if that was not wanted."""
        ...


class JobLoop:
    """The queue and its loop. `run` belongs to the engine's thread; everything else may be called from any.

    Args:
        load_engine: Loads what a job wants.
        library: Where the clips go.
        on_event: Told of rare events, in the engine's thread; fast data is polled with `views`.
        unload_after_s: Idle seconds after which the engine is let go; None is never.
        give_memory_back: Called, in the engine's thread, after an engine was let go.
        is_usable: Tells, in the engine's thread, whether a device still answers; asked after a bug.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        load_engine: Callable[[EngineChoice], LoadedEngine],
        library: Library,
        on_event: Callable[[JobEvent], None],
        unload_after_s: float | None = None,
        give_memory_back: Callable[[], None] = lambda: None,
        is_usable: Callable[[str], bool] = lambda _device: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.unload_after_s = unload_after_s
        self._engines = Engines(load_engine, lambda facts: on_event(EngineChanged(facts)), give_memory_back, is_usable)
        self._library = library
        self._on_event = on_event
        self._clock = clock
        self._ids = count(1)
        self._changed = threading.Condition()
        self._waiting: list[tuple[int, Job]] = []
        self._current: JobView | None = None
        self._stop_current = threading.Event()
        self._performances: list[Performance] = []
        self._performing: Performance | None = None
        self._warm_up: EngineChoice | None = None
        self._unload = False
        self._quit = False

    # Any thread.

    def submit(self, job: Job) -> int:
        """Put a job at the end of the queue and return its id."""
        with self._changed:
            number = next(self._ids)
            self._waiting.append((number, job))
            self._changed.notify()
        return number

    def play(self, performance: Performance) -> None:
        """Do something else with the engine before any job that waits."""
        with self._changed:
            self._performances.append(performance)
            self._changed.notify()

    def cancel(self, number: int) -> None:
        """Take a job out of the queue, or stop it if it is being made; what it has made is kept. Unknown ids pass."""
        with self._changed:
            self._waiting = [(waiting, job) for waiting, job in self._waiting if waiting != number]
            if self._current is not None and self._current.id == number:
                self._stop_current.set()
                self._current = replace(self._current, is_stopping=True)

    def move(self, number: int, place: int) -> None:
        """Move a waiting job to a place in the queue, from 0. Unknown ids pass."""
        with self._changed:
            moving = [entry for entry in self._waiting if entry[0] == number]
            others = [entry for entry in self._waiting if entry[0] != number]
            self._waiting = [*others[:place], *moving, *others[place:]]

    def warm_up(self, choice: EngineChoice) -> None:
        """Load an engine when there is nothing else to do, so that the next job can start at once."""
        with self._changed:
            self._warm_up = choice
            self._changed.notify()

    def unload(self) -> None:
        """Let the engine go and give its memory back once no job is being made."""
        with self._changed:
            self._unload = True
            self._changed.notify()

    def quit(self) -> None:
        """Stop the job that is being made, keep what it has, forget the queue, and let `run` return."""
        with self._changed:
            self._quit = True
            self._waiting.clear()
            self._stop_current.set()
            self._changed.notify()

    @property
    def facts(self) -> EngineFacts | None:
        """What is known of the engine that is there now."""
        return self._engines.facts

    def waiting(self) -> list[Job]:
        """Return the jobs that wait, in order, without the one that is being made."""
        with self._changed:
            return [job for _, job in self._waiting]

    @property
    def performing(self) -> Performance | None:
        """What keeps the jobs waiting meanwhile, or None."""
        return self._performing

    @property
    def is_device_lost(self) -> bool:
        """Whether the graphics card was given up until the next start."""
        return self._engines.is_device_lost

    def views(self) -> list[JobView]:
        """Return the job that is being made, then those that wait, in order."""
        with self._changed:
            current = [] if self._current is None else [self._current]
            return [*current, *(_view(number, job) for number, job in self._waiting)]

    def speed(self) -> float | None:
        """Return how fast the current job is made, × real time of one take; None before that is known."""
        current = self._current
        return current.speed if current is not None and current.speed > 0 else None

    # The engine's thread.

    def run(self) -> None:
        """Make jobs until `quit`. Nothing that goes wrong in one task keeps the next from being done."""
        while (task := self._next()) is not None:
            self._do(task, "auto")
        self._do(self._engines.let_go, "cpu")

    def _do(self, task: Callable[[], None], device: str) -> None:
        try:
            task()
        except Exception:  # noqa: BLE001 - the task failed, not the program
            bug = traceback.format_exc()
        else:
            return
        self._recover(device)
        self._post(FaultFound(bug))

    def _next(self) -> Callable[[], None] | None:
        """Wait for something to do; None means to end."""
        with self._changed:
            while not self._quit:
                if self._unload:
                    self._unload = False
                    return self._engines.let_go
                if self._performances:
                    performance = self._performing = self._performances.pop(0)
                    self._stop_current.clear()
                    return lambda: self._perform(performance)
                if self._waiting:
                    number, job = self._waiting.pop(0)
                    self._stop_current.clear()
                    self._current = replace(_view(number, job), state=JobState.LOADING)
                    return lambda: self._work(number, job)
                if self._warm_up is not None:
                    choice, self._warm_up = self._warm_up, None
                    return lambda: self._warm(choice)
                idle_s = self.unload_after_s if self._engines.is_loaded else None
                if not self._changed.wait(idle_s) and self._engines.is_loaded:
                    return self._engines.let_go
            return None

    def _warm(self, choice: EngineChoice) -> None:
        with suppress(UserProblem):  # the first job will fail with it, where the user sees it
            self._engines.get(choice)

    def _perform(self, performance: Performance) -> None:
        """Do something that is no job; whatever happens, it hears that it is over."""
        problem: UserProblem | None = None
        try:
            performance.perform(self._engines.get(performance.choice), self._stop_current)
        except UserProblem as error:
            problem = error
        except Exception:
            fault = "The program had a fault while it played."
            performance.ended(UserProblem(fault, "It is not yours.", "Report it, and play again."))
            raise
        finally:
            self._performing = None
        performance.ended(problem)

    def _work(self, number: int, job: Job) -> None:
        """Make one job; whatever happens, it ends, the loop goes on, and what was made is in the library."""
        state, problem, bug = JobState.DONE, None, None
        saved: list[Clip] = []
        try:
            self._make(number, job, saved)
            state = JobState.STOPPED if self._stop_current.is_set() else JobState.DONE
        except UserProblem as error:
            state, problem = JobState.FAILED, error
        except Exception:  # noqa: BLE001 - the job failed, not the program: the report goes to the one bug dialog
            state, bug = JobState.FAILED, traceback.format_exc()
        with self._changed:
            view = self._current or _view(number, job)
            ended = replace(view, state=state, left_s=None, problem=problem, is_stopping=False)
            self._current = None
        if bug is not None:  # no longer in its handler, where the traceback holds on to all that the engine had at work
            self._recover(job.choice.device)
        self._post(JobEnded(ended, tuple(saved), bug))

    def _make(self, number: int, job: Job, saved: list[Clip]) -> None:
        """Make one job, and tell what of it is in the library also where it fails."""
        loaded = self._engines.get(job.choice)
        self._show(lambda view: replace(view, state=JobState.MAKING))  # the first sound may be seconds away
        run = _JobSinks(number, job, loaded.checkpoint, self._library, self._on_event)
        try:
            sinks = [*run.sinks, Stopwatch(self._tell, self._clock)]
            make_order(loaded.engine, job.order, job.request, self._stop_current, sinks)
        finally:
            run.growing.close()
            saved += run.kept.saved

    def _recover(self, device: str) -> None:
        """After a bug: trust nothing of the engine. The next job loads anew."""
        if self._engines.drop(device):
            self._post(DeviceLost())

    def _post(self, event: JobEvent) -> None:
        """Tell an event, whatever its receiver makes of it: what is told here is told once and must not be lost."""
        try:
            self._on_event(event)
        except Exception:  # noqa: BLE001 - there is nobody left to tell but the log
            _LOG.error("fault while %s was told\n%s", type(event).__name__, traceback.format_exc())

    def _tell(self, progress: Progress) -> None:
        """Show how far the job is, as of one take: those of a job are made together."""
        self._show(lambda view: _after(view, progress))

    def _show(self, change: Callable[[JobView], JobView]) -> None:
        with self._changed:
            if self._current is not None:
                self._current = change(self._current)


class _JobSinks:
    """What hears of a job: the library, the growing sound, and whoever waits for its first sound."""

    def __init__(
        self,
        number: int,
        job: Job,
        checkpoint: CheckpointRecord,
        library: Library,
        on_event: Callable[[JobEvent], None],
    ) -> None:
        self.kept = Kept(library, job.order, checkpoint, Naming(job.title, job.parent))
        self.growing = Growing()
        self.sinks = (self.kept, self.growing, _Announced(number, self.kept, self.growing, on_event))


class _Announced(Sink):
    """Tells that the first sound of a job is there."""

    def __init__(self, number: int, kept: Kept, growing: Growing, on_event: Callable[[JobEvent], None]) -> None:
        self._number, self._kept, self._growing, self._on_event = number, kept, growing, on_event

    def begin(self, begun: Begun) -> None:  # noqa: ARG002 - the other sinks know it
        self._on_event(JobStarted(self._number, self._kept.clips, self._growing.sounds))


def _after(view: JobView, progress: Progress) -> JobView:
    made_s, speed = progress.made_s / view.takes, progress.speed / view.takes
    is_all = progress.made_s >= progress.wanted_s
    state = JobState.SAVING if is_all else JobState.MAKING
    return replace(view, state=state, made_s=made_s, speed=speed, left_s=progress.left_s)


def _view(number: int, job: Job) -> JobView:
    request = job.request
    return JobView(number, job.title, JobState.QUEUED, 0.0, request.duration_s, 0.0, None, request.takes)
