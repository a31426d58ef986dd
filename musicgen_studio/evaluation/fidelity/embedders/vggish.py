"""VGGish, the network of the Fréchet audio distance of papers: 128 numbers for each 0.96 s.

Weights as torchvggish published them (`vggish-10086976.pth`), with the last rectifier and without the whitening that
came later. Source: S. Hershey et al. 2017, arXiv 1609.09430; github.com/harritaylor/torchvggish `torchvggish.py`,
`mel_features.py`, `vggish_params.py`, with which a test compares. Resampling is ours (soxr), theirs is resampy.
"""

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.evaluation.fidelity.api import Embedded, EmbedderInfo
from musicgen_studio.evaluation.fidelity.embedders.weights import in_batches, read_tensors, with_weights

NUMBERS = 128
RATE_HZ = 16_000
_FRAMES, _BANDS = 96, 64
_WINDOW, _HOP, _N_FFT = 400, 160, 512
_LOWEST_HZ, _HIGHEST_HZ = 125.0, 7500.0
_OFFSET = 0.01
_LAYERS = (64, 0, 128, 0, 256, 256, 0, 512, 512, 0)  # filters; 0 is pooling
_FLAT = 512 * 4 * 6
_Matrix = npt.NDArray[np.float64]


class VggishEmbedder:
    """Listens with VGGish; it knows no tags and no words.

    Args:
        path: The file of weights.

    Raises:
        UserProblem: If it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._network = with_weights(_build, read_tensors(path), path)

    @property
    def info(self) -> EmbedderInfo:
        """What there is to say of it."""
        return EmbedderInfo(
            "vggish",
            "VGGish (Hershey et al., 2017), torchvggish's weights, no whitening",
            NUMBERS,
            _FRAMES * _HOP / RATE_HZ,
            "a preliminary YouTube-8M, by Google",
            "Apache-2.0",
        )

    def hear(self, audio: Audio) -> Embedded:
        """Return what it says of a sound; see `Embedder`. Shorter than 0.975 s it is repeated."""
        (embedding,) = in_batches(lambda rows: (self._network(rows),), log_mel_windows(mono_at(audio, RATE_HZ)))
        return Embedded(embedding)

    def agreement(self, _heard: Embedded, _prompt: str) -> float | None:
        """Return None: it knows no words."""
        return None


class Vggish(nn.Module):
    """The network.

    Args:
        hidden: Width of its two dense layers; 4096 as published.
    """

    def __init__(self, hidden: int = 4096) -> None:
        super().__init__()
        layers, before = list[nn.Module](), 1
        for filters in _LAYERS:
            if not filters:
                layers.append(nn.MaxPool2d(2, 2))
                continue
            layers += [nn.Conv2d(before, filters, 3, padding=1), nn.ReLU()]
            before = filters
        self.features = nn.Sequential(*layers)
        dense = (nn.Linear(_FLAT, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, NUMBERS))
        self.embeddings = nn.Sequential(*(part for layer in dense for part in (layer, nn.ReLU())))

    def forward(self, mels: Tensor) -> Tensor:
        """Return embeddings `[rows, 128]` of log-mel spectra `[rows, 96, 64]`."""
        features = self.features(mels[:, None])  # [rows, 512, 6, 4]
        made: Tensor = self.embeddings(features.permute(0, 2, 3, 1).flatten(1))
        return made


def _build(tensors: dict[str, Tensor]) -> Vggish:
    return Vggish(len(tensors["embeddings.0.weight"]))


def log_mel_windows(mono: Samples) -> Samples:
    """Return log-mel spectra of windows of 0.96 s, as VGGish was trained on: float32 `[windows, 96, 64]`."""
    least = _WINDOW + (_FRAMES - 1) * _HOP
    if len(mono) < least:
        mono = np.resize(mono, least)
    frames = np.lib.stride_tricks.sliding_window_view(mono, _WINDOW)[::_HOP]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi / _WINDOW * np.arange(_WINDOW))
    spectra = np.abs(np.fft.rfft(frames * hann, _N_FFT))  # [frames, bins]
    mels = np.log(spectra @ _filters() + _OFFSET)
    count = len(mels) // _FRAMES
    return mels[: count * _FRAMES].reshape(count, _FRAMES, _BANDS).astype(np.float32)


@cache
def _filters() -> _Matrix:
    """Return HTK's mel filters, in no area alike, `[bins, bands]`."""
    mels = _mel(np.linspace(0, RATE_HZ / 2, _N_FFT // 2 + 1))[:, None]
    low, high = _mel(np.array([_LOWEST_HZ, _HIGHEST_HZ])).tolist()
    edges = np.linspace(low, high, _BANDS + 2)
    up = (mels - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - mels) / (edges[2:] - edges[1:-1])
    filters: _Matrix = np.maximum(0.0, np.minimum(up, down))
    filters[0] = 0
    return filters


def _mel(hz: _Matrix) -> _Matrix:
    mels: _Matrix = 1127.0 * np.log(1 + hz / 700)
    return mels
