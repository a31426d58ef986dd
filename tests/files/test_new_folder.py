"""A folder that is there whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from musicgen_studio.errors import UserProblem
from musicgen_studio.files.whole import new_folder, write_text


def _all(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_it_gets_its_name_when_it_is_full(tmp_path: Path) -> None:
    with new_folder(tmp_path / "new") as fresh:
        write_text(fresh / "a.txt", "a")
        assert fresh.parent == tmp_path
        assert not (tmp_path / "new").exists()
    assert _all(tmp_path) == ["new", "new/a.txt"]


def _with(fault: BaseException, path: Path) -> None:
    with new_folder(path) as fresh:
        write_text(fresh / "a.txt", "a")
        (fresh / "deeper").mkdir()
        raise fault


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), ValueError("a bug")])
def test_whatever_ends_it_leaves_nothing(tmp_path: Path, fault: BaseException) -> None:
    with pytest.raises(type(fault)):
        _with(fault, tmp_path / "new")
    assert _all(tmp_path) == []


def test_a_full_disk_leaves_nothing_and_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="full"):
        _with(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), tmp_path / "new")
    assert _all(tmp_path) == []


def test_what_was_left_by_a_killed_program_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".new.part" / "deep").mkdir(parents=True)
    (tmp_path / ".new.part" / "deep" / "old.wav").write_text("old")
    with new_folder(tmp_path / "new") as fresh:
        write_text(fresh / "a.txt", "a")
    assert _all(tmp_path) == ["new", "new/a.txt"]


def test_what_got_the_name_meanwhile_is_safe(tmp_path: Path) -> None:
    def fill() -> None:
        with new_folder(tmp_path / "new") as fresh:
            write_text(fresh / "a.txt", "a")
            (tmp_path / "new").mkdir()
            (tmp_path / "new" / "theirs.txt").write_text("theirs")

    with pytest.raises(UserProblem, match="once more"):
        fill()
    assert _all(tmp_path) == ["new", "new/theirs.txt"]


def test_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="not a folder"), new_folder(tmp_path / "gone" / "new"):
        raise AssertionError
