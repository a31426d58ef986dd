"""Causal attention in blocks of queries: what training on a CPU spends nearly half its time with otherwise.

A block of queries meets all keys up to its own end as one product of 16-bit matrices; what comes later is never
computed. Forth and back through a layer of the starter takes 46 ms of a core with AMX, torch's attention for CPUs 74 ms
(4 windows of 714 positions, bfloat16); with torch finding the slopes of the blocks, 61 ms.

Only for training on a CPU: the scores of a layer stay in memory, and a GPU's flash attention is faster than this.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

_BLOCK = 192
"""Queries at a time. Of 64 to 256, the fastest for windows of 260 positions, and within 3 % of it for 710."""


def causal_attention(
    _module: nn.Module, query: Tensor, key: Tensor, value: Tensor, _mask: None, scaling: float, **_: Any
) -> tuple[Tensor, None]:
    """Attend to oneself and what came before, called as transformers calls its attention functions.

    Args:
        query: `[rows, heads, length, size]`.
        key: Likewise, as long.
        value: Likewise.
        scaling: Of the products of queries and keys.

    Returns:
        `[rows, length, heads, size]`, and None for the weights.
    """
    rows, heads, length, size = query.shape
    each = (part.reshape(rows * heads, length, size) for part in (query, key, value))
    made: Tensor = _InBlocks.apply(*each, scaling)  # type: ignore[no-untyped-call]
    return made.view(rows, heads, length, size).transpose(1, 2), None


class _InBlocks(torch.autograd.Function):
    """Attention of `[rows x heads, length, size]`, and its slopes.

    torch would find the slopes by itself, but a block's are those of a part of all keys: it widens each with zeros to
    the whole and then adds them up. Here they are added to where they belong.
    """

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, scaling: float) -> Tensor:
        """Return what is attended to, as large as the query."""
        query, made, kept = query * scaling, torch.empty_like(value), []
        later = torch.full((_BLOCK, _BLOCK), -torch.inf, dtype=query.dtype, device=query.device).triu(1)
        for first, last in _blocks(query.shape[1]):
            scores = query[:, first:last] @ key[:, :last].mT
            scores[..., first:] += later[: last - first, : last - first]
            shares = scores.softmax(dim=-1)
            made[:, first:last] = shares @ value[:, :last]
            kept.append(shares)
        ctx.save_for_backward(query, key, value, *kept)
        ctx.scaling = scaling
        return made

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """Return the slopes of query, key and value."""
        query, key, value, *kept = ctx.saved_tensors
        of_query, of_key, of_value = torch.empty_like(query), torch.zeros_like(key), torch.zeros_like(value)
        for (first, last), shares in zip(_blocks(query.shape[1]), kept, strict=True):
            outer = slope[:, first:last]
            of_value[:, :last].baddbmm_(shares.mT, outer)
            of_shares = outer @ value[:, :last].mT
            of_scores = torch.ops.aten._softmax_backward_data(of_shares, shares, -1, shares.dtype)  # noqa: SLF001
            of_query[:, first:last] = of_scores @ key[:, :last]
            of_key[:, :last].baddbmm_(of_scores.mT, query[:, first:last])
        return of_query.mul_(ctx.scaling), of_key, of_value, None


def _blocks(length: int) -> list[tuple[int, int]]:
    return [(first, min(first + _BLOCK, length)) for first in range(0, length, _BLOCK)]
