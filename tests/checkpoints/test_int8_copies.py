"""Tests of checkpoints that are kept as int8 only, as they lie on the disk."""

import threading
from pathlib import Path

import pytest

from musicgen_studio.checkpoints.catalogue import find
from musicgen_studio.checkpoints.found import find_cached, found_checkpoints
from musicgen_studio.checkpoints.hub.download import verify
from musicgen_studio.checkpoints.hub.moving import move
from musicgen_studio.checkpoints.int8_copies import Int8Copy, note_hashes
from musicgen_studio.engine.checkpoint.int8 import write_int8

NAME = "facebook/musicgen-small"


@pytest.fixture
def copy(text_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Int8Copy:
    """One in the cache that is looked into."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "AUDIOCRAFT_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    copy = Int8Copy(tmp_path / "hub", NAME)
    write_int8(text_checkpoint, copy.folder, threading.Event().is_set, lambda _: None)
    note_hashes(copy.folder)
    return copy


def test_it_is_found_under_its_name(copy: Int8Copy) -> None:
    assert [(each.id, each.folder, each.kept) for each in found_checkpoints()] == [(NAME, copy.folder, copy)]
    assert find(NAME).licence == "CC-BY-NC 4.0"


def test_it_is_checked_moved_and_removed_like_a_download(copy: Int8Copy, tmp_path: Path) -> None:
    listing = copy.listing()
    assert listing is not None
    assert verify(listing, copy, threading.Event()) == []
    (copy.folder / "config.json").write_text("{}")
    assert [file.path for file in verify(listing, copy, threading.Event())] == ["config.json"]
    moved = move(copy, tmp_path / "disk", threading.Event())
    assert isinstance(moved, Int8Copy)
    assert moved.current() == tmp_path / "disk" / "musicgen-studio-int8" / "facebook--musicgen-small"
    assert find_cached(NAME) is None
    assert moved.remove() > 0
    assert moved.current() is None


def test_one_without_its_hashes_is_not_there(copy: Int8Copy) -> None:
    (copy.folder / "sha256.json").unlink()
    assert copy.listing() is None
    assert found_checkpoints() == []
