"""The distances of sets are what their definition says, 0 for a set and itself, and as sure as they claim."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from musicgen_studio.evaluation.fidelity.distance import (
    Vectors,
    frechet,
    frechet_estimate,
    frechet_extrapolated,
    mean_estimate,
    set_divergence_estimate,
    tag_divergence,
)


def _clips(count: int, shift: float = 0.0, seed: int = 0, numbers: int = 4, windows: int = 4) -> list[Vectors]:
    rng = np.random.default_rng(seed)
    return [rng.standard_normal((windows, numbers)) + shift for _ in range(count)]


@pytest.mark.parametrize(("windows", "numbers"), [(300, 6), (20, 30)])
def test_it_is_the_formula_of_the_paper(windows: int, numbers: int) -> None:
    rng = np.random.default_rng(3)
    one = rng.standard_normal((windows, numbers)) @ rng.standard_normal((numbers, numbers))
    other = rng.standard_normal((windows + 5, numbers)) * 2 + 1
    spreads = [np.cov(each, rowvar=False) for each in (one, other)]
    root = np.real(sqrtm(spreads[0] @ spreads[1]))
    wished = np.square(one.mean(0) - other.mean(0)).sum() + np.trace(spreads[0] + spreads[1] - 2 * root)
    assert frechet(one, other) == pytest.approx(wished, rel=1e-5)
    assert frechet(other, one) == pytest.approx(frechet(one, other))


def test_a_set_and_itself_are_at_0_however_they_are_drawn() -> None:
    clips = _clips(24)
    same = [clip.copy() for clip in clips]
    assert frechet_estimate(clips, same, draws=20).high == 0
    endless = frechet_extrapolated(clips, same)
    assert endless is not None
    assert (endless.value, endless.low, endless.high) == (0, 0, 0)
    likely = [np.abs(clip) for clip in clips]
    assert set_divergence_estimate(likely, likely).high == 0


def test_the_extrapolated_one_is_nearer_the_truth_than_the_plain_one() -> None:
    plain, endless = list[float](), list[float]()
    for seed in range(8):  # two samples of one distribution: the truth is 0
        one, other = _clips(40, seed=2 * seed), _clips(40, seed=2 * seed + 1)
        estimate = frechet_extrapolated(one, other)
        assert estimate is not None
        plain.append(frechet(np.concatenate(one), np.concatenate(other)))
        endless.append(estimate.value)
    assert abs(np.mean(endless)) < 0.4 * np.mean(plain)
    assert frechet_extrapolated(_clips(15), _clips(40)) is None


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    hits = list[bool]()
    for seed in range(60):
        estimate = mean_estimate(list(np.random.default_rng(seed).normal(5, 2, 50)))
        assert estimate is not None
        hits.append(estimate.low <= 5 <= estimate.high)
    assert 0.85 <= np.mean(hits) <= 1
    far = frechet_estimate(_clips(40, shift=1.0), _clips(40, seed=9), draws=40)
    assert far.low < 4 < far.high  # 4 numbers, each 1 apart
    assert far.clips == 40


def test_what_is_too_little_is_refused() -> None:
    with pytest.raises(ValueError, match="2 windows or more, got 1 and 4"):
        frechet(np.zeros((1, 3)), np.zeros((4, 3)))
    assert mean_estimate([]) is None


def test_the_divergence_of_tags_is_that_of_shares() -> None:
    wanted, made = np.array([[0.6, 0.2], [0.2, 0.2]]), np.array([[0.1, 0.3]])
    p, q = np.array([2 / 3, 1 / 3]), np.array([0.25, 0.75])
    assert tag_divergence(wanted, made) == pytest.approx((p * np.log(p / q)).sum(), rel=1e-4)
    assert tag_divergence(wanted, wanted) == 0
