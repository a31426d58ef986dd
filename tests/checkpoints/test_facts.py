"""What is said of checkpoints before they are loaded is what the engine says once they are."""

import json
from pathlib import Path

import pytest
import torch

from musicgen_studio.checkpoints.facts import KNOWN, CheckpointFacts, KnownCheckpoint, facts_of, known
from musicgen_studio.compute.precision import Precision
from musicgen_studio.engine.checkpoint.needs import memory_need, weight_count
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.values import CheckpointConfig, ChromaConfig, DecoderConfig
from musicgen_studio.paths import resources_dir

SHAPES = {"small": (1024, 24, 16), "medium": (1536, 48, 24), "large": (2048, 48, 32)}


def _config(checkpoint: KnownCheckpoint) -> CheckpointConfig:
    """Meta's three sizes; a melody checkpoint without a size is a medium one."""
    words = checkpoint.id.removeprefix("facebook/musicgen-").split("-")
    width, layers, heads = SHAPES[next((word for word in words if word in SHAPES), "medium")]
    delays = (0, 0, 1, 1, 2, 2, 3, 3) if "stereo" in words else (0, 1, 2, 3)
    is_melody = "melody" in words
    return CheckpointConfig(
        architecture="musicgen_melody" if is_melody else "musicgen",
        decoder=DecoderConfig(width, layers, heads, 4 * width, 2048, delays, cross_attention=not is_melody),
        chroma=ChromaConfig(12, 235, 16384, 4096, 32000) if is_melody else None,
        text_width=768,
        channels=2 if "stereo" in words else 1,
        sample_rate=32000,
        hop_frames=640,
        window_frames=1500,
    )


@pytest.mark.parametrize("checkpoint", [each for each in KNOWN if each.is_supported], ids=lambda each: each.id)
def test_the_known_ones_have_the_engines_figures(checkpoint: KnownCheckpoint) -> None:
    config, facts = _config(checkpoint), checkpoint.facts
    assert facts.parameters == pytest.approx(weight_count(config.decoder), rel=0.002)
    assert facts.memory_bytes == pytest.approx(memory_need(config, Precision.INT8), rel=0.03)
    on_card = memory_need(config, Precision.FLOAT16, torch.device("cuda"))
    assert facts.card_bytes == pytest.approx(on_card, rel=0.03)
    assert (facts.follows_melody, facts.channels) == (config.chroma is not None, config.channels)
    assert known(checkpoint.id) is checkpoint


def test_the_starters_facts_are_what_the_engine_reads() -> None:
    folder = resources_dir() / "starter"
    facts, config = facts_of(folder), open_checkpoint(folder).config
    assert facts.parameters == weight_count(config.decoder)
    assert (facts.follows_melody, facts.channels) == (config.chroma is not None, config.channels)
    assert facts.disk_bytes == sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    assert facts.memory_bytes is None


@pytest.mark.parametrize("layout", ["text", "melody", "stereo_text"])
def test_a_folders_facts_are_what_the_engine_reads(layout: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(f"{layout}_checkpoint")
    facts, config = facts_of(folder), open_checkpoint(folder).config
    assert facts.parameters == weight_count(config.decoder)
    assert (facts.follows_melody, facts.channels) == (config.chroma is not None, config.channels)


def test_a_folder_with_a_known_name_needs_what_that_one_needs(tmp_path: Path) -> None:
    assert facts_of(tmp_path, "facebook/musicgen-small").memory_bytes == KNOWN[0].facts.memory_bytes


@pytest.mark.parametrize("config", [None, "", "[]", "{}", '{"decoder": 3}', '{"decoder": {"hidden_size": "x"}}'])
def test_what_is_broken_is_not_known(tmp_path: Path, config: str | None) -> None:
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    facts = facts_of(tmp_path)
    assert (facts.parameters, facts.follows_melody, facts.disk_bytes) == (None, None, None)


def test_audiocrafts_layout_tells_its_size_only(tmp_path: Path) -> None:
    (tmp_path / "state_dict.bin").write_bytes(bytes(1000))
    (tmp_path / "notes.json").write_text(json.dumps({}))
    assert facts_of(tmp_path) == CheckpointFacts(disk_bytes=1000)


def test_a_link_that_leads_nowhere_takes_no_room(tmp_path: Path) -> None:
    """Of a cache of which somebody has deleted a part."""
    (tmp_path / "model.safetensors").write_bytes(bytes(1000))
    (tmp_path / "pytorch_model.bin").symlink_to("../../blobs/gone")
    assert facts_of(tmp_path).disk_bytes == 1000
