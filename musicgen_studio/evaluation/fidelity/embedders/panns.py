"""PANNs' Cnn14: 527 sounds of AudioSet, and 2048 numbers, for each 10 s.

Weights as published (`Cnn14_mAP=0.431.pth`): they hold the spectrogram's and the mel filters' own matrices, which are
used. Source: Q. Kong et al. 2020, arXiv 1912.10211; panns_inference `models.py` (`Cnn14`), torchlibrosa `stft.py`.
panns_inference hears a sound of any length as a whole; here what is longer than the 10 s of AudioSet's clips is cut, so
that no length counts for more than it was trained on.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.evaluation.fidelity.api import Embedded, EmbedderInfo
from musicgen_studio.evaluation.fidelity.embedders.weights import in_batches, read_tensors, windows, with_weights

RATE_HZ = 32_000
WINDOW_S = 10.0
SOUNDS = 527
_N_FFT, _HOP, _BANDS = 1024, 320, 64
_WIDTHS = (64, 128, 256, 512, 1024, 2048)
_QUIETEST = 1e-10
_LEAST = 31 * _HOP  # 32 frames, which five poolings leave one of


class PannsEmbedder:
    """Listens with Cnn14; it knows 527 sounds and no words.

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
            "panns",
            "PANNs Cnn14 (Kong et al., 2020)",
            self._network.fc1.out_features,
            WINDOW_S,
            "AudioSet, which is of YouTube",
            "CC-BY 4.0, as its page on Zenodo says",
        )

    def hear(self, audio: Audio) -> Embedded:
        """Return what it says of a sound; see `Embedder`. Shorter than 0.31 s it is repeated."""
        rows = windows(mono_at(audio, RATE_HZ), round(WINDOW_S * RATE_HZ), _LEAST)
        embedding, likely = in_batches(self._network, rows)
        return Embedded(embedding, likely)

    def agreement(self, _heard: Embedded, _prompt: str) -> float | None:
        """Return None: it knows no words."""
        return None


class Cnn14(nn.Module):
    """The network.

    Args:
        widths: Filters of its six blocks.
        sounds: How many it tells apart.
    """

    def __init__(self, widths: tuple[int, ...] = _WIDTHS, sounds: int = SOUNDS) -> None:
        super().__init__()
        self.spectrogram_extractor = _Spectrogram()
        self.logmel_extractor = _Mel()
        self.bn0 = nn.BatchNorm2d(_BANDS)
        for number, (before, after) in enumerate(zip((1, *widths[:-1]), widths, strict=True), start=1):
            setattr(self, f"conv_block{number}", _Block(before, after))
        self.fc1 = nn.Linear(widths[-1], widths[-1])
        self.fc_audioset = nn.Linear(widths[-1], sounds)

    def forward(self, sound: Tensor) -> tuple[Tensor, Tensor]:
        """Return embeddings `[rows, numbers]` and how likely each sound is, `[rows, sounds]`, of `[rows, samples]`."""
        mels = self.logmel_extractor(self.spectrogram_extractor(sound))  # [rows, frames, bands]
        image = self.bn0(mels[:, None].transpose(1, 3)).transpose(1, 3)
        for number in range(1, 7):
            image = getattr(self, f"conv_block{number}")(image)
            image = functional.avg_pool2d(image, 2) if number < 6 else image
        over_time = image.mean(dim=3)
        embedding = self.fc1(over_time.amax(dim=2) + over_time.mean(dim=2)).relu()
        return embedding, self.fc_audioset(embedding).sigmoid()


class _Block(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(after), nn.BatchNorm2d(after)

    def forward(self, image: Tensor) -> Tensor:
        made: Tensor = self.bn2(self.conv2(self.bn1(self.conv1(image)).relu())).relu()
        return made


class _Stft(nn.Module):
    """A Fourier transform as two convolutions, whose filters lie in the file."""

    def __init__(self) -> None:
        super().__init__()
        self.conv_real = nn.Conv1d(1, _N_FFT // 2 + 1, _N_FFT, _HOP, bias=False)
        self.conv_imag = nn.Conv1d(1, _N_FFT // 2 + 1, _N_FFT, _HOP, bias=False)

    def forward(self, sound: Tensor) -> Tensor:
        padded = functional.pad(sound[:, None], (_N_FFT // 2, _N_FFT // 2), mode="reflect")
        power: Tensor = self.conv_real(padded).square() + self.conv_imag(padded).square()
        return power.transpose(1, 2)  # [rows, frames, bins]


class _Spectrogram(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stft = _Stft()

    def forward(self, sound: Tensor) -> Tensor:
        power: Tensor = self.stft(sound)
        return power


class _Mel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.melW = nn.Parameter(torch.zeros(_N_FFT // 2 + 1, _BANDS))

    def forward(self, power: Tensor) -> Tensor:
        return 10 * (power @ self.melW).clamp_min(_QUIETEST).log10()


def _build(tensors: dict[str, Tensor]) -> Cnn14:
    widths = tuple(len(tensors[f"conv_block{number}.conv1.weight"]) for number in range(1, 7))
    return Cnn14(widths, len(tensors["fc_audioset.weight"]))
