"""Reading codes back out of the delay pattern, to see what the engine or transformers put there."""

import torch
from torch import Tensor


def undelayed(steps: Tensor, delays: tuple[int, ...]) -> Tensor:
    """Read the codes `[rows, codebooks, frames]` out of steps `[rows, codebooks, frames + max(delays) + 1]`."""
    frames = steps.shape[-1] - max(delays) - 1
    return torch.stack([steps[:, q, 1 + delay : 1 + delay + frames] for q, delay in enumerate(delays)], dim=1)
