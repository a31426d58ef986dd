"""From a checkpoint's matrices to tiles of int8, layer by layer, so that one layer at a time is held twice.

Each output has its own scale: its largest weight is 127 steps. Tiles are described in `vector.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from musicgen_studio.engine.checkpoint.values import Affine, DecoderConfig, LayerWeights, OuterWeights
from musicgen_studio.engine.model.cpu.arrays import Floats, Matrices, Weights
from musicgen_studio.engine.model.cpu.vector import TILE, WEIGHT_MAX


@dataclass(frozen=True, slots=True)
class PackedModel:
    """A language model in tiles.

    Args:
        weights: What a step reads.
        text_keys: The matrices that make keys of a text's states, as `qkv` by head; empty without cross-attention.
        text_values: The same for values.
    """

    weights: Weights
    text_keys: Matrices
    text_values: Matrices


def padded(outputs: int) -> int:
    """Return the outputs' number rounded up to whole tiles."""
    return (outputs + TILE - 1) // TILE * TILE


def pack_model(config: DecoderConfig, outer: OuterWeights, layers: Iterable[LayerWeights]) -> PackedModel:
    """Pack a language model.

    Args:
        config: Its sizes.
        outer: What surrounds the layers.
        layers: The layers in order; each is let go before the next is asked for.
    """
    model = empty_model(config)
    _put_norm(model.weights.out_norm, 0, outer.out_norm)
    _put(model.weights.heads, 0, outer.heads)
    for index, layer in enumerate(layers):
        _put_layer(model, index, layer, config)
    return model


def empty_model(config: DecoderConfig) -> PackedModel:
    """Return room for a packed model; what is in it is anything."""
    count, width, inner = config.layers, config.width, config.feed_forward
    by_head = config.heads * padded(width // config.heads)
    crossing = count if config.cross_attention else 0
    return PackedModel(
        Weights(
            attention_norm=np.empty(count * 2 * width, np.float32),
            qkv=_room(count, 3 * by_head, width),
            attention_out=_room(count, width, width),
            cross_norm=np.empty(crossing * 2 * width, np.float32),
            cross_q=_room(crossing, by_head, width),
            cross_out=_room(crossing, width, width),
            feed_forward_norm=np.empty(count * 2 * width, np.float32),
            up=_room(count, inner, width),
            down=_room(count, width, inner),
            out_norm=np.empty(2 * width, np.float32),
            heads=_room(1, config.codebooks * config.card, width),
        ),
        text_keys=_room(crossing, by_head, width),
        text_values=_room(crossing, by_head, width),
    )


def _put_layer(model: PackedModel, index: int, layer: LayerWeights, config: DecoderConfig) -> None:
    weights, width, heads = model.weights, config.width, config.heads
    _put_norm(weights.attention_norm, index, layer.attention_norm)
    by_head = layer.qkv.view(3, heads, width // heads, width).transpose(0, 1)
    _put(weights.qkv, index, _padded_heads(by_head))
    _put(weights.attention_out, index, layer.attention_out)
    if layer.cross is not None:
        _put_norm(weights.cross_norm, index, layer.cross.norm)
        for room, matrix in (
            (weights.cross_q, layer.cross.q),
            (model.text_keys, layer.cross.k),
            (model.text_values, layer.cross.v),
        ):
            _put(room, index, _padded_heads(matrix.view(heads, width // heads, width)))
        _put(weights.cross_out, index, layer.cross.out)
    _put_norm(weights.feed_forward_norm, index, layer.feed_forward_norm)
    _put(weights.up, index, layer.up)
    _put(weights.down, index, layer.down)


def _room(layers: int, outputs: int, inputs: int) -> Matrices:
    return Matrices(
        np.empty(layers * padded(outputs) * inputs, np.int8), np.empty(layers * padded(outputs), np.float32)
    )


def _padded_heads(matrix: Tensor) -> Tensor:
    """Fill each head of `[…, head, width]` up to whole tiles with outputs that are always 0: `[outputs, width]`."""
    missing = padded(matrix.shape[-2]) - matrix.shape[-2]
    return torch.nn.functional.pad(matrix, (0, 0, 0, missing)).flatten(0, -2)


def _put(room: Matrices, layer: int, matrix: Tensor) -> None:
    """Round a matrix `[outputs, inputs]` and lay it down as a layer's."""
    matrix = matrix.float()
    outputs, inputs = matrix.shape
    matrix = torch.nn.functional.pad(matrix, (0, 0, 0, padded(outputs) - outputs))
    scales = matrix.abs().amax(dim=1) / WEIGHT_MAX
    rounded = (matrix / scales.clamp_min(torch.finfo(torch.float32).tiny)[:, None]).round_().to(torch.int8)
    tiles = rounded.view(-1, TILE, inputs // 2, 2).transpose(1, 2)
    size = rounded.numel()
    room.tiles[layer * size : (layer + 1) * size] = tiles.reshape(-1).numpy()
    room.scales[layer * len(scales) : (layer + 1) * len(scales)] = scales.numpy()


def _norm(affine: Affine) -> Floats:
    return torch.cat([affine.weight, affine.bias]).float().numpy()


def _put_norm(room: Floats, layer: int, affine: Affine) -> None:
    norm = _norm(affine)
    room[layer * len(norm) : (layer + 1) * len(norm)] = norm
