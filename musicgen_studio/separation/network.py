"""The network behind the masks: of a spectrogram, which share of each cell belongs to which stem.

    magnitudes [rows, bins, frames] → bands → patches → U-Net over frequency and time → bands × stems → soft-max

Low bins stay single, high ones are pooled into bands (1, 2, 4, 8 bins in 0–2–4–8–16 kHz), four bands make a patch. Each
level of the U-Net halves frequency, one halves time; at the bottom all frequencies of a moment meet in one layer, and
dilated convolutions look some 1.5 s to both sides. That reach is finite, so pieces with enough around them give what
the whole gives (`masks`). The design is U-Net after Jansson et al. (2017), sized for two cores.

Not for sound (`masks`), nor for learning (`training.separator`).
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from musicgen_studio.errors import UserProblem

STEMS = ("drums", "bass", "lead", "other")
SAMPLE_RATE = 32_000
FFT_SAMPLES = 4096
"""Of the spectrogram the network knows; sound at other rates is given a window of the same duration."""

HOP_DIVISOR = 4
BINS = FFT_SAMPLES // 2 + 1
REACH_FRAMES = 56
"""Frames to each side that can matter to a frame's masks: counted in a test, by changing frames further away."""

FRAMES_MULTIPLE = 2
"""Pieces must begin at a multiple of this many frames, and be a multiple long: one level halves time."""

_SPANS = ((256, 1), (256, 2), (512, 4), (1024, 8))  # bins, pooled by
_BANDS = sum(bins // pool for bins, pool in _SPANS)
_TIME_STRIDES = (1, 2, 1)


@dataclass(frozen=True, slots=True)
class NetworkSizes:
    """How large a network is.

    Args:
        widths: Channels of the levels, from the finest.
        bottom: Width of the layer in which all frequencies meet.
        dilations: Of the convolutions over time there.
        patch: Bands that make a row of the first level.
    """

    widths: tuple[int, ...] = (32, 48, 64, 128)
    bottom: int = 192
    dilations: tuple[int, ...] = (1, 2, 4, 8)
    patch: int = 4
    stems: tuple[str, ...] = field(default=STEMS)

    def __post_init__(self) -> None:
        if len(self.widths) != len(_TIME_STRIDES) + 1 or min(self.widths) < 1:
            raise ValueError(f"widths must be {len(_TIME_STRIDES) + 1} numbers above 0, got {self.widths}")
        if _BANDS % (self.patch * 2 ** len(_TIME_STRIDES)):
            raise ValueError(f"patch must divide {_BANDS // 2 ** len(_TIME_STRIDES)}, got {self.patch}")
        if self.bottom < 1 or len(self.stems) < 2:
            raise ValueError(f"bottom must be 1 or more and stems 2 or more, got {self.bottom} and {self.stems}")
        if not self.dilations or max(self.dilations) > 8 or sum(self.dilations) > 15:
            raise ValueError(f"dilations must be up to 8 and 15 in all, got {self.dilations}")


class MaskNetwork(nn.Module):
    """The network.

    Args:
        sizes: How large it is.
    """

    def __init__(self, sizes: NetworkSizes) -> None:
        super().__init__()
        self.sizes = sizes
        widths, patch = sizes.widths, sizes.patch
        rows = _BANDS // patch
        self.embed = _convolution(1, widths[0], (2 * patch + 1, 3), (patch, 1))
        self.place = nn.Parameter(torch.zeros(1, widths[0], rows, 1))
        self.down, self.encoders, self.up = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        self.joins, self.decoders = nn.ModuleList(), nn.ModuleList()
        for fine, coarse, stride in zip(widths, widths[1:], _TIME_STRIDES, strict=False):
            step = (2, stride)
            first = nn.Conv2d(fine, coarse, step, step, bias=False)
            self.down.append(nn.Sequential(first, nn.BatchNorm2d(coarse), nn.ReLU(inplace=True)))
            self.encoders.append(_Residual(coarse))
            self.up.append(nn.ConvTranspose2d(coarse, fine, step, step, bias=False))
            self.joins.append(nn.BatchNorm2d(fine))
            self.decoders.append(_convolution(fine, fine) if fine is widths[0] else _Residual(fine))
        lowest = widths[-1] * (rows // 2 ** len(_TIME_STRIDES))
        self.squeeze = nn.Sequential(nn.Conv1d(lowest, sizes.bottom, 1, bias=False), nn.BatchNorm1d(sizes.bottom))
        self.over_time = nn.Sequential(*[_TimeResidual(sizes.bottom, dilation) for dilation in sizes.dilations])
        self.expand = nn.Sequential(nn.ReLU(), nn.Conv1d(sizes.bottom, lowest, 1, bias=False))
        self.norm = nn.BatchNorm2d(widths[-1])
        self.head = nn.Conv2d(widths[0], len(sizes.stems) * patch, 3, 1, 1, bias=False)
        self.bias = nn.Parameter(torch.zeros(1, len(sizes.stems), _BANDS, 1))
        nn.init.normal_(self.head.weight, std=0.01)

    def logits(self, magnitudes: Tensor) -> Tensor:
        """Return the logarithms of the masks, up to a constant in each cell.

        Args:
            magnitudes: `[rows, 2049, frames]` as `torch.stft` gives them for sound of an RMS of 1 with a Hann window;
                frames a multiple of `FRAMES_MULTIPLE`.

        Returns:
            `[rows, stems, bands, frames]`.
        """
        x = (to_bands(magnitudes)[:, None] + 1e-3).pow(0.3) * 0.5 - 0.5
        x = self.embed(x.contiguous(memory_format=torch.channels_last)) + self.place
        skips = []
        for down, encoder in zip(self.down, self.encoders, strict=True):
            skips.append(x)
            x = encoder(down(x))
        x = self._bottom(x)
        for up, join, decoder in zip(self.up[::-1], self.joins[::-1], self.decoders[::-1], strict=True):
            x = decoder(functional.relu(join(up(x)) + skips.pop()))
        y = self.head(x)  # [rows, stems × patch, patches, frames]
        rows, _, patches, frames = y.shape
        y = y.view(rows, len(self.sizes.stems), self.sizes.patch, patches, frames).transpose(2, 3)
        return y.flatten(2, 3) + self.bias  # type: ignore[no-any-return]

    def forward(self, magnitudes: Tensor) -> Tensor:
        """Return the masks `[rows, stems, 2049, frames]`: in each cell they are above 0 and their sum is 1."""
        return to_bins(self.logits(magnitudes).softmax(1))

    def _bottom(self, x: Tensor) -> Tensor:
        rows, channels, low, frames = x.shape
        z = self.expand(self.over_time(self.squeeze(x.reshape(rows, channels * low, frames))))
        z = z.view(rows, channels, low, frames).contiguous(memory_format=torch.channels_last)
        return functional.relu(x + self.norm(z))


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.second = nn.Sequential(second, nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.second(self.first(x)))


class _TimeResidual(nn.Module):
    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, bias=False)
        self.first_norm, self.second_norm = nn.BatchNorm1d(width), nn.BatchNorm1d(width)
        self.second = nn.Conv1d(width, width, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(functional.relu(self.first_norm(self.first(x))))
        return x + self.second_norm(y)  # type: ignore[no-any-return]


def _convolution(
    channels: int, wide: int, kernel: tuple[int, int] = (3, 3), stride: tuple[int, int] = (1, 1)
) -> nn.Sequential:
    padding = (kernel[0] // 2, kernel[1] // 2)
    layer = nn.Conv2d(channels, wide, kernel, stride, padding, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(wide), nn.ReLU(inplace=True))


def to_bands(bins: Tensor) -> Tensor:
    """Return the mean of the bins of each band: `[…, 2049, frames]` to `[…, bands, frames]`; bin 0 is left out."""
    bands, at = [], 1
    for span, pool in _SPANS:
        part = bins[..., at : at + span, :]
        bands.append(_pooled(part, pool) if pool > 1 else part)
        at += span
    return torch.cat(bands, -2)


def _pooled(bins: Tensor, pool: int) -> Tensor:
    return bins.view(*bins.shape[:-2], bins.shape[-2] // pool, pool, bins.shape[-1]).mean(-2)


def to_bins(bands: Tensor) -> Tensor:
    """Return each band's value for all of its bins: `[…, bands, frames]` to `[…, 2049, frames]`."""
    bins, at = [bands[..., :1, :]], 0
    for span, pool in _SPANS:
        part = bands[..., at : at + span // pool, :]
        bins.append(part.repeat_interleave(pool, -2) if pool > 1 else part)
        at += span // pool
    return torch.cat(bins, -2)


def save_network(network: MaskNetwork, path: Path, about: dict[str, str]) -> None:
    """Write a network at 16 bit as one safetensors file, whole or not at all.

    Args:
        network: Any.
        path: Where to.
        about: Texts to go with it, such as `trained_on` and `licence`.

    Raises:
        UserProblem: If it cannot be written.
    """
    from safetensors.torch import save

    from musicgen_studio.files.whole import write_bytes

    tensors = {
        name: tensor.half().cpu().contiguous()
        for name, tensor in network.state_dict().items()
        if tensor.is_floating_point()  # how many batches a norm has seen matters to nobody
    }
    write_bytes(path, save(tensors, {"sizes": json.dumps(asdict(network.sizes)), **about}))


def load_network(path: Path) -> tuple[MaskNetwork, dict[str, str]]:
    """Read what `save_network` wrote: a network for use, in float32, and the texts that go with it.

    Raises:
        UserProblem: If the file is not there, damaged, or something else.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            about = dict(file.metadata() or {})
            raw: dict[str, Any] = json.loads(about.pop("sizes"))
            sizes: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()
            }
            network = MaskNetwork(NetworkSizes(**sizes))
            network.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118 - no dict
    except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise UserProblem(
            "The separator cannot be used.",
            f"{path} is missing or damaged ({error}).",
            "Install MusicGen Studio again, or name the file of another separator.",
        ) from error
    return network.eval().requires_grad_(False), about
