"""Guidance and sampling against straightforward references and against torch's own sampler."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.request import Sampling
from musicgen_studio.engine.sampling import Noise, guided, probabilities, sample_codes


def _logits(seed: int, rows: int = 4, card: int = 64) -> torch.Tensor:
    return torch.randn(rows, card, generator=torch.Generator().manual_seed(seed)) * 3


def test_guidance_moves_away_from_the_null_logits() -> None:
    conditional, null = _logits(1), _logits(2)
    assert torch.equal(guided(conditional, null, 3.0), null + 3.0 * (conditional - null))
    torch.testing.assert_close(guided(conditional, null, 1.0), conditional)
    assert torch.equal(guided(conditional, null, 0.0), null)


def test_top_k_keeps_ties_at_the_kth_value() -> None:
    p = probabilities(torch.tensor([[5.0, 3.0, 3.0, 1.0]]), Sampling(top_k=2))
    assert (p > 0).tolist() == [[True, True, True, False]]


@pytest.mark.parametrize("top_k", [0, 64, 1000])
def test_top_k_of_everything_changes_nothing(top_k: int) -> None:
    logits = _logits(3)
    torch.testing.assert_close(probabilities(logits, Sampling(top_k=top_k)), torch.softmax(logits, dim=-1))


@given(seed=st.integers(0, 10_000), top_p=st.floats(0.01, 1.0))
def test_top_p_keeps_the_fewest_likeliest_that_exceed_it(seed: int, top_p: float) -> None:
    logits = _logits(seed)
    p = probabilities(logits, Sampling(top_k=1, top_p=top_p))  # top-p wins over top-k
    for row, full in zip(p, torch.softmax(logits, dim=-1), strict=True):
        kept = int((row > 0).sum())
        ordered = full.sort(descending=True).values
        assert ordered[: kept - 1].sum() <= top_p + 1e-6
        assert kept == len(full) or ordered[:kept].sum() > top_p - 1e-6
        torch.testing.assert_close(row.sum(), torch.tensor(1.0))


def test_temperature_sharpens_and_flattens() -> None:
    logits = _logits(4)
    cold, warm = (probabilities(logits, Sampling(temperature=t)).max(dim=-1).values for t in (0.5, 2.0))
    assert (cold > warm).all()


def test_temperature_zero_takes_the_likeliest() -> None:
    logits = _logits(5)
    assert torch.equal(sample_codes(logits, Sampling(temperature=0.0), torch.rand_like(logits)), logits.argmax(dim=-1))


@given(seed=st.integers(0, 10_000))
def test_the_draw_is_torch_multinomial(seed: int) -> None:
    logits = _logits(seed, card=2048)
    sampling = Sampling()
    noise = Noise(seed, takes=1, codebooks=4, card=2048).draw()[0]
    expected = torch.multinomial(probabilities(logits, sampling), 1, generator=torch.Generator().manual_seed(seed))
    assert torch.equal(sample_codes(logits, sampling, noise), expected[:, 0])


def test_draws_follow_the_probabilities() -> None:
    logits = torch.tensor([0.0, 1.0, 2.0]).expand(20_000, 3)
    noise = torch.empty(20_000, 3).exponential_(generator=torch.Generator().manual_seed(0))
    drawn = sample_codes(logits, Sampling(), noise)
    frequencies = torch.bincount(drawn, minlength=3) / len(drawn)
    torch.testing.assert_close(frequencies, torch.softmax(logits[0], dim=-1), atol=0.015, rtol=0.0)


def test_a_take_draws_the_same_whatever_is_made_beside_it() -> None:
    together = Noise(7, takes=3, codebooks=4, card=16)
    alone = Noise(9, takes=1, codebooks=4, card=16)
    for _ in range(5):
        assert torch.equal(together.draw()[2], alone.draw()[0])
