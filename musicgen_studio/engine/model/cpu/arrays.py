"""What the compiled step works on: flat arrays, by name. numba takes named tuples as they are, and no dataclasses.

Not for what is done with them (`step.py`) nor for how weights get into them (`packing.py`).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.int8]
Shorts = npt.NDArray[np.int16]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class Matrices(NamedTuple):
    """One kind of matrix of all layers, in tiles.

    Args:
        tiles: int8, `[layers, tiles, inputs / 2, 32, 2]`, flat.
        scales: float32, `[layers, tiles, 32]`, flat: what one step of an output's weights is worth.
    """

    tiles: Bytes
    scales: Floats


class Weights(NamedTuple):
    """The language model. Norms are `[layers, 2, width]`, flat: gain and shift."""

    attention_norm: Floats
    qkv: Matrices  # rows by head: query, key, value of the first head, then of the next
    attention_out: Matrices
    cross_norm: Floats  # empty, like the next two, where there is no cross-attention
    cross_q: Matrices
    cross_out: Matrices
    feed_forward_norm: Floats
    up: Matrices
    down: Matrices
    out_norm: Floats
    heads: Matrices


class Shape(NamedTuple):
    """Sizes. `padded_head` is the head dimension rounded up to whole tiles."""

    layers: int
    width: int
    heads: int
    head: int
    padded_head: int
    feed_forward: int
    logits: int


class KeyValues(NamedTuple):
    """Keys and values so far as int8, each with its own scale, flat.

    Args:
        keys: `[layers, rows, heads, positions / 32, head / 2, 32, 2]`: positions are the outputs of tiles.
        key_scales: `[layers, rows, heads, positions]`.
        values: `[layers, rows, heads, padded_head / 32, positions / 2, 32, 2]`.
        value_scales: Like `key_scales`.
        begins: Position at which each row begins; nothing before it is attended to.
    """

    keys: Bytes
    key_scales: Floats
    values: Bytes
    value_scales: Floats
    begins: Longs


class Texts(NamedTuple):
    """What the first rows read, as many of them each text: `[layers, heads, tokens, head]`, flat, text after text.

    Args:
        keys: float32.
        values: float32.
        begins: At how many tokens, counted through, each text begins; at the end how many there are in all.
    """

    keys: Floats
    values: Floats
    begins: Longs


class Activations(NamedTuple):
    """What flows between the parts, shared by the threads: one vector after the other, flat."""

    x: Floats  # [vectors, width]
    mixed: Floats  # [vectors, width]
    hidden: Floats  # [vectors, feed_forward]
    logits: Floats  # [rows, logits]


class Scratch(NamedTuple):
    """What a thread needs to work in, its own, flat."""

    x: Shorts  # [vectors, the longest input], rounded
    x_scales: Floats  # [vectors]
    sums: Ints  # [8, 32], or [positions]
    qkv: Floats  # [vectors, 3, padded_head]
    line: Floats  # as long as the longest of an input, the positions, the text
    shares: Shorts  # [positions]
