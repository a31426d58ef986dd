"""How good a codec is, on music it has not learned from: the spectra, the waveform, the attacks, the books, the tags.

The last is judged by a network that was taught by others for another end (musicnn): what it takes for something else
after the codec is lost to more than our own measures. Not for the learning: that is `train`.
"""

from math import isnan, nan
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.onsets import onsets_kept
from musicgen_studio.evaluation.fidelity.api import Embedded
from musicgen_studio.evaluation.fidelity.distance import frechet, tag_divergence
from musicgen_studio.evaluation.fidelity.embedders.choose import open_embedder
from musicgen_studio.training.codec.network import latents_of, sound_of
from musicgen_studio.training.music.synth import SAMPLE_RATE
from musicgen_studio.training.settings import HOP_SAMPLES
from musicgen_studio.training.spectral import (
    band_powers,
    bandwidth_khz,
    embeddings,
    frechet_distance,
    log_mel_distance,
    si_sdr_db,
)

if TYPE_CHECKING:
    from transformers import EncodecModel

_JUDGED_S = 12

Sounds = list[npt.NDArray[np.int16]]
_Pairs = list[tuple[Tensor, Tensor]]


@torch.no_grad()
def reconstruct(codec: "EncodecModel", sound: Tensor) -> Tensor:
    """Return sound `[rows, samples]` as it comes out of the codec."""
    return _through(codec, sound)[0]


def _through(codec: "EncodecModel", sound: Tensor) -> tuple[Tensor, Tensor]:
    """Return sound as it comes out of the codec, and the codes `[codebooks, rows, frames]` that carried it."""
    usable = sound.shape[1] // HOP_SAMPLES * HOP_SAMPLES
    codes = codec.quantizer.encode(latents_of(codec, sound[:, :usable]))
    return sound_of(codec, codec.quantizer.decode(codes), usable), codes


@torch.no_grad()
def codec_figures(codec: "EncodecModel", sounds: Sounds, device: torch.device) -> dict[str, float]:
    """Return how good a codec is on sounds it has not learned from.

    Args:
        codec: Folded.
        sounds: int16 `[frames]` each.
        device: Where the codec is.
    """
    pairs, codes = _Pairs(), list[Tensor]()
    for sound in sounds:
        original = as_float(sound[: _JUDGED_S * SAMPLE_RATE // HOP_SAMPLES * HOP_SAMPLES]).to(device)[None]
        made, carried = _through(codec, original)
        pairs.append((original[:, : made.shape[1]], made))
        codes.append(carried[:, 0])
    card = codec.config.codebook_size
    return _sound_figures(pairs) | _code_figures(torch.cat(codes, dim=1), card) | _tag_figures(pairs)


def _sound_figures(pairs: _Pairs) -> dict[str, float]:
    shares = [onsets_kept(original[0].cpu().numpy(), made[0].cpu().numpy()) for original, made in pairs]
    kept = [share for share in shares if not isnan(share)]
    powers = np.mean([(band_powers(made), band_powers(original)) for original, made in pairs], axis=0)
    before, after = (np.concatenate([embeddings(sound) for sound in side]) for side in zip(*pairs, strict=True))
    return {
        "log_mel_distance": float(np.mean([log_mel_distance(made, original) for original, made in pairs])),
        "si_sdr_db": float(np.mean([si_sdr_db(made, original) for original, made in pairs])),
        "frechet_distance": frechet_distance(before, after),
        "onsets_kept": float(np.mean(kept)) if kept else nan,
        "bandwidth_khz": bandwidth_khz(*powers),
        "held_out_pieces": float(len(pairs)),
    }


def _code_figures(codes: Tensor, card: int) -> dict[str, float]:
    """Return the least share of a codebook that is used, and the bits that a frame's codes carry by their frequency.

    Args:
        codes: int64 `[codebooks, frames]`.
        card: Codes in a codebook.
    """
    counts = torch.stack([torch.bincount(book, minlength=card) for book in codes.cpu()]).double()
    shares = counts / counts.sum(dim=1, keepdim=True)
    bits = -(shares * shares.clamp(min=1e-12).log2()).sum()
    return {"codes_used": float((counts > 0).double().mean(dim=1).min()), "bits_per_frame": float(bits)}


def _tag_figures(pairs: _Pairs) -> dict[str, float]:
    """Return what musicnn hears otherwise after the codec: its Fréchet distance, and its tags' divergence in nats."""
    before, after = ([_heard(sound) for sound in side] for side in zip(*pairs, strict=True))
    windows = [np.concatenate([heard.embedding for heard in side]) for side in (before, after)]
    if min(len(each) for each in windows) < 2:
        return {"musicnn_frechet_distance": nan, "musicnn_divergence": nan}
    apart = [tag_divergence(_tags(one), _tags(other)) for one, other in zip(before, after, strict=True)]
    return {"musicnn_frechet_distance": frechet(*windows), "musicnn_divergence": float(np.mean(apart))}


def _heard(sound: Tensor) -> Embedded:
    return open_embedder().hear(Audio(sound[0].cpu().numpy()[:, None], SAMPLE_RATE))


def _tags(heard: Embedded) -> npt.NDArray[np.float32]:
    assert heard.likely is not None  # musicnn knows tags
    return heard.likely


def as_float(sound: npt.NDArray[np.int16]) -> Tensor:
    """Return 16-bit samples as numbers from -1 to 1."""
    return torch.from_numpy(sound.astype(np.float32) / 32767)
