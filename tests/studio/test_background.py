"""Errands in the background thread: results, failures, and the end."""

import threading
from queue import SimpleQueue

import pytest

from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.background import Background, ErrandDone

PROBLEM = UserProblem("It is full.", "No room.", "Make room.")


def _raise(error: Exception) -> None:
    raise error


def test_results_come_back_in_order() -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    for number in range(3):
        background.run(f"errand {number}", lambda number=number: (number, threading.current_thread().name))  # type: ignore[misc]
    results = [done.get(timeout=10) for _ in range(3)]
    background.close()
    assert [errand.name for errand in results] == ["errand 0", "errand 1", "errand 2"]
    assert all(str(errand.result).find("background") > 0 for errand in results)


@pytest.mark.parametrize("error", [PROBLEM, RuntimeError("odd")])
def test_a_failure_is_told_and_the_next_errand_runs(error: Exception) -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    background.run("bad", lambda: _raise(error))
    background.run("good", lambda: 1)
    bad, good = done.get(timeout=10), done.get(timeout=10)
    background.close()
    assert good.result == 1
    assert bad.problem is (error if error is PROBLEM else None)
    assert (bad.bug is None) == (error is PROBLEM)
    assert bad.bug is None or "odd" in bad.bug


def test_closing_lets_the_running_errand_end_and_drops_the_rest() -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    began = threading.Event()

    def until_stopped() -> str:
        began.set()
        background.stop.wait(10)
        return "ended"

    background.run("long", until_stopped)
    background.run("never", lambda: 1)
    assert began.wait(10)
    background.close()
    assert done.get(timeout=10).result == "ended"
    assert done.empty()
