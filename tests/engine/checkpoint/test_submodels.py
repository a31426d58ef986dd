"""The codec and the text encoder: any kind transformers knows, built without side effects and without network."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.submodels import StoredTextEncoder, parse_config, require_fit
from musicgen_studio.engine.checkpoint.weights import SafetensorsFile, StoredWeights
from musicgen_studio.errors import UserProblem
from tests import tiny_checkpoints as tiny


def test_a_text_encoder_other_than_t5(tmp_path: Path) -> None:
    from transformers import BertConfig, BertModel

    theirs = BertModel(
        BertConfig(vocab_size=30, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    ).eval()
    theirs.save_pretrained(tmp_path)
    tiny.build_tokenizer().save_pretrained(tmp_path)
    path = tmp_path / "config.json"
    weights = StoredWeights.of([SafetensorsFile(tmp_path / "model.safetensors")], tmp_path)
    stored = StoredTextEncoder(parse_config(theirs.config.to_dict(), path), weights, path, tmp_path)
    encoder, tokenizer = stored.load()
    ids = tokenizer("calm piano", return_tensors="pt").input_ids
    assert stored.width == 16
    assert torch.equal(encoder(ids).last_hidden_state, theirs(ids).last_hidden_state)


def test_loading_has_no_side_effects(text_checkpoint: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from transformers.utils import logging

    checkpoint = open_checkpoint(text_checkpoint)
    before = (torch.get_rng_state().tolist(), logging.get_verbosity(), logging.is_progress_bar_enabled())
    capfd.readouterr()
    checkpoint.codec()
    checkpoint.text_encoder()
    assert capfd.readouterr() == ("", "")
    assert (torch.get_rng_state().tolist(), logging.get_verbosity(), logging.is_progress_bar_enabled()) == before


@pytest.mark.parametrize("name", ["text_checkpoint", "audiocraft_stereo_text_checkpoint"])
def test_the_network_is_not_used(name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = request.getfixturevalue(name)

    def refuse(*_: object) -> None:
        pytest.fail("tried to connect")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    checkpoint = open_checkpoint(folder)
    checkpoint.codec()
    checkpoint.text_encoder()


def test_an_unknown_model_type() -> None:
    with pytest.raises(UserProblem, match="model type “no such” is unknown"):
        parse_config({"model_type": "no such"}, Path("config.json"))


def test_no_room_for_a_melody_projection(melody_checkpoint: Path) -> None:
    # transformers leaves the projection out where the model is as wide as there are pitch classes.
    config = open_checkpoint(melody_checkpoint).config
    codec = open_checkpoint(melody_checkpoint).codec().config
    narrow = replace(config, decoder=replace(config.decoder, width=12))
    require_fit(config, codec, Path("config.json"))
    with pytest.raises(UserProblem, match="width is 12"):
        require_fit(narrow, codec, Path("config.json"))
