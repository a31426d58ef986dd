"""Tests of moving downloads: to another folder, to another disk, and what is left of a move that does not end."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from musicgen_studio.checkpoints.hub import moving
from musicgen_studio.checkpoints.hub.cache import CachedRepository
from musicgen_studio.checkpoints.hub.download import download, verify
from musicgen_studio.checkpoints.hub.moving import move
from musicgen_studio.checkpoints.hub.progress import DownloadProgress
from musicgen_studio.errors import StoppedError, UserProblem
from tests.checkpoints.hub.conftest import REPOSITORY
from tests.checkpoints.hub.server import FakeHub

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - another disk than that of the tests


@pytest.fixture
def kept(hub: FakeHub, hub_cache: Path) -> CachedRepository:  # noqa: ARG001 - it serves
    """A downloaded checkpoint."""
    download(REPOSITORY, hub_cache, threading.Event())
    return CachedRepository(hub_cache, REPOSITORY)


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on another disk."""
    if not SHARED_MEMORY.is_dir() or SHARED_MEMORY.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other disk here")
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        yield Path(folder)


def assert_whole(kept: CachedRepository) -> None:
    listing = kept.listing()
    assert listing is not None
    assert {file.path for file in listing.files} == {"README.md", "config.json", "tokenizer.json", "model.safetensors"}
    assert verify(listing, kept, threading.Event()) == []


def test_on_the_same_disk_it_is_renamed(kept: CachedRepository, tmp_path: Path) -> None:
    inode = kept.folder.stat().st_ino
    moved = move(kept, tmp_path / "elsewhere", threading.Event())
    assert moved.folder.stat().st_ino == inode
    assert not kept.folder.exists()
    assert_whole(moved)


def test_on_another_disk_it_is_copied_and_only_then_removed(kept: CachedRepository, other_disk: Path) -> None:
    told = list[DownloadProgress]()
    size = kept.bytes_on_disk()
    moved = move(kept, other_disk / "hub", threading.Event(), told.append)
    assert not kept.folder.exists()
    assert_whole(moved)
    assert moved.bytes_on_disk() == size == told[-1].done_bytes == told[-1].wanted_bytes
    assert [path.name for path in moved.cache.iterdir()] == [moved.folder.name]


def test_stopped_in_the_middle_everything_is_as_it_was(kept: CachedRepository, other_disk: Path) -> None:
    stop = threading.Event()
    with pytest.raises(StoppedError):
        move(kept, other_disk / "hub", stop, lambda _: stop.set())
    assert_whole(kept)
    assert list((other_disk / "hub").iterdir()) == []


def test_what_a_killed_move_left_is_done_anew(kept: CachedRepository, other_disk: Path) -> None:
    left = other_disk / f"{kept.folder.name}.moving" / "blobs"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"half")
    assert_whole(move(kept, other_disk, threading.Event()))
    assert [path.name for path in other_disk.iterdir()] == [kept.folder.name]


def test_what_is_there_already_stays(kept: CachedRepository, tmp_path: Path) -> None:
    there = tmp_path / "elsewhere"
    shutil.copytree(kept.folder, there / kept.folder.name, symlinks=True)
    with pytest.raises(UserProblem, match="already"):
        move(kept, there, threading.Event())
    assert_whole(kept)


def test_a_full_disk_is_told_before(kept: CachedRepository, other_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "SPARE_BYTES", 10**15)
    with pytest.raises(UserProblem, match="are free"):
        move(kept, other_disk, threading.Event())
    assert_whole(kept)
    assert list(other_disk.iterdir()) == []
