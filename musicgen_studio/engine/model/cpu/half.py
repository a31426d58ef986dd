"""Layers of the codec that are mostly weights, with weights of 16 bits: their time is the time to read those.

Of a codec in the size of Meta's (EnCodec, 32 kHz) that is the LSTM and the first of the upsampling convolutions: for 25
frames at a time torch takes five and ten times as long with weights of 32 bits, which it also lays out anew each time.
Sums have 32 bits. With all such layers of a trained codec in 16 bits, the difference lay 79 dB below its sound.

The products are FBGEMM's, which are there on x86 only. Small layers stay as they are: they fit into the cache.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

SMALLEST = 1_000_000
"""Weights of a layer from which on this is worth it."""

States = tuple[Tensor, Tensor]
"""Of an LSTM: hidden and cell, `[layers, rows, width]` each."""


def is_available() -> bool:
    """Tell whether torch has products with 16-bit weights for this processor."""
    return torch.backends.quantized.engine in ("x86", "fbgemm")


def with_half_weights(module: Any) -> Any:
    """Return a layer with 16-bit weights in its place if that is worth it, else the layer itself.

    Args:
        module: On the CPU. An LSTM of one direction, or a transposed convolution without padding whose kernel is twice
            its stride; any other layer stays as it is.
    """
    if not is_available():
        return module
    if isinstance(module, nn.LSTM) and module.bias and not (module.bidirectional or module.batch_first):
        weights = sum(weight.numel() for layer in module.all_weights for weight in layer)
        return HalfLstm(module) if weights >= SMALLEST else module
    if isinstance(module, nn.ConvTranspose1d) and module.kernel_size[0] == 2 * module.stride[0]:
        return HalfTransposedConvolution(module) if module.weight.numel() >= SMALLEST else module
    return module


class HalfLstm(nn.Module):
    """An LSTM.

    Args:
        lstm: With weights of 32 bits; not kept.
    """

    def __init__(self, lstm: nn.LSTM) -> None:
        super().__init__()
        self._layers, self._width = lstm.num_layers, lstm.hidden_size
        self._cells = [
            torch.ops.quantized.make_quantized_cell_params_fp16(_packed(w_in, b_in), _packed(w_hidden, b_hidden))
            for w_in, w_hidden, b_in, b_hidden in lstm.all_weights
        ]

    def forward(self, x: Tensor, states: States | None = None) -> tuple[Tensor, States]:
        """Return `[frames, rows, width]` for `[frames, rows, inputs]`, and the states after them."""
        zeros = x.new_zeros(self._layers, x.shape[1], self._width)
        made, hidden, cell = torch.quantized_lstm(
            x, states or (zeros, zeros), self._cells, True, self._layers, 0.0, False, False, False,
            dtype=torch.float16, use_dynamic=True,
        )  # fmt: skip
        return made, (hidden, cell)


class HalfTransposedConvolution(nn.Module):
    """A transposed convolution whose kernel is twice its stride: each input gives two strides of output.

    Args:
        convolution: With weights of 32 bits; not kept.
    """

    def __init__(self, convolution: nn.ConvTranspose1d) -> None:
        super().__init__()
        self.kernel_size, self.stride = convolution.kernel_size, convolution.stride  # EnCodec's layers ask for them
        stride = self.stride[0]
        earlier, later = torch.split(convolution.weight, stride, dim=-1)  # [inputs, outputs, stride] each
        both = torch.cat([later, earlier]).permute(2, 1, 0)  # [stride, outputs, 2 * inputs]
        bias = convolution.bias if convolution.bias is not None else both.new_zeros(both.shape[1])
        self._weight = _packed(both.flatten(0, 1), bias.repeat(stride))

    def forward(self, x: Tensor) -> Tensor:
        """Return `[rows, outputs, (frames + 1) * stride]` for `[rows, inputs, frames]`."""
        padded = functional.pad(x, (1, 1)).transpose(1, 2)
        pairs = torch.cat([padded[:, :-1], padded[:, 1:]], dim=-1)  # [rows, frames + 1, 2 * inputs]
        made = torch.ops.quantized.linear_dynamic_fp16(pairs, self._weight)
        return made.view(x.shape[0], (x.shape[2] + 1) * self.stride[0], -1).transpose(1, 2)  # type: ignore[no-any-return]


def _packed(weight: Tensor, bias: Tensor) -> Any:
    return torch.ops.quantized.linear_prepack_fp16(weight.detach().contiguous(), bias.detach())
