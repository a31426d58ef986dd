"""The hash of a checkpoint: what counts, and a cache that is never trusted further than it should be."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from musicgen_studio.checkpoints import fingerprint as module
from musicgen_studio.checkpoints.fingerprint import checkpoint_files, file_sha256, fingerprint
from musicgen_studio.errors import UserProblem
from tests.checkpoints.test_found import put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    for name in ("model.safetensors", "config.json", "spiece.model", "vocab.txt"):
        (folder / name).write_text(name)
    return folder


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_it_is_the_hash_of_names_and_hashes(folder: Path) -> None:
    names = ["config.json", "model.safetensors", "spiece.model", "vocab.txt"]
    assert fingerprint(folder) == _sha256("".join(f"{name}:{_sha256(name)}\n" for name in names))


@pytest.mark.parametrize("name", ["README.md", "notes.txt", ".cache.json", "training.log"])
def test_files_for_people_do_not_count(folder: Path, name: str) -> None:
    before = fingerprint(folder)
    (folder / name).write_text("anything")
    assert fingerprint(folder) == before
    assert name not in {path.name for path in checkpoint_files(folder)}


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "spiece.model", "vocab.txt"])
def test_every_file_of_the_checkpoint_counts(folder: Path, name: str) -> None:
    before = fingerprint(folder)
    (folder / name).write_text("something longer than it was")
    assert fingerprint(folder) != before


def test_a_file_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fingerprint(folder)
    monkeypatch.setattr(module, "file_sha256", lambda path: pytest.fail(f"{path} was read again"))
    assert fingerprint(folder) == first


def test_a_changed_time_makes_it_read_again(folder: Path) -> None:
    file = folder / "model.safetensors"
    before = fingerprint(folder)
    state = file.stat()
    file.write_text("model.sAfetensors")  # the same size
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert fingerprint(folder) != before


@pytest.mark.parametrize("broken", ["{", "[]", '{"x": 5}', "\x00"])
def test_a_broken_cache_is_ignored_and_mended(folder: Path, cache: Path, broken: str) -> None:
    expected = fingerprint(folder)
    (cache / "hashes.json").write_text(broken)
    assert fingerprint(folder) == expected
    assert len(json.loads((cache / "hashes.json").read_text())) == 4


def test_a_cache_with_values_of_other_types_is_ignored(folder: Path, cache: Path) -> None:
    expected = fingerprint(folder)
    store = cache / "hashes.json"
    known = json.loads(store.read_text())
    store.write_text(json.dumps({path: noted | {"sha256": 5} for path, noted in known.items()}))
    assert fingerprint(folder) == expected


def test_a_cache_that_cannot_be_written_is_no_obstacle(folder: Path, cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    assert len(fingerprint(folder)) == 64


def test_the_cache_leaves_no_temporary_file(folder: Path, cache: Path) -> None:
    fingerprint(folder)
    assert [path.name for path in cache.iterdir()] == ["hashes.json"]


def test_an_empty_folder_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="holds no checkpoint"):
        fingerprint(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="cannot be read"):
        fingerprint(tmp_path / "gone")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match=r"hum\.wav"):
        file_sha256(tmp_path / "hum.wav")


@pytest.mark.parametrize("name", ["checkpoint.th", "lm_final.pt"])
def test_what_a_trainer_leaves_counts(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"weights")
    assert [path.name for path in checkpoint_files(tmp_path)] == [name]


@pytest.mark.parametrize("place", ["beside", "inside", "cache"])
def test_the_base_of_an_adapter_counts(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """What an adapter plays is its base's music: with another base it is another checkpoint."""
    lora = tmp_path / "lora" / "mine"
    lora.mkdir(parents=True)
    settings = {"peft_type": "LORA", "base_model_name_or_path": "me/base", "r": 4, "lora_alpha": 8}
    (lora / "adapter_config.json").write_text(json.dumps(settings | {"target_modules": ["q_proj"]}))
    (lora / "adapter_model.safetensors").write_text("small")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    alone = fingerprint(lora)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    files["config.json"] = b'{"model_type": "musicgen"}'
    if place == "cache":
        source = tmp_path / "source"
        source.mkdir()
        for name, content in files.items():
            (source / name).write_bytes(content)
        base = put(tmp_path / "hub", "me/base", source)
    else:
        base = lora / "base" if place == "inside" else lora.parent / "base"
        base.mkdir()
        for name, content in files.items():
            (base / name).write_bytes(content)
    with_base = fingerprint(lora)
    assert with_base != alone
    assert with_base == fingerprint(lora)
    assert fingerprint(lora, with_base=False) == alone  # as records of earlier versions have it
    changed = base / "model.safetensors"
    changed.resolve().write_text("another model than it was")
    assert fingerprint(lora) != with_base
