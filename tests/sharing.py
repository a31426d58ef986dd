"""How the whole suite is shared among several processes, which `python3 installers/studio.py test` starts.

A file's tests stay in one process, because they share what is costly to make. What is played and heard in real time
stays in one process too, one test after the other, or its tests would keep each other from being in time; after them
come the clusters, which take all processors for themselves. These and the longest files come first, so that no process
is left alone with one of them at the end.

Not for a run in one process, which is what plain pytest does.
"""

import os

import pytest
from xdist.scheduler import LoadScopeScheduling

# What must not run beside another of them, nor of the next.
IN_TIME = ("tests/sound/", "tests/live/")
CLUSTERS = ("tests/batch/test_ray.py", "tests/batch/test_kills.py")
LONGEST = (
    "tests/test_architecture.py",  # the checkers of types and style
    "tests/training/test_run.py",
    "tests/training/codec/test_train.py",
    "tests/ui/test_drag_out.py",
    "tests/ui/test_window.py",
)


def scope(nodeid: str) -> str:
    """Return the name of what a test must be in one process with."""
    return "one by one" if nodeid.startswith(IN_TIME + CLUSTERS) else nodeid.split("::", 1)[0]


def place(nodeid: str) -> int:
    """Return a key that brings what takes longest to the front and leaves the rest as it was."""
    first: tuple[str | tuple[str, ...], ...] = (IN_TIME, *CLUSTERS, *LONGEST)
    return next((number for number, those in enumerate(first) if nodeid.startswith(those)), len(first))


class Sharing(LoadScopeScheduling):  # type: ignore[misc] # pytest-xdist states no types
    """Hands a process what must stay together, in the order of the collection, whenever it has nothing left to do."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        super().__init__(config, log)
        vars(config.option)["loadscopereorder"] = False

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Sharing | None:
    """Share the tests in this way where they are to be shared by files."""
    return Sharing(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the tests into the order of `place` where several processes share them."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: place(item.nodeid))
