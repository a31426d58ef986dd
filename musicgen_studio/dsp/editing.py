"""What an edit does to samples: cutting, silence, fades, gain, turning round. Not for clips (`arranging.editing`).

Outside the part that is edited every sample stays as it is. At those of its edges that lie within the sound the new
goes over from the old in `EDGE_S`, inside the part, so that nothing clicks; only a cut, which leaves nothing inside,
goes over around its seam.
"""

from collections.abc import Callable

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.dsp.fades import matched_crossfade

EDGE_S = 0.005
"""Seconds in which old goes over into new: too short to be heard as a fade, long enough not to click."""


def cut(samples: Samples, start: int, end: int, sample_rate: int) -> Samples:
    """Return the sound without a part; what is behind it follows at once.

    Args:
        samples: float32 `[frames, channels]`.
        start: First frame to go.
        end: First frame behind it that stays.
        sample_rate: In Hz.

    Returns:
        float32 `[frames - (end - start), channels]`. Up to half of `EDGE_S` before and behind the seam both go over.
    """
    half = min(round(EDGE_S * sample_rate / 2), start, len(samples) - end, (end - start) // 2)
    seam = matched_crossfade(samples[start - half : start + half], samples[end - half : end + half])
    return np.concatenate([samples[: start - half], seam, samples[end + half :]])


def silence(samples: Samples, start: int, end: int, sample_rate: int) -> Samples:
    """Return the sound with a part silent; arguments as for `cut`."""
    return _inside(samples, start, end, sample_rate, np.zeros_like)


def gain(samples: Samples, start: int, end: int, sample_rate: int, gain_db: float) -> Samples:
    """Return the sound with a part louder, or softer, by decibels; the other arguments as for `cut`."""
    factor = np.float32(10 ** (gain_db / 20))
    return _inside(samples, start, end, sample_rate, lambda part: part * factor)


def reverse(samples: Samples, start: int, end: int, sample_rate: int) -> Samples:
    """Return the sound with a part turned round; arguments as for `cut`."""
    return _inside(samples, start, end, sample_rate, lambda part: part[::-1])


def fade_in(samples: Samples, start: int, end: int) -> Samples:
    """Return the sound with a part growing from silence to what it is, by a quarter of a sine."""
    ramp = np.sin((np.arange(end - start, dtype=np.float32) + 0.5) / (end - start) * (np.pi / 2))
    return _put(samples, start, samples[start:end] * ramp[:, np.newaxis].astype(np.float32))


def fade_out(samples: Samples, start: int, end: int) -> Samples:
    """Return the sound with a part going from what it is to silence, by a quarter of a cosine."""
    return fade_in(samples[::-1], len(samples) - end, len(samples) - start)[::-1]


def _inside(samples: Samples, start: int, end: int, sample_rate: int, change: Callable[[Samples], Samples]) -> Samples:
    """Return the sound with a part changed, and the old going over into the new at edges within the sound."""
    old = samples[start:end]
    new = change(old).astype(np.float32)  # a copy, whatever it was
    edge = min(round(EDGE_S * sample_rate), len(old) // 2)
    if edge and start > 0:
        new[:edge] = matched_crossfade(old[:edge], new[:edge])
    if edge and end < len(samples):
        new[-edge:] = matched_crossfade(new[-edge:], old[-edge:])
    return _put(samples, start, new)


def _put(samples: Samples, start: int, part: Samples) -> Samples:
    changed = samples.copy()
    changed[start : start + len(part)] = part
    return changed
