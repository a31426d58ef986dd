"""The judges of the codec's last stage: is this spectrum that of a real sound? Thrown away after training.

Complex spectra and small 2-D convolutions, in two kinds. One looks at the whole spectrum in windows of three lengths.
The other looks at bands of it, each with weights of its own, as a layer that is shared by all frequencies spends itself
on the low ones, where the energy is, and leaves the highest octave dull. Two of those cut the spectrum differently, so
that no cut is one for both.
Source: EnCodec (arXiv 2210.13438, section 3.4, figure 6), hinge loss and feature matching as there; bands: Descript's
audio codec (arXiv 2306.06546, section 3.4).
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

_WINDOWS = (2048, 1024, 512)
_CHANNELS = 32
_SPLITS = {2048: (0.0, 0.1, 0.25, 0.5, 0.75, 1.0), 512: (0.0, 0.17, 0.37, 0.63, 1.0)}
"""Where the bands of a window length begin and end, as shares of all frequencies."""

_BAND_CHANNELS = 16
_SLOPE = 0.2

Judgement = tuple[Tensor, list[Tensor]]
"""Scores, and the outputs of the layers before."""


class _Spectrum(nn.Module):
    """Takes the complex spectrum of sound.

    Args:
        window: In samples.
    """

    def __init__(self, window: int) -> None:
        super().__init__()
        self.hann = nn.Buffer(torch.hann_window(window), persistent=False)

    def spectrum(self, sound: Tensor) -> Tensor:
        """Return real and imaginary parts `[rows, 2, frames, frequencies]` of `[rows, samples]`."""
        window = len(self.hann)
        spectrum = torch.stft(sound, window, window // 4, window=self.hann, return_complex=True)
        return torch.stack([spectrum.real, spectrum.imag], dim=1).transpose(2, 3) / self.hann.sum() * 50


class SpectrumJudge(_Spectrum):
    """Judges whole spectra of one window length.

    Args:
        window: In samples.
    """

    def __init__(self, window: int) -> None:
        super().__init__(window)
        self.layers = _layers(_CHANNELS)
        self.last = nn.Conv2d(_CHANNELS, 1, (3, 3), padding=1)

    def forward(self, sound: Tensor) -> Judgement:
        """Return scores and the layers' outputs for `[rows, samples]`."""
        seen = _seen(self.layers, self.spectrum(sound))
        return self.last(seen[-1]), seen


class BandJudge(_Spectrum):
    """Judges the bands of spectra of one window length, each by itself, and then all of them beside each other.

    Args:
        window: In samples.
        edges: Where bands begin and end, from 0 to 1.
    """

    def __init__(self, window: int, edges: tuple[float, ...]) -> None:
        super().__init__(window)
        frequencies = window // 2 + 1
        places = [round(edge * frequencies) for edge in edges]
        self._bands = [slice(first, last) for first, last in pairwise(places)]
        self.layers = nn.ModuleList(_layers(_BAND_CHANNELS) for _ in self._bands)
        self.last = nn.Conv2d(_BAND_CHANNELS, 1, (3, 3), padding=1)

    def forward(self, sound: Tensor) -> Judgement:
        """Return scores and the layers' outputs of all bands for `[rows, samples]`."""
        spectrum = self.spectrum(sound)
        seen = [
            _seen(cast(nn.ModuleList, layers), spectrum[..., band])
            for layers, band in zip(self.layers, self._bands, strict=True)
        ]
        scores: Tensor = self.last(torch.cat([each[-1] for each in seen], dim=-1))
        return scores, [output for each in seen for output in each]


class Discriminator(nn.Module):
    """All judges."""

    def __init__(self) -> None:
        super().__init__()
        whole = (SpectrumJudge(window) for window in _WINDOWS)
        self.judges = nn.ModuleList([*whole, *(BandJudge(window, edges) for window, edges in _SPLITS.items())])

    def forward(self, sound: Tensor) -> list[Judgement]:
        """Return what each judge says of `[rows, samples]`."""
        return [judge(sound) for judge in self.judges]


def _layers(channels: int) -> nn.ModuleList:
    layers = nn.ModuleList([nn.Conv2d(2, channels, (3, 9), padding=(1, 4))])
    for dilation in (1, 2, 4):
        padding = (dilation, 4)
        layers.append(nn.Conv2d(channels, channels, (3, 9), stride=(1, 2), dilation=(dilation, 1), padding=padding))
    return layers


def _seen(layers: Iterable[nn.Module], x: Tensor) -> list[Tensor]:
    """Return the outputs of the layers, the last one's last."""
    seen = list[Tensor]()
    for layer in layers:
        x = functional.leaky_relu(layer(x), _SLOPE)
        seen.append(x)
    return seen


def judge_loss(real: list[Judgement], made: list[Judgement]) -> Tensor:
    """Return the discriminator's hinge loss."""
    losses = [
        functional.relu(1 - a).mean() + functional.relu(1 + b).mean() for (a, _), (b, _) in zip(real, made, strict=True)
    ]
    return torch.stack(losses).mean()


def deception_loss(real: list[Judgement], made: list[Judgement]) -> Tensor:
    """Return what the codec minimises: how sure the judges are, and how far their layers' outputs are apart."""
    fooled = torch.stack([functional.relu(1 - score).mean() for score, _ in made]).mean()
    distances = [
        (a.detach() - b).abs().mean() / a.detach().abs().mean().clamp(min=1e-6)
        for (_, reals), (_, mades) in zip(real, made, strict=True)
        for a, b in zip(reals, mades, strict=True)
    ]
    return fooled + 4.0 * torch.stack(distances).mean()
