"""The two heads that look, from the first step, where in the melody the music is."""

import pytest
import torch
from torch import Tensor, nn

from musicgen_studio.training.language.alignment import align_with_melody
from musicgen_studio.training.language.network import MelodyLanguageModel, Sizes

MELODY, STEPS = 94, 600


@pytest.fixture(scope="module")
def model() -> MelodyLanguageModel:
    """A model as wide as the starter, with two layers."""
    return MelodyLanguageModel(Sizes(320, 2, 5, 640, 64, 4, 384, window_s=12), seed=0)


@torch.no_grad()
def _looked_at(model: MelodyLanguageModel, head: int, words: int) -> Tensor:
    """Return what a head of the first layer looks at in each step, `[steps, positions]`."""
    decoder = model.decoder.model.decoder
    layer, length = decoder.layers[0], MELODY + words + STEPS
    noise = 0.1 * torch.randn(length, 320, generator=torch.Generator().manual_seed(words))
    x = layer.self_attn_layer_norm(decoder.embed_positions.weights[:length] + noise)
    query, key = (
        project(x).view(length, 5, 64)[:, head] for project in (layer.self_attn.q_proj, layer.self_attn.k_proj)
    )
    scores = (query @ key.T / 8).masked_fill(torch.ones(length, length).triu(1).bool(), -torch.inf)
    looked: Tensor = scores.softmax(dim=-1)[MELODY + words :]
    return looked


@pytest.mark.parametrize(("head", "words"), [(0, 4), (0, 8), (1, 14), (1, 20)])
def test_they_look_where_the_music_is(model: MelodyLanguageModel, head: int, words: int) -> None:
    looked = _looked_at(model, head, words)
    for step in (0, 60, 200, 400, 560):
        place = step * 640 / 4096
        centre = float((looked[step, :MELODY] * torch.arange(MELODY)).sum() / looked[step, :MELODY].sum())
        assert centre == pytest.approx(place, abs=1.2)  # 0.15 s
        assert float(looked[step, :MELODY].sum()) > 0.85


def test_other_heads_look_anywhere(model: MelodyLanguageModel) -> None:
    looked = _looked_at(model, 3, 8)
    assert float(looked[400, :MELODY].sum()) < 0.5


def test_a_network_with_few_heads_is_left_alone() -> None:
    query, key = nn.Linear(48, 48, bias=False), nn.Linear(48, 48, bias=False)
    before = query.weight.clone(), key.weight.clone()
    align_with_melody(query, key, heads=2, melody_length=94)
    assert torch.equal(query.weight, before[0])
    assert torch.equal(key.weight, before[1])
