"""Fades. Not for loops or bars: the caller chooses where and how long."""

import numpy as np

from musicgen_studio.core.audio import Samples


def equal_power_crossfade(outgoing: Samples, incoming: Samples) -> Samples:
    """Go over from one sound to another at constant power, as fits two sounds that do not move together.

    Two equal sounds would come out up to 3 dB louder in the middle.

    Args:
        outgoing: float32 `[frames, channels]`, faded out by a quarter of a cosine.
        incoming: float32 `[frames, channels]` of the same shape, faded in by a quarter of a sine.

    Returns:
        float32 `[frames, channels]`. Its ends are not the bare sounds but half a step into the fade, so the
        neighbouring frames belong to the one and the other sound alone and a single frame gets both halves.

    Raises:
        ValueError: If the shapes differ.
    """
    if outgoing.shape != incoming.shape:
        raise ValueError(f"outgoing and incoming must be alike, got {list(outgoing.shape)} and {list(incoming.shape)}")
    frames = len(outgoing)
    angle = ((np.arange(frames, dtype=np.float32) + 0.5) / max(frames, 1) * (np.pi / 2))[:, np.newaxis]  # [frames, 1]
    faded: Samples = (outgoing * np.cos(angle) + incoming * np.sin(angle)).astype(np.float32, copy=False)
    return faded
