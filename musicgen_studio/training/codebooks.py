"""The codebooks of the codec: made by k-means, then moved along while encoder and decoder learn with them.

Codebooks that start at random and move with a fast encoder collapse to a few codes. So they begin as k-means on the
latents of an autoencoder that has learned already, follow as moving averages, and a code that nobody uses any more is
put where something is missing (van den Oord et al., arXiv 1711.00937, appendix A.1; SoundStream, arXiv 2107.03312,
section III-C). How far the latents lie from their codes enters the loss as a share of their variance: their scale is
the encoder's own affair.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.training.pace import Report
from musicgen_studio.training.settings import CodecSettings

if TYPE_CHECKING:
    from transformers import EncodecModel

_DECAY = 0.99
_HARDLY_USED = 0.03
"""Of what an average code is used: below, it is put elsewhere."""


def fit_codebooks(
    codec: "EncodecModel", latents: npt.NDArray[np.float32], settings: CodecSettings, report: Report
) -> None:
    """Fill the codebooks: k-means on the latents, each on what the codebooks before leave over.

    Args:
        codec: Its quantizer is changed.
        latents: `[latents, dimension]`.
        settings: Sizes and seed.
        report: Takes a line for each codebook.
    """
    from sklearn.cluster import MiniBatchKMeans

    rest = latents.copy()
    for number, layer in enumerate(codec.quantizer.layers):
        means = MiniBatchKMeans(
            settings.codebook_size, batch_size=4 * settings.codebook_size, n_init=1, random_state=settings.seed
        ).fit(rest)
        embed = torch.from_numpy(means.cluster_centers_.astype(np.float32))
        used = torch.from_numpy(np.bincount(means.labels_, minlength=len(embed)).astype(np.float32))
        used = (used / used.mean()).clamp(min=_HARDLY_USED)
        layer.codebook.embed.copy_(embed)
        layer.codebook.cluster_size.copy_(used)
        layer.codebook.embed_avg.copy_(embed * used[:, None])
        rest = rest - means.cluster_centers_[means.labels_].astype(np.float32)
        explained = 1 - float(np.square(rest).sum() / np.square(latents - latents.mean(axis=0)).sum())
        report(f"codec codebook {number + 1}: {explained:.2f} of the latents' variance explained")


def straight_through(codec: "EncodecModel", latents: Tensor) -> tuple[Tensor, Tensor]:
    """Quantise so that the encoder still learns.

    Args:
        codec: Its quantizer is used.
        latents: float32 `[rows, dimension, frames]`.

    Returns:
        The quantised latents, whose gradient goes to the latents as if nothing had happened, and how far the latents
        are from their codes as a share of their variance: a scalar for the loss.
    """
    with torch.no_grad():
        codes = codec.quantizer.encode(latents)
        said = codec.quantizer.decode(codes)
        variance = (latents - latents.mean(dim=(0, 2), keepdim=True)).square().mean()
    return latents + (said - latents).detach(), functional.mse_loss(latents, said) / variance.clamp(min=1e-9)


@torch.no_grad()
def move_codebooks(codec: "EncodecModel", latents: Tensor) -> None:
    """Move each code towards the mean of what it stood for, and codes nobody uses to where something is missing.

    Args:
        codec: Its quantizer is changed.
        latents: float32 `[rows, dimension, frames]`.
    """
    rest = latents.transpose(1, 2).flatten(0, 1)  # [vectors, dimension]
    for layer in codec.quantizer.layers:
        book = layer.codebook
        codes = book.quantize(rest)
        leaving = rest - functional.embedding(codes, book.embed)
        share = book.codebook_size / len(rest)  # an average code counts as 1
        used = torch.bincount(codes, minlength=book.codebook_size).to(rest.dtype) * share
        sums = torch.zeros_like(book.embed).index_add_(0, codes, rest) * share
        book.cluster_size.lerp_(used, 1 - _DECAY)
        book.embed_avg.lerp_(sums, 1 - _DECAY)
        unused = book.cluster_size < _HARDLY_USED
        if unused.any():
            # Evenly spread over the batch instead of drawn: nothing random has to be resumed.
            places = torch.linspace(0, len(rest) - 1, int(unused.sum()), device=rest.device).round().long()
            book.embed_avg[unused] = rest[places]
            book.cluster_size[unused] = 1.0
        book.embed.copy_(book.embed_avg / book.cluster_size[:, None])
        rest = leaving
