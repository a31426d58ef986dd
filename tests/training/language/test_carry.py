"""Taking a language model to another codec's tokens."""

import numpy as np
import torch

from musicgen_studio.training.codec.network import build_codec, codec_config
from musicgen_studio.training.language.carry import carry_over, met_codes
from musicgen_studio.training.language.network import MelodyLanguageModel, Sizes
from tests.training.conftest import TINY, tone

SIZES = Sizes(width=32, layers=2, heads=2, feed_forward=64, card=8, codebooks=2, text_width=24, window_s=2)


def _logits(model: MelodyLanguageModel, codes: torch.Tensor) -> torch.Tensor:
    chroma, text = torch.zeros(1, 1, dtype=torch.long), torch.zeros(1, 1, SIZES.text_width)
    with torch.no_grad():
        made: torch.Tensor = model(codes, chroma, text, torch.ones(1, 1))
    return made


def test_codes_that_are_only_named_otherwise_mean_the_same_to_the_model() -> None:
    """Every code gets another number: the model says the same of the same music."""
    rng = np.random.default_rng(0)
    renamed = np.stack([rng.permutation(SIZES.card) for _ in range(SIZES.codebooks)])
    met = np.zeros((SIZES.codebooks, SIZES.card, SIZES.card))
    for book in range(SIZES.codebooks):
        met[book, renamed[book], np.arange(SIZES.card)] = 1e6
    known, carried = MelodyLanguageModel(SIZES, seed=1).eval(), MelodyLanguageModel(SIZES, seed=1).eval()
    carry_over(carried, met)

    old = torch.from_numpy(rng.integers(0, SIZES.card, (1, SIZES.codebooks, 12)))
    new = torch.stack([torch.from_numpy(renamed[book])[old[0, book]] for book in range(SIZES.codebooks)])[None]
    said = _logits(carried, new)
    expected = _logits(known, old)
    for book in range(SIZES.codebooks):
        torch.testing.assert_close(said[0, book][:, renamed[book]], expected[0, book], atol=1e-4, rtol=1e-4)
    assert not torch.allclose(_logits(known, new), expected, atol=1e-2)  # without it the music would be another


def test_a_code_that_never_sounded_begins_with_the_mean_of_those_that_did() -> None:
    """No row of the tables is left empty, no matter what was heard."""
    met = np.zeros((SIZES.codebooks, SIZES.card, SIZES.card))
    met[:, 0, 3] = 10.0
    met[:, 1, 5] = 30.0
    model = MelodyLanguageModel(SIZES, seed=1)
    head = model.decoder.lm_heads[0].weight.detach().clone()
    carry_over(model, met)
    never = model.decoder.lm_heads[0].weight[7]
    torch.testing.assert_close(never, 0.25 * head[3] + 0.75 * head[5], atol=1e-5, rtol=1e-4)


def test_the_special_token_stays_as_it_is() -> None:
    """It stands for no music, whatever the codec."""
    model = MelodyLanguageModel(SIZES, seed=1)
    embedding = model.decoder.model.decoder.embed_tokens[1].weight
    before = embedding[SIZES.card :].detach().clone()
    carry_over(model, np.ones((SIZES.codebooks, SIZES.card, SIZES.card)))
    assert len(before)
    torch.testing.assert_close(embedding[SIZES.card :], before)


def test_codes_meet_where_the_same_sound_is_cut() -> None:
    """A codec met with itself says the same at every place."""
    codec = build_codec(codec_config(TINY.codec), seed=3)
    card = TINY.codec.codebook_size
    met = met_codes(codec, codec, [tone(2.0, 0), tone(1.0, 1)], card)
    assert met.shape == (TINY.codec.codebooks, card, card)
    for counts in met:
        assert counts.sum() == 150
        np.testing.assert_array_equal(counts, np.diag(np.diag(counts)))
