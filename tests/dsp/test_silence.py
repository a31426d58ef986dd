"""Whether a sound carries anything when it is mixed into one channel."""

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.silence import why_silent

_NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, (8000, 1)).astype(np.float32)


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (np.zeros((8000, 2), np.float32), "is silent"),
        (np.full((8000, 1), 0.25, np.float32), "holds one value throughout, which is not heard"),
        (_NOISE * 1e-5, "is silent"),
        (np.zeros((0, 1), np.float32), "is empty"),
        (
            np.concatenate([_NOISE, -_NOISE], axis=1),
            "has left and right that cancel each other when they are mixed, as a melody is",
        ),
    ],
)
def test_what_carries_nothing_says_why(samples: Samples, why: str) -> None:
    assert why_silent(Audio(samples, 8000)) == why


@pytest.mark.parametrize(
    "samples", [_NOISE, _NOISE * 1e-3, np.concatenate([_NOISE, _NOISE * 0], axis=1), _NOISE * 0.1 + 0.5]
)
def test_what_carries_something(samples: Samples) -> None:
    assert why_silent(Audio(samples, 8000)) == ""
