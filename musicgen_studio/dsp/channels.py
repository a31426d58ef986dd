"""Changing the number of channels. Not for placing sounds in the stereo picture."""

import numpy as np

from musicgen_studio.core.audio import Samples, mono_mix


def with_channels(samples: Samples, channels: int) -> Samples:
    """Return sound in so many channels: one is the mean of what there is, several others are the same, repeated.

    Args:
        samples: float32 `[frames, channels]`.
        channels: How many are wanted, 1 or more.

    Returns:
        float32 `[frames, channels]`; the very same array if it has them already.
    """
    if samples.shape[1] == channels:
        return samples
    mono = mono_mix(samples)[:, np.newaxis]
    return np.broadcast_to(mono, (len(mono), channels)).copy()  # numpy.repeat would hold up every other thread
