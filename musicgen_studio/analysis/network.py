"""The small net that hears beats and downbeats: dilated convolutions over frames of a clip, looking both ways.

After M. Davies and S. Böck, "Temporal convolutional networks for musical audio beat tracking" (EUSIPCO 2019), with mel
bands and semitones as they are instead of layers of two-dimensional convolutions. It is trained by `training.beats` and
shipped in `resources/beats`, whose README tells how well it hears. Not for making beats of what it says (`bars`).
"""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from musicgen_studio.analysis.frames import BANDS
from musicgen_studio.compute.threads import one_thread
from musicgen_studio.dsp.spectra import Floats
from musicgen_studio.paths import resources_dir

_REACH = 5  # taps of a convolution


class BeatNet(nn.Module):
    """Says of each frame how likely a beat, and a downbeat, is there.

    Args:
        width: Channels throughout.
        layers: Each looks twice as far as the one before.
        dropout: While it learns.
    """

    def __init__(self, width: int, layers: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.width, self.layers = width, layers
        self.take_in = nn.Conv1d(BANDS, width, 3, padding=1)
        self.blocks = nn.ModuleList(_Block(width, 2**layer, dropout) for layer in range(layers))
        self.tell = nn.Conv1d(width, 2, 1)

    def forward(self, bands: Tensor) -> Tensor:
        """Return logits `[rows, 2, frames]`, beats and downbeats, for `[rows, BANDS, frames]`."""
        hidden = nn.functional.gelu(self.take_in(bands))
        for block in self.blocks:
            hidden = block(hidden)
        logits: Tensor = self.tell(hidden)
        return logits


class _Block(nn.Module):
    def __init__(self, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.look = nn.Conv1d(width, width, _REACH, padding=dilation * (_REACH // 2), dilation=dilation)
        self.norm = nn.BatchNorm1d(width)
        self.mix = nn.Conv1d(width, width, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor) -> Tensor:
        added: Tensor = self.mix(self.dropout(nn.functional.gelu(self.norm(self.look(hidden)))))
        return hidden + added


def save_net(net: BeatNet, path: Path) -> None:
    """Write a net's weights in 16 bit, with its sizes."""
    weights = {
        name: tensor.half().contiguous() for name, tensor in net.state_dict().items() if tensor.is_floating_point()
    }
    save_file(weights, path, metadata={"width": str(net.width), "layers": str(net.layers)})


def load_net(path: Path) -> BeatNet:
    """Read a net to use it.

    Raises:
        OSError, RuntimeError: If it is not there or not whole.
    """
    with safe_open(path, "pt") as file:
        sizes = file.metadata()
        weights = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a dict
    net = BeatNet(int(sizes["width"]), int(sizes["layers"]))
    net.load_state_dict(weights, strict=False)  # how many batches it saw is left out
    return net.eval()


@cache
def shipped_net() -> BeatNet | None:
    """Return the net that comes with the program, read once; None if its file is not there."""
    path = resources_dir() / "beats" / "beats.safetensors"
    return load_net(path) if path.is_file() else None


def hear(bands: Floats, net: BeatNet) -> Floats:
    """Return what the net hears: logits of beats and downbeats, float32 `[frames, 2]`.

    It listens twice, to the frames as they are and to what lies half-way between them, and the mean counts: how near
    beats are to frames is chance, and where the net is of two minds it decided between a tempo and its double.

    Args:
        bands: `[frames, BANDS]`, see `frames`.
        net: From `load_net`.
    """
    if len(bands) < 2:
        return _heard(bands, net)
    between = _heard((bands[1:] + bands[:-1]) * np.float32(0.5), net)
    brought_back = np.concatenate([between[:1], (between[1:] + between[:-1]) / 2, between[-1:]])
    heard: Floats = (_heard(bands, net) + brought_back) / 2
    return heard


def _heard(bands: Floats, net: BeatNet) -> Floats:
    with torch.inference_mode(), one_thread():
        logits = net(torch.from_numpy(bands).T[None])
    heard: Floats = logits[0].T.numpy()
    return heard
