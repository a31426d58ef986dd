"""The matrix products of a decoding step, one kernel per precision. What a step is made of is chosen here alone.

A step multiplies a handful of rows by every weight of the model, so its time is the time to read the weights: the
kernels differ in bytes per weight. `float32` is the yardstick the others are judged by.
"""

import warnings
from collections.abc import Callable
from enum import StrEnum

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
    """Prepare a weight matrix `[out, in]` for a kernel. The result owns its memory."""
    if precision is Precision.INT8:
        return _int8(weight)
    kept = weight.to(device=device, dtype=precision.activation_dtype)

    def linear(x: Tensor) -> Tensor:
        return functional.linear(x, kept)

    return linear


def int8_is_available() -> bool:
    """Tell whether FBGEMM's int8 kernels are in this build of torch and run on this processor (x86-64 with AVX2)."""
    return "fbgemm" in torch.backends.quantized.supported_engines and "AVX" in torch.backends.cpu.get_cpu_capability()


def _int8(weight: Tensor) -> Linear:
    """Weights as int8 with a scale per output; activations quantised at each call, one scale for all rows.

    FBGEMM's `quantized::linear_dynamic`: float32 in and out, 27 GB/s of weights on two Zen 4 cores. `reduce_range`
    keeps activations to 7 bits, without which processors lacking VNNI overflow their 16-bit sums.
    """
    weight = weight.float()
    scales = weight.abs().amax(dim=1).clamp_min(torch.finfo(torch.float32).tiny) / 127.0
    zero_points = torch.zeros_like(scales, dtype=torch.int64)
    with warnings.catch_warnings():
        # Quantised tensors are announced to leave torch some day; its version is pinned, and the kernel stays.
        warnings.filterwarnings("ignore", message=".*quantized tensor creation functions", category=UserWarning)
        quantized = torch.quantize_per_channel(weight, scales, zero_points, 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(quantized, None)

    def linear(x: Tensor) -> Tensor:
        return torch.ops.quantized.linear_dynamic(x, packed, reduce_range=True)  # type: ignore[no-any-return]

    return linear
