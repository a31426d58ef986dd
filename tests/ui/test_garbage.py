"""Garbage is collected in the window's thread only: Qt's objects die when another thread takes them apart."""

import gc
import threading
from collections.abc import Iterator
from threading import Thread

import pytest
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.ui.qt.garbage import Garbage
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")


class Loop:
    """Refers to itself, and notes in which thread it was found."""

    def __init__(self, found: list[bool]) -> None:
        self._kept = [self]
        self._found = found

    def __del__(self) -> None:
        assert self._kept
        self._found.append(threading.current_thread() is threading.main_thread())


@pytest.fixture(autouse=True)
def own_garbage() -> None:
    """Set nothing aside: that is tried here."""
    gc.unfreeze()


@pytest.fixture
def garbage() -> Iterator[Garbage]:
    garbage = Garbage()
    yield garbage
    garbage.close()


def _litter(found: list[bool], kept: list[list[int]]) -> None:
    Loop(found)
    kept += [[number] for number in range(100_000)]  # any of them would set Python's own collection off


@pytest.mark.usefixtures("garbage")
def test_another_thread_never_collects(qtbot: QtBot) -> None:
    found: list[bool] = []
    kept: list[list[int]] = []
    thread = Thread(target=_litter, args=(found, kept))
    thread.start()
    thread.join()
    assert found == []
    qtbot.waitUntil(lambda: found == [True], timeout=WAIT_MS)
    assert len(kept) == 100_000


def test_afterwards_python_does_it_again(garbage: Garbage) -> None:
    assert not gc.isenabled()
    garbage.close()
    assert gc.isenabled()


def test_giving_memory_back_collects_in_the_windows_thread(qtbot: QtBot, program: Program) -> None:
    window = program.window
    qtbot.waitUntil(lambda: program.services.loop.facts is not None, timeout=WAIT_MS)
    found: list[bool] = []
    Loop(found)
    program.services.loop.unload()
    qtbot.waitUntil(lambda: found == [True], timeout=WAIT_MS)
    assert window.isVisible()


def test_what_is_loaded_is_not_looked_at_again_until_memory_is_given_back(garbage: Garbage) -> None:
    found: list[bool] = []
    kept = [Loop(found)]
    garbage.keep()
    assert gc.get_freeze_count() > 0
    kept.clear()
    gc.collect()
    assert found == []
    garbage.ask()
    assert found == [True]
    garbage.close()
    assert gc.get_freeze_count() == 0


def test_the_program_sets_aside_what_it_has_loaded(qtbot: QtBot, program: Program) -> None:
    loop = program.services.loop
    qtbot.waitUntil(lambda: loop.facts is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not any(thing is loop.facts for thing in gc.get_objects()), timeout=WAIT_MS)
