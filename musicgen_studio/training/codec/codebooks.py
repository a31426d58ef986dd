"""The codebooks of the codec: k-means on the latents of an autoencoder that has learned already, then following them.

Codebooks that learn together with encoder and decoder from the start collapse to a few codes. After k-means they may
follow the latents as running averages (arXiv 1711.00937, appendix A.1), if codes that are hardly used are moved to
where the error is from time to time; without that a tenth of the codes was left.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from musicgen_studio.training.pace import Report
from musicgen_studio.training.settings import CodecSettings

if TYPE_CHECKING:
    from transformers import EncodecModel

_KEPT = 0.99
"""Share of a running average that a step keeps: it looks back a hundred steps."""

_HARDLY_USED = 0.02
"""A code with less than this share of its fair share of latents is moved."""

_NOTHING_LEFT = 1e-30
"""Squared errors that are less than this in sum: the codebooks before said all there was to say."""

_ROUNDS = 4

Latents = npt.NDArray[np.float32]


def fit_codebooks(codec: "EncodecModel", latents: Latents, settings: CodecSettings, report: Report) -> None:
    """Fill the codebooks: k-means on the latents, each on what the codebooks before leave over.

    Args:
        codec: Its quantizer is changed.
        latents: `[latents, dimension]`.
        settings: Sizes and seed.
        report: Takes a line for each codebook.
    """
    from sklearn.cluster import MiniBatchKMeans

    rest = latents.copy()
    for number, codebook in enumerate(_codebooks(codec)):
        means = MiniBatchKMeans(
            settings.codebook_size, batch_size=4 * settings.codebook_size, n_init=1, random_state=settings.seed
        ).fit(rest)
        _fill(codebook, means.cluster_centers_, means.labels_)
        rest = rest - means.cluster_centers_[means.labels_].astype(np.float32)
        explained = 1 - float(np.square(rest).sum() / np.square(latents - latents.mean(axis=0)).sum())
        report(f"codec codebook {number + 1}: {explained:.2f} of the latents' variance explained")


def refit_codebooks(codec: "EncodecModel", latents: Latents, seed: int) -> None:
    """Fit the codebooks again, from where they are, after moving the codes that are hardly used.

    Args:
        codec: Its quantizer is changed.
        latents: `[latents, dimension]`.
        seed: Decides where codes are moved to.
    """
    from sklearn.cluster import KMeans

    rest, rng = latents.copy(), np.random.default_rng(seed)
    for codebook in _codebooks(codec):
        codes = codebook.embed.cpu().numpy().astype(np.float32)
        nearest = _nearest(rest, codes)
        fair = len(rest) / len(codes)
        idle = np.flatnonzero(np.bincount(nearest, minlength=len(codes)) < max(_HARDLY_USED * fair, 1))
        errors = np.square(rest - codes[nearest]).sum(axis=1).astype(np.float64)
        whole = errors.sum()
        if whole <= _NOTHING_LEFT:
            _fill(codebook, codes, nearest)
            rest = rest - codes[nearest]
            continue
        able = min(len(idle), int(np.count_nonzero(errors)))
        codes[idle[:able]] = rest[rng.choice(len(rest), able, replace=False, p=errors / whole)]
        means = KMeans(len(codes), init=codes, n_init=1, max_iter=_ROUNDS, tol=0).fit(rest)
        _fill(codebook, means.cluster_centers_, means.labels_)
        rest = rest - means.cluster_centers_[means.labels_].astype(np.float32)


@torch.no_grad()
def follow(codec: "EncodecModel", latents: Tensor, codes: Tensor) -> None:
    """Move each code towards the mean of the latents that it stood for in this step.

    Args:
        codec: Its quantizer is changed.
        latents: `[rows, dimension, frames]`, finite.
        codes: int64 `[codebooks, rows, frames]`, what the quantizer made of them.
    """
    rest = latents.transpose(1, 2).flatten(0, 1)
    for codebook, chosen in zip(_codebooks(codec), codes.flatten(1), strict=True):
        quantised = codebook.embed[chosen]
        weight = (1 - _KEPT) / len(rest)
        shares, sums = codebook.cluster_size, codebook.embed_avg
        shares.mul_(_KEPT).index_add_(0, chosen, torch.full_like(chosen, weight, dtype=shares.dtype))
        sums.mul_(_KEPT).index_add_(0, chosen, rest * weight)
        rest = rest - quantised
        is_known = shares > _HARDLY_USED / len(shares)
        codebook.embed.copy_(torch.where(is_known[:, None], sums / shares.clamp(min=1e-12)[:, None], codebook.embed))


def _codebooks(codec: "EncodecModel") -> Iterator[Any]:
    """Give the quantizer's codebooks.

    `embed` are the codes, `cluster_size` the running share of latents of each, `embed_avg` their sum times that share.
    """
    for layer in codec.quantizer.layers:
        yield layer.codebook


def _fill(codebook: Any, centres: npt.NDArray[np.floating], labels: npt.NDArray[np.integer]) -> None:
    codes = torch.from_numpy(centres.astype(np.float32))
    shares = torch.from_numpy(np.bincount(labels, minlength=len(centres)).astype(np.float32) / len(labels))
    codebook.embed.copy_(codes)
    codebook.cluster_size.copy_(shares)
    codebook.embed_avg.copy_(codes * shares[:, None])


def _nearest(latents: Latents, codes: Latents) -> npt.NDArray[np.integer]:
    from sklearn.metrics import pairwise_distances_argmin

    nearest: npt.NDArray[np.integer] = pairwise_distances_argmin(latents, codes)
    return nearest
