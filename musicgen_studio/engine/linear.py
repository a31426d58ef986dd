"""How the language model's matrices are kept, and their products in torch.

A step multiplies a handful of rows by every weight of the model, so its time is the time to read the weights: the
precisions differ in bytes per weight. `float32` is the yardstick the others are judged by; `int8` has a step of its
own, in `cpu/`.
"""

from collections.abc import Callable
from enum import StrEnum
from importlib.util import find_spec

import torch
from torch import Tensor
from torch.nn import functional

Linear = Callable[[Tensor], Tensor]
"""`[rows, in]` to `[rows, out]`, no bias, in the activation dtype of its precision."""


class Precision(StrEnum):
    """How the language model's matrices are kept."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
    INT8 = "int8"

    @property
    def activation_dtype(self) -> torch.dtype:
        """Dtype of everything between the matrices, and of the key-value cache."""
        return {"float16": torch.float16, "bfloat16": torch.bfloat16}.get(self.value, torch.float32)

    @property
    def bytes_per_weight(self) -> int:
        """Memory a weight takes, and what a step reads of it."""
        return {"float32": 4, "int8": 1}.get(self.value, 2)


def pack(weight: Tensor, precision: Precision, device: torch.device) -> Linear:
    """Prepare a weight matrix `[out, in]` for torch, in any precision but int8. The result owns its memory."""
    kept = weight.to(device=device, dtype=precision.activation_dtype)

    def linear(x: Tensor) -> Tensor:
        return functional.linear(x, kept)

    return linear


def int8_is_available() -> bool:
    """Tell whether this processor has the instructions that `cpu/` needs (x86-64 with AVX2), and numba is there."""
    return torch.backends.cpu.get_cpu_capability().startswith("AVX") and find_spec("numba") is not None
