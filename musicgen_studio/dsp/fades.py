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


def matched_crossfade(outgoing: Samples, incoming: Samples) -> Samples:
    """Go over from one sound to another without a dip or a bump, whether they move together or not.

    As `equal_power_crossfade`, made softer by as much as the two are alike: two equal sounds come out as they are.

    Args:
        outgoing: float32 `[frames, channels]`.
        incoming: float32 `[frames, channels]` of the same shape.

    Returns:
        float32 `[frames, channels]`.

    Raises:
        ValueError: If the shapes differ.
    """
    faded = equal_power_crossfade(outgoing, incoming)
    power = float(np.sqrt(np.sum(outgoing**2, dtype=np.float64) * np.sum(incoming**2, dtype=np.float64)))
    if not power:
        return faded
    likeness = min(max(float(np.sum(outgoing * incoming, dtype=np.float64)) / power, 0.0), 1.0)
    frames = len(outgoing)
    angle = ((np.arange(frames, dtype=np.float32) + 0.5) / frames * np.pi)[:, np.newaxis]  # [frames, 1]
    matched: Samples = (faded / np.sqrt(1 + likeness * np.sin(angle))).astype(np.float32, copy=False)
    return matched
