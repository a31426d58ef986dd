"""How far two sets of clips are from each other: the Fréchet distance of their embeddings, and of their tags.

The Fréchet audio distance (Kilgour et al. 2019, arXiv 1812.08466) takes each set's windows for a normal distribution:
|m₁ − m₂|² + tr S₁ + tr S₂ − 2 tr √(S₁S₂). Few clips make it too large; as in Gui et al. 2024 (arXiv 2311.01616) it is
measured on ever smaller parts of the sets and extrapolated, as a line over 1/size, to sets without end.

A clip is what is drawn, never a window: the windows of a clip are alike. Two sets of as many clips are drawn by the
same numbers, so a set against itself is 0 however it is drawn. Not for listening (`embedders`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from musicgen_studio.compute.threads import one_thread

Vectors = npt.NDArray[np.floating]  # [windows, numbers] of a clip
Indices = npt.NDArray[np.intp]

FEWEST_CLIPS = 2
FEWEST_TO_EXTRAPOLATE = 16

_EPSILON = 1e-6
_SIZES = 6
_DRAWS_OF_A_SIZE = 4
_SMALLEST_SHARE = 0.4
_GROUPS = 10
_LEVEL = 0.95
_NORMAL = 1.96
_ZERO = 1e-9


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and how sure it is.

    Args:
        value: The figure.
        low: Lower end of the interval that holds it 95 times of 100, by drawing the clips anew.
        high: Its upper end.
        clips: Of how many clips it is.
    """

    value: float
    low: float
    high: float
    clips: int


def mean_estimate(values: Sequence[float], draws: int = 1000, seed: int = 0) -> Estimate | None:
    """Return the mean of clips' figures with its bootstrap interval; None without any.

    Args:
        values: One for each clip.
        draws: How often the clips are drawn anew.
        seed: Of the drawing.
    """
    if not len(values):
        return None
    known = np.asarray(values, np.float64)
    drawn = np.random.default_rng(seed).integers(len(known), size=(draws, len(known)))
    return _estimate(float(known.mean()), known[drawn].mean(axis=1), len(known))


def frechet(one: Vectors, other: Vectors) -> float:
    """Return the Fréchet distance of two sets of vectors, each taken for a normal distribution.

    Args:
        one: `[windows, numbers]`, two windows at least.
        other: `[windows, numbers]`.

    Returns:
        0 or more; 0 for a set and itself.

    Raises:
        ValueError: If one has less than two windows.
    """
    if len(one) < 2 or len(other) < 2:
        raise ValueError(f"sets must have 2 windows or more, got {len(one)} and {len(other)}")
    means, spreads = zip(*(_centred(each) for each in (one, other)), strict=True)
    apart = float(np.square(means[0] - means[1]).sum())
    traces = sum(float(np.square(spread).sum()) for spread in spreads)
    # tr √(S₁S₂) is the sum of the singular values of X₁X₂ᵀ, whichever way round is smaller; no root of a matrix.
    with one_thread():  # small matrices: a pool of threads takes longer to come together than the work
        first, second = (_narrow(torch.from_numpy(spread)) for spread in spreads)
        crossed = float(torch.linalg.svdvals(first @ second.T).sum())
    distance = apart + traces - 2 * crossed
    return distance if distance > _ZERO * traces else 0.0


def _centred(vectors: Vectors) -> tuple[Vectors, Vectors]:
    mean = vectors.mean(axis=0, dtype=np.float64)
    return mean, (vectors - mean) / np.sqrt(len(vectors) - 1)


def _narrow(spread: Tensor) -> Tensor:
    """Return a matrix with the same products XᵀX and no more rows than columns."""
    return spread if spread.shape[0] <= spread.shape[1] else torch.linalg.qr(spread, mode="r").R


def frechet_estimate(one: Sequence[Vectors], other: Sequence[Vectors], draws: int = 60, seed: int = 0) -> Estimate:
    """Return the Fréchet distance of two sets of clips with its bootstrap interval.

    Args:
        one: Each clip's windows.
        other: Those of the other set's.
        draws: How often the clips are drawn anew. What is drawn with repetition lies too far apart, so their spread
            is put around the distance itself.
        seed: Of the drawing.
    """
    value = frechet(np.concatenate(one), np.concatenate(other))
    drawn = []
    for draw in range(draws):
        indices = [np.random.default_rng((seed, draw)).integers(len(each), size=len(each)) for each in (one, other)]
        drawn.append(frechet(_of(one, indices[0]), _of(other, indices[1])))
    moved = np.maximum(np.asarray(drawn) - np.mean(drawn) + value, 0.0)
    return _estimate(value, moved, min(len(one), len(other)))


def frechet_extrapolated(one: Sequence[Vectors], other: Sequence[Vectors], seed: int = 0) -> Estimate | None:
    """Return what the Fréchet distance would be of sets without end, with an interval by leaving out a tenth of them.

    Args:
        one: Each clip's windows.
        other: Those of the other set's.
        seed: Of the drawing.

    Returns:
        The estimate, which may lie a little below 0; None of less than `FEWEST_TO_EXTRAPOLATE` clips.
    """
    clips = min(len(one), len(other))
    if clips < FEWEST_TO_EXTRAPOLATE:
        return None
    value = _intercept(one, other, seed)
    left_out = []
    for group in range(_GROUPS):
        kept = [[clip for at, clip in enumerate(each) if at % _GROUPS != group] for each in (one, other)]
        left_out.append(_intercept(kept[0], kept[1], seed))
    spread = np.sqrt((_GROUPS - 1) / _GROUPS * np.square(np.asarray(left_out) - np.mean(left_out)).sum())
    return Estimate(value, value - _NORMAL * float(spread), value + _NORMAL * float(spread), clips)


def _intercept(one: Sequence[Vectors], other: Sequence[Vectors], seed: int) -> float:
    """Return where the line of distances over 1/size meets 0."""
    most = min(len(one), len(other))
    sizes = np.unique(np.linspace(_SMALLEST_SHARE * most, most, _SIZES).astype(int))
    inverse, distances = list[float](), list[float]()
    for size in sizes:
        for draw in range(_DRAWS_OF_A_SIZE):
            some = [np.random.default_rng((seed, draw)).permutation(len(each))[:size] for each in (one, other)]
            inverse.append(1 / float(size))
            distances.append(frechet(_of(one, some[0]), _of(other, some[1])))
    return float(np.polyfit(inverse, distances, 1)[1])


def _of(clips: Sequence[Vectors], indices: Indices) -> Vectors:
    return np.concatenate([clips[index] for index in indices])


def tag_divergence(wanted: Vectors, made: Vectors) -> float:
    """Return the Kullback-Leibler divergence KL(wanted ‖ made) of two clips' tags, in nats: 0 or more.

    Args:
        wanted: How likely each tag is in what is compared with: `[windows, tags]`; its mean is taken, as shares of 1.
        made: The same of what was made.
    """
    one, other = (_shares(each) for each in (wanted, made))
    return max(float((one * (np.log(one) - np.log(other))).sum()), 0.0)


def _shares(likely: Vectors) -> Vectors:
    mean = likely.mean(axis=0, dtype=np.float64) + _EPSILON
    shares: Vectors = mean / mean.sum()
    return shares


def set_divergence_estimate(
    wanted: Sequence[Vectors], made: Sequence[Vectors], draws: int = 200, seed: int = 0
) -> Estimate:
    """Return the divergence of two whole sets' tags, each set's mean, with its bootstrap interval.

    Args:
        wanted: How likely each tag is, clip by clip, in what is compared with.
        made: The same of what was made.
        draws: As for `frechet_estimate`.
        seed: As for `frechet_estimate`.
    """
    sets = [np.stack([clip.mean(axis=0) for clip in each]) for each in (wanted, made)]
    value = tag_divergence(sets[0], sets[1])
    drawn = []
    for draw in range(draws):
        some = [each[np.random.default_rng((seed, draw)).integers(len(each), size=len(each))] for each in sets]
        drawn.append(tag_divergence(some[0], some[1]))
    moved = np.maximum(np.asarray(drawn) - np.mean(drawn) + value, 0.0)
    return _estimate(value, moved, min(len(wanted), len(made)))


def _estimate(value: float, drawn: Vectors, clips: int) -> Estimate:
    low, high = np.quantile(drawn, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return Estimate(value, min(float(low), value), max(float(high), value), clips)
