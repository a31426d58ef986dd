"""The crossfade: constant power, right ends, nothing else touched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.audio import Samples
from musicgen_studio.dsp.fades import equal_power_crossfade, matched_crossfade


def _constant(frames: int, level: float, channels: int = 1) -> Samples:
    return np.full((frames, channels), level, np.float32)


@given(frames=st.integers(1, 2000))
def test_the_two_gains_have_constant_power(frames: int) -> None:
    fade_out = equal_power_crossfade(_constant(frames, 1), _constant(frames, 0))
    fade_in = equal_power_crossfade(_constant(frames, 0), _constant(frames, 1))
    np.testing.assert_allclose(fade_out**2 + fade_in**2, 1, atol=1e-6)
    np.testing.assert_allclose(fade_out, fade_in[::-1], atol=1e-6)


def test_two_strangers_keep_their_power() -> None:
    outgoing, incoming = np.random.default_rng(1).standard_normal((2, 200_000, 1)).astype(np.float32)
    assert np.mean(equal_power_crossfade(outgoing, incoming) ** 2) == pytest.approx(1, abs=0.01)


def test_it_leaves_from_the_one_and_arrives_at_the_other() -> None:
    faded = equal_power_crossfade(_constant(1000, 1, 2), _constant(1000, -1, 2))
    assert faded.dtype == np.float32
    np.testing.assert_allclose(faded[0], [1, 1], atol=2e-3)
    np.testing.assert_allclose(faded[-1], [-1, -1], atol=2e-3)


def test_no_frames_make_no_frames() -> None:
    assert equal_power_crossfade(_constant(0, 1), _constant(0, 1)).shape == (0, 1)


def test_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="alike"):
        equal_power_crossfade(_constant(10, 1), _constant(11, 1))


@given(st.integers(1, 2000), st.floats(-1, 1))
def test_two_equal_sounds_stay_as_they_are(frames: int, level: float) -> None:
    same = _constant(frames, level)
    np.testing.assert_allclose(matched_crossfade(same, same), same, atol=1e-6)


def test_two_strangers_are_faded_at_equal_power() -> None:
    outgoing, incoming = np.random.default_rng(1).standard_normal((2, 200_000, 1)).astype(np.float32)
    assert np.mean(matched_crossfade(outgoing, incoming) ** 2) == pytest.approx(1, abs=0.01)
    silence = _constant(5, 0)
    np.testing.assert_array_equal(matched_crossfade(silence, silence), silence)
