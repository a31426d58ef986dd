"""The folder that was chosen, and the one that is meant."""

import json
from pathlib import Path

import pytest

from musicgen_studio.checkpoints.catalogue import find
from musicgen_studio.checkpoints.found import found_folders
from musicgen_studio.checkpoints.locate import located
from musicgen_studio.checkpoints.offers import offers
from musicgen_studio.errors import UserProblem


def _checkpoint(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "musicgen"}')
    (folder / "model.safetensors").write_bytes(b"")
    return folder


@pytest.mark.parametrize("below", ["", "sub", "a/b", "a/b/c", "checkpoint-500"])
def test_it_may_lie_below(tmp_path: Path, below: str) -> None:
    wanted = _checkpoint(tmp_path / "chosen" / below)
    assert located(tmp_path / "chosen") == wanted
    assert find(str(tmp_path / "chosen")).folder == wanted.resolve()


@pytest.mark.parametrize("inside", ["text_encoder", "runs/events"])
def test_it_may_lie_above(tmp_path: Path, inside: str) -> None:
    wanted = _checkpoint(tmp_path / "right")
    (wanted / inside).mkdir(parents=True)
    assert located(wanted / inside) == wanted


def test_of_a_trainers_steps_the_last_is_meant(tmp_path: Path) -> None:
    for step in (500, 1500, 1000):
        _checkpoint(tmp_path / f"checkpoint-{step}")
    assert located(tmp_path).name == "checkpoint-1500"


def test_a_trainers_result_is_meant_rather_than_its_steps(tmp_path: Path) -> None:
    _checkpoint(tmp_path / "out")
    _checkpoint(tmp_path / "out" / "checkpoint-500")
    assert located(tmp_path / "out") == tmp_path / "out"


@pytest.mark.parametrize("chosen", ["", "snapshots", "snapshots/new", "blobs"])
def test_of_a_caches_folder_the_current_commit_is_meant(tmp_path: Path, chosen: str) -> None:
    kept = tmp_path / "models--owner--name"
    new = _checkpoint(kept / "snapshots" / "new")
    (kept / "refs").mkdir()
    (kept / "blobs").mkdir()
    (kept / "refs" / "main").write_text("new\n")
    if chosen == "":
        _checkpoint(kept / "snapshots" / "old")
    assert located(kept / chosen) == (kept / "blobs" if chosen == "blobs" else new)


def test_several_without_a_word_are_not_guessed_at(tmp_path: Path) -> None:
    _checkpoint(tmp_path / "small")
    _checkpoint(tmp_path / "large")
    with pytest.raises(UserProblem, match=r"several checkpoints.*large, small"):
        located(tmp_path)


def test_where_there_is_none_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    assert located(tmp_path) == tmp_path


def test_a_file_of_it_may_be_chosen(tmp_path: Path) -> None:
    folder = _checkpoint(tmp_path / "right")
    assert find(str(folder / "model.safetensors")).folder == folder.resolve()


def test_an_adapter_says_its_rank_its_targets_and_its_licence(tmp_path: Path) -> None:
    raw = {"peft_type": "LORA", "r": 8, "lora_alpha": 16, "target_modules": ["v_proj", "q_proj"]}
    raw["base_model_name_or_path"] = "facebook/musicgen-small"
    (tmp_path / "adapter_config.json").write_text(json.dumps(raw))
    entry = find(str(tmp_path))
    assert entry.description.startswith("LoRA of rank 8 on q_proj, v_proj, over facebook/musicgen-small, in ")
    assert entry.licence == "CC-BY-NC 4.0, as facebook/musicgen-small is, over which it was trained"
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    assert find(str(tmp_path)).licence == "mit"


@pytest.mark.parametrize("name", ["", "musicgen"])
def test_what_lies_in_torch_hubs_folder_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints" / name
    folder.mkdir(parents=True)
    assert found_folders() == []
    (folder / "state_dict.bin").write_bytes(b"")
    assert found_folders() == [folder]
    assert folder.resolve() in [offer.folder for offer in offers()]
