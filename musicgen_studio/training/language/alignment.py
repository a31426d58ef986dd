"""Heads that know from the first step where in the melody the music is.

The prefix holds the melody, one vector every 128 ms; the music has a step every 20 ms. What is to sound at step `j` is
said at place `j / 6.4`, and a small network takes long to find that out. Sinusoidal positions allow to write it down:
their frequencies fall by a constant factor, so the frequency that is 6.4 times lower lies some places further in the
same vector (32 for a width of 320). A query that takes its position from there, and a key that takes it from here, turn
at the same speed, and their product is greatest where they meet:

    query · key = sum of cos(w (place - (position - words begin the music) / 6.4))

Two heads of the first layer begin so, for prompts of few and of many words, which shift the music. They are ordinary
weights, and learn on like all others. Not for what is then done with the melody: that is learned.
"""

from math import log, sqrt

import torch
from torch import Tensor, nn

from musicgen_studio.dsp.chroma import HOP as CHROMA_HOP_SAMPLES
from musicgen_studio.training.settings import HOP_SAMPLES

_STEPS_PER_PLACE = CHROMA_HOP_SAMPLES / HOP_SAMPLES
_WORDS = (6, 18)
"""Tokens of text the two heads expect."""

_PEAK = 9.0
"""The place they mean is e^9 times as heavy as one far away, as long as positions are most of what the layer sees."""


@torch.no_grad()
def align_with_melody(query: nn.Linear, key: nn.Linear, heads: int, melody_length: int) -> None:
    """Write the two heads into the projections of the first layer's attention.

    Args:
        query: `[width, width]`, without bias.
        key: Likewise.
        heads: Of the attention; with fewer than three nothing is changed.
        melody_length: Vectors of melody in the prefix.
    """
    width = query.weight.shape[0]
    size = width // heads
    if heads <= len(_WORDS):
        return
    for head, words in enumerate(_WORDS):
        rows = slice(head * size, (head + 1) * size)
        query.weight[rows], key.weight[rows] = _head(width, size, melody_length + words)


def _head(width: int, size: int, start: float) -> tuple[Tensor, Tensor]:
    """Return the weights `[size, width]` of a query and a key that meet when the music starts at position `start`."""
    half = width // 2
    falls_by = log(10_000) / (half - 1)  # per place in the vector, as in transformers' sinusoidal positions
    further = round(log(_STEPS_PER_PLACE) / falls_by)
    frequencies = min(size // 2, half - further)
    query, key = torch.zeros(size, width), torch.zeros(size, width)
    for index in range(frequencies):
        slow = index + further
        angle = torch.exp(torch.tensor(-falls_by * slow)) * start
        cosine, sine = 2 * index, 2 * index + 1
        # cos(w (p - start)) and sin(w (p - start)) by the addition theorems
        query[cosine, slow], query[cosine, half + slow] = torch.cos(angle), torch.sin(angle)
        query[sine, slow], query[sine, half + slow] = -torch.sin(angle), torch.cos(angle)
        key[cosine, index] = key[sine, half + index] = 1.0
    # The layer's norm doubles the power of sines; attention divides by the root of the head's size.
    scale = sqrt(_PEAK * sqrt(size) / (2 * frequencies))
    return query * scale, key * scale
