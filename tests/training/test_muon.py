"""Muon: orthogonal updates, for convolutions too, and it learns."""

import pytest
import torch
from torch import nn

from musicgen_studio.training.muon import Muon, optimizers, orthogonal, set_rates


@pytest.mark.parametrize("shape", [(8, 8), (4, 32), (32, 4)])
def test_an_update_is_nearly_orthogonal(shape: tuple[int, int]) -> None:
    generator = torch.Generator().manual_seed(0)
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape, generator=generator)).float())
    assert values.min() > 0.5
    assert values.max() < 1.4


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_an_update_is_made_in_the_wished_dtype(dtype: torch.dtype) -> None:
    matrix = torch.randn((16, 24), generator=torch.Generator().manual_seed(1))
    made = orthogonal(matrix, dtype)
    assert made.dtype == dtype
    torch.testing.assert_close(made.float(), orthogonal(matrix, torch.float32), atol=0.05, rtol=0)


def test_it_learns_a_convolution() -> None:
    torch.manual_seed(0)
    wished, learned = nn.Conv1d(3, 5, 4), nn.Conv1d(3, 5, 4)
    made = optimizers([learned.weight], [learned.bias], 0.02, 0.02)  # type: ignore[list-item]
    sound = torch.randn(16, 3, 40)

    def loss() -> torch.Tensor:
        return nn.functional.mse_loss(learned(sound), wished(sound).detach())

    before = float(loss().detach())
    for step in range(200):
        set_rates(made, 1 - step / 200)
        for optimizer in made:
            optimizer.zero_grad()
        loss().backward()  # type: ignore[no-untyped-call]
        for optimizer in made:
            optimizer.step()
    assert float(loss().detach()) < 0.1 * before


def test_a_rate_of_nothing_changes_nothing() -> None:
    weight = nn.Parameter(torch.ones(3, 3))
    muon = Muon([weight], 0.1)
    set_rates([muon], 0.0)
    weight.grad = torch.ones(3, 3)
    muon.step()
    assert torch.equal(weight, torch.ones(3, 3))


def test_weights_that_decay_stay_bounded() -> None:
    generator = torch.Generator().manual_seed(2)
    weight = nn.Parameter(100 * torch.eye(8))
    muon = Muon([weight], 0.1, weight_decay=0.5)
    for _ in range(300):
        weight.grad = torch.randn((8, 8), generator=generator)
        muon.step()
    assert float(torch.linalg.matrix_norm(weight.detach(), 2)) < 3  # each step adds 0.1 and takes 0.05 of what is there


def test_matrices_of_one_shape_are_made_orthogonal_together_as_each_would_be_alone() -> None:
    generator = torch.Generator().manual_seed(3)
    for shape in ((3, 6, 8), (3, 8, 6)):
        matrices = torch.randn(shape, generator=generator)
        alone = torch.stack([orthogonal(matrix, torch.float32) for matrix in matrices])
        torch.testing.assert_close(orthogonal(matrices, torch.float32), alone, atol=1e-5, rtol=1e-4)


def test_a_convolution_is_changed_as_the_matrix_of_its_rows() -> None:
    generator = torch.Generator().manual_seed(4)
    begun, gradient = (torch.randn((6, 8), generator=generator) for _ in range(2))
    matrix, convolution = nn.Parameter(begun.clone()), nn.Parameter(begun.reshape(6, 2, 4).clone())
    muon = Muon([matrix, convolution], 0.1, weight_decay=0.1, dtype=torch.float32)
    for _ in range(3):
        matrix.grad, convolution.grad = gradient.clone(), gradient.reshape(6, 2, 4).clone()
        muon.step()
    torch.testing.assert_close(convolution.detach().flatten(1), matrix.detach(), atol=1e-5, rtol=1e-4)
    assert not torch.allclose(matrix.detach(), begun, atol=0.1)
