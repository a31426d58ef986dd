"""A matrix as a GPU keeps it: as it is multiplied, or in 8 bits and widened each time, for where memory is short."""

from dataclasses import dataclass

import torch
from torch import Tensor

from musicgen_studio.compute.precision import Precision

_LARGEST = 127


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix from `in` numbers to `out`.

    Args:
        numbers: `[out, in]`; int8 if there are scales.
        scales: What the int8 of each output are multiplied by, float32 `[out, 1]`; None if they are not int8.
        dtype: Of what is multiplied with it.
    """

    numbers: Tensor
    scales: Tensor | None
    dtype: torch.dtype

    def wide(self) -> Tensor:
        """Return it as `[in, out]`, ready for a product. In 8 bits this makes it anew, which takes longer than one."""
        if self.scales is None:
            return self.numbers.t()
        return self.numbers.to(self.dtype).mul_(self.scales).t()


def keep(weights: tuple[Tensor, ...], precision: Precision, dtype: torch.dtype, device: torch.device) -> Matrix:
    """Bring weights `[out, in]`, one on top of the other, onto a device.

    Args:
        weights: Of any floating dtype.
        precision: How they are kept.
        dtype: Of what is multiplied with them.
        device: Where they go.
    """
    if precision is not Precision.INT8:
        return Matrix(torch.cat([weight.to(device, dtype) for weight in weights]), None, dtype)
    exact = torch.cat([weight.to(device, torch.float32) for weight in weights])
    scales = exact.abs().amax(dim=1, keepdim=True).div_(_LARGEST).clamp_(min=torch.finfo(torch.float32).tiny)
    return Matrix(exact.div_(scales).round_().to(torch.int8), scales, dtype)
