"""The language model on NVIDIA's GPUs: recorded steps over tensors of fixed shape, tokens chosen on the GPU.

The same architecture as `engine.decoder`, arranged for one thing: that the host starts a step with two calls and looks
at tokens once per chunk. Keys and values lie in a room of fixed size (`room.py`); attention looks at the first 256,
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
from musicgen_studio.engine.api import StopFlag
from musicgen_studio.engine.checkpoint.values import (
    Affine,
    CrossAttentionWeights,
    DecoderConfig,
    LayerWeights,
    OuterWeights,
)
from musicgen_studio.engine.model.cuda.graphs import Work
from musicgen_studio.engine.model.cuda.matrix import Matrix, keep
from musicgen_studio.engine.model.cuda.room import STEPS_AT_ONCE, HostSide, Room, RoomSize, Tray
from musicgen_studio.engine.model.plain import LAYER_NORM_EPS
from musicgen_studio.engine.model.protocol import Memory
from musicgen_studio.engine.patterns import UNKNOWN
from musicgen_studio.engine.sampling import Noise, choose, guided

REACH = 256
"""Attention looks at a multiple of so many positions."""

TEXT_REACH = 64
"""A room for a text has space for a multiple of so many tokens."""


@dataclass(slots=True, weakref_slot=True)
class LentRoom:
    """What the model remembers of some sequences. When nothing refers to it any more, the next one gets its room.

    Args:
        room: Where it lies.
        length: Positions in use.
    """

    room: Room
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
class _Glance:
    """What the new positions of a run look at.

    Args:
        at: Where the new positions go, int64 `[steps]`.
        reach: How many positions from the first attention looks at.
        mask: 0 for what a new position sees, -inf for what comes after it or before its row begins,
            `[rows, 1, steps, reach]`.
    """

    at: Tensor
    reach: int
    mask: Tensor


class GraphedDecoder:
    """The language model, ready to step; the counterpart of `engine.decoder.Decoder`.

    Args:
        config: Its hyper-parameters.
        outer: Embeddings, heads and last norm.
        layers: The layers' weights in order; taken one by one.
        device: Where it runs.
        precision: How its matrices are kept.
        reach: For tests: what takes the place of `REACH`.
    """

    def __init__(
        self,
        config: DecoderConfig,
        outer: OuterWeights,
        layers: Iterable[LayerWeights],
        device: torch.device,
        precision: Precision,
        reach: int = REACH,
    ) -> None:
        self.config = config
        self.device = device
        self.precision = precision
        self.dtype = torch.float16 if precision is Precision.INT8 else precision.activation_dtype
        self._reach = reach
        self._embeddings = outer.embeddings.to(device, self.dtype).flatten(0, 1)  # [codebooks * (card + 1), width]
        self._codebook_start = torch.arange(config.codebooks, device=device)[:, None] * (config.card + 1)
        self._out_norm = self._affine(outer.out_norm)
        self._heads = self._matrix(outer.heads)
        self._layers = [self._layer(weights) for weights in layers]
        self._vacant: list[Room] = []

    @torch.inference_mode()
    def start(
        self,
        rows: int,
        positions: int,
        texts: Sequence[Tensor] = (),
        text_rows: int = 0,
        begins: Sequence[int] = (),
    ) -> LentRoom:
        """Return an empty memory; see `LanguageModel.start`."""
        size = RoomSize(rows, _multiple(positions, self._reach))
        if texts:
            tokens = _multiple(max(len(text) for text in texts), TEXT_REACH)
            size = RoomSize(rows, size.positions, text_rows, len(texts), tokens)
        room = self._room(size)
        room.cache.zero_()  # what is hidden counts 0 times, and 0 times what is not finite is not 0
        room.begins.copy_(torch.tensor(begins or (0,) * rows)[:, None])
        room.text_mask.fill_(float("-inf"))
        for number, text in enumerate(texts):
            self._read_text(text.to(self.device, self.dtype), number, room)
        memory = LentRoom(room, 0)
        weakref.finalize(memory, self._vacant.append, room).atexit = False
        return memory

    @torch.inference_mode()
    def prepare(self, positions: int, sampling: Sampling) -> None:
        """Record what one take will need; see `StepMaker.prepare`."""
        takes = 1
        rows = takes if sampling.guidance_scale == 1.0 else 2 * takes
        texts = [torch.zeros(1, self.config.width)] if self.config.cross_attention else []
        memory = self.start(rows, positions, texts, text_rows=takes)
        logits = self.forward(torch.zeros(rows, 2, self.config.width, device=self.device), memory)
        self._choice(memory.room, self._tray(memory.room, takes, logits), sampling)
        for end in range(self._reach, memory.room.size.positions + 1, self._reach):
            memory.length = end - 1
            memory.room.position.fill_(memory.length)
            self._step(memory)

    def release(self) -> None:
        """Give back the memory that is kept for the next run."""
        self._vacant.clear()

    def embed(self, tokens: Tensor) -> Tensor:
        """Sum the codebooks' embeddings of tokens `[rows, codebooks, steps]`: `[rows, steps, width]`."""
        indices = tokens.to(self.device) + self._codebook_start
        summed = functional.embedding(indices, self._embeddings).sum(dim=1)
        return summed if self.config.embedding_scale == 1.0 else summed * self.config.embedding_scale

    def cache_bytes(self, rows: int, positions: int) -> int:
        """Return how much memory keys and values take and a step reads, those hidden by the mask included."""
        positions = _multiple(positions, self._reach)
        return 2 * self.config.layers * rows * positions * self.config.width * self.dtype.itemsize

    @torch.inference_mode()
    def forward(self, x: Tensor, memory: Memory) -> Tensor:
        """Run new positions through the model and remember them; see `LanguageModel.forward`."""
        assert isinstance(memory, LentRoom)
        room, steps = memory.room, x.shape[1]
        if steps == 1:
            room.x.copy_(x)
            room.position.fill_(memory.length)
            self._step(memory)
        else:
            end = memory.length + steps
            at = torch.arange(memory.length, end, device=self.device)
            self._run(x.to(self.dtype), at, _multiple(end, self._reach), room)
            memory.length = end
        return room.logits.clone()

    def make_steps(
        self, memory: Memory, logits: Tensor, steps: Tensor, sampling: Sampling, noise: Noise, stop: StopFlag
    ) -> Iterator[Tensor]:
        """Choose tokens and read them, step after step; see `language_model.StepMaker.make_steps`."""
        assert isinstance(memory, LentRoom)
        tray = self._tray(memory.room, steps.shape[0], logits)
        choose_tokens = self._choice(memory.room, tray, sampling)
        under_way: deque[tuple[HostSide, int]] = deque()
        drawn_from = None if sampling.temperature == 0.0 else noise
        left = steps.shape[-1]
        for columns in torch.split(steps, STEPS_AT_ONCE, dim=-1):
            if stop.is_set():
                break
            left -= columns.shape[-1]
            side = self._launch(memory, tray, columns, drawn_from, choose_tokens, is_end=left == 0)
            under_way.append((side, columns.shape[-1]))
            if len(under_way) == 2:
                yield self._arrived(*under_way.popleft())
        for side, count in under_way:
            yield self._arrived(side, count)

    def _arrived(self, side: HostSide, count: int) -> Tensor:
        made = side.wait(count)
        if made is None:
            raise not_finite(self.precision)
        return made

    @torch.inference_mode()
    def _launch(
        self,
        memory: LentRoom,
        tray: Tray,
        columns: Tensor,
        noise: Noise | None,
        choose_tokens: Work,
        *,
        is_end: bool,
    ) -> HostSide:
        """Start a chunk of steps, without waiting for it."""
        count, side = columns.shape[-1], tray.turned()
        side.columns[:count] = columns.permute(2, 0, 1)
        if noise is not None:
            for drawn in side.noise[:count]:
                drawn.copy_(noise.draw())
        side.send(count, with_noise=noise is not None)
        tray.made.zero_()
        memory.room.position.fill_(memory.length)
        for number in range(1, count + 1):
            choose_tokens()
            if not (is_end and number == count):  # nothing is chosen after the last
                self._step(memory)
        tray.logit_sum.add_(memory.room.logits.sum())
        side.fetch(count)
        return side

    @torch.inference_mode()
    def _tray(self, room: Room, takes: int, logits: Tensor) -> Tray:
        """Return the tray for so many takes, ready to choose what follows these logits."""
        room.logits.copy_(logits)
        if takes not in room.trays:
            room.trays[takes] = Tray(self.config, takes, self.device)
        tray = room.trays[takes]
        tray.made.zero_()  # a run may have ended on a full chunk, or been left in the middle of one
        tray.logit_sum.copy_(room.logits.sum())
        return tray

    @torch.inference_mode()
    def _choice(self, room: Room, tray: Tray, sampling: Sampling) -> Work:
        """Return what chooses tokens in this way."""
        work = partial(self._choose, room, tray, sampling)
        return tray.choices.get(sampling, lambda: room.recorder.repeatable(work, [tray.made]))

    def _step(self, memory: LentRoom) -> None:
        """Move on by one position: from the room's `x` to its `logits`."""
        room = memory.room
        reach = _multiple(memory.length + 1, self._reach)
        if reach not in room.steps:
            room.steps[reach] = room.recorder.repeatable(partial(self._move_on, room, reach), [room.position])
        room.steps[reach]()
        memory.length += 1

    def _move_on(self, room: Room, reach: int) -> None:
        """Do what is recorded as a step."""
        self._run(room.x, room.position, reach, room)
        room.position.add_(1)

    def _choose(self, room: Room, tray: Tray, sampling: Sampling) -> None:
        """Do what is recorded as a choice: fill in the unknown tokens of the next column and make them the input."""
        logits, takes = room.logits, tray.takes
        if room.size.rows > takes:
            logits = guided(logits[:takes], logits[takes:], sampling.guidance_scale)
        noise = tray.noise.index_select(0, tray.made)[0]
        column = tray.columns.index_select(0, tray.made)[0]  # [takes, codebooks]
        column = torch.where(column == UNKNOWN, choose(logits, sampling, noise), column)
        tray.columns.index_copy_(0, tray.made, column[None])
        tray.made.add_(1)
        x = self.embed(column[..., None])
        room.x[:takes] = x
        room.x[takes:] = x[: room.size.rows - takes]

    def _run(self, x: Tensor, at: Tensor, reach: int, room: Room) -> None:
        """Run `[rows, steps, width]` at positions `[steps]` through the model, into the room's cache and logits."""
        rows, steps, _ = x.shape
        glance = _Glance(at, reach, self._mask(at, reach, room))
        positions = (at - room.begins).clamp(min=0)  # [rows, steps]
        x = (x + room.position_states[positions]).flatten(0, 1)  # [rows * steps, width]
        for index, layer in enumerate(self._layers):
            self._attend(layer, x, room.cache[index], glance)
            if room.size.text_rows and layer.cross is not None:
                self._attend_to_text(layer.cross, x[: room.size.text_rows * steps], room.text[index], room.text_mask)
            up = functional.gelu(self._norm(x, layer.feed_forward_norm) @ layer.up.wide())
            x.addmm_(up, layer.down.wide())
        last = self._norm(x.view(rows, steps, -1)[:, -1], self._out_norm)
        room.logits.copy_((last @ self._heads.wide()).view(room.logits.shape))

    def _mask(self, at: Tensor, reach: int, room: Room) -> Tensor:
        """Return the mask of a `_Glance`. What is before a row's beginning sees itself: nothing would be no number."""
        places, new = room.places[:reach], at[:, None]
        hidden = (places > new) | (places < room.begins[:, :, None]) & (places != new)  # [rows, steps, reach]
        mask = torch.zeros(hidden.shape, device=self.device, dtype=self.dtype)
        return mask.masked_fill_(hidden, float("-inf"))[:, None]

    def _attend(self, layer: _Layer, x: Tensor, cache: Tensor, glance: _Glance) -> None:
        """Add self-attention of the new positions to `[rows * steps, width]`, over what a layer's cache holds of them.

        Args:
            layer: Whose attention.
            x: Is added to.
            cache: `[keys and values, rows, heads, positions, head_dim]`; is filled in.
            glance: What is looked at.
        """
        rows, steps = cache.shape[1], len(glance.at)
        qkv = (self._norm(x, layer.attention_norm) @ layer.qkv.wide()).view(rows, steps, 3, self.config.heads, -1)
        qkv = qkv.permute(2, 0, 3, 1, 4)  # [3, rows, heads, steps, head_dim]
        cache.index_copy_(3, glance.at, qkv[1:])
        keys, values = cache[:, :, :, : glance.reach]
        attended = functional.scaled_dot_product_attention(qkv[0], keys, values, attn_mask=glance.mask)
        x.addmm_(attended.transpose(1, 2).reshape(x.shape), layer.attention_out.wide())

    def _attend_to_text(self, cross: _Cross, x: Tensor, text: Tensor, mask: Tensor) -> None:
        """Add to positions `[readers, width]` what they read in their texts; those of a text are one long query."""
        q = (self._norm(x, cross.norm) @ cross.q.wide()).view(text.shape[1], -1, self.config.heads, text.shape[-1])
        q = q.transpose(1, 2)  # [texts, heads, readers of each, head_dim]
        keys, values = text
        read = functional.scaled_dot_product_attention(q, keys, values, attn_mask=mask)
        x.addmm_(read.transpose(1, 2).reshape(x.shape), cross.out.wide())

    def _room(self, size: RoomSize) -> Room:
        """Take a vacant room that is large enough, or make one and give those back that are not."""
        for index, room in enumerate(self._vacant):
            if room.size.holds(size):
                return self._vacant.pop(index)
        self.release()
        return Room(self.config, size, self.device, self.dtype)

    def _read_text(self, text: Tensor, number: int, room: Room) -> None:
        """Compute once per prompt what cross-attention reads, and show it."""
        tokens = len(text)
        for index, layer in enumerate(self._layers):
            assert layer.cross is not None
            keys_values = (text @ layer.cross.kv.wide()).view(tokens, 2, self.config.heads, -1)
            room.text[index, :, number, :, :tokens] = keys_values.permute(1, 2, 0, 3)
        room.text_mask[number, ..., :tokens] = 0.0

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
