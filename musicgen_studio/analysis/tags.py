"""What a listener might call a clip: 50 tags each of two taggers, and an embedding, for every three seconds.

The network is that of J. Pons and X. Serra, "musicnn: pre-trained convolutional neural networks for music audio
tagging" (ISMIR 2019, late-breaking), written anew in torch; `resources/musicnn` says where the weights are from and
what is known of their training. Tags are opinions with a number, not facts. Not for comparing whole sets of clips
(`evaluation`).
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from musicgen_studio.compute.threads import one_thread
from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.dsp.spectra import banded, mel_filters
from musicgen_studio.paths import resources_dir

RATE_HZ = 16_000
WINDOW_FRAMES = 187
WINDOW_S = 3.0
EMBEDDING = 200

_HOP, _N_FFT, _MELS = 256, 512, 96
_AT_ONCE = 8
_EPSILON = 1e-3  # of TensorFlow's normalisation, with which it was trained
Floats = npt.NDArray[np.float32]


class Tagger(StrEnum):
    """Whose tags: which data set's listeners gave them."""

    MAGNATAGATUNE = "mtt"
    MILLION_SONGS = "msd"


NAMES = {
    Tagger.MAGNATAGATUNE: (
        "guitar", "classical", "slow", "techno", "strings", "drums", "electronic", "rock", "fast", "piano", "ambient",
        "beat", "violin", "vocal", "synth", "female", "indian", "opera", "male", "singing", "vocals", "no vocals",
        "harpsichord", "loud", "quiet", "flute", "woman", "male vocal", "no vocal", "pop", "soft", "sitar", "solo",
        "man", "classic", "choir", "voice", "new age", "dance", "male voice", "female vocal", "beats", "harp", "cello",
        "no voice", "weird", "country", "metal", "female voice", "choral",
    ),
    Tagger.MILLION_SONGS: (
        "rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s", "alternative rock",
        "jazz", "beautiful", "metal", "chillout", "male vocalists", "classic rock", "soul", "indie rock", "Mellow",
        "electronica", "80s", "folk", "90s", "chill", "instrumental", "punk", "oldies", "blues", "hard rock", "ambient",
        "acoustic", "experimental", "female vocalist", "guitar", "Hip-Hop", "70s", "party", "country", "easy listening",
        "sexy", "catchy", "funk", "electro", "heavy metal", "Progressive rock", "60s", "rnb", "indie pop", "sad",
        "House", "happy",
    ),
}  # fmt: skip
"""The 50 tags of each, in the order of their numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Tags:
    """What a tagger says of a clip, window by window.

    Args:
        tagger: Which one.
        likely: How likely each tag is, 0 to 1: float32 `[windows, 50]`.
        embedding: What it says that of: float32 `[windows, EMBEDDING]`.
    """

    tagger: Tagger
    likely: Floats
    embedding: Floats

    def best(self, count: int = 5) -> tuple[tuple[str, float], ...]:
        """Return the likeliest tags of the whole clip with how likely they are on average, likeliest first."""
        mean = self.likely.mean(axis=0)
        return tuple((NAMES[self.tagger][index], float(mean[index])) for index in np.argsort(-mean)[:count])


def tag(audio: Audio, tagger: Tagger = Tagger.MAGNATAGATUNE) -> Tags:
    """Return what a tagger says of a sound.

    Args:
        audio: Any sound; channels are averaged. It is cut into windows of 3 s, the last of which reaches back into the
            one before; what is shorter than one is repeated to fill it.
        tagger: Which one.
    """
    mono = mono_at(audio, RATE_HZ)
    mels = np.log10(1 + 10_000 * banded(mono, mel_filters(RATE_HZ, _N_FFT, _MELS), _HOP)).astype(np.float32)
    windows = torch.from_numpy(_windows(mels))  # [windows, frames, mels]
    net, likely, embedding = _shipped(tagger), list[Tensor](), list[Tensor]()
    with torch.inference_mode(), one_thread():
        for some in torch.split(windows, _AT_ONCE):
            logits, inner = net(some)
            likely.append(logits.sigmoid())
            embedding.append(inner)
    return Tags(tagger, torch.cat(likely).numpy(), torch.cat(embedding).numpy())


def _windows(mels: Floats) -> Floats:
    """Cut frames `[frames, mels]` into windows `[windows, WINDOW_FRAMES, mels]`."""
    if len(mels) < WINDOW_FRAMES:
        mels = np.resize(mels, (WINDOW_FRAMES, mels.shape[1]))
    starts = [*range(0, len(mels) - WINDOW_FRAMES, WINDOW_FRAMES), len(mels) - WINDOW_FRAMES]
    return np.stack([mels[start : start + WINDOW_FRAMES] for start in starts])


class Musicnn(nn.Module):
    """The network: wide and long filters over a mel spectrogram, three layers over time, pooling, two dense layers."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(1, _EPSILON)
        self.timbral = nn.ModuleList(_Front(204, 7, mels, (0, 0, 3, 3)) for mels in (38, 67))
        self.temporal = nn.ModuleList(_Front(51, k, 1, (0, 0, k // 2 - 1, k // 2)) for k in (128, 64, 32))
        self.middle = nn.ModuleList(_Middle(channels) for channels in (561, 64, 64))
        self.pooled_norm = nn.BatchNorm1d(1506, _EPSILON)
        self.dense = nn.Linear(1506, EMBEDDING)
        self.dense_norm = nn.BatchNorm1d(EMBEDDING, _EPSILON)
        self.tell = nn.Linear(EMBEDDING, 50)

    def forward(self, mels: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits `[rows, 50]` and embeddings `[rows, EMBEDDING]` for `[rows, frames, mels]`."""
        image = self.norm(mels[:, None])
        front = torch.cat([part(image) for part in (*self.timbral, *self.temporal)], dim=1)  # [rows, 561, frames]
        first = self.middle[0](front)
        second = self.middle[1](first) + first
        third = self.middle[2](second) + second
        features = torch.cat([front, first, second, third], dim=1)  # [rows, 753, frames]
        pooled = torch.stack([features.amax(dim=2), features.mean(dim=2)], dim=2).flatten(1)  # [rows, 1506]
        embedding = self.dense_norm(self.dense(self.pooled_norm(pooled)).relu())
        return self.tell(embedding), embedding


class _Front(nn.Module):
    """Filters so long and so wide, the loudest over all pitches taken."""

    def __init__(self, filters: int, frames: int, mels: int, padding: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, filters, (frames, mels))
        self.norm = nn.BatchNorm2d(filters, _EPSILON)
        self.padding = padding

    def forward(self, image: Tensor) -> Tensor:
        loudest: Tensor = self.norm(self.conv(nn.functional.pad(image, self.padding)).relu()).amax(dim=3)
        return loudest


class _Middle(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, 64, 7, padding=3)
        self.norm = nn.BatchNorm1d(64, _EPSILON)

    def forward(self, features: Tensor) -> Tensor:
        made: Tensor = self.norm(self.conv(features).relu())
        return made


@cache
def _shipped(tagger: Tagger) -> Musicnn:
    weights = load_file(resources_dir() / "musicnn" / f"{tagger}.safetensors")
    net = Musicnn()
    net.load_state_dict({name: tensor.float() for name, tensor in weights.items()}, strict=False)
    return net.eval()
