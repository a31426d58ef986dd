"""The judge of the codec's last stage: is this spectrum that of a real sound? Thrown away after training.

A multi-scale STFT discriminator: complex spectra in windows of three lengths, small 2-D convolutions.
Source: EnCodec (arXiv 2210.13438, section 3.4, figure 6); hinge loss and feature matching as there.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

_WINDOWS = (2048, 1024, 512)
_CHANNELS = 32
_SLOPE = 0.2


class SpectrumJudge(nn.Module):
    """Judges spectra of one window length.

    Args:
        window: In samples.
    """

    def __init__(self, window: int) -> None:
        super().__init__()
        self.hann = nn.Buffer(torch.hann_window(window), persistent=False)
        self.layers = nn.ModuleList([nn.Conv2d(2, _CHANNELS, (3, 9), padding=(1, 4))])
        for dilation in (1, 2, 4):
            padding = (dilation, 4)
            self.layers.append(
                nn.Conv2d(_CHANNELS, _CHANNELS, (3, 9), stride=(1, 2), dilation=(dilation, 1), padding=padding)
            )
        self.last = nn.Conv2d(_CHANNELS, 1, (3, 3), padding=1)

    def forward(self, sound: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return scores and the layers' outputs for `[rows, samples]`."""
        window = len(self.hann)
        spectrum = torch.stft(sound, window, window // 4, window=self.hann, return_complex=True)
        x = torch.stack([spectrum.real, spectrum.imag], dim=1).transpose(2, 3) / self.hann.sum() * 50
        seen = []
        for layer in self.layers:
            x = functional.leaky_relu(layer(x), _SLOPE)
            seen.append(x)
        return self.last(x), seen


class Discriminator(nn.Module):
    """Judges in several window lengths."""

    def __init__(self) -> None:
        super().__init__()
        self.judges = nn.ModuleList(SpectrumJudge(window) for window in _WINDOWS)

    def forward(self, sound: Tensor) -> list[tuple[Tensor, list[Tensor]]]:
        """Return scores and layers' outputs of each judge for `[rows, samples]`."""
        return [judge(sound) for judge in self.judges]


def judge_loss(real: list[tuple[Tensor, list[Tensor]]], made: list[tuple[Tensor, list[Tensor]]]) -> Tensor:
    """Return the discriminator's hinge loss."""
    losses = [
        functional.relu(1 - a).mean() + functional.relu(1 + b).mean() for (a, _), (b, _) in zip(real, made, strict=True)
    ]
    return torch.stack(losses).mean()


def deception_loss(real: list[tuple[Tensor, list[Tensor]]], made: list[tuple[Tensor, list[Tensor]]]) -> Tensor:
    """Return what the codec minimises: how sure the judges are, and how far their layers' outputs are apart."""
    fooled = torch.stack([functional.relu(1 - score).mean() for score, _ in made]).mean()
    distances = [
        (a.detach() - b).abs().mean() / a.detach().abs().mean().clamp(min=1e-6)
        for (_, reals), (_, mades) in zip(real, made, strict=True)
        for a, b in zip(reals, mades, strict=True)
    ]
    return fooled + 4.0 * torch.stack(distances).mean()
