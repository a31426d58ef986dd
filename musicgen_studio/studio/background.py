"""Short work that must not hold up the window: exports, imports, library writes. One thread, first come first served.

Not for making music (`jobs`).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from traceback import format_exception
from typing import Any, TypeVar

from musicgen_studio.errors import UserProblem

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ErrandDone:
    """An errand is over.

    Args:
        name: What it was, for the screen.
        result: What it returned; None if it failed.
        problem: Why it failed, if a person can mend it.
        bug: The traceback, if not.
        then: What the one who sent it wants done with the result, in the window's thread.
    """

    name: str
    result: Any
    problem: UserProblem | None
    bug: str | None
    then: Callable[[Any], object] | None


class Background:
    """Runs errands in its own thread.

    Args:
        on_done: Told of each errand's end, in the background thread.
    """

    def __init__(self, on_done: Callable[[ErrandDone], None]) -> None:
        self._on_done = on_done
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")
        self.stop = Event()

    def run(self, name: str, work: Callable[[], Result], then: Callable[[Result], object] | None = None) -> None:
        """Do work in the background.

        Args:
            name: What it is, for the screen.
            work: What to do. It may look at `self.stop` to end early.
            then: Comes back with the result in `ErrandDone`.
        """
        self._executor.submit(self._run, name, work, then)

    def close(self) -> None:
        """End: what has begun is finished or sees `stop`, what waits is dropped."""
        self.stop.set()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _run(self, name: str, work: Callable[[], Any], then: Callable[[Any], object] | None) -> None:
        result, problem, bug = None, None, None
        try:
            result = work()
        except UserProblem as error:
            problem = error
        except Exception as error:  # noqa: BLE001 - the errand failed, not the program: the window shows the report
            bug = "".join(format_exception(error))
        self._on_done(ErrandDone(name, result, problem, bug, then))
