"""Files of weights that others published with `torch.save`, read without running what is in them; and windows of sound.

Not for checkpoints of MusicGen (`engine.checkpoint`): these are single files, some in torch's old format.
"""

import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from musicgen_studio.compute.threads import one_thread
from musicgen_studio.core.audio import Samples
from musicgen_studio.errors import UserProblem

_Network = TypeVar("_Network", bound=nn.Module)
_AT_ONCE = 4


def read_tensors(path: Path, section: str | None = None) -> dict[str, Tensor]:
    """Return the tensors of a file by name.

    Args:
        path: The file.
        section: Key under which they are; None if the file is the mapping itself.

    Raises:
        UserProblem: If it is missing, cut short, or holds more than tensors and plain values.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about pickles of other kinds: whether it can be read is told below
            found: Any = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise _unusable(path, "it holds more than tensors, so reading it could run a program hidden in it") from error
    except (OSError, RuntimeError, EOFError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise _unusable(path, f"it cannot be read ({str(error)[:200]})") from error
    if section is not None and isinstance(found, dict) and section in found:
        found = found[section]
    if not isinstance(found, dict) or not all(isinstance(each, Tensor) for each in found.values()):
        raise _unusable(path, "it is no mapping from names to tensors")
    return {str(name): tensor.float() for name, tensor in found.items()}


def with_weights(build: Callable[[dict[str, Tensor]], _Network], tensors: dict[str, Tensor], path: Path) -> _Network:
    """Return a network with the tensors of a file, ready to listen.

    Args:
        build: Makes the network, in the size that the tensors have.
        tensors: From `read_tensors`; every one of the network's must be there.
        path: The file, for the problem's text.

    Raises:
        UserProblem: If the tensors are not this network's.
    """
    try:
        network = build(tensors)
        network.load_state_dict({name: tensor for name, tensor in tensors.items() if name in network.state_dict()})
    except (KeyError, RuntimeError, ValueError) as error:
        raise _unusable(path, f"its tensors are not this network's ({str(error)[:200]})") from error
    return network.eval()


def _unusable(path: Path, why: str) -> UserProblem:
    return UserProblem(
        "The weights cannot be used.", f"{path}: {why}.", "Download them again, or choose another embedding."
    )


def windows(mono: Samples, length: int, least: int = 1) -> Samples:
    """Cut a sound into windows of a length; the last reaches back. What is shorter is one window, as it is.

    Args:
        mono: float32 `[samples]`; at least one.
        length: In samples.
        least: What is shorter than this is repeated until it is as long.

    Returns:
        float32 `[windows, length]`, or `[1, samples]` of what is shorter.
    """
    if len(mono) <= length:
        return (mono if len(mono) >= least else np.resize(mono, least))[None]
    starts = [*range(0, len(mono) - length, length), len(mono) - length]
    return np.stack([mono[start : start + length] for start in starts])


def in_batches(listen: Callable[[Tensor], tuple[Tensor, ...]], rows: Samples) -> tuple[Samples, ...]:
    """Return what a network says of windows, a few at a time, on one core, without gradients.

    Args:
        listen: Takes `[rows, …]` and returns tensors `[rows, …]`.
        rows: All windows.
    """
    with torch.inference_mode(), one_thread():
        said = [listen(some) for some in torch.split(torch.from_numpy(rows), _AT_ONCE)]
        return tuple(torch.cat(parts).numpy() for parts in zip(*said, strict=True))
