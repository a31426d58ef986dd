"""The transformer: pre-norm layers over a key-value cache that is handed in and filled.

Architecture: AudioCraft `modules/transformer.py` and `models/lm.py`; the same numbers as transformers'
`MusicgenForCausalLM` and `MusicgenMelodyForCausalLM`, to rounding. Differences in work, not in result: the cache is
allocated once, query, key and value are one matrix, all heads are one matrix, and keys and values of the text are
computed once per prompt. Rows without a text (the null half of guidance) skip cross-attention: its output is zero.

Not for what to feed it or what to do with logits: that is `tokens.py`.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.compute.precision import Precision
from musicgen_studio.engine.checkpoint.values import Affine, DecoderConfig, LayerWeights, OuterWeights
from musicgen_studio.engine.model.embedding import Embedding
from musicgen_studio.engine.model.linear import Linear, pack
from musicgen_studio.engine.model.protocol import KVCache

LAYER_NORM_EPS = 1e-5


@dataclass(slots=True)
class PlainKVCache:
    """What the transformer remembers of a sequence.

    Args:
        keys: `[layers, rows, heads, positions, head_dim]`, filled up to `length`.
        values: The same.
        length: Positions in use.
        texts: Per layer and text, keys and values, `[1, heads, tokens, head_dim]` each; empty without texts.
        text_rows: How many rows, from the first, attend to a text.
        begins: Where each row begins, int64 `[rows, 1]`; None if all begin at 0.
    """

    keys: Tensor
    values: Tensor
    length: int
    texts: list[list[tuple[Tensor, Tensor]]]
    text_rows: int
    begins: Tensor | None


@dataclass(frozen=True, slots=True)
class _Cross:
    norm: Affine
    q: Linear
    k: Linear
    v: Linear
    out: Linear


@dataclass(frozen=True, slots=True)
class _Layer:
    attention_norm: Affine
    qkv: Linear
    attention_out: Linear
    cross: _Cross | None
    feed_forward_norm: Affine
    up: Linear
    down: Linear


class Decoder:
    """The language model, ready to step.

    Args:
        config: Its hyper-parameters.
        outer: Embeddings, heads and last norm.
        layers: The layers' weights in order; taken one by one, so that a file's worth is never held at once.
        device: Where it runs.
        precision: How its matrices are kept.
    """

    def __init__(
        self,
        config: DecoderConfig,
        outer: OuterWeights,
        layers: Iterable[LayerWeights],
        device: torch.device,
        precision: Precision,
    ) -> None:
        self.config = config
        self.device = device
        self.precision = precision
        self.dtype = precision.activation_dtype
        self.embed = Embedding(config, outer.embeddings, device, self.dtype)
        self._out_norm = self._affine(outer.out_norm)
        self._heads = self._pack(outer.heads)
        self._layers = [self._layer(weights) for weights in layers]
        self._positions = torch.empty(0, self.config.width, device=device, dtype=self.dtype)

    def new_cache(
        self,
        rows: int,
        positions: int,
        texts: Sequence[Tensor] = (),
        text_rows: int = 0,
        begins: Sequence[int] = (),
    ) -> PlainKVCache:
        """Return an empty cache; see `LanguageModel.new_cache`."""
        config = self.config
        shape = (config.layers, rows, config.heads, positions, config.width // config.heads)
        cache = PlainKVCache(
            keys=torch.zeros(shape, device=self.device, dtype=self.dtype),
            values=torch.zeros(shape, device=self.device, dtype=self.dtype),
            length=0,
            texts=self._text_keys_values(texts) if texts else [],
            text_rows=text_rows if texts else 0,
            begins=torch.tensor(begins, device=self.device)[:, None] if any(begins) else None,
        )
        self._extend_positions(positions)
        return cache

    def cache_bytes(self, rows: int, positions: int) -> int:
        """Return how much memory keys and values take; see `LanguageModel.cache_bytes`."""
        return 2 * self.config.layers * rows * positions * self.config.width * self.dtype.itemsize

    @torch.inference_mode()
    def forward(self, x: Tensor, cache: KVCache) -> Tensor:
        """Run new positions through the model and remember them; see `LanguageModel.forward`."""
        assert isinstance(cache, PlainKVCache)
        rows, steps, _ = x.shape
        start, end = cache.length, cache.length + steps
        at = torch.arange(start, end, device=self.device)
        seen = _seen(start, at, cache.begins)
        if cache.begins is not None:
            at = (at - cache.begins).clamp(min=0)
        x = (x.to(self.dtype) + self._positions[at]).flatten(0, 1)  # [rows * steps, width], as all matrices want it
        for index, layer in enumerate(self._layers):
            x = x + self._attend(layer, self._norm(x, layer.attention_norm), cache, index, seen)
            if cache.text_rows and layer.cross is not None:
                x = self._attend_to_text(layer.cross, x, cache, index, steps)
            up = functional.gelu(layer.up(self._norm(x, layer.feed_forward_norm)))
            x = x + layer.down(up)
        cache.length = end
        last = x.view(rows, steps, -1)[:, -1]
        logits = self._heads(self._norm(last, self._out_norm)).float()
        return logits.view(rows, self.config.codebooks, self.config.card)

    def _attend(self, layer: _Layer, x: Tensor, cache: PlainKVCache, index: int, seen: Tensor | None) -> Tensor:
        """Self-attention of the new positions over all so far: `[rows * steps, width]` to the same."""
        rows = cache.keys.shape[1]
        start, steps = cache.length, x.shape[0] // rows
        end = start + steps
        qkv = layer.qkv(x).view(rows, steps, 3, self.config.heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each [rows, heads, steps, head_dim]
        keys, values = cache.keys[index], cache.values[index]
        keys[:, :, start:end] = k
        values[:, :, start:end] = v
        is_causal = seen is None and steps > 1
        attended = functional.scaled_dot_product_attention(
            q, keys[:, :, :end], values[:, :, :end], attn_mask=seen, is_causal=is_causal
        )
        return layer.attention_out(attended.transpose(1, 2).reshape(rows * steps, -1))

    def _attend_to_text(self, cross: _Cross, x: Tensor, cache: PlainKVCache, index: int, steps: int) -> Tensor:
        """Add to the rows that have a text what they read in it; the others get the zero that attention would."""
        reading, texts = cache.text_rows * steps, cache.texts[index]
        q = cross.q(self._norm(x[:reading], cross.norm))
        q = q.view(len(texts), 1, reading // len(texts), self.config.heads, -1).transpose(2, 3)
        read = [  # all readers of a text are one long query
            functional.scaled_dot_product_attention(query, keys, values).transpose(1, 2).reshape(query.shape[2], -1)
            for query, (keys, values) in zip(q, texts, strict=True)
        ]
        return torch.cat([x[:reading] + cross.out(torch.cat(read)), x[reading:]])

    @torch.inference_mode()
    def _text_keys_values(self, texts: Sequence[Tensor]) -> list[list[tuple[Tensor, Tensor]]]:
        texts = [text.to(self.device, self.dtype) for text in texts]
        crosses = [layer.cross for layer in self._layers if layer.cross is not None]
        return [[(self._by_head(cross.k(text)), self._by_head(cross.v(text))) for text in texts] for cross in crosses]

    def _by_head(self, states: Tensor) -> Tensor:
        """Turn `[tokens, width]` into `[1, heads, tokens, head_dim]`."""
        return states.view(1, len(states), self.config.heads, -1).transpose(1, 2)

    def _norm(self, x: Tensor, affine: Affine) -> Tensor:
        return functional.layer_norm(x, (self.config.width,), affine.weight, affine.bias, LAYER_NORM_EPS)

    def _extend_positions(self, count: int) -> None:
        if len(self._positions) < count:
            table = sinusoidal_positions(count, self.config.width)
            self._positions = table.to(self.device, self.dtype)

    def _affine(self, affine: Affine) -> Affine:
        return Affine(affine.weight.to(self.device, self.dtype), affine.bias.to(self.device, self.dtype))

    def _pack(self, weight: Tensor) -> Linear:
        return pack(weight, self.precision, self.device)

    def _layer(self, weights: LayerWeights) -> _Layer:
        cross = weights.cross
        return _Layer(
            attention_norm=self._affine(weights.attention_norm),
            qkv=self._pack(weights.qkv),
            attention_out=self._pack(weights.attention_out),
            cross=None
            if cross is None
            else _Cross(
                norm=self._affine(cross.norm),
                q=self._pack(cross.q),
                k=self._pack(cross.k),
                v=self._pack(cross.v),
                out=self._pack(cross.out),
            ),
            feed_forward_norm=self._affine(weights.feed_forward_norm),
            up=self._pack(weights.up),
            down=self._pack(weights.down),
        )


def _seen(start: int, at: Tensor, begins: Tensor | None) -> Tensor | None:
    """Return which positions new ones see, bool; None for all before and themselves where that needs no saying.

    Args:
        start: Positions so far.
        at: The new ones.
        begins: Where each row begins, `[rows, 1]`, or None.

    Returns:
        `[steps, positions]`, or with `begins` `[rows, 1, steps, positions]`. What is before a row's beginning sees
        itself, because attention to nothing is no number.
    """
    if begins is None and (len(at) == 1 or start == 0):
        return None
    places = torch.arange(start + len(at), device=at.device)
    seen = places <= at[:, None]
    if begins is None:
        return seen
    return (seen & (places >= begins[:, :, None]) | (places == at[:, None]))[:, None]


def sinusoidal_positions(count: int, width: int) -> Tensor:
    """Return `[count, width]`: cosines, then sines, of position / 10000^(i / (width / 2 - 1)).

    Source: AudioCraft `modules/transformer.py`, `create_sin_embedding`.
    """
    half = width // 2
    frequencies = torch.exp(torch.arange(half).float() * (-math.log(10000.0) / (half - 1)))
    angles = torch.arange(count).float()[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=1)
