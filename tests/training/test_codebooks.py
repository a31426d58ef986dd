"""The codebooks: begun by k-means, moved while the codec learns, and how quantising lets gradients through."""

from typing import Any

import numpy as np
import pytest
import torch

from musicgen_studio.training.codebooks import fit_codebooks, move_codebooks, straight_through
from musicgen_studio.training.codec_model import build_codec, codec_config
from musicgen_studio.training.settings import Settings
from tests.training.conftest import keep_quiet


def _latents(seed: int, scale: float = 1.0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((2, 16, 300)).astype(np.float32) * scale)


@pytest.fixture
def codec(tiny: Settings) -> Any:
    made = build_codec(codec_config(tiny.codec), 0)
    fit_codebooks(made, _latents(0).transpose(1, 2).flatten(0, 1).numpy(), tiny.codec, keep_quiet)
    return made


def _explained(codec: Any, latents: torch.Tensor) -> float:
    return 1 - float(straight_through(codec, latents)[1])


def test_quantised_latents_let_the_gradient_through(codec: Any) -> None:
    latents = _latents(1).requires_grad_()
    said, strayed = straight_through(codec, latents)
    said.sum().backward()  # type: ignore[no-untyped-call]
    assert not torch.allclose(said, latents)
    torch.testing.assert_close(latents.grad, torch.ones_like(latents))
    assert 0 < float(strayed.detach()) < 1


def test_codebooks_follow_latents_that_change(codec: Any) -> None:
    before = _explained(codec, _latents(0, 3.0))
    for _ in range(400):
        move_codebooks(codec, _latents(0, 3.0))
    assert _explained(codec, _latents(0, 3.0)) > before + 0.2


def test_codes_nobody_uses_are_put_where_something_is_missing(codec: Any) -> None:
    book = codec.quantizer.layers[0].codebook
    with torch.no_grad():
        book.embed[5:] = book.embed_avg[5:] = 1e3
        book.cluster_size[5:] = 1.0
    latents = _latents(2)
    for _ in range(500):
        move_codebooks(codec, latents)
    used = book.quantize(latents.transpose(1, 2).flatten(0, 1)).unique()
    assert len(used) > 0.8 * book.codebook_size
