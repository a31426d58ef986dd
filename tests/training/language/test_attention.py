"""Attention in blocks, beside torch's own."""

import pytest
import torch
from torch import Tensor, nn

from musicgen_studio.training.language.attention import causal_attention
from musicgen_studio.training.language.network import MelodyLanguageModel, Sizes


def _attended(query: Tensor, key: Tensor, value: Tensor, *, in_blocks: bool) -> Tensor:
    if in_blocks:
        return causal_attention(nn.Identity(), query, key, value, None, scaling=0.3)[0]
    attended = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True, scale=0.3)
    return attended.transpose(1, 2)


@pytest.mark.parametrize("length", [1, 191, 192, 193, 500])
def test_it_is_causal_attention(length: int) -> None:
    generator = torch.Generator().manual_seed(length)
    heads = [torch.randn(2, 3, length, 8, generator=generator, requires_grad=True) for _ in range(3)]
    weights = torch.randn(2, length, 3, 8, generator=generator)
    results, slopes = [], []
    for in_blocks in (True, False):
        result = _attended(*heads, in_blocks=in_blocks)
        results.append(result)
        slopes.append(torch.autograd.grad((result * weights).sum(), heads))
    torch.testing.assert_close(*results, atol=1e-5, rtol=1e-4)
    for ours, torchs in zip(*slopes, strict=True):
        torch.testing.assert_close(ours, torchs, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_a_model_says_the_same_with_it() -> None:
    model = MelodyLanguageModel(Sizes(96, 2, 3, 192, 64, 4, 48, window_s=4), seed=0)
    generator = torch.Generator().manual_seed(0)
    codes = torch.randint(64, (2, 4, 200), generator=generator)
    chroma, text = torch.zeros(2, 32, dtype=torch.long), torch.randn(2, 5, 48, generator=generator)
    before = model(codes, chroma, text, torch.ones(2, 5))
    model.attend_in_blocks()
    torch.testing.assert_close(model(codes, chroma, text, torch.ones(2, 5)), before, atol=1e-5, rtol=1e-4)
    changed = codes.clone()
    changed[:, :, 150:] = 0
    torch.testing.assert_close(model(changed, chroma, text, torch.ones(2, 5))[:, :, :150], before[:, :, :150])
