"""From logits to one token per codebook: guidance, temperature, top-k, top-p, and the draw.

Source of the rules: AudioCraft `models/lm.py` and `utils/utils.py` (guidance on raw logits; ties at the k-th value are
kept; top-p wins over top-k). The draw takes the random numbers from outside, so it is a function like the others:
argmax(p / e) with e ~ Exp(1) is a sample from p, and is what `torch.multinomial` computes for one sample on the CPU.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from musicgen_studio.core.request import Sampling


def guided(conditional: Tensor, null: Tensor, scale: float) -> Tensor:
    """Move logits away from what the model says without a condition.

    Classifier-free guidance: null + (conditional - null) * scale, all of one shape.
    """
    return null + (conditional - null) * scale


def blended(
    logits: Tensor, pairs: Sequence[tuple[int, int]], guidance_scale: float, weights: Sequence[float]
) -> Tensor:
    """Guide each of the prompts that sound at a time, and blend them: `Σ wᵢ · (uᵢ + g · (cᵢ − uᵢ))`.

    A weight of 1 among zeros gives the very numbers of that prompt alone.

    Args:
        logits: `[groups, ...]`, of rows that are told different things.
        pairs: Of each prompt the group that is told of it and the one that guidance leads away from; the same one if
            there is no guidance.
        guidance_scale: As in `Sampling`.
        weights: What each prompt counts; together 1.

    Returns:
        `[...]`.
    """
    prompts = [
        logits[told] if told == null else guided(logits[told], logits[null], guidance_scale) for told, null in pairs
    ]
    if len(prompts) == 1:
        return prompts[0]
    return torch.stack([weight * prompt for weight, prompt in zip(weights, prompts, strict=True)]).sum(dim=0)


def probabilities(logits: Tensor, sampling: Sampling) -> Tensor:
    """Return probabilities `[..., card]` for logits `[..., card]`, in float32. Temperature must be above 0."""
    logits = logits.float() / sampling.temperature
    if sampling.top_p > 0.0:
        return _nucleus(torch.softmax(logits, dim=-1), sampling.top_p)
    if 0 < sampling.top_k < logits.shape[-1]:
        kth = torch.topk(logits, sampling.top_k, dim=-1).values[..., -1:]
        logits = logits.masked_fill(logits < kth, float("-inf"))
    return torch.softmax(logits, dim=-1)


def _nucleus(p: Tensor, top_p: float) -> Tensor:
    """Keep the likeliest tokens until together they exceed `top_p`; the one that crosses it is kept."""
    ordered, indices = torch.sort(p, dim=-1, descending=True)
    ordered = ordered.masked_fill(ordered.cumsum(dim=-1) - ordered > top_p, 0.0)
    kept = torch.zeros_like(p).scatter(-1, indices, ordered)
    return kept / kept.sum(dim=-1, keepdim=True)


def sample_codes(logits: Tensor, sampling: Sampling, noise: Tensor | None) -> Tensor:
    """Choose one token id for each `[..., card]` row of logits.

    Args:
        logits: `[..., card]`.
        sampling: Temperature 0 takes the likeliest token and needs no noise.
        noise: Exp(1)-distributed, same shape; None takes the likeliest token.

    Returns:
        int64 `[...]`.
    """
    if sampling.temperature == 0.0 or noise is None:
        return logits.argmax(dim=-1)
    return (probabilities(logits, sampling) / noise).argmax(dim=-1)


class Noise:
    """The random numbers of a run: one stream per take, so a take sounds the same whatever is made beside it.

    Drawn on the CPU on every device, so that a seed means the same numbers everywhere.

    Args:
        seed: Take n draws from seed + n.
        takes: Of each prompt.
        codebooks: Of the model.
        card: Codes in a codebook.
        prompts: How many are made together; the takes of each get the same numbers.
    """

    def __init__(self, seed: int, takes: int, codebooks: int, card: int, prompts: int = 1) -> None:
        self._generators = [torch.Generator().manual_seed(seed + take) for take in range(takes)]
        self._buffer = torch.empty(prompts, takes, codebooks, card)

    def draw(self) -> Tensor:
        """Return Exp(1) numbers `[prompts * takes, codebooks, card]`; the buffer is used again by the next call."""
        for row, generator in zip(self._buffer[0], self._generators, strict=True):
            row.exponential_(1.0, generator=generator)
        self._buffer[1:] = self._buffer[0]
        return self._buffer.flatten(0, 1)

    @property
    def position(self) -> tuple[bytes, ...]:
        """Where each take's stream stands."""
        return tuple(bytes(generator.get_state().numpy().data) for generator in self._generators)

    def go_to(self, position: Sequence[bytes]) -> None:
        """Go on from where streams stood.

        Raises:
            ValueError: If this is no position of such streams.
        """
        for generator, state in zip(self._generators, position, strict=True):
            try:
                generator.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
            except (RuntimeError, TypeError) as error:
                raise ValueError(f"position must be that of random numbers, got {len(state)} bytes") from error
