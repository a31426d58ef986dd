"""What the loop in `tokens.py` steps through: a language model on some processor. Chosen in `load.py`.

`plain.Decoder` runs everywhere and is the yardstick; `cpu.decoder.CpuDecoder` runs int8 on x86 processors;
`cuda.decoder.GraphedDecoder` runs on NVIDIA's GPUs and makes its steps itself.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from musicgen_studio.compute.precision import Precision
from musicgen_studio.core.request import Sampling
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.engine.checkpoint.values import DecoderConfig
from musicgen_studio.engine.sampling import Noise


class KVCache(Protocol):
    """What a model remembers of some sequences; each kind of model has its own."""

    length: int
    """Positions so far."""


class LanguageModel(Protocol):
    """A transformer over token frames, state in, state out. One thread at a time."""

    config: DecoderConfig
    device: torch.device
    precision: Precision

    def new_cache(
        self,
        rows: int,
        positions: int,
        texts: Sequence[Tensor] = (),
        text_rows: int = 0,
        begins: Sequence[int] = (),
    ) -> KVCache:
        """Return an empty cache.

        Args:
            rows: Sequences side by side.
            positions: How long they can grow.
            texts: States `[tokens, width]` that rows attend to in models with cross-attention.
            text_rows: How many rows, from the first, attend to a text: as many to each, those of the first text first.
            begins: Position at which each row begins; it does not see what is before. Empty: all begin at 0.
        """
        ...

    def embed(self, tokens: Tensor) -> Tensor:
        """Sum the codebooks' embeddings of tokens `[rows, codebooks, steps]`: `[rows, steps, width]`."""
        ...

    def forward(self, x: Tensor, cache: KVCache) -> Tensor:
        """Run new positions through the model and remember them.

        Args:
            x: `[rows, steps, width]`.
            cache: From `start` of this model; is filled in place.

        Returns:
            Logits after the last position, float32 `[rows, codebooks, card]`.
        """
        ...

    def cache_bytes(self, rows: int, positions: int) -> int:
        """Return how much memory keys and values of so many positions take, and a step has to read."""
        ...


@runtime_checkable
class StepMaker(LanguageModel, Protocol):
    """A language model that chooses tokens too, several steps before anyone looks at them.

    For devices where starting what a step consists of takes longer than the step. Many positions are read at once
    there in the time of a few steps.
    """

    def make_steps(
        self, cache: KVCache, logits: Tensor, steps: Tensor, sampling: Sampling, noise: Noise, stop: StopFlag
    ) -> Iterator[Tensor]:
        """Choose tokens and read them, step after step.

        Args:
            cache: From `start` of this model. With twice as many rows as takes, the second half is what guidance
                leads away from.
            logits: After the last position so far, `[rows, codebooks, card]`, from `forward`.
            steps: What follows it, int64 `[takes, codebooks, n]` on the CPU; what is `UNKNOWN` is chosen. Not changed.
            sampling: How tokens are chosen.
            noise: Random numbers, drawn once per step.
            stop: Ends the run within 10 steps when set.

        Yields:
            The steps as they come, `[takes, codebooks, some]` on the CPU, nothing in them unknown.
        """
        ...

    def prepare(self, positions: int, sampling: Sampling) -> None:
        """Get ready for one take, so that the first run does not have to wait: meant for while a model is loaded.

        Args:
            positions: How long its rows can grow.
            sampling: How its tokens are chosen.
        """
        ...

    def release(self) -> None:
        """Give back the memory that is kept for the next run."""
        ...
