"""From a prompt to states the language model can use.

The text encoder (T5 in Meta's checkpoints, any of transformers' elsewhere) and its tokenizer are transformers' own.
An empty prompt is no prompt: its states are zeros *after* the projection (AudioCraft `modules/conditioners.py`).
"""

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.compute.memory import trim_heap
from musicgen_studio.engine.checkpoint.values import Affine, Checkpoint
from musicgen_studio.errors import UserProblem

KEPT_BYTES = 200_000_000
"""Weights of an encoder up to which it is held in memory: the starter's is, T5-base stays in its file."""


class TextConditioner:
    """Encodes prompts, in float32 on the CPU: once per prompt, and T5 overflows in 16 bits."""

    def __init__(self, checkpoint: Checkpoint, projection: Affine | None) -> None:
        self._encoder, self._tokenizer = checkpoint.text_encoder(KEPT_BYTES)
        self._longest: int | None = _longest_text(self._encoder.config)
        self._projection = None if projection is None else Affine(projection.weight.float(), projection.bias.float())
        self.states = lru_cache(maxsize=32)(self._states)

    @torch.inference_mode()
    def _states(self, prompt: str) -> Tensor:
        """Return the prompt's states, `[tokens, width]`; all zero for an empty prompt.

        Raises:
            UserProblem: If the prompt is longer than the text encoder can read.
        """
        tokens = self._tokenizer(prompt, return_tensors="pt", verbose=False)  # the length is checked here
        count = tokens["input_ids"].shape[1]
        if self._longest is not None and count > self._longest:
            raise UserProblem(
                "The prompt is too long.",
                f"It has {count} tokens; this checkpoint's text encoder reads at most {self._longest}.",
                "Shorten the prompt.",
            )
        read = self._encoder(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"])
        trim_heap()
        states: Tensor = read.last_hidden_state
        if self._projection is not None:
            states = functional.linear(states, self._projection.weight, self._projection.bias)
        return (states if prompt else torch.zeros_like(states))[0]


def _longest_text(config: Any) -> int | None:
    """Return the limit in tokens of encoders with learned absolute positions; T5's relative ones have none."""
    return None if config.model_type == "t5" else getattr(config, "max_position_embeddings", None)
