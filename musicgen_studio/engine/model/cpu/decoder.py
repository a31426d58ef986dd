"""The language model on the CPU: int8 weights and cache, compiled steps. As fast as memory can be read.

The same architecture as `engine.decoder`, in a form made for two things: every byte that a step reads is read once, in
order, and there are few of them. Weights have 8 bits and a scale per output, cached keys and values 8 bits and a scale
each, activations 12 bits and a scale per vector, so that a row's numbers never depend on the rows beside it.

Not for exact float32 and not for GPUs: `engine.decoder` is. How far this is from float32 is measured by
`musicgen-studio bench --quality`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.compute.precision import Precision
from musicgen_studio.compute.threads import one_thread
from musicgen_studio.engine.checkpoint.values import DecoderConfig, LayerWeights, OuterWeights
from musicgen_studio.engine.model.cpu import step
from musicgen_studio.engine.model.cpu.kept import kept_or_packed
from musicgen_studio.engine.model.cpu.packing import pack_model, padded
from musicgen_studio.engine.model.cpu.team import Team
from musicgen_studio.engine.model.cpu.vector import MAX_INPUTS, TILE
from musicgen_studio.engine.model.plain import sinusoidal_positions
from musicgen_studio.engine.model.protocol import Memory

MAX_VECTORS = 32
"""Positions that go through the matrices side by side when several are read at once."""

Floats = npt.NDArray[np.float32]


@dataclass(slots=True)
class CpuMemory:
    """What the model remembers of some sequences.

    Args:
        cache: Keys and values, filled up to `length`.
        texts: What the first `text_rows` rows attend to.
        rows: Sequences side by side.
        positions: For how many there is room.
        length: Positions in use.
        text_rows: How many rows, from the first, attend to a text.
    """

    cache: step.Cache
    texts: step.Texts
    rows: int
    positions: int
    length: int
    text_rows: int


def fits(config: DecoderConfig) -> bool:
    """Tell whether a model has sizes this can run: all of Meta's do."""
    head = config.width // config.heads
    return max(config.width, config.feed_forward) <= MAX_INPUTS and not (head | config.width | config.feed_forward) % 2


class CpuDecoder:
    """The language model, ready to step; the counterpart of `engine.decoder.Decoder`.

    Args:
        config: Its hyper-parameters, such that `fits`.
        outer: Embeddings, heads and last norm.
        layers: The layers' weights in order; taken one by one.
        threads: How many work on a step.
        identity: Stands for the files the weights come from, so that they are packed only once; None for no files.
        shared_from: From how many vectors on, rows times positions, more than one of them works on it.
    """

    def __init__(
        self,
        config: DecoderConfig,
        outer: OuterWeights,
        layers: Iterable[LayerWeights],
        threads: int,
        identity: str | None = None,
        shared_from: int = 1,
    ) -> None:
        self.config = config
        self._shared_from = shared_from
        self.device = torch.device("cpu")
        self.precision = Precision.INT8
        self.dtype = torch.float32
        self.embeddings = outer.embeddings.float().flatten(0, 1)  # [codebooks * (card + 1), width]
        self._codebook_start = torch.arange(config.codebooks)[:, None] * (config.card + 1)
        head = config.width // config.heads
        self._shape = step.Shape(
            layers=config.layers,
            width=config.width,
            heads=config.heads,
            head=head,
            padded_head=padded(head),
            feed_forward=config.feed_forward,
            logits=config.codebooks * config.card,
        )
        self._model = kept_or_packed(config, identity, lambda: pack_model(config, outer, layers))
        self._positions = np.empty((0, config.width), np.float32)
        self._stream = self._room_for_stream()
        self.use_threads(threads)
        self._counters = np.zeros(step.FIRST_PART + 16 * (step.PARTS_PER_LAYER * config.layers + 1), np.int64)
        self._ticket = 0
        # The first step finds the compiled code, or compiles it: while loading, not while somebody waits for music.
        texts = [torch.zeros(1, config.width)] if config.cross_attention else []
        self.forward(torch.zeros(1, 1, config.width), self.start(1, 1, texts, text_rows=1))

    def use_threads(self, threads: int) -> None:
        """Let so many threads work on the next steps, on memories begun from now on."""
        self._team = Team(threads)
        self._desks = [self._room_for_thread(TILE) for _ in range(threads)]

    def start(
        self,
        rows: int,
        positions: int,
        texts: Sequence[Tensor] = (),
        text_rows: int = 0,
        begins: Sequence[int] = (),
    ) -> CpuMemory:
        """Return an empty memory; see `LanguageModel.start`."""
        positions = padded(positions)
        assert positions <= step.MAX_POSITIONS
        shape = self._shape
        places = shape.layers * rows * shape.heads * positions
        cache = step.Cache(
            keys=np.zeros(places * shape.head, np.int8),
            key_scales=np.zeros(places, np.float32),
            values=np.zeros(places * shape.padded_head, np.int8),
            value_scales=np.zeros(places, np.float32),
            begins=np.array(begins or (0,) * rows, np.int64),
        )
        longest = max(positions, *(len(text) for text in texts), 0)
        if longest > len(self._desks[0].shares):
            self._desks = [self._room_for_thread(longest) for _ in self._desks]
        if positions > len(self._positions):
            self._positions = sinusoidal_positions(positions, shape.width).numpy()
        return CpuMemory(cache, self._keys_values(texts), rows, positions, 0, text_rows if texts else 0)

    def embed(self, tokens: Tensor) -> Tensor:
        """Sum the codebooks' embeddings of tokens `[rows, codebooks, steps]`: `[rows, steps, width]`."""
        with one_thread():  # torch's threads, once called, would not leave their cores for a while
            summed = functional.embedding(tokens + self._codebook_start, self.embeddings).sum(dim=1)
            return summed if self.config.embedding_scale == 1.0 else summed * self.config.embedding_scale

    def cache_bytes(self, rows: int, positions: int) -> int:
        """Return how much memory keys and values take; see `LanguageModel.cache_bytes`."""
        shape = self._shape
        scales = 2 * np.dtype(np.float32).itemsize
        return shape.layers * rows * shape.heads * positions * (shape.head + shape.padded_head + scales)

    def forward(self, x: Tensor, memory: Memory) -> Tensor:
        """Run new positions through the model and remember them; see `LanguageModel.forward`."""
        assert isinstance(memory, CpuMemory)
        numbers = x.numpy()
        at_once = max(MAX_VECTORS // memory.rows, 1)
        for first in range(0, numbers.shape[1], at_once):
            self._run(numbers[:, first : first + at_once], memory)
        logits = self._stream.logits[: memory.rows * self._shape.logits].copy()
        return torch.from_numpy(logits).view(memory.rows, self.config.codebooks, self.config.card)

    def _run(self, x: Floats, memory: CpuMemory) -> None:
        rows, steps, width = x.shape
        end = memory.length + steps
        if rows * steps > len(self._stream.x) // width:  # more rows than were foreseen
            self._stream = self._room_for_stream(rows * steps)
            self._desks = [self._room_for_thread(len(self._desks[0].shares), rows * steps) for _ in self._desks]
        new = self._stream.x[: rows * steps * width].reshape(x.shape)
        at = np.maximum(np.arange(memory.length, end) - memory.cache.begins[:, None], 0)
        np.add(x, self._positions[at], out=new)
        self._ticket += 1
        self._counters[step.FIRST_PART :] = 0
        self._counters[step.OPEN] = self._ticket
        self._team.run(
            partial(
                _take_part, self._desks, self._ticket, self._shape, self._model.weights, memory.cache, memory.texts,
                self._stream, self._counters, rows, steps, memory.length, memory.positions, memory.text_rows,
            ),
            alone=rows * steps < self._shared_from,
        )  # fmt: skip
        step.end_step(self._counters)
        memory.length = end

    def _room_for_stream(self, vectors: int = MAX_VECTORS) -> step.Stream:
        shape = self._shape
        sizes = (shape.width, shape.width, shape.feed_forward, shape.logits)
        return step.Stream(*(np.zeros(vectors * size, np.float32) for size in sizes))

    def _room_for_thread(self, positions: int, vectors: int = MAX_VECTORS) -> step.Desk:
        shape = self._shape
        longest = max(shape.width, shape.feed_forward)
        return step.Desk(
            x=np.zeros(vectors * longest, np.int16),
            x_scales=np.zeros(vectors, np.float32),
            sums=np.zeros(max(8 * TILE, positions + TILE), np.int32),
            qkv=np.zeros(vectors * 3 * shape.padded_head, np.float32),
            line=np.zeros(max(longest, positions + TILE, 8 * TILE), np.float32),
            shares=np.zeros(max(positions, shape.head) + TILE, np.int16),
        )

    def _keys_values(self, texts: Sequence[Tensor]) -> step.Texts:
        """Compute once per prompt what cross-attention reads."""
        states = [text.float().contiguous().numpy() for text in texts]
        none = np.zeros(0, np.float32)
        return step.Texts(
            np.concatenate([none, *(self._of_all_layers(self._model.text_keys, text) for text in states)]),
            np.concatenate([none, *(self._of_all_layers(self._model.text_values, text) for text in states)]),
            np.cumsum([0, *(len(text) for text in states)], dtype=np.int64),
        )

    def _of_all_layers(self, matrices: step.Matrices, states: Floats) -> Floats:
        """Multiply states `[tokens, width]` with a matrix per layer: `[layers, heads, tokens, head]`, flat."""
        shape = self._shape
        outputs = shape.heads * shape.padded_head
        result = np.empty((shape.layers, len(states), outputs), np.float32)
        for layer in range(shape.layers):
            for first in range(0, len(states), MAX_VECTORS):
                some = states[first : first + MAX_VECTORS]
                target = result[layer, first : first + MAX_VECTORS]
                step.multiply(
                    layer,
                    matrices,
                    some.reshape(-1),
                    target.reshape(-1),
                    len(some),
                    shape.width,
                    outputs,
                    self._desks[0],
                )
        by_head = result.reshape(shape.layers, len(states), shape.heads, shape.padded_head)
        return by_head[..., : shape.head].transpose(0, 2, 1, 3).reshape(-1)


def _take_part(desks: list[step.Desk], *arguments: object) -> None:
    *rest, number = arguments
    assert isinstance(number, int)
    step.run_step(desks[number], *rest)
