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

from musicgen_studio.compute.precision import Precision
from musicgen_studio.compute.threads import one_thread
from musicgen_studio.engine.checkpoint.values import DecoderConfig, LayerWeights, OuterWeights
from musicgen_studio.engine.model.cpu import arrays, step
from musicgen_studio.engine.model.cpu.kept import kept_or_packed
from musicgen_studio.engine.model.cpu.packing import pack_model, padded
from musicgen_studio.engine.model.cpu.team import Team
from musicgen_studio.engine.model.cpu.vector import MAX_INPUTS, TILE
from musicgen_studio.engine.model.embedding import Embedding
from musicgen_studio.engine.model.plain import sinusoidal_positions
from musicgen_studio.engine.model.protocol import KVCache

MAX_VECTORS = 32
"""Positions that go through the matrices side by side when several are read at once."""

Floats = npt.NDArray[np.float32]


@dataclass(slots=True)
class Int8KVCache:
    """What the model remembers of some sequences.

    Args:
        kv: Keys and values, filled up to `length`.
        texts: What the first `text_rows` rows attend to.
        rows: Sequences side by side.
        positions: For how many there is room.
        length: Positions in use.
        text_rows: How many rows, from the first, attend to a text.
    """

    kv: arrays.KeyValues
    texts: arrays.Texts
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
        self._embedding = Embedding(config, outer.embeddings, self.device, self.dtype)
        head = config.width // config.heads
        self._shape = arrays.Shape(
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
        self._activations = self._new_activations()
        self.use_threads(threads)
        self._counters = np.zeros(step.FIRST_PART + 16 * (step.PARTS_PER_LAYER * config.layers + 1), np.int64)
        self._ticket = 0
        # The first step finds the compiled code, or compiles it: while loading, not while somebody waits for music.
        texts = [torch.zeros(1, config.width)] if config.cross_attention else []
        self.forward(torch.zeros(1, 1, config.width), self.new_cache(1, 1, texts, text_rows=1))

    def use_threads(self, threads: int) -> None:
        """Let so many threads work on the next steps, on memories begun from now on."""
        self._team = Team(threads)
        self._scratch = [self._new_scratch(TILE) for _ in range(threads)]

    def new_cache(
        self,
        rows: int,
        positions: int,
        texts: Sequence[Tensor] = (),
        text_rows: int = 0,
        begins: Sequence[int] = (),
    ) -> Int8KVCache:
        """Return an empty cache; see `LanguageModel.new_cache`."""
        positions = padded(positions)
        assert positions <= step.MAX_POSITIONS
        shape = self._shape
        places = shape.layers * rows * shape.heads * positions
        kv = arrays.KeyValues(
            keys=np.zeros(places * shape.head, np.int8),
            key_scales=np.zeros(places, np.float32),
            values=np.zeros(places * shape.padded_head, np.int8),
            value_scales=np.zeros(places, np.float32),
            begins=np.array(begins or (0,) * rows, np.int64),
        )
        longest = max(positions, *(len(text) for text in texts), 0)
        if longest >= len(self._scratch[0].shares):  # attention writes one number more than there are positions
            self._scratch = [self._new_scratch(longest) for _ in self._scratch]
        if positions > len(self._positions):
            self._positions = sinusoidal_positions(positions, shape.width).numpy()
        return Int8KVCache(kv, self._keys_values(texts), rows, positions, 0, text_rows if texts else 0)

    def embed(self, tokens: Tensor) -> Tensor:
        """Turn tokens into states; see `LanguageModel.embed`."""
        with one_thread():  # torch's threads, once called, would not leave their cores for a while
            return self._embedding(tokens)

    def cache_bytes(self, rows: int, positions: int) -> int:
        """Return how much memory keys and values take; see `LanguageModel.cache_bytes`."""
        shape = self._shape
        scales = 2 * np.dtype(np.float32).itemsize
        return shape.layers * rows * shape.heads * positions * (shape.head + shape.padded_head + scales)

    def forward(self, x: Tensor, cache: KVCache) -> Tensor:
        """Run new positions through the model and remember them; see `LanguageModel.forward`."""
        assert isinstance(cache, Int8KVCache)
        numbers = x.numpy()
        at_once = max(MAX_VECTORS // cache.rows, 1)
        for first in range(0, numbers.shape[1], at_once):
            self._run(numbers[:, first : first + at_once], cache)
        logits = self._activations.logits[: cache.rows * self._shape.logits].copy()
        return torch.from_numpy(logits).view(cache.rows, self.config.codebooks, self.config.card)

    def _run(self, x: Floats, cache: Int8KVCache) -> None:
        rows, steps, width = x.shape
        end = cache.length + steps
        if rows * steps > len(self._activations.x) // width:  # more rows than were foreseen
            self._activations = self._new_activations(rows * steps)
            self._scratch = [self._new_scratch(len(self._scratch[0].shares)) for _ in self._scratch]
        new = self._activations.x[: rows * steps * width].reshape(x.shape)
        at = np.maximum(np.arange(cache.length, end) - cache.kv.begins[:, None], 0)
        np.add(x, self._positions[at], out=new)
        self._ticket += 1
        self._counters[step.FIRST_PART :] = 0
        self._counters[step.OPEN] = self._ticket
        self._team.run(
            partial(
                _take_part, self._scratch, self._ticket, self._shape, self._model.weights, cache.kv, cache.texts,
                self._activations, self._counters, rows, steps, cache.length, cache.positions, cache.text_rows,
            ),
            alone=rows * steps < self._shared_from,
        )  # fmt: skip
        step.end_step(self._counters)
        cache.length = end

    def _new_activations(self, vectors: int = MAX_VECTORS) -> arrays.Activations:
        shape = self._shape
        sizes = (shape.width, shape.width, shape.feed_forward, shape.logits)
        return arrays.Activations(*(np.zeros(vectors * size, np.float32) for size in sizes))

    def _new_scratch(self, positions: int) -> arrays.Scratch:
        """Return room to work in, for so many positions and for as many vectors as there are activations for."""
        shape = self._shape
        vectors = len(self._activations.x) // shape.width
        longest = max(shape.width, shape.feed_forward)
        return arrays.Scratch(
            x=np.zeros(vectors * longest, np.int16),
            x_scales=np.zeros(vectors, np.float32),
            sums=np.zeros(max(8 * TILE, positions + TILE), np.int32),
            qkv=np.zeros(vectors * 3 * shape.padded_head, np.float32),
            line=np.zeros(max(longest, positions + TILE, 8 * TILE), np.float32),
            shares=np.zeros(max(positions, shape.head) + TILE, np.int16),
        )

    def _keys_values(self, texts: Sequence[Tensor]) -> arrays.Texts:
        """Compute once per prompt what cross-attention reads."""
        states = [text.float().contiguous().numpy() for text in texts]
        none = np.zeros(0, np.float32)
        return arrays.Texts(
            np.concatenate([none, *(self._of_all_layers(self._model.text_keys, text) for text in states)]),
            np.concatenate([none, *(self._of_all_layers(self._model.text_values, text) for text in states)]),
            np.cumsum([0, *(len(text) for text in states)], dtype=np.int64),
        )

    def _of_all_layers(self, matrices: arrays.Matrices, states: Floats) -> Floats:
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
                    self._scratch[0],
                )
        by_head = result.reshape(shape.layers, len(states), shape.heads, shape.padded_head)
        return by_head[..., : shape.head].transpose(0, 2, 1, 3).reshape(-1)


def _take_part(scratch: list[arrays.Scratch], *arguments: object) -> None:
    *rest, number = arguments
    assert isinstance(number, int)
    step.run_step(scratch[number], *rest)
