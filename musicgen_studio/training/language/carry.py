"""Taking a language model to another codec's tokens.

Two codecs of one kind cut the same sound into codes at the same places, so music that both have heard tells which codes
of the one stand where codes of the other do. A new code begins with what the model knew of those: its embedding and its
row of the output are their means, weighed by how often they met. Everything else of the model stays as it is.

Not for the training that has to follow: that is `train`.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.training.language.dataset import encode
from musicgen_studio.training.language.network import MelodyLanguageModel
from musicgen_studio.training.music.corpus import Shard
from musicgen_studio.training.pace import Report

if TYPE_CHECKING:
    from transformers import EncodecModel

_SHARDS_HEARD = 8
_EQUAL_SHARE = 0.5
"""Times that every pair of codes counts as met, spread over all: a code that never sounded begins with the mean."""


def met_codes(
    old: "EncodecModel", new: "EncodecModel", sounds: Iterable[Samples], card: int
) -> npt.NDArray[np.float64]:
    """Count which codes of two codecs stand at the same place.

    Args:
        old: Whose codes a language model knows.
        new: Whose codes it is to know; as many codebooks, of as many codes, at the same rate.
        sounds: Music, mono at 32 kHz.
        card: Codes in a codebook.

    Returns:
        `[codebooks, new code, old code]`, how often they met.
    """
    met = np.zeros((old.config.num_quantizers, card, card))
    for sound in sounds:
        for book, (before, after) in enumerate(zip(encode(old, sound), encode(new, sound), strict=True)):
            np.add.at(met[book], (after, before), 1.0)
    return met


def carry_over(model: MelodyLanguageModel, met: npt.NDArray[np.float64]) -> None:
    """Let a language model begin with another codec's codes, in place.

    Args:
        model: Knows the old codes.
        met: `[codebooks, new code, old code]`, how often they stood at the same place.
    """
    decoder, card = model.decoder.model.decoder, met.shape[-1]
    for book, counts in enumerate(met):
        shares = counts + _EQUAL_SHARE * counts.sum(axis=0) / max(counts.sum(), 1.0)
        weights = torch.from_numpy(shares / shares.sum(axis=1, keepdims=True)).float()
        for table in (decoder.embed_tokens[book].weight, model.decoder.lm_heads[book].weight):
            _mix_rows(table, weights, card)


@torch.no_grad()
def _mix_rows(table: Tensor, weights: Tensor, card: int) -> None:
    table[:card] = weights.to(table.device) @ table[:card]  # what follows are special tokens, alike in both


def heard_shards(shards: list[Shard], stop: StopFlag, report: Report) -> Iterator[Samples]:
    """Give the music that is enough to tell codes apart: about an hour and a half of the preset's corpus."""
    chosen = shards[:_SHARDS_HEARD]
    for number, shard in enumerate(chosen, start=1):
        if stop.is_set():
            return
        yield shard.sound()
        report(f"language model: codes of both codecs met in {number} of {len(chosen)} shards")
