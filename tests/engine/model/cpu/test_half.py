"""Layers with 16-bit weights against the same with 32 bits, and the whole codec's sound."""

import pytest
import torch
from torch import Tensor, nn

from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.random import SHAPES, RandomCheckpoint
from musicgen_studio.engine.model.cpu import half
from musicgen_studio.engine.model.cpu.half import HalfLstm, HalfTransposedConvolution, with_half_weights
from musicgen_studio.evaluation.quality import codec_distance_db
from musicgen_studio.paths import resources_dir

pytestmark = pytest.mark.skipif(not half.is_available(), reason="torch has no such products for this processor")
NEAR = 1e-3
"""Relative: 16 bits keep 11 of a weight's digits."""


def assert_near(made: Tensor, expected: Tensor) -> None:
    assert made.shape == expected.shape
    assert ((made - expected).norm() / expected.norm()).item() < NEAR


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("rows", [1, 4])
@torch.inference_mode()
def test_the_lstm(layers: int, rows: int) -> None:
    lstm = nn.LSTM(40, 40, layers)
    ours, x = HalfLstm(lstm), torch.randn(9, rows, 40)
    made, states = ours(x[:5])
    expected, expected_states = lstm(x[:5])
    assert_near(made, expected)
    for one, other in zip(states, expected_states, strict=True):
        assert_near(one, other)
    assert_near(ours(x[5:], states)[0], lstm(x[5:], expected_states)[0])


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("frames", [1, 2, 30])
@pytest.mark.parametrize("stride", [2, 5])
@torch.inference_mode()
def test_the_transposed_convolution(bias: bool, frames: int, stride: int) -> None:
    convolution = nn.ConvTranspose1d(24, 10, 2 * stride, stride, bias=bias)
    x = torch.randn(3, 24, frames)
    assert_near(HalfTransposedConvolution(convolution)(x), convolution(x))


def test_small_and_other_layers_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    small, other = nn.LSTM(8, 8), nn.ConvTranspose1d(8, 8, 6, 2)
    assert with_half_weights(small) is small
    monkeypatch.setattr(half, "SMALLEST", 0)
    assert isinstance(with_half_weights(small), HalfLstm)
    assert with_half_weights(other) is other


def test_the_sound_of_a_codec_in_metas_size() -> None:
    distance_db = codec_distance_db(RandomCheckpoint(SHAPES["small"]))
    assert -120 < distance_db < -60  # -120 and less would mean that nothing was changed


def test_the_starters_codec_has_no_such_layers() -> None:
    assert codec_distance_db(open_checkpoint(resources_dir() / "starter")) == float("-inf")
