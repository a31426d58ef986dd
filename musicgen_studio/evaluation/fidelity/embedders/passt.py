"""PaSST: 527 sounds of AudioSet, and 768 numbers, for each 10 s; the paper's divergence of tags is by it.

Weights as published (`passt-s-f128-p16-s10-ap.476-swa.pt`). Source: K. Koutini et al. 2022, arXiv 2110.05069;
hear21passt `models/passt.py`, `models/preprocess.py`, without what only training uses (`head_dist`); Kaldi's mel
filters as `torchaudio.compliance.kaldi.get_mel_banks` has them. A sound is cut as in AudioCraft's `metrics/kld.py`,
into 10 s and what is left, nothing filled. There each 10 s are a pair of their own, here a clip's are averaged first:
the same for clips of up to 10 s, and no more for longer ones.
"""

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.evaluation.fidelity.api import Embedded, EmbedderInfo
from musicgen_studio.evaluation.fidelity.embedders.weights import in_batches, read_tensors, with_weights

RATE_HZ = 32_000
WINDOW_S = 10.0
SOUNDS = 527
NUMBERS = 768
_HEADS, _DEPTH = 12, 12
_PATCH, _STRIDE, _GRID = 16, 10, (12, 99)  # bands and frames of the places that are learnt
_BANDS, _N_FFT, _WINDOW, _HOP = 128, 1024, 800, 320
_HIGHEST_HZ = 15_000.0
_EMPHASIS, _QUIETEST = 0.97, 1e-5
_EPSILON = 1e-6
_LEAST_S = 0.15


class PasstEmbedder:
    """Listens with PaSST; it knows 527 sounds and no words.

    Args:
        path: The file of weights.

    Raises:
        UserProblem: If it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._network = with_weights(_build, read_tensors(path, "model"), path)

    @property
    def info(self) -> EmbedderInfo:
        """What there is to say of it."""
        return EmbedderInfo(
            "passt",
            "PaSST-S, patches of 16, stride 10, weights averaged (Koutini et al., 2022)",
            NUMBERS,
            WINDOW_S,
            "AudioSet, which is of YouTube, after ImageNet",
            "Apache-2.0",
        )

    def hear(self, audio: Audio) -> Embedded:
        """Return what it says of a sound; see `Embedder`. Shorter than 0.15 s it is repeated."""
        said = [in_batches(self._listen, rows) for rows in _segments(mono_at(audio, RATE_HZ))]
        embedding, likely = (np.concatenate(parts) for parts in zip(*said, strict=True))
        return Embedded(embedding, likely)

    def _listen(self, sound: Tensor) -> tuple[Tensor, Tensor]:
        logits, embedding = self._network(log_mels(sound))
        return embedding, logits.softmax(dim=1)  # as shares: what AudioCraft's divergence is of

    def agreement(self, _heard: Embedded, _prompt: str) -> float | None:
        """Return None: it knows no words."""
        return None


def _segments(mono: Samples) -> list[Samples]:
    """Return all whole windows as rows, and what is left as one of its own, unless that is hardly anything."""
    length, least = round(WINDOW_S * RATE_HZ), round(_LEAST_S * RATE_HZ) + 1
    if len(mono) < least:
        mono = np.resize(mono, least)
    whole = len(mono) // length * length
    segments = [mono[:whole].reshape(-1, length), mono[None, whole:]]
    return [rows for rows in segments if rows.size >= least]


def log_mels(sound: Tensor) -> Tensor:
    """Return the spectra that PaSST sees, `[rows, 128, frames]`, of sound `[rows, samples]` at 32 kHz."""
    sharp = sound[:, 1:] - _EMPHASIS * sound[:, :-1]
    hann = torch.hann_window(_WINDOW, periodic=False)
    spectra = torch.stft(sharp, _N_FFT, _HOP, _WINDOW, hann, center=True, return_complex=True)
    power = torch.view_as_real(spectra).square().sum(dim=-1)
    return ((_filters() @ power + _QUIETEST).log() + 4.5) / 5


@cache
def _filters() -> Tensor:
    """Return Kaldi's mel filters, `[bands, bins]`; the bin at half the rate counts for none."""
    edges = np.linspace(0.0, float(_mel(np.array([_HIGHEST_HZ]))[0]), _BANDS + 2)[:, None]
    bins = _mel(np.arange(_N_FFT // 2, dtype=np.float64) * RATE_HZ / _N_FFT)
    up = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    filters = np.maximum(0.0, np.minimum(up, down))
    return torch.from_numpy(np.pad(filters, ((0, 0), (0, 1))).astype(np.float32))


def _mel(hz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    mels: npt.NDArray[np.float64] = 1127.0 * np.log(1 + hz / 700)
    return mels


class Passt(nn.Module):
    """The network.

    Args:
        depth: How many blocks; 12 as published.
        sounds: How many it tells apart.
    """

    def __init__(self, depth: int = _DEPTH, sounds: int = SOUNDS) -> None:
        super().__init__()
        self.patch_embed = _Patches()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, NUMBERS))
        self.dist_token = nn.Parameter(torch.zeros(1, 1, NUMBERS))
        self.new_pos_embed = nn.Parameter(torch.zeros(1, 2, NUMBERS))
        self.freq_new_pos_embed = nn.Parameter(torch.zeros(1, NUMBERS, _GRID[0], 1))
        self.time_new_pos_embed = nn.Parameter(torch.zeros(1, NUMBERS, 1, _GRID[1]))
        self.blocks = nn.Sequential(*(_Block() for _ in range(depth)))
        self.norm = nn.LayerNorm(NUMBERS, _EPSILON)
        self.head = nn.Sequential(nn.LayerNorm(NUMBERS), nn.Linear(NUMBERS, sounds))

    def forward(self, mels: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits `[rows, sounds]` and embeddings `[rows, 768]` of `log_mels`."""
        patches = self.patch_embed.proj(mels[:, None])  # [rows, 768, bands, frames]
        placed = patches + self.time_new_pos_embed[..., : patches.shape[-1]] + self.freq_new_pos_embed
        tokens = torch.cat([self.cls_token, self.dist_token], dim=1) + self.new_pos_embed
        row = torch.cat([tokens.expand(len(mels), -1, -1), placed.flatten(2).transpose(1, 2)], dim=1)
        seen = self.norm(self.blocks(row))
        embedding = (seen[:, 0] + seen[:, 1]) / 2
        return self.head(embedding), embedding


class _Patches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.proj = nn.Conv2d(1, NUMBERS, _PATCH, _STRIDE)


class _Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(NUMBERS, _EPSILON), nn.LayerNorm(NUMBERS, _EPSILON)
        self.attn = _Attention()
        self.mlp = nn.Sequential()
        self.mlp.add_module("fc1", nn.Linear(NUMBERS, 4 * NUMBERS))
        self.mlp.add_module("act", nn.GELU())
        self.mlp.add_module("fc2", nn.Linear(4 * NUMBERS, NUMBERS))

    def forward(self, row: Tensor) -> Tensor:
        row = row + self.attn(self.norm1(row))
        made: Tensor = row + self.mlp(self.norm2(row))
        return made


class _Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(NUMBERS, 3 * NUMBERS)
        self.proj = nn.Linear(NUMBERS, NUMBERS)

    def forward(self, row: Tensor) -> Tensor:
        rows, tokens, _ = row.shape
        query, key, value = self.qkv(row).reshape(rows, tokens, 3, _HEADS, -1).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value)
        made: Tensor = self.proj(mixed.transpose(1, 2).flatten(2))
        return made


def _build(tensors: dict[str, Tensor]) -> Passt:
    depth = 1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("blocks."))
    return Passt(depth, len(tensors["head.1.weight"]))
