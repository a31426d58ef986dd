"""The measure of distance: zero for the same, what arithmetic says for what is known, and a whole run."""

import math
from pathlib import Path

import pytest
import torch

from musicgen_studio.compute.precision import Precision, int8_is_available
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.musicgen import load_engine
from musicgen_studio.evaluation.quality import KL_BOUND, Drift, SideBySide, divergence, measure_drift


def test_the_divergence_of_the_same_is_zero() -> None:
    logits = torch.randn(2, 4, 50)
    assert divergence(logits, logits).abs().max() < 1e-7


def test_the_divergence_is_in_nats_and_guided() -> None:
    """Two tokens, 1/2 and 1/2 against 1/4 and 3/4: KL = ln 2 - ln 3 / 2. Guidance 3 triples the rows' difference."""
    even = torch.zeros(2, 1, 2)
    uneven = torch.stack([torch.tensor([[0.0, math.log(3) / 3]]), torch.zeros(1, 2)])
    assert divergence(even, uneven).item() == pytest.approx(math.log(2) - math.log(3) / 2, abs=1e-6)


def test_the_first_model_decides(text_checkpoint: Path) -> None:
    first, second = (load_engine(text_checkpoint, "cpu", precision).decoder for precision in ("float32", "bfloat16"))
    both = SideBySide(first, second)
    x = both.embed(torch.randint(0, 8, (2, first.config.codebooks, 3)))
    alone = first.forward(x, first.new_cache(2, 9))
    assert torch.equal(both.forward(x, both.new_cache(2, 9)), alone)
    assert len(both.divergences) == 1
    assert both.divergences[0].min() > 0


@pytest.mark.skipif(not int8_is_available(), reason="this processor has no AVX2")
def test_a_table(text_checkpoint: Path) -> None:
    lines: list[str] = []
    drifts = measure_drift(open_checkpoint(text_checkpoint), [Precision.INT8], 0.6, lines.append)
    (drift,) = drifts
    assert drift.precision is Precision.INT8
    assert drift.steps >= 60
    assert 0 < max(drift.kl) < 0.5
    assert drift.pitch_classes is not None
    assert 0 < drift.pitch_classes <= 1
    assert any(line.startswith("int8") for line in lines)


def test_what_is_too_far_is_not_chosen() -> None:
    near, far = (Drift(Precision.INT8, 1, (0.0, kl), (0.0, kl), None, None) for kl in (KL_BOUND, 2 * KL_BOUND))
    assert near.is_close
    assert not far.is_close
