"""Small separators with random weights: what separates badly, but in every other way like the real one."""

import torch

from musicgen_studio.separation.api import SeparatorInfo
from musicgen_studio.separation.masks import MaskSeparator
from musicgen_studio.separation.network import MaskNetwork, NetworkSizes

SIZES = NetworkSizes(widths=(4, 6, 8, 8), bottom=8)
INFO = SeparatorInfo("tiny", SIZES.stems, "nothing", "MIT", 0)


def random_network(seed: int = 1) -> MaskNetwork:
    """Return a network whose masks differ from cell to cell."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = MaskNetwork(SIZES)
        torch.nn.init.normal_(network.head.weight, std=1.0)
        torch.nn.init.normal_(network.place, std=0.5)
    return network.eval().requires_grad_(False)


def tiny_separator(piece_frames: int = 32) -> MaskSeparator:
    """Return a separator of drums, bass, lead and other."""
    return MaskSeparator(random_network(), INFO, piece_frames)
