"""A checkpoint without its float32 originals: the language model's matrices as int8, all else as it was.

The folder has transformers' layout, so that everything else reads it as it reads any other; only a matrix of whole
numbers has its scales beside it (`weights.INT8_SCALES`), one for each output, and is multiplied when it is read. They
are the numbers and scales that the processor's int8 model would make of the originals, so that model is the same bit by
bit. Not for how that model lays them out (`model.cpu.packing`).
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.weights import INT8_SCALES, open_weights, weights_file
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.files.whole import ensure_folder, new_folder

WEIGHT_MAX = 127
_MATRICES = re.compile(r"decoder\.(model\.decoder\.layers\.\d+\..*(_proj|fc\d)|lm_heads\.\d+)\.weight$")
_WEIGHTS = ("model.safetensors", "pytorch_model.bin", "model-", "pytorch_model-")


def write_int8(folder: Path, to: Path, is_stopped: Callable[[], bool], tell: Callable[[float], object]) -> None:
    """Write a checkpoint without its float32 matrices.

    Args:
        folder: A checkpoint in transformers' layout; it is left as it is.
        to: A folder that is not there yet. It is there whole or not at all.
        is_stopped: Asked often.
        tell: Told the share that is done.

    Raises:
        StoppedError: If it was stopped.
        UserProblem: If the checkpoint cannot be read or is of another layout, or the disk is full.
    """
    from safetensors.torch import save_file

    if weights_file(folder) is None:
        raise UserProblem(
            "The checkpoint cannot be kept as int8 only.",
            "It is in AudioCraft's layout.",
            "Download it from the Hugging Face Hub in transformers' layout.",
        )
    open_checkpoint(folder)  # whole and readable, or it says what is wrong
    ensure_folder(to.parent)
    tensors = dict[str, Tensor]()
    weights = open_weights(folder)
    names = weights.names
    for number, name in enumerate(names):
        if is_stopped():
            raise StoppedError
        tensor = weights.read([name])[name]
        tensors |= _rounded(name, tensor) if _MATRICES.match(name) else {name: tensor}
        tell(number / len(names))
    with new_folder(to) as part:
        for path in folder.iterdir():
            if path.is_file() and not path.name.startswith(_WEIGHTS):
                shutil.copyfile(path, part / path.name)
        save_file(tensors, part / "model.safetensors", metadata={"format": "pt"})
        open_checkpoint(part)


def _rounded(name: str, matrix: Tensor) -> dict[str, Tensor]:
    """Round a matrix `[outputs, inputs]` to int8 with a scale per output, such that rounding again changes nothing.

    A scale that is a number divided by 127 comes back exactly when it is multiplied by 127 and divided once more.
    """
    matrix = matrix.float()
    scales = matrix.abs().amax(dim=1) / WEIGHT_MAX
    rounded = (matrix / scales.clamp_min(torch.finfo(torch.float32).tiny)[:, None]).round_().to(torch.int8)
    return {name: rounded, f"{name}{INT8_SCALES}": scales}
