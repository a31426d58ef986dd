"""The jobs that wait, as text, for a restart of the program that is to go on with them. Not for the queue (`queue`)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from musicgen_studio.core.names import writable_json
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.making.engines import EngineChoice
from musicgen_studio.studio.making.order import Order
from musicgen_studio.studio.making.queue import Job
from musicgen_studio.studio.making.record import with_later_keys
from musicgen_studio.studio.making.source import nowhere, reopen
from musicgen_studio.studio.making.strict_json import WrongValueError, convert

FORMAT = 1


@dataclass(frozen=True, slots=True)
class KeptJob:
    """A job without the sound of the files that it names.

    Args:
        order: As in `queue.Job`, like all the others.
        title: What the clips are called.
        choice: The engine.
        parent: Id of a clip, or None.
    """

    order: Order
    title: str
    choice: EngineChoice
    parent: str | None


@dataclass(frozen=True, slots=True)
class KeptQueue:
    """Jobs in the order in which they wait.

    Args:
        format: Version of this format, 1.
        jobs: The jobs.
    """

    format: int
    jobs: tuple[KeptJob, ...]


def to_json(jobs: Sequence[Job]) -> str:
    """Return jobs as text."""
    kept = tuple(KeptJob(job.order, job.title, job.choice, job.parent) for job in jobs)
    return writable_json(json.dumps(asdict(KeptQueue(FORMAT, kept)), ensure_ascii=False))


def from_json(text: str, find_again: Callable[[Path], Path | None] = nowhere) -> tuple[list[Job], list[UserProblem]]:
    """Read jobs from text, and the files that they name, wherever those are by now. Reads whole files.

    Returns:
        The jobs that can be made, and why others cannot. Text of another version holds none.
    """
    try:
        kept: KeptQueue = convert("the queue", KeptQueue, _upgraded(json.loads(text)))
    except (WrongValueError, ValueError, RecursionError):
        return [], []
    jobs, problems = list[Job](), list[UserProblem]()
    for job in kept.jobs if kept.format == FORMAT else ():
        try:
            order, sounds = reopen(job.order, find_again=find_again)
            jobs.append(Job(order, order.request(sounds), job.title, job.choice, job.parent))
        except UserProblem as problem:
            problems.append(problem)
        except ValueError as error:  # another version of the program may have taken it
            why = f"This version of the program cannot make it: {error}."
            problems.append(UserProblem(f"“{job.title}” was not taken up again.", why, "Order it once more."))
    return jobs, problems


def _upgraded(value: object) -> object:
    """Give orders that waited through a change of the program what they had not."""
    jobs = value.get("jobs") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(jobs, list):
        return value
    return value | {"jobs": [_upgraded_job(job) for job in jobs]}


def _upgraded_job(job: object) -> object:
    order = job.get("order") if isinstance(job, dict) else None
    return job | {"order": with_later_keys(order)} if isinstance(job, dict) and isinstance(order, dict) else job
