"""LoRA adapters as PEFT writes them: merged as the base is read, or refused in words."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.errors import UserProblem
from tests.engine.damage import copied

_LAYER = "decoder.model.decoder.layers.1"
_CONFIG: dict[str, Any] = {
    "peft_type": "LORA",
    "base_model_name_or_path": "facebook/musicgen-small",
    "r": 4,
    "lora_alpha": 8,
    "target_modules": ["q_proj", "fc1"],
    "bias": "none",
}


def _write(
    folder: Path, tensors: dict[str, torch.Tensor], *, pickled: bool = False, changes: dict[str, object] | None = None
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text(json.dumps(_CONFIG | (changes or {})))
    named = {f"base_model.model.{name}": tensor for name, tensor in tensors.items()}
    if pickled:
        torch.save(named, folder / "adapter_model.bin")
    else:
        save_file(named, folder / "adapter_model.safetensors")
    return folder


def _halves(module: str, shape: tuple[int, int], rank: int = 4) -> dict[str, torch.Tensor]:
    chance = torch.Generator().manual_seed(1)
    return {
        f"{module}.lora_A.weight": torch.randn(rank, shape[1], generator=chance),
        f"{module}.lora_B.weight": torch.randn(shape[0], rank, generator=chance),
    }


@pytest.fixture
def adapter(text_checkpoint: Path, tmp_path: Path) -> Path:
    """A folder for an adapter, its base beside its files."""
    copied(text_checkpoint, tmp_path / "lora").rename(tmp_path / "lora" / "base")
    return tmp_path / "lora"


@pytest.mark.parametrize("pickled", [False, True])
def test_it_is_merged_as_the_base_is_read(adapter: Path, pickled: bool) -> None:
    base = open_checkpoint(adapter / "base").layer(1)
    tensors = _halves(f"{_LAYER}.self_attn.q_proj", (32, 32)) | _halves(f"{_LAYER}.fc1", (64, 32))
    merged = open_checkpoint(_write(adapter, tensors, pickled=pickled)).layer(1)

    def change(module: str) -> torch.Tensor:
        return 2 * tensors[f"{_LAYER}.{module}.lora_B.weight"] @ tensors[f"{_LAYER}.{module}.lora_A.weight"]

    torch.testing.assert_close(merged.qkv[:32], base.qkv[:32] + change("self_attn.q_proj"))
    torch.testing.assert_close(merged.up, base.up + change("fc1"))
    torch.testing.assert_close(merged.qkv[32:], base.qkv[32:], rtol=0, atol=0)
    assert not torch.equal(merged.up, base.up)


def test_other_layers_stay_as_they_are(adapter: Path) -> None:
    base = open_checkpoint(adapter / "base").layer(0)
    merged = open_checkpoint(_write(adapter, _halves(f"{_LAYER}.fc1", (64, 32)))).layer(0)
    torch.testing.assert_close(merged.up, base.up, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("changes", "scale"),
    [
        ({"use_rslora": True}, 8 / math.sqrt(4)),
        ({"alpha_pattern": {"fc1": 1}}, 1 / 4),
        ({"alpha_pattern": {"layers.0.fc1": 1}}, 8 / 4),
        ({"rank_pattern": {"fc1": 2}}, 8 / 2),
    ],
)
def test_how_much_it_counts(adapter: Path, changes: dict[str, object], scale: float) -> None:
    rank = 2 if "rank_pattern" in changes else 4
    tensors = _halves(f"{_LAYER}.fc1", (64, 32), rank)
    base = open_checkpoint(adapter / "base").layer(1)
    merged = open_checkpoint(_write(adapter, tensors, changes=changes)).layer(1)
    change = tensors[f"{_LAYER}.fc1.lora_B.weight"] @ tensors[f"{_LAYER}.fc1.lora_A.weight"]
    torch.testing.assert_close(merged.up, base.up + scale * change)


def test_a_tensor_that_was_trained_whole_is_taken_whole(adapter: Path) -> None:
    whole = torch.randn(64, 32)
    merged = open_checkpoint(_write(adapter, {f"{_LAYER}.fc1.weight": whole})).layer(1)
    torch.testing.assert_close(merged.up, whole, rtol=0, atol=0)


@pytest.mark.parametrize("place", ["base", "musicgen-small", "../musicgen-small", "../base", ".", ".."])
def test_where_the_base_may_be(adapter: Path, place: str) -> None:
    base = adapter / "base"
    if place == "." or place == "..":
        for file in list(base.iterdir()):
            file.rename(adapter / place / file.name)
    elif place != "base":
        base.rename((adapter / place).resolve())
    assert open_checkpoint(_write(adapter, _halves(f"{_LAYER}.fc1", (64, 32)))).config.decoder.width == 32


def test_the_base_may_be_named_by_its_folder(adapter: Path) -> None:
    moved = (adapter / "base").rename(adapter.parent / "somewhere")
    _write(adapter, _halves(f"{_LAYER}.fc1", (64, 32)), changes={"base_model_name_or_path": str(moved)})
    assert open_checkpoint(adapter).config.decoder.width == 32


def test_a_base_that_is_not_here_is_asked_for(tmp_path: Path) -> None:
    _write(tmp_path / "lora", _halves(f"{_LAYER}.fc1", (64, 32)))
    with pytest.raises(UserProblem) as problem:
        open_checkpoint(tmp_path / "lora")
    assert "facebook/musicgen-small" in problem.value.why
    assert "checkpoints download facebook/musicgen-small" in problem.value.what_to_do


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"peft_type": "IA3"}, "of type IA3"),
        ({"use_dora": True}, "use_dora"),
        ({"r": 0}, "rank 0"),
        ({"r": "8"}, "rank 8"),
        ({"lora_alpha": None}, "lora_alpha None"),
    ],
)
def test_other_kinds_are_refused_by_name(adapter: Path, changes: dict[str, object], said: str) -> None:
    _write(adapter, _halves(f"{_LAYER}.fc1", (64, 32)), changes=changes)
    with pytest.raises(UserProblem, match=f"The adapter cannot be used.*{said}"):
        open_checkpoint(adapter)


@pytest.mark.parametrize(
    "tensors",
    [
        _halves("decoder.model.decoder.layers.9.fc1", (64, 32)),
        _halves(f"{_LAYER}.fc1", (64, 30)),
        {f"{_LAYER}.fc1.lora_A.weight": torch.zeros(4, 32)},
        {f"{_LAYER}.fc1.lora_magnitude_vector": torch.zeros(64)},
        {f"{_LAYER}.fc1.weight": torch.zeros(2, 2)},
        {"decoder.model.decoder.embed_tokens.0.lora_embedding_A": torch.zeros(4, 65)},
    ],
)
def test_what_does_not_fit_is_refused(adapter: Path, tensors: dict[str, torch.Tensor]) -> None:
    with pytest.raises(UserProblem, match="does not fit its base"):
        open_checkpoint(_write(adapter, tensors))


def test_an_adapter_without_tensors_is_not_complete(adapter: Path) -> None:
    (_write(adapter, {"x": torch.zeros(1)}) / "adapter_model.safetensors").unlink()
    with pytest.raises(UserProblem, match="The adapter is not complete"):
        open_checkpoint(adapter)


def test_its_identity_is_that_of_both(adapter: Path) -> None:
    _write(adapter, _halves(f"{_LAYER}.fc1", (64, 32)))
    identity = open_checkpoint(adapter).identity
    assert identity != open_checkpoint(adapter / "base").identity
