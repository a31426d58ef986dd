"""A thread of the step that waits for one that has lost its core does not keep its own busy."""

import threading
import time
from collections.abc import Callable

import numpy as np

from musicgen_studio.engine.model.cpu import step
from musicgen_studio.engine.model.cpu.arrays import Longs

LATE_S = 0.3


def _used_s(wait: Callable[[], None], counters: Longs, place: int, value: int) -> float:
    """Return how long the processor worked for a wait that another thread ends late."""
    wait()  # compiles, and finds nothing to wait for
    counters[place] = 1 - value
    late = threading.Timer(LATE_S, counters.__setitem__, (place, value))
    late.start()
    before_s, begun_s = time.thread_time(), time.monotonic()
    wait()
    used_s = time.thread_time() - before_s
    late.join()
    assert time.monotonic() - begun_s >= LATE_S * 0.9
    return used_s


def test_waiting_for_the_pieces_of_others() -> None:
    counters = np.zeros(16 * step.PARTS_PER_LAYER, np.int64)
    counters[step.FIRST_PART + step._LINE] = 1
    done = step.FIRST_PART + step._LINE
    assert _used_s(lambda: step._wait(counters, 0, 1), counters, done, 1) < LATE_S / 3


def test_waiting_for_others_to_leave() -> None:
    counters = np.zeros(16 * step.PARTS_PER_LAYER, np.int64)
    assert _used_s(lambda: step.end_step(counters), counters, step.INSIDE, 0) < LATE_S / 3
