"""A disk that fills up at any moment: afterwards everything is as before, or as it was to be, never between."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.library import Library
from tests.library.samples import RATE, add, new_clip, noise, titles

NEW = new_clip(title="new", frames=2 * RATE)
SOUND = {"new": noise(2 * RATE).tobytes()}


class Disk:
    """Counts what is asked of the system, and has no space from a given call on, or at that call only."""

    def __init__(self, full_at: int, *, stays_full: bool) -> None:
        self._full_at = full_at
        self._stays_full = stays_full
        self._calls = 0
        self.was_full = False

    def guard(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return a call of the system that may fail."""

        def guarded(*arguments: Any) -> Any:
            self._calls += 1
            if self._calls == self._full_at or (self._stays_full and self._calls > self._full_at):
                self.was_full = True
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return call(*arguments)

        return guarded


@contextmanager
def full_disk(full_at: int, *, stays_full: bool) -> Iterator[Disk]:
    disk = Disk(full_at, stays_full=stays_full)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("fsync", "replace", "write"):
            patch.setattr(os, name, disk.guard(getattr(os, name)))
        yield disk


def _finish(library: Library) -> None:
    partial = library.begin(NEW)
    partial.append(noise(RATE))
    partial.append(noise(2 * RATE)[RATE:])
    partial.finish(NEW)


OPERATIONS: dict[str, Callable[[Library], object]] = {
    "add": lambda library: library.add(NEW, Audio(noise(NEW.frames), RATE)),
    "pieces": _finish,
    "drag": lambda library: library.drag_file(library.clips()[0].id),
    "drag renamed": lambda library: library.drag_file(library.edit(library.clips()[0].id, title="old 2").id),
    "selection": lambda library: library.selection_file(library.clips()[0].id, 3, 77),
    "backup": lambda library: library.backup(),
}


def state(folder: Path) -> dict[str, bytes]:
    """Return what is in the library after a restart: titles and sound."""
    with Library(folder) as library:
        library.reconcile()
        assert library.notices == []
        assert not list(folder.rglob("*.part*"))
        for file in folder.glob("drag/**/*.wav"):
            assert file.stat().st_size > 44
        return {clip.title.removesuffix(" 2"): library.read(clip.id).samples.tobytes() for clip in library.clips()}


def problem_of(call: Callable[[], object]) -> str:
    """Return why a call did not work, or an empty text if it did."""
    try:
        call()
    except UserProblem as problem:
        return problem.why
    return ""


@pytest.mark.parametrize("stays_full", [True, False])
@pytest.mark.parametrize("name", OPERATIONS)
def test_never_between(tmp_path: Path, name: str, stays_full: bool) -> None:
    before = {"old": noise().tobytes()}
    done = {"add": before | SOUND, "pieces": before | SOUND}.get(name, before)
    for moment in count(1):
        folder = tmp_path / str(moment)
        with Library(folder) as library:
            add(library, title="old")
            with full_disk(moment, stays_full=stays_full) as disk:
                why = problem_of(lambda library=library: OPERATIONS[name](library))  # type: ignore[misc]
        after = state(folder)
        if not disk.was_full:
            break
        assert not why or "full" in why
        if name == "pieces" and "new" in after:  # what was appended is kept, whatever becomes of the end
            assert SOUND["new"].startswith(after["new"])
        else:
            assert after in (before, done)
    assert (why, after) == ("", done)
    assert moment > 2, "there was nothing to fail"


@pytest.mark.parametrize("moment", range(1, 6))
def test_when_there_is_space_again_the_clip_is_finished(library: Library, moment: int) -> None:
    partial = library.begin(NEW)
    first, second = np.split(noise(2 * RATE), 2)
    with full_disk(moment, stays_full=True):
        problems = [problem_of(lambda: partial.append(first)), problem_of(lambda: partial.append(second))]
        problems.append(problem_of(lambda: partial.finish(NEW)))
    assert "full" in problems[-1]
    assert partial.finish(NEW) == NEW
    assert np.array_equal(library.read(NEW.id).samples, noise(2 * RATE))


def _fill_database(library: Library) -> None:
    """Let the database have no page more than now."""
    connection = library._database._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")


def test_no_space_for_a_row(folder: Path) -> None:
    with Library(folder) as library:
        clip = add(library, title="old")
        _fill_database(library)
        long = "word " * 20_000
        for change in (
            lambda: library.edit(clip.id, title=long),
            lambda: library.add(new_clip(prompt=long), Audio(noise(), RATE)),
            lambda: library.remember("prompt", long),
        ):
            with pytest.raises(UserProblem, match="full"):
                change()
        assert library.clips() == [clip]
        assert library.recall("prompt") is None
        library.remember("prompt", long, soon=True)
        library.remember("window", "wide", soon=True)
        with pytest.raises(UserProblem, match="full"):
            library.write_due()
        library.remember("prompt", "happy", soon=True)
        library.write_due()
        assert (library.recall("prompt"), library.recall("window")) == ("happy", "wide")
        assert library.edit(clip.id, is_starred=True).is_starred, "what fits still goes"
    with Library(folder) as library:
        assert titles(library.clips()) == ["old"]
        assert library.reconcile().adopted == []


def test_no_space_for_the_row_of_a_clip_in_the_making(folder: Path) -> None:
    with Library(folder) as library:
        partial = library.begin(new_clip(title="new", prompt="word " * 20_000))
        partial.append(noise(RATE))
        _fill_database(library)
        with pytest.raises(UserProblem, match="full"):
            partial.finish(partial.clip)
        assert library.clips() == []
    with Library(folder) as library:
        assert titles(library.reconcile().recovered) == ["new"]


def test_no_space_to_open(folder: Path) -> None:
    for moment in count(1):
        with full_disk(moment, stays_full=True) as disk:
            why = problem_of(lambda: Library(folder).close())
        assert not why or "full" in why
        if not disk.was_full:
            break
    assert state(folder) == {}
