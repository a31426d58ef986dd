"""From tokens to states: what every kind of model does first, in the same way."""

import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.engine.checkpoint.values import DecoderConfig


class Embedding:
    """The codebooks' embeddings; a step's are added up.

    Args:
        config: The model's hyper-parameters.
        weights: `[codebooks, card + 1, width]`.
        device: Where they lie.
        dtype: Of the states.
    """

    def __init__(self, config: DecoderConfig, weights: Tensor, device: torch.device, dtype: torch.dtype) -> None:
        self._scale = config.embedding_scale
        self._weights = weights.to(device, dtype).flatten(0, 1)  # [codebooks * (card + 1), width]
        self._codebook_start = torch.arange(config.codebooks, device=device)[:, None] * (config.card + 1)

    def __call__(self, tokens: Tensor) -> Tensor:
        """Turn tokens `[rows, codebooks, steps]`, wherever they are, into states `[rows, steps, width]`."""
        indices = tokens.to(self._weights.device) + self._codebook_start
        summed = functional.embedding(indices, self._weights).sum(dim=1)
        return summed if self._scale == 1.0 else summed * self._scale
