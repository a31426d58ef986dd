"""The int8 step against the same model in float32, and against itself: alone, among others, at once, bit by bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from musicgen_studio.compute.precision import Precision, int8_is_available
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.random import SHAPES, RandomCheckpoint
from musicgen_studio.engine.checkpoint.values import Checkpoint, DecoderConfig
from musicgen_studio.engine.model.cpu import decoder as cpu_decoder
from musicgen_studio.engine.model.cpu import step
from musicgen_studio.engine.model.cpu.decoder import CpuDecoder
from musicgen_studio.engine.model.load import load_language_model
from musicgen_studio.engine.model.plain import Decoder
from musicgen_studio.paths import resources_dir

pytestmark = pytest.mark.skipif(not int8_is_available(), reason="this processor has no AVX2")
CPU = torch.device("cpu")
NEAR = 0.03
"""Relative to float32: 8 bits round each weight by up to half of 1/127 of the greatest."""

_SMALL = SHAPES["small"]
_ODD = replace(_SMALL.decoder, width=60, layers=2, heads=5, feed_forward=90, card=37)
_TWO_LAYERS = replace(_SMALL.decoder, layers=2)


def _loaded(checkpoint: Checkpoint, threads: int = 2) -> CpuDecoder:
    config = checkpoint.config.decoder
    return CpuDecoder(config, checkpoint.outer(), (checkpoint.layer(i) for i in range(config.layers)), threads)


def _reference(checkpoint: Checkpoint) -> Decoder:
    config = checkpoint.config.decoder
    layers = (checkpoint.layer(i) for i in range(config.layers))
    return Decoder(config, checkpoint.outer(), layers, CPU, Precision.FLOAT32)


def _random(config: DecoderConfig) -> RandomCheckpoint:
    return RandomCheckpoint(replace(_SMALL, decoder=config))


def _texts(config: DecoderConfig, tokens: int = 7) -> list[Tensor]:
    return [torch.randn(tokens, config.width, generator=torch.manual_seed(1))] if config.cross_attention else []


def _logits(
    model: CpuDecoder | Decoder, tokens: Tensor, at_once: int, text_rows: int = 1, texts: list[Tensor] | None = None
) -> Tensor:
    """Feed tokens `[rows, codebooks, steps]`, some at once; return the logits after each piece."""
    told = _texts(model.config) if texts is None else texts
    cache = model.new_cache(tokens.shape[0], tokens.shape[-1], told, text_rows)
    x = model.embed(tokens)
    return torch.stack([model.forward(piece, cache) for piece in torch.split(x, at_once, dim=1)])


def _tokens(config: DecoderConfig, rows: int, steps: int) -> Tensor:
    return torch.randint(0, config.card, (rows, config.codebooks, steps), generator=torch.manual_seed(2))


@pytest.mark.parametrize("config", [_TWO_LAYERS, _ODD], ids=["small", "odd sizes"])
@pytest.mark.parametrize("cross_attention", [True, False])
@pytest.mark.parametrize("rows", [1, 2, 5, 8])
def test_close_to_float32(config: DecoderConfig, cross_attention: bool, rows: int) -> None:
    config = replace(config, cross_attention=cross_attention)
    tokens = _tokens(config, rows, 70)
    ours = _logits(_loaded(_random(config)), tokens, at_once=10)
    expected = _logits(_reference(_random(config)), tokens, at_once=10)
    assert (ours - expected).norm() / expected.norm() < NEAR


def test_the_starter_is_close_to_float32() -> None:
    checkpoint = open_checkpoint(resources_dir() / "starter")
    tokens = _tokens(checkpoint.config.decoder, 2, 200)
    ours, expected = _logits(_loaded(checkpoint), tokens, 20), _logits(_reference(checkpoint), tokens, 20)
    assert (ours - expected).norm() / expected.norm() < NEAR


@pytest.mark.parametrize("at_once", [1, 7, 33, 90])
def test_read_at_once_or_step_by_step_is_the_same(at_once: int) -> None:
    """To the bit: a position's numbers do not depend on what is read together with it."""
    model, tokens = _loaded(_random(_TWO_LAYERS)), _tokens(_TWO_LAYERS, 2, 90)
    by_steps, at_last = _logits(model, tokens, 1), _logits(model, tokens, at_once)
    assert torch.equal(at_last[-1], by_steps[-1])


def test_a_row_is_the_same_whatever_is_beside_it() -> None:
    model, tokens = _loaded(_random(_TWO_LAYERS)), _tokens(_TWO_LAYERS, 8, 20)
    among = _logits(model, tokens, 1, text_rows=8)
    for row in (0, 5):
        assert torch.equal(_logits(model, tokens[row : row + 1], 1)[:, 0], among[:, row])


@pytest.mark.parametrize("cross_attention", [True, False])
@pytest.mark.parametrize("begin", [1, 6, 33])
def test_a_row_that_begins_later_is_the_same(cross_attention: bool, begin: int) -> None:
    """To the bit, whatever stands before its beginning, and with a text of its own."""
    config = replace(_ODD, cross_attention=cross_attention)
    model, tokens = _loaded(_random(config)), _tokens(config, 4, 50)
    texts = [text for length in (7, 11) for text in _texts(config, length)]
    alone = [_logits(model, tokens[2 * place : 2 * place + 2], 1, 2, texts[place : place + 1]) for place in (0, 1)]
    shifted = torch.cat([tokens.new_full((2, 4, begin), 3), tokens[2:]], dim=-1)
    padded = torch.cat([tokens[:2], tokens.new_zeros(2, 4, begin)], dim=-1)
    cache = model.new_cache(4, 50 + begin, texts, 4, begins=(0, 0, begin, begin))
    x = model.embed(torch.cat([padded, shifted]))
    both = torch.stack([model.forward(piece, cache) for piece in torch.split(x, [begin + 1] + [1] * 49, dim=1)])
    assert torch.equal(both[:, 2:], alone[1])
    assert torch.equal(both[: 50 - begin, :2], alone[0][begin:])


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_changes_nothing(threads: int) -> None:
    tokens = _tokens(_TWO_LAYERS, 2, 20)
    models = _loaded(_random(_TWO_LAYERS), 2), _loaded(_random(_TWO_LAYERS), threads)
    assert torch.equal(_logits(models[0], tokens, 1), _logits(models[1], tokens, 1))


def test_two_memories_do_not_mix() -> None:
    model, tokens = _loaded(_random(_ODD)), _tokens(_ODD, 2, 12)
    alone = _logits(model, tokens, 1)
    cache, other = (model.new_cache(2, 12, _texts(_ODD), 1) for _ in range(2))
    for position in range(12):
        logits = model.forward(model.embed(tokens[..., position : position + 1]), cache)
        model.forward(model.embed(tokens[..., 11 - position : 12 - position]), other)
        assert torch.equal(logits, alone[position])


def test_more_rows_than_foreseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu_decoder, "MAX_VECTORS", 3)
    model, tokens = _loaded(_random(_ODD)), _tokens(_ODD, 5, 9)
    few = _logits(model, tokens[:2], 4)
    assert torch.equal(_logits(model, tokens, 4, text_rows=1)[:, :1], few[:, :1])


def test_many_rows_have_room_still_when_a_longer_memory_was_begun() -> None:
    """Many takes, each with two prompts in a morph, are more rows than are foreseen; the next window is longer."""
    model, tokens = _loaded(_random(_ODD)), _tokens(_ODD, 40, 2)
    few = _logits(model, tokens[:2], 1, text_rows=2)
    cache, x = model.new_cache(40, 2, _texts(_ODD), 40), model.embed(tokens)
    model.forward(x[:, :1], cache)
    model.new_cache(2, 400, _texts(_ODD), 2)
    assert all(len(scratch.x_scales) >= 40 for scratch in model._scratch)
    assert torch.equal(model.forward(x[:, 1:], cache)[:2], few[1])


def test_a_matrix_of_zeros_gives_zeros() -> None:
    class Silent(RandomCheckpoint):
        def outer(self):  # type: ignore[no-untyped-def]
            return replace(super().outer(), heads=torch.zeros(4 * 37, 60))

    model = _loaded(Silent(replace(_SMALL, decoder=_ODD)))
    assert _logits(model, _tokens(_ODD, 1, 3), 1).abs().max() == 0


def test_the_cache_is_as_big_as_it_says() -> None:
    model = _loaded(_random(_TWO_LAYERS))
    cache = model.new_cache(2, 1504)
    kept = cache.kv._replace(begins=np.empty(0, np.int64))
    assert model.cache_bytes(2, 1504) == sum(array.nbytes for array in kept)


@pytest.mark.parametrize(
    ("width", "heads", "fits"), [(1024, 16, True), (2048, 32, True), (10, 2, False), (9000, 3, False)]
)
def test_what_fits(width: int, heads: int, fits: bool) -> None:
    assert cpu_decoder.fits(replace(_ODD, width=width, heads=heads)) is fits


def test_what_does_not_fit_runs_in_float32() -> None:
    config = replace(_ODD, width=10, heads=2)
    checkpoint = _random(config)
    layers = (checkpoint.layer(i) for i in range(config.layers))
    model = load_language_model(config, checkpoint.outer(), layers, CPU, Precision.INT8)
    assert model.precision is Precision.FLOAT32


def test_exp_gelu_and_norm_against_torch() -> None:
    x = np.linspace(-12, 12, 4001, dtype=np.float32)
    exact = np.exp(-np.abs(x).astype(np.float64) * 7)
    assert np.abs([step._exp(v) for v in -np.abs(x) * np.float32(7)] - exact).max() < 3e-7
    gelu = torch.nn.functional.gelu(torch.from_numpy(x)).numpy()
    assert np.abs(np.array([step._gelu(v) for v in x]) - gelu).max() < 2e-6
    norm, target = np.stack([x, x[::-1]]).reshape(-1).copy(), np.empty_like(x)
    step._norm(x, norm, target)
    expected = torch.nn.functional.layer_norm(
        torch.from_numpy(x), (4001,), torch.from_numpy(x), torch.from_numpy(x[::-1].copy()), 1e-5
    )
    assert np.abs(target - expected.numpy()).max() < 1e-4


def test_other_layouts_are_the_same_model(text_checkpoint: Path, audiocraft_text_checkpoint: Path) -> None:
    one, other = (_loaded(open_checkpoint(folder)) for folder in (text_checkpoint, audiocraft_text_checkpoint))
    tokens = _tokens(one.config, 2, 9)
    assert torch.equal(_logits(one, tokens, 1), _logits(other, tokens, 1))
