"""Batches drawn ahead of time by worker processes, so that a fast device does not wait for one slow core.

torch's DataLoader does the work; what a step sees is decided by its number alone, so the workers' order and their
number change nothing.
"""

import itertools
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from typing import TypeVar

from torch.utils.data import DataLoader, Dataset

_Drawn = TypeVar("_Drawn")

_AHEAD_OF_EACH_WORKER = 4
_MOST_WORKERS = 12


class _Steps(Dataset[_Drawn]):
    """Every step there is, each drawn when it is asked for."""

    def __init__(self, draw: Callable[[int], _Drawn]) -> None:
        self._draw = draw

    def __getitem__(self, step: int) -> _Drawn:
        return self._draw(step)


def drawn_ahead(draw: Callable[[int], _Drawn], first_step: int, workers: int) -> Iterator[_Drawn]:
    """Give what is drawn for one step after the other, without end.

    Args:
        draw: Draws what a step needs, on the CPU; decided by the step's number alone.
        first_step: Of the steps.
        workers: Processes that draw; 0 draws here when it is needed. They are forked, so that what they draw from is
            not copied; where processes cannot be forked (Windows), none are used.

    Yields:
        What was drawn.
    """
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    if workers == 0 or not can_fork:
        yield from (draw(step) for step in itertools.count(first_step))
    loader = DataLoader(
        _Steps(draw),
        batch_size=None,
        sampler=itertools.count(first_step),
        num_workers=workers,
        prefetch_factor=_AHEAD_OF_EACH_WORKER,
        multiprocessing_context="fork",
        worker_init_fn=_leave_interrupts,
    )
    yield from loader


def _leave_interrupts(_worker: int) -> None:
    """Leave Ctrl-C to the training, which still needs the batch at hand to save and end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def workers_for(device_type: str, cores: int) -> int:
    """Return how many processes draw for a device: on a CPU none, as it learns on all of its cores itself."""
    return 0 if device_type == "cpu" else max(min(cores - 1, _MOST_WORKERS), 0)
