"""Stems that add up to their clip in 24-bit files, step by step of the last bit.

Rounding each stem by itself leaves the sum off by a step or two, and a stem that is louder than its clip would be cut.
So all are turned down by one common gain if any goes beyond full scale, all but the last are rounded, and the last is
the rounded clip minus the rounded others. Not for separating (`separation`) nor for writing files (`files.sound`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio, Samples

STEPS = 1 << 23
"""Steps of a 24-bit sample from 0 to full scale."""

_HIGHEST, _LOWEST = (STEPS - 1) / STEPS, -1.0
_BLOCK_FRAMES = 1 << 18

_Steps = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AddingUp:
    """A clip and its stems as 24-bit files hold them.

    Args:
        clip: The clip; every sample is a whole number of steps of 2^-23.
        stems: The stems, likewise; their sum is the clip exactly.
        gain: What clip and stems were multiplied with: 1 unless one of them was beyond full scale.
    """

    clip: Audio
    stems: tuple[Audio, ...]
    gain: float


def adding_up(clip: Audio, stems: Sequence[Audio]) -> AddingUp:
    """Round a clip and its stems so that they add up.

    Args:
        clip: The clip.
        stems: Two or more, each as long as the clip, of its rate and channels. The last stands for what the others
            leave of the clip: it is made anew from them.

    Raises:
        ValueError: If they do not belong together.
    """
    shape = (clip.sample_rate, clip.samples.shape)
    if len(stems) < 2 or any((stem.sample_rate, stem.samples.shape) != shape for stem in stems):
        shapes = [(stem.sample_rate, stem.samples.shape) for stem in stems]
        raise ValueError(f"stems must be two or more and each like the clip, {shape}, got {shapes}")
    others = [stem.samples for stem in stems[:-1]]
    gain = _common_gain(clip.samples, others)
    rounded = [np.empty_like(clip.samples) for _ in range(len(stems) + 1)]
    for start in range(0, clip.frames, _BLOCK_FRAMES):
        part = slice(start, start + _BLOCK_FRAMES)
        whole = _steps(clip.samples[part], gain)
        parts = [_steps(other[part], gain) for other in others]
        for target, steps in zip(rounded, [whole, *parts, whole - sum(parts)], strict=True):
            target[part] = steps / STEPS
    made = [Audio(samples, clip.sample_rate) for samples in rounded]
    return AddingUp(made[0], tuple(made[1:]), gain)


def _steps(samples: Samples, gain: float) -> _Steps:
    return np.rint(samples.astype(np.float64) * (gain * STEPS))


def _common_gain(clip: Samples, others: Sequence[Samples]) -> float:
    """Return 1, or what brings the loudest to full scale. The last stem needs room for the others' rounding."""
    room = (len(others) + 1) / STEPS
    beyond = 1.0
    for start in range(0, len(clip), _BLOCK_FRAMES):
        part = slice(start, start + _BLOCK_FRAMES)
        last = clip[part].astype(np.float64) - np.sum([other[part] for other in others], axis=0, dtype=np.float64)
        beyond = max(beyond, _beyond(last, room), *(_beyond(samples[part], 0.0) for samples in [clip, *others]))
    return 1.0 if beyond == 1.0 else (1 - 1 / STEPS) / beyond  # a step less: the product may round upwards


def _beyond(samples: npt.NDArray[np.float32 | np.float64], margin: float) -> float:
    """Return how many times full scale, less a margin, the loudest sample has."""
    return max(float(samples.max()) / (_HIGHEST - margin), float(samples.min()) / (_LOWEST + margin))
