"""The codebooks of the codec: k-means on the latents of an autoencoder that has learned already.

Codebooks that learn together with encoder and decoder from the start collapse to a few codes. So did these when they
were moved along with both, as averages, after k-means (arXiv 1711.00937, appendix A.1), as soon as the loss minded
phases: a tenth of the codes was left, and the pitch class of a third of the moments.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from musicgen_studio.training.pace import Report
from musicgen_studio.training.settings import CodecSettings

if TYPE_CHECKING:
    from transformers import EncodecModel


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
        layer.codebook.embed.copy_(embed)
        layer.codebook.embed_avg.copy_(embed)
        rest = rest - means.cluster_centers_[means.labels_].astype(np.float32)
        explained = 1 - float(np.square(rest).sum() / np.square(latents - latents.mean(axis=0)).sum())
        report(f"codec codebook {number + 1}: {explained:.2f} of the latents' variance explained")
