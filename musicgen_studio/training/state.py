"""A training's state on disk, so that a kill at any point costs no more than the time since the last one.

States are read as plain tensors and values; nothing in them is executed.
"""

from pathlib import Path
from typing import Any

import torch

from musicgen_studio.errors import UserProblem
from musicgen_studio.training.workspace import written_whole


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write a state, whole or not at all."""
    with written_whole(path) as file:
        torch.save(state, file)


def load_state(path: Path) -> dict[str, Any] | None:
    """Read a state into the computer's memory, or None if there is none yet.

    Models and optimizers copy from it to where they are. Whoever holds on to it holds a second copy of all weights.

    Raises:
        UserProblem: If the file is damaged.
    """
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever a damaged file leads its reader to
        raise UserProblem(
            "The training cannot go on.", f"{path} is damaged: {error}.", "Remove the file to begin this part again."
        ) from error
    return state


def optimizer_states(made: list[torch.optim.Optimizer]) -> list[dict[str, Any]]:
    """Return the states of optimizers, whatever device their learning rates lie on."""
    states = [optimizer.state_dict() for optimizer in made]
    for state in states:
        for group in state["param_groups"]:
            group["lr"] = float(group["lr"])
            if "capturable" in group:
                group["capturable"] = False
    return states


def restore_optimizers(made: list[torch.optim.Optimizer], states: list[dict[str, Any]]) -> None:
    """Put optimizers back into saved states."""
    for optimizer, state in zip(made, states, strict=True):
        optimizer.load_state_dict(state)
