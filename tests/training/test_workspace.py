"""The training's folder: settings that stay, files that are whole or not there."""

from pathlib import Path

import pytest
import torch

from musicgen_studio.errors import UserProblem
from musicgen_studio.training.settings import PRESETS
from musicgen_studio.training.state import load_state, save_state
from musicgen_studio.training.workspace import Workspace, read_figures, write_json, written_whole


def test_settings_are_written_down(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    with pytest.raises(UserProblem, match="There is no training here"):
        workspace.settings(None)
    assert workspace.settings(PRESETS["tiny"]) == PRESETS["tiny"]
    assert workspace.settings(None) == PRESETS["tiny"]


def test_a_file_is_whole_or_as_before(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "state"
    with written_whole(path) as file:
        file.write(b"first")
    with pytest.raises(RuntimeError):
        _write_half(path)
    assert path.read_bytes() == b"first"


def _write_half(path: Path) -> None:
    with written_whole(path) as file:
        file.write(b"half of the sec")
        raise RuntimeError("killed")


def test_figures(tmp_path: Path) -> None:
    assert read_figures(tmp_path / "none.json") == {}
    write_json(tmp_path / "some.json", {"a": 1})
    assert read_figures(tmp_path / "some.json") == {"a": 1}


def test_a_state_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    assert load_state(path) is None
    save_state(path, {"step": 3, "weights": torch.arange(3)})
    state = load_state(path)
    assert state is not None
    assert state["step"] == 3
    assert state["weights"].tolist() == [0, 1, 2]


def test_a_damaged_state_is_told(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    path.write_bytes(b"half a file")
    with pytest.raises(UserProblem, match="damaged"):
        load_state(path)
