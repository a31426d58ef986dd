"""The products in torch against float32. Those in int8: `cpu/`."""

import pytest
import torch

from musicgen_studio.compute.precision import Precision
from musicgen_studio.engine.model.linear import pack

CPU = torch.device("cpu")
TOLERANCE = {Precision.FLOAT32: 1e-6, Precision.BFLOAT16: 1e-2}


@pytest.mark.parametrize("precision", sorted(TOLERANCE))
@pytest.mark.parametrize("rows", [1, 2, 8, 300])
def test_products_are_close_to_float32(precision: Precision, rows: int) -> None:
    torch.manual_seed(0)
    weight, x = torch.randn(96, 64), torch.randn(rows, 64)
    expected = x @ weight.T
    product = pack(weight, precision, CPU)(x.to(precision.activation_dtype)).float()
    assert product.shape == (rows, 96)
    assert (product - expected).norm() / expected.norm() <= TOLERANCE[precision]


def test_a_packed_matrix_does_not_follow_its_source() -> None:
    weight, x = torch.ones(4, 4), torch.ones(1, 4)
    for precision in TOLERANCE:
        linear = pack(weight.clone(), precision, CPU)
        assert torch.allclose(linear(x.to(precision.activation_dtype)).float(), torch.full((1, 4), 4.0), rtol=0.02)


@pytest.mark.parametrize("precision", list(Precision))
def test_sizes(precision: Precision) -> None:
    sizes = {Precision.FLOAT32: 4, Precision.FLOAT16: 2, Precision.BFLOAT16: 2, Precision.INT8: 1}
    assert precision.bytes_per_weight == sizes[precision]
