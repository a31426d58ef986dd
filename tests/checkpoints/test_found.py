"""Tests of finding what other programs have downloaded."""

import shutil
from pathlib import Path

import pytest

from musicgen_studio.checkpoints.catalogue import find
from musicgen_studio.checkpoints.found import find_cached, found_checkpoints
from musicgen_studio.checkpoints.places import remember_folder
from musicgen_studio.errors import UserProblem

COMMIT = "a" * 40


def put(cache: Path, name: str, checkpoint: Path, commit: str = COMMIT) -> Path:
    """Lay a checkpoint out as huggingface_hub does: blobs, links to them, and what `main` is."""
    folder = cache / f"models--{name.replace('/', '--')}"
    snapshot, blobs = folder / "snapshots" / commit, folder / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    for number, file in enumerate(sorted(checkpoint.iterdir())):
        shutil.copyfile(file, blobs / str(number))
        (snapshot / file.name).symlink_to(f"../../blobs/{number}")
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(commit)
    return snapshot


@pytest.fixture
def hub_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Hugging Face programs keep things."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "AUDIOCRAFT_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    return tmp_path / "hf" / "hub"


def test_what_another_program_downloaded_is_found(hub_home: Path, text_checkpoint: Path) -> None:
    snapshot = put(hub_home, "facebook/musicgen-small", text_checkpoint)
    assert [(each.id, each.folder) for each in found_checkpoints()] == [("facebook/musicgen-small", snapshot)]
    entry = find("facebook/musicgen-small")
    assert (entry.id, entry.folder, entry.licence) == ("facebook/musicgen-small", snapshot, "CC-BY-NC 4.0")
    assert find("musicgen-small") == entry


def test_what_was_moved_is_found_by_where_it_was(hub_home: Path, text_checkpoint: Path, tmp_path: Path) -> None:
    """Records say where the checkpoint was."""
    name, kept = "facebook/musicgen-small", "models--facebook--musicgen-small"
    was, disk = put(hub_home, name, text_checkpoint), tmp_path / "disk"
    disk.mkdir()
    remember_folder(disk)
    (hub_home / kept).rename(disk / kept)
    entry = find(str(was))
    assert (entry.id, entry.folder) == (name, disk / kept / "snapshots" / COMMIT)
    newer = disk / kept / "snapshots" / ("b" * 40)
    shutil.copytree(entry.folder, newer)
    (disk / kept / "refs" / "main").write_text(newer.name)
    assert find(name).folder == newer
    assert find(str(was)) == entry
    shutil.rmtree(disk / kept)
    with pytest.raises(UserProblem, match="checkpoints download facebook/musicgen-small"):
        find(str(was))


def test_the_older_name_of_the_cache_counts_too(
    hub_home: Path, text_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUGGINGFACE_HUB_CACHE", str(tmp_path / "older"))
    put(hub_home, "me/elsewhere", text_checkpoint)
    put(tmp_path / "older", "me/first", text_checkpoint)
    assert [each.id for each in found_checkpoints()] == ["me/first"]


def test_one_that_was_asked_for_by_its_commit_is_found(hub_home: Path, text_checkpoint: Path) -> None:
    snapshot = put(hub_home, "me/pinned", text_checkpoint)
    (hub_home / "models--me--pinned" / "refs" / "main").unlink()
    assert [each.folder for each in found_checkpoints()] == [snapshot]


def test_a_newer_commit_of_which_only_the_settings_came_hides_nothing(hub_home: Path, text_checkpoint: Path) -> None:
    snapshot = put(hub_home, "me/looked-at", text_checkpoint)
    newer = snapshot.with_name("b" * 40)
    newer.mkdir()
    shutil.copyfile(text_checkpoint / "config.json", newer / "config.json")
    (hub_home / "models--me--looked-at" / "refs" / "main").write_text(newer.name)
    assert [each.folder for each in found_checkpoints()] == [snapshot]
    assert find(str(hub_home / "models--me--looked-at")).folder == snapshot


def test_audiocrafts_cache_is_found_too(
    hub_home: Path, text_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(hub_home, "me/first", text_checkpoint)
    monkeypatch.setenv("AUDIOCRAFT_CACHE_DIR", str(tmp_path / "audiocraft"))
    put(tmp_path / "audiocraft", "me/second", text_checkpoint)
    put(tmp_path / "audiocraft", "me/first", text_checkpoint, "b" * 40)
    assert [each.id for each in found_checkpoints()] == ["me/first", "me/second"]
    assert find("me/first").folder.name == COMMIT


def test_what_could_not_be_loaded_is_not_listed(hub_home: Path, text_checkpoint: Path, tmp_path: Path) -> None:
    snapshot = put(hub_home, "me/cut", text_checkpoint)
    for weights in snapshot.glob("*.safetensors"):
        weights.resolve().unlink()
    other = tmp_path / "bert"
    other.mkdir()
    (other / "config.json").write_text('{"model_type": "bert"}')
    (other / "model.safetensors").write_bytes(b"")
    put(hub_home, "google/bert", other)
    (hub_home / "models--half--name").mkdir()
    (hub_home / "models--odd--refs" / "refs").mkdir(parents=True)
    (hub_home / "models--odd--refs" / "refs" / "main").write_text("../../..")
    assert found_checkpoints() == []
    assert find_cached("me/cut") is None


@pytest.mark.usefixtures("hub_home")
def test_one_that_is_not_here_says_how_to_have_it() -> None:
    with pytest.raises(UserProblem, match="not on this computer") as problem:
        find("facebook/musicgen-medium")
    assert problem.value.what_to_do == ("Download it: musicgen-studio checkpoints download facebook/musicgen-medium")


@pytest.mark.usefixtures("hub_home")
def test_one_that_cannot_be_played_says_so() -> None:
    with pytest.raises(UserProblem, match="cannot be used"):
        find("facebook/musicgen-style")
