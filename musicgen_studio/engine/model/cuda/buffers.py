"""Tensors that stay where they are, for recorded steps: what the model remembers, and what goes in and comes out.

They are lent to one cache after another (`decoder.py`): what was recorded for them can be replayed only in them.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from musicgen_studio.engine.checkpoint.values import DecoderConfig
from musicgen_studio.engine.model.cuda.graphs import GraphRecorder, Recordings, Work
from musicgen_studio.engine.model.plain import sinusoidal_positions

STEPS_AT_ONCE = 5
"""Steps between two looks at the stop flag. Two such chunks are under way at a time, so that the GPU never waits."""

KEPT_CHOICES = 8
"""Ways of choosing tokens that stay recorded: about as many as somebody goes back and forth between."""


@dataclass(frozen=True, slots=True)
class BufferSize:
    """How much static buffers hold.

    Args:
        rows: Sequences side by side.
        positions: How long they can grow.
        text_rows: How many rows, from the first, attend to a text.
        texts: How many texts, each for as many rows.
        tokens: How long a text can be; 0 without texts.
    """

    rows: int
    positions: int
    text_rows: int = 0
    texts: int = 0
    tokens: int = 0

    def holds(self, need: "BufferSize") -> bool:
        """Tell whether a run of another size can use this buffers."""
        mine, theirs = (self.rows, self.text_rows, self.texts), (need.rows, need.text_rows, need.texts)
        return mine == theirs and self.positions >= need.positions and self.tokens >= need.tokens


class StaticBuffers:
    """Static tensors for sequences of one shape, and the steps recorded on them.

    Args:
        config: The model's hyper-parameters.
        size: How much it holds.
        device: Where it lies.
        dtype: Of keys, values and activations.
    """

    def __init__(self, config: DecoderConfig, size: BufferSize, device: torch.device, dtype: torch.dtype) -> None:
        self.size = size
        head = config.width // config.heads
        self.kv = torch.zeros(  # [layers, keys and values, rows, heads, positions, head_dim]
            config.layers, 2, size.rows, config.heads, size.positions, head, device=device, dtype=dtype
        )
        self.text = torch.zeros(  # [layers, keys and values, texts, heads, tokens, head_dim]
            config.layers, 2, size.texts, config.heads, size.tokens, head, device=device, dtype=dtype
        )
        self.text_mask = torch.zeros(size.texts, 1, 1, size.tokens, device=device, dtype=dtype)
        self.begins = torch.zeros(size.rows, 1, device=device, dtype=torch.int64)
        """Where each row begins."""
        self.position_states = sinusoidal_positions(size.positions, config.width).to(device, dtype)
        self.places = torch.arange(size.positions, device=device)
        self.input_pos = torch.zeros(1, device=device, dtype=torch.int64)
        self.x = torch.zeros(size.rows, 1, config.width, device=device, dtype=dtype)
        self.logits = torch.zeros(size.rows, config.codebooks, config.card, device=device)
        self.recorder = GraphRecorder(device)
        self.decode_steps: dict[int, Work] = {}
        """What moves all rows on by a position, by how many positions are looked at."""
        self.chunks: dict[int, ChunkBuffers] = {}
        """Where tokens are chosen, by takes: as many as rows, or with guidance half as many."""


class ChunkBuffers:
    """Where a chunk of steps gets its tokens: on the device, with two stagings on the host that are used in turn.

    Args:
        config: The model's hyper-parameters.
        takes: Tokens per codebook and step.
        device: Where tokens are chosen.
    """

    def __init__(self, config: DecoderConfig, takes: int, device: torch.device) -> None:
        self.takes = takes
        self.columns = torch.zeros(STEPS_AT_ONCE, takes, config.codebooks, dtype=torch.int64, device=device)
        self.noise = torch.zeros(STEPS_AT_ONCE, takes, config.codebooks, config.card, device=device)
        self.made = torch.zeros(1, dtype=torch.int64, device=device)
        """How many of the chunk's steps have their tokens."""
        self.logit_sum = torch.zeros(1, device=device)
        """Of the logits after the prefill and after each chunk: no finite number once one of them was none."""
        self.choices = Recordings(device, KEPT_CHOICES)
        """What chooses the tokens of a step and makes them the next input, by the `Sampling` it does that with."""
        self._stagings = [Staging(self.columns, self.noise, self.logit_sum) for _ in range(2)]

    def next_staging(self) -> "Staging":
        """Return the one that was not used last, once nothing is on its way to it: a run may have been abandoned."""
        self._stagings.reverse()
        self._stagings[0].settle()
        return self._stagings[0]


class Staging:
    """The host's side of a chunk's buffers, in memory that the GPU reads and writes by itself.

    Args:
        columns: The device's side of tokens, `[steps, takes, codebooks]`.
        noise: The device's side of random numbers, `[steps, takes, codebooks, card]`.
        logit_sum: The device's side of what tells whether all logits are numbers, `[1]`.
    """

    def __init__(self, columns: Tensor, noise: Tensor, logit_sum: Tensor) -> None:
        self._device_columns, self._device_noise, self._device_logit_sum = columns, noise, logit_sum
        self.columns = torch.zeros(columns.shape, dtype=columns.dtype, pin_memory=columns.is_cuda)
        self.noise = torch.zeros(noise.shape, pin_memory=noise.is_cuda)
        self.logit_sum = torch.zeros(logit_sum.shape, pin_memory=logit_sum.is_cuda)
        # Waiting for a blocking event leaves the core to others.
        self._arrived: torch.cuda.Event | None = None
        if columns.is_cuda:
            self._arrived = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]

    def send(self, count: int, *, with_noise: bool) -> None:
        """Put the first `count` steps onto the device's staging. Does not wait."""
        self._device_columns[:count].copy_(self.columns[:count], non_blocking=True)
        if with_noise:
            self._device_noise[:count].copy_(self.noise[:count], non_blocking=True)

    def fetch(self, count: int) -> None:
        """Let the first `count` steps come back once they are made. Does not wait."""
        self.columns[:count].copy_(self._device_columns[:count], non_blocking=True)
        self.logit_sum.copy_(self._device_logit_sum, non_blocking=True)
        if self._arrived is not None:
            self._arrived.record()

    def settle(self) -> None:
        """Wait for what was fetched, if anything was."""
        if self._arrived is not None:
            self._arrived.synchronize()

    def wait(self, count: int) -> Tensor | None:
        """Wait for what was fetched; return a copy, `[takes, codebooks, count]`, or None if logits were no numbers."""
        self.settle()
        if not self.logit_sum.isfinite().item():
            return None
        return self.columns[:count].permute(1, 2, 0).clone()
