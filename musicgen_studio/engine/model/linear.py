"""How the language model's matrices are kept, and their products in torch.

A step multiplies a handful of rows by every weight of the model, so its time is the time to read the weights: the
precisions differ in bytes per weight. `float32` is the yardstick the others are judged by; `int8` has a step of its
own, in `cpu/`.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.compute.precision import Precision

Linear = Callable[[Tensor], Tensor]
"""`[rows, in]` to `[rows, out]`, no bias, in the activation dtype of its precision."""


def pack(weight: Tensor, precision: Precision, device: torch.device) -> Linear:
    """Prepare a weight matrix `[out, in]` for torch, in any precision but int8. The result owns its memory."""
    kept = weight.to(device=device, dtype=precision.activation_dtype)

    def linear(x: Tensor) -> Tensor:
        return functional.linear(x, kept)

    return linear
