"""Prompts, empty and too long ones included; parity of the states is in `test_parity.py`."""

import logging
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.conditions import prompt as text
from musicgen_studio.engine.conditions.prompt import TextConditioner
from musicgen_studio.errors import UserProblem
from musicgen_studio.paths import resources_dir


class _Remembering(logging.Handler):
    """Keeps what would have been written."""

    def __init__(self) -> None:
        super().__init__()
        self.said = list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


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


def test_a_long_prompt_puts_no_line_of_transformers_on_the_terminal(text_checkpoint: Path) -> None:
    handler = _Remembering()
    logger = logging.getLogger("transformers")
    logger.addHandler(handler)
    try:
        for folder in (resources_dir() / "starter", text_checkpoint):
            checkpoint = open_checkpoint(folder)
            conditioner = TextConditioner(checkpoint, checkpoint.outer().text_projection)
            with suppress(UserProblem):
                conditioner.states("rock " * 600)
    finally:
        logger.removeHandler(handler)
    assert handler.said == []


def test_an_encoder_with_relative_positions_reads_any_length(text_checkpoint: Path) -> None:
    checkpoint = open_checkpoint(text_checkpoint)
    states = TextConditioner(checkpoint, checkpoint.outer().text_projection).states("rock " * 600)
    assert len(states) == 601


def test_related_words_lie_closer_than_unrelated_ones(starter: TextConditioner) -> None:
    sad, blue, loud = (starter.states(f"{word} music").mean(dim=0) for word in ("sad", "melancholic", "energetic"))
    near, far = (torch.cosine_similarity(sad, other, dim=0) for other in (blue, loud))
    assert near > far


@pytest.mark.parametrize("name", ["text_checkpoint", "audiocraft_stereo_text_checkpoint"])
def test_a_large_encoder_stays_in_its_file(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = open_checkpoint(request.getfixturevalue(name))
    held = TextConditioner(checkpoint, checkpoint.outer().text_projection)
    monkeypatch.setattr(text, "KEPT_BYTES", 0)
    in_file = TextConditioner(checkpoint, checkpoint.outer().text_projection)
    for prompt in ("happy rock", "sad jazz", ""):
        assert torch.equal(in_file.states(prompt), held.states(prompt))
        assert {parameter.device.type for parameter in in_file._encoder.parameters()} == {"meta"}
    assert {parameter.device.type for parameter in held._encoder.parameters()} == {"cpu"}
