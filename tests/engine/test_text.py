"""Prompts, empty and too long ones included; parity of the states is in `test_parity.py`."""

from pathlib import Path

import pytest
import torch

from musicgen_studio.engine import text
from musicgen_studio.engine.checkpoint import open_checkpoint
from musicgen_studio.engine.text import TextConditioner
from musicgen_studio.errors import UserProblem
from musicgen_studio.paths import resources_dir


@pytest.fixture(scope="module")
def starter() -> TextConditioner:
    checkpoint = open_checkpoint(resources_dir() / "starter")
    return TextConditioner(checkpoint, checkpoint.outer().text_projection)


def test_an_empty_prompt_is_zeros_after_the_projection(starter: TextConditioner) -> None:
    assert starter.states("").abs().max() == 0
    assert starter.states(" ").abs().max() > 0  # a space is a prompt


def test_a_prompt_longer_than_the_encoder_reads_is_refused(starter: TextConditioner) -> None:
    with pytest.raises(UserProblem) as raised:
        starter.states("rock " * 600)
    assert "602 tokens" in raised.value.why
    assert "512" in raised.value.why


def test_an_encoder_with_relative_positions_reads_any_length(text_checkpoint: Path) -> None:
    checkpoint = open_checkpoint(text_checkpoint)
    states = TextConditioner(checkpoint, checkpoint.outer().text_projection).states("rock " * 600)
    assert len(states) == 601


def test_related_words_lie_closer_than_unrelated_ones(starter: TextConditioner) -> None:
    sad, blue, loud = (starter.states(f"{word} music").mean(dim=0) for word in ("sad", "melancholic", "energetic"))
    near, far = (torch.cosine_similarity(sad, other, dim=0) for other in (blue, loud))
    assert near > far


def test_a_large_encoder_is_let_go_and_read_again(text_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = open_checkpoint(text_checkpoint)
    kept = TextConditioner(checkpoint, checkpoint.outer().text_projection)
    monkeypatch.setattr(text, "KEPT_BYTES", 0)
    let_go = TextConditioner(checkpoint, checkpoint.outer().text_projection)
    assert let_go._encoder is None
    for prompt in ("happy rock", "sad jazz"):
        assert torch.equal(let_go.states(prompt), kept.states(prompt))
    assert let_go._encoder is None
