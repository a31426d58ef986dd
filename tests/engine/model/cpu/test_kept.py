"""Packed weights on disk: the same as packed anew, never those of other files, and never in the way."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.compute.precision import int8_is_available
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.random import SHAPES, RandomCheckpoint
from musicgen_studio.engine.model.cpu import kept
from musicgen_studio.engine.model.cpu.kept import kept_or_packed
from musicgen_studio.engine.model.cpu.packing import PackedModel, pack_model

pytestmark = pytest.mark.skipif(not int8_is_available(), reason="this processor has no AVX2")

_CONFIG = replace(SHAPES["small"].decoder, width=64, layers=2, heads=2, feed_forward=96, card=32)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept, "cache_dir", lambda: tmp_path)
    monkeypatch.setattr(kept, "_SMALLEST_BYTES", 0)
    return tmp_path / "packed"


class _Packing:
    """Packs random weights and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> PackedModel:
        self.times += 1
        checkpoint = RandomCheckpoint(replace(SHAPES["small"], decoder=_CONFIG), seed=self.times)
        return pack_model(_CONFIG, checkpoint.outer(), (checkpoint.layer(i) for i in range(_CONFIG.layers)))


def _arrays(model: PackedModel) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    return (array for _, array in kept._arrays(model))


def _same(first: PackedModel, second: PackedModel) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(_arrays(first), _arrays(second), strict=True))


@pytest.mark.parametrize("crosses", [True, False])
def test_what_is_kept_is_what_was_packed(crosses: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(_CONFIG, cross_attention=crosses)
    monkeypatch.setitem(globals(), "_CONFIG", config)
    pack = _Packing()
    first, second = (kept_or_packed(config, "a", pack) for _ in range(2))
    assert pack.times == 1
    assert _same(first, second)


def test_other_files_and_other_sizes_are_packed_themselves() -> None:
    pack = _Packing()
    kept_or_packed(_CONFIG, "a", pack)
    kept_or_packed(_CONFIG, "b", pack)
    kept_or_packed(replace(_CONFIG, heads=4), "a", pack)
    assert pack.times == 3


def test_what_is_in_no_file_is_not_kept(folder: Path) -> None:
    kept_or_packed(_CONFIG, None, _Packing())
    assert not folder.exists()


@pytest.mark.parametrize("damage", ["cut", "noise", "empty"])
def test_what_is_damaged_is_packed_again(folder: Path, damage: str) -> None:
    pack = _Packing()
    kept_or_packed(_CONFIG, "a", pack)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[:-100], "noise": b"\x07" * 200, "empty": b""}[damage])
    kept_or_packed(_CONFIG, "a", pack)
    kept_or_packed(_CONFIG, "a", pack)
    assert pack.times == 2  # and kept again


def test_only_the_last_ones_used_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_MOST_FILES", 2)
    pack = _Packing()
    for number, name in enumerate("ab"):
        kept_or_packed(_CONFIG, name, pack)
        for path in folder.iterdir():
            os.utime(path, (number, number))
    kept_or_packed(_CONFIG, "a", pack)  # used again, so "b" is the oldest
    kept_or_packed(_CONFIG, "c", pack)
    before = pack.times
    kept_or_packed(_CONFIG, "a", pack)
    assert pack.times == before
    kept_or_packed(_CONFIG, "b", pack)
    assert pack.times == before + 1


def test_a_full_disk_keeps_nothing_and_plays_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(folder.parent)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    assert isinstance(kept_or_packed(_CONFIG, "a", _Packing()), PackedModel)
    assert not list(folder.glob("*"))


def test_a_folder_that_cannot_be_written_keeps_nothing(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    assert isinstance(kept_or_packed(_CONFIG, "a", _Packing()), PackedModel)


def test_a_checkpoint_that_changes_is_another_one(text_checkpoint: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(text_checkpoint, tmp_path / "copy"))
    before = open_checkpoint(copy).identity
    assert open_checkpoint(copy).identity == before
    assert open_checkpoint(text_checkpoint).identity != before
    path = copy / "model.safetensors"
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000_000))
    assert open_checkpoint(copy).identity != before
