"""Ways to change a checkpoint on disk, for tests of what the program says about it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import yaml
from safetensors.torch import load_file, save_file

State = dict[str, Any]


def copied(checkpoint: Path, tmp_path: Path) -> Path:
    """Return a copy of a checkpoint that may be damaged."""
    return Path(shutil.copytree(checkpoint, tmp_path / "checkpoint"))


def edit_json(path: Path, change: Callable[[State], object]) -> None:
    """Change the contents of a JSON file."""
    found = json.loads(path.read_text(encoding="utf-8"))
    change(found)
    path.write_text(json.dumps(found), encoding="utf-8")


def edit_tensors(path: Path, change: Callable[[State], object]) -> None:
    """Change the tensors of a safetensors file."""
    state = load_file(path)
    change(state)
    save_file(state, path, metadata={"format": "pt"})


def edit_pickle(path: Path, change: Callable[[State], object]) -> None:
    """Change what `torch.save` wrote."""
    found = torch.load(path, weights_only=True)
    change(found)
    torch.save(found, path)


def edit_settings(path: Path, change: Callable[[State], object]) -> None:
    """Change the settings under `xp.cfg` in a file of AudioCraft's."""

    def rewrite(found: State) -> None:
        settings = yaml.safe_load(found["xp.cfg"])
        change(settings)
        found["xp.cfg"] = yaml.safe_dump(settings)

    edit_pickle(path, rewrite)


def put(state: State, dotted: str, value: object) -> None:
    """Set a value in nested mappings, such as `decoder.hidden_size`."""
    *outer, last = dotted.split(".")
    for name in outer:
        state = state.setdefault(name, {})
    state[last] = value


def cut_short(path: Path, keep: float = 0.5) -> None:
    """Cut the end off a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
