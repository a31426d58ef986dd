"""The language model on NVIDIA's GPUs: recorded steps over tensors of fixed shape, tokens chosen on the GPU.

The same architecture as `engine.decoder`, arranged for one thing: that the host starts a step with two calls and looks
at tokens once per chunk. Keys and values lie in buffers of fixed size (`buffers.py`); attention looks at the first 256,
512, … positions of it, those not yet filled hidden by a mask, and one step is recorded for each of these reaches when
it is first needed. The position is counted on the GPU. Choosing tokens is recorded apart from the step, so that a
change of temperature or guidance records little again. No compiler, no Triton.

Weights, keys, values and activations have 16 bits (`auto`); sums, norms and the choice have 32. Matrices in int8 are
for where memory is short, and slower: torch has no fast product for them on GPUs at two rows (`_weight_int8pack_mm`
takes one thread per output and float32 input, `_int_mm` at least 17 rows), so they are widened first, which moves more
bytes than float16 does.

Runs on the CPU too, unrecorded: that is how tests hold it equal to `engine.decoder`. How fast it is on a GPU, and which
share of its memory's speed that is: `musicgen-studio bench --shape small --device cuda`, or medium, large, melody.
Source of the arrangement: pytorch-labs/gpt-fast, andimarafioti/faster-qwen3-tts.
"""

import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.compute.precision import Precision, not_finite
from musicgen_studio.core.request import Sampling
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.engine.checkpoint.values import (
    Affine,
    CrossAttentionWeights,
    DecoderConfig,
    LayerWeights,
    OuterWeights,
)
from musicgen_studio.engine.model.cuda.buffers import STEPS_AT_ONCE, BufferSize, ChunkBuffers, Staging, StaticBuffers
from musicgen_studio.engine.model.cuda.graphs import Work
from musicgen_studio.engine.model.cuda.matrix import Matrix, keep
from musicgen_studio.engine.model.embedding import Embedding
from musicgen_studio.engine.model.plain import LAYER_NORM_EPS
from musicgen_studio.engine.model.protocol import KVCache
from musicgen_studio.engine.patterns import UNKNOWN
from musicgen_studio.engine.sampling import Noise, guided, sample_codes

SPAN_MULTIPLE = 256
"""Attention looks at a multiple of so many positions."""

TEXT_MULTIPLE = 64
"""Buffers for a text have space for a multiple of so many tokens."""


@dataclass(slots=True, weakref_slot=True)
class StaticKVCache:
    """What the model remembers of some sequences. When nothing refers to it any more, the next one gets its buffers.

    Args:
        buffers: Where it lies.
        length: Positions in use.
    """

    buffers: StaticBuffers
    length: int


@dataclass(frozen=True, slots=True)
class _Cross:
    """Keys and values are one matrix."""

    norm: Affine
    q: Matrix
    kv: Matrix
    out: Matrix


@dataclass(frozen=True, slots=True)
class _Layer:
    attention_norm: Affine
    qkv: Matrix
    attention_out: Matrix
    cross: _Cross | None
    feed_forward_norm: Affine
    up: Matrix
    down: Matrix


@dataclass(frozen=True, slots=True)
class _Span:
    """What the new positions of a run look at.

    Args:
        input_pos: Where the new positions go, int64 `[steps]`.
        attention_span: How many positions from the first attention looks at.
        mask: 0 for what a new position sees, -inf for what comes after it or before its row begins,
            `[rows, 1, steps, attention_span]`.
    """

    input_pos: Tensor
    attention_span: int
    mask: Tensor


class GraphedDecoder:
    """The language model, ready to step; the counterpart of `engine.decoder.Decoder`.

    Args:
        config: Its hyper-parameters.
        outer: Embeddings, heads and last norm.
        layers: The layers' weights in order; taken one by one.
        device: Where it runs.
        precision: How its matrices are kept.
        attention_span: For tests: what takes the place of `SPAN_MULTIPLE`.
    """

    def __init__(
        self,
        config: DecoderConfig,
        outer: OuterWeights,
        layers: Iterable[LayerWeights],
        device: torch.device,
        precision: Precision,
        span_multiple: int = SPAN_MULTIPLE,
    ) -> None:
        self.config = config
        self.device = device
        self.precision = precision
        self.dtype = torch.float16 if precision is Precision.INT8 else precision.activation_dtype
        self._span_multiple = span_multiple
        self.embed = Embedding(config, outer.embeddings, device, self.dtype)
        self._out_norm = self._affine(outer.out_norm)
        self._heads = self._matrix(outer.heads)
        self._layers = [self._layer(weights) for weights in layers]
        self._vacant: list[StaticBuffers] = []

    @torch.inference_mode()
    def new_cache(
        self,
        rows: int,
        positions: int,
        texts: Sequence[Tensor] = (),
        text_rows: int = 0,
        begins: Sequence[int] = (),
    ) -> StaticKVCache:
        """Return an empty cache; see `LanguageModel.new_cache`."""
        size = BufferSize(rows, _multiple(positions, self._span_multiple))
        if texts:
            tokens = _multiple(max(len(text) for text in texts), TEXT_MULTIPLE)
            size = BufferSize(rows, size.positions, text_rows, len(texts), tokens)
        buffers = self._buffers(size)
        buffers.kv.zero_()  # what is hidden counts 0 times, and 0 times what is not finite is not 0
        buffers.begins.copy_(torch.tensor(begins or (0,) * rows)[:, None])
        buffers.text_mask.fill_(float("-inf"))
        for number, text in enumerate(texts):
            self._read_text(text.to(self.device, self.dtype), number, buffers)
        cache = StaticKVCache(buffers, 0)
        weakref.finalize(cache, self._vacant.append, buffers).atexit = False
        return cache

    @torch.inference_mode()
    def prepare(self, positions: int, sampling: Sampling) -> None:
        """Record what one take will need; see `StepMaker.prepare`."""
        takes = 1
        rows = takes if sampling.guidance_scale == 1.0 else 2 * takes
        texts = [torch.zeros(1, self.config.width)] if self.config.cross_attention else []
        cache = self.new_cache(rows, positions, texts, text_rows=takes)
        logits = self.forward(torch.zeros(rows, 2, self.config.width, device=self.device), cache)
        self._choice(cache.buffers, self._chunk(cache.buffers, takes, logits), sampling)
        for end in range(self._span_multiple, cache.buffers.size.positions + 1, self._span_multiple):
            cache.length = end - 1
            cache.buffers.input_pos.fill_(cache.length)
            self._decode_step(cache)

    def release(self) -> None:
        """Give back the memory that is kept for the next run."""
        self._vacant.clear()

    def cache_bytes(self, rows: int, positions: int) -> int:
        """Return how much memory keys and values take and a step reads, those hidden by the mask included."""
        positions = _multiple(positions, self._span_multiple)
        return 2 * self.config.layers * rows * positions * self.config.width * self.dtype.itemsize

    @torch.inference_mode()
    def forward(self, x: Tensor, cache: KVCache) -> Tensor:
        """Run new positions through the model and remember them; see `LanguageModel.forward`."""
        assert isinstance(cache, StaticKVCache)
        buffers = cache.buffers
        if x.shape[1] == 1:
            buffers.x.copy_(x)
            buffers.input_pos.fill_(cache.length)
            self._decode_step(cache)
        else:
            self._prefill(x.to(self.dtype), cache)
        return buffers.logits.clone()

    def _prefill(self, x: Tensor, cache: StaticKVCache) -> None:
        """Read many positions at once, unrecorded."""
        end = cache.length + x.shape[1]
        input_pos = torch.arange(cache.length, end, device=self.device)
        self._run(x, input_pos, _multiple(end, self._span_multiple), cache.buffers)
        cache.length = end

    def make_steps(
        self, cache: KVCache, logits: Tensor, steps: Tensor, sampling: Sampling, noise: Noise, stop: StopFlag
    ) -> Iterator[Tensor]:
        """Choose tokens and read them, step after step; see `language_model.StepMaker.make_steps`."""
        assert isinstance(cache, StaticKVCache)
        chunk = self._chunk(cache.buffers, steps.shape[0], logits)
        choose_tokens = self._choice(cache.buffers, chunk, sampling)
        under_way: deque[tuple[Staging, int]] = deque()
        drawn_from = None if sampling.temperature == 0.0 else noise
        left = steps.shape[-1]
        for columns in torch.split(steps, STEPS_AT_ONCE, dim=-1):
            if stop.is_set():
                break
            left -= columns.shape[-1]
            staging = self._launch(cache, chunk, columns, drawn_from, choose_tokens, is_end=left == 0)
            under_way.append((staging, columns.shape[-1]))
            if len(under_way) == 2:
                yield self._arrived(*under_way.popleft())
        for staging, count in under_way:
            yield self._arrived(staging, count)

    def _arrived(self, staging: Staging, count: int) -> Tensor:
        made = staging.wait(count)
        if made is None:
            raise not_finite(self.precision)
        return made

    @torch.inference_mode()
    def _launch(
        self,
        cache: StaticKVCache,
        chunk: ChunkBuffers,
        columns: Tensor,
        noise: Noise | None,
        choose_tokens: Work,
        *,
        is_end: bool,
    ) -> Staging:
        """Start a chunk of steps, without waiting for it."""
        count, staging = columns.shape[-1], chunk.next_staging()
        staging.columns[:count] = columns.permute(2, 0, 1)
        if noise is not None:
            for drawn in staging.noise[:count]:
                drawn.copy_(noise.draw())
        staging.send(count, with_noise=noise is not None)
        chunk.made.zero_()
        cache.buffers.input_pos.fill_(cache.length)
        for number in range(1, count + 1):
            choose_tokens()
            if not (is_end and number == count):  # nothing is chosen after the last
                self._decode_step(cache)
        chunk.logit_sum.add_(cache.buffers.logits.sum())
        staging.fetch(count)
        return staging

    @torch.inference_mode()
    def _chunk(self, buffers: StaticBuffers, takes: int, logits: Tensor) -> ChunkBuffers:
        """Return the chunk buffers for so many takes, ready to choose what follows these logits."""
        buffers.logits.copy_(logits)
        if takes not in buffers.chunks:
            buffers.chunks[takes] = ChunkBuffers(self.config, takes, self.device)
        chunk = buffers.chunks[takes]
        chunk.made.zero_()  # a run may have ended on a full chunk, or been left in the middle of one
        chunk.logit_sum.copy_(buffers.logits.sum())
        return chunk

    @torch.inference_mode()
    def _choice(self, buffers: StaticBuffers, chunk: ChunkBuffers, sampling: Sampling) -> Work:
        """Return what chooses tokens in this way."""
        work = partial(self._choose, buffers, chunk, sampling)
        return chunk.choices.get(sampling, lambda: buffers.recorder.repeatable(work, [chunk.made]))

    def _decode_step(self, cache: StaticKVCache) -> None:
        """Move on by one position: from the buffers' `x` to their `logits`."""
        buffers = cache.buffers
        attention_span = _multiple(cache.length + 1, self._span_multiple)
        if attention_span not in buffers.decode_steps:
            work = partial(self._decode_step_work, buffers, attention_span)
            buffers.decode_steps[attention_span] = buffers.recorder.repeatable(work, [buffers.input_pos])
        buffers.decode_steps[attention_span]()
        cache.length += 1

    def _decode_step_work(self, buffers: StaticBuffers, attention_span: int) -> None:
        """Do what is recorded as a step."""
        self._run(buffers.x, buffers.input_pos, attention_span, buffers)
        buffers.input_pos.add_(1)

    def _choose(self, buffers: StaticBuffers, chunk: ChunkBuffers, sampling: Sampling) -> None:
        """Do what is recorded as a choice: fill in the unknown tokens of the next column and make them the input."""
        logits, takes = buffers.logits, chunk.takes
        if buffers.size.rows > takes:
            logits = guided(logits[:takes], logits[takes:], sampling.guidance_scale)
        noise = chunk.noise.index_select(0, chunk.made)[0]
        column = chunk.columns.index_select(0, chunk.made)[0]  # [takes, codebooks]
        column = torch.where(column == UNKNOWN, sample_codes(logits, sampling, noise), column)
        chunk.columns.index_copy_(0, chunk.made, column[None])
        chunk.made.add_(1)
        x = self.embed(column[..., None])
        buffers.x[:takes] = x
        buffers.x[takes:] = x[: buffers.size.rows - takes]

    def _run(self, x: Tensor, input_pos: Tensor, attention_span: int, buffers: StaticBuffers) -> None:
        """Run `[rows, steps, width]` at positions `[steps]` through the model, into the buffers' cache and logits."""
        rows, steps, _ = x.shape
        span = _Span(input_pos, attention_span, self._mask(input_pos, attention_span, buffers))
        positions = (input_pos - buffers.begins).clamp(min=0)  # [rows, steps]
        x = (x + buffers.position_states[positions]).flatten(0, 1)  # [rows * steps, width]
        for index, layer in enumerate(self._layers):
            self._attend(layer, x, buffers.kv[index], span)
            if buffers.size.text_rows and layer.cross is not None:
                self._attend_to_text(
                    layer.cross, x[: buffers.size.text_rows * steps], buffers.text[index], buffers.text_mask
                )
            up = functional.gelu(self._norm(x, layer.feed_forward_norm) @ layer.up.wide())
            x.addmm_(up, layer.down.wide())
        last = self._norm(x.view(rows, steps, -1)[:, -1], self._out_norm)
        buffers.logits.copy_((last @ self._heads.wide()).view(buffers.logits.shape))

    def _mask(self, input_pos: Tensor, attention_span: int, buffers: StaticBuffers) -> Tensor:
        """Return the mask of a `_Span`. What is before a row's beginning sees itself: nothing would be no number."""
        places, new = buffers.places[:attention_span], input_pos[:, None]
        hidden = (places > new) | (places < buffers.begins[:, :, None]) & (
            places != new
        )  # [rows, steps, attention_span]
        mask = torch.zeros(hidden.shape, device=self.device, dtype=self.dtype)
        return mask.masked_fill_(hidden, float("-inf"))[:, None]

    def _attend(self, layer: _Layer, x: Tensor, cache: Tensor, span: _Span) -> None:
        """Add self-attention of the new positions to `[rows * steps, width]`, over what a layer's cache holds of them.

        Args:
            layer: Whose attention.
            x: Is added to.
            cache: `[keys and values, rows, heads, positions, head_dim]`; is filled in.
            span: What is looked at.
        """
        rows, steps = cache.shape[1], len(span.input_pos)
        qkv = (self._norm(x, layer.attention_norm) @ layer.qkv.wide()).view(rows, steps, 3, self.config.heads, -1)
        qkv = qkv.permute(2, 0, 3, 1, 4)  # [3, rows, heads, steps, head_dim]
        cache.index_copy_(3, span.input_pos, qkv[1:])
        keys, values = cache[:, :, :, : span.attention_span]
        attended = functional.scaled_dot_product_attention(qkv[0], keys, values, attn_mask=span.mask)
        x.addmm_(attended.transpose(1, 2).reshape(x.shape), layer.attention_out.wide())

    def _attend_to_text(self, cross: _Cross, x: Tensor, text: Tensor, mask: Tensor) -> None:
        """Add to positions `[readers, width]` what they read in their texts; those of a text are one long query."""
        q = (self._norm(x, cross.norm) @ cross.q.wide()).view(text.shape[1], -1, self.config.heads, text.shape[-1])
        q = q.transpose(1, 2)  # [texts, heads, readers of each, head_dim]
        keys, values = text
        read = functional.scaled_dot_product_attention(q, keys, values, attn_mask=mask)
        x.addmm_(read.transpose(1, 2).reshape(x.shape), cross.out.wide())

    def _buffers(self, size: BufferSize) -> StaticBuffers:
        """Take vacant buffers that are large enough, or make some and give those back that are not."""
        for index, buffers in enumerate(self._vacant):
            if buffers.size.holds(size):
                return self._vacant.pop(index)
        self.release()
        return StaticBuffers(self.config, size, self.device, self.dtype)

    def _read_text(self, text: Tensor, number: int, buffers: StaticBuffers) -> None:
        """Compute once per prompt what cross-attention reads, and show it."""
        tokens = len(text)
        for index, layer in enumerate(self._layers):
            assert layer.cross is not None
            keys_values = (text @ layer.cross.kv.wide()).view(tokens, 2, self.config.heads, -1)
            buffers.text[index, :, number, :, :tokens] = keys_values.permute(1, 2, 0, 3)
        buffers.text_mask[number, ..., :tokens] = 0.0

    def _norm(self, x: Tensor, affine: Affine) -> Tensor:
        return functional.layer_norm(x, (self.config.width,), affine.weight, affine.bias, LAYER_NORM_EPS)

    def _affine(self, affine: Affine) -> Affine:
        return Affine(affine.weight.to(self.device, self.dtype), affine.bias.to(self.device, self.dtype))

    def _matrix(self, *weights: Tensor) -> Matrix:
        return keep(weights, self.precision, self.dtype, self.device)

    def _cross(self, weights: CrossAttentionWeights) -> _Cross:
        return _Cross(
            norm=self._affine(weights.norm),
            q=self._matrix(weights.q),
            kv=self._matrix(weights.k, weights.v),
            out=self._matrix(weights.out),
        )

    def _layer(self, weights: LayerWeights) -> _Layer:
        return _Layer(
            attention_norm=self._affine(weights.attention_norm),
            qkv=self._matrix(weights.qkv),
            attention_out=self._matrix(weights.attention_out),
            cross=None if weights.cross is None else self._cross(weights.cross),
            feed_forward_norm=self._affine(weights.feed_forward_norm),
            up=self._matrix(weights.up),
            down=self._matrix(weights.down),
        )


def _multiple(count: int, of: int) -> int:
    """Return the least multiple that is not smaller, and at least one."""
    return max(-(-count // of), 1) * of
