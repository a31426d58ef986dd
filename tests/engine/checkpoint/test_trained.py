"""What trainers leave: dora's checkpoint.th, lm_final.pt beside a base, wrapped names, folders without every file."""

import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.values import Checkpoint
from musicgen_studio.errors import UserProblem
from tests import tiny_checkpoints as tiny
from tests.engine.damage import copied, edit_tensors


def _same(one: Checkpoint, other: Checkpoint) -> None:
    assert one.config.decoder == other.config.decoder
    for index in range(one.config.decoder.layers):
        torch.testing.assert_close(one.layer(index).qkv, other.layer(index).qkv, rtol=0, atol=0)
        torch.testing.assert_close(one.layer(index).down, other.layer(index).down, rtol=0, atol=0)
    torch.testing.assert_close(one.outer().heads, other.outer().heads, rtol=0, atol=0)


# --- dora ---


class _Omega:
    """Classes that pickle as OmegaConf's do; no such library is needed to read them."""

    def __enter__(self) -> Callable[[object], object]:
        root, dicts = types.ModuleType("omegaconf"), types.ModuleType("omegaconf.dictconfig")
        lists, nodes = types.ModuleType("omegaconf.listconfig"), types.ModuleType("omegaconf.nodes")
        base = types.ModuleType("omegaconf.base")
        for module, name in ((dicts, "DictConfig"), (lists, "ListConfig"), (nodes, "AnyNode"), (base, "Metadata")):
            setattr(module, name, type(name, (), {"__module__": module.__name__}))
        self._modules = {module.__name__: module for module in (root, dicts, lists, nodes, base)}
        sys.modules.update(self._modules)

        def node(value: object) -> object:
            if isinstance(value, dict):
                made = dicts.DictConfig()
                content = {key: node(item) for key, item in value.items()}
                made.__dict__.update(_metadata=base.Metadata(), _parent=None, _content=content)
            elif isinstance(value, list):
                made = lists.ListConfig()
                made.__dict__.update(_metadata=base.Metadata(), _content=[node(item) for item in value])
            else:
                made = nodes.AnyNode()
                made.__dict__.update(_metadata=base.Metadata(), _parent=None, _val=value)
            return made

        return node

    def __exit__(self, *_: object) -> None:
        for name in self._modules:
            del sys.modules[name]


def _write_dora(folder: Path, model: Any, changes: dict[str, object] | None = None) -> Path:
    """Write what AudioCraft's solver keeps of a training, and codec and text encoder beside it."""
    tiny.write_audiocraft(folder, model, codec_pointer=True)
    (folder / "compression_state_dict.bin").unlink()
    (folder / "state_dict.bin").unlink()
    settings = tiny.audiocraft_lm_config(model) | {
        "compression_model_checkpoint": "//pretrained/facebook/encodec_32khz",
        "optim": {"lr": 1e-4},
    }
    state = tiny.audiocraft_lm_state(model)
    with _Omega() as node:
        kept = {
            "xp.cfg": node(settings),
            "xp.sig": "a1b2c3",
            "history": [{"train": {"ce": 3.5}}],
            "best_state": {"model": state},
            "model": {name: tensor * 0 for name, tensor in state.items()},
            "optimizer": {"state": {0: {"step": torch.tensor(1.0)}}},
        }
        torch.save(kept | (changes or {}), folder / "checkpoint.th")
    return folder


def test_a_trainers_checkpoint_is_its_best_state(tmp_path: Path) -> None:
    model = tiny.build_text_model()
    wanted = open_checkpoint(tiny.write_audiocraft(tmp_path / "exported", model))
    found = open_checkpoint(_write_dora(tmp_path / "xp", model))
    _same(found, wanted)
    assert found.config == wanted.config


def test_its_settings_may_be_plain_text_and_its_best_state_that_of_fsdp(tmp_path: Path) -> None:
    model = tiny.build_melody_model()
    state = {"model": tiny.audiocraft_lm_state(model)}
    text = yaml.safe_dump(tiny.audiocraft_lm_config(model))
    folder = _write_dora(tmp_path / "xp", model, {"fsdp_best_state": state, "best_state": {}, "xp.cfg": text})
    _same(open_checkpoint(folder), open_checkpoint(tiny.write_audiocraft(tmp_path / "exported", model)))


class _Harm:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("harm"),)


def test_a_trainers_checkpoint_whose_index_is_damaged_says_so(tmp_path: Path) -> None:
    folder = _write_dora(tmp_path / "xp", tiny.build_text_model(), {})
    path = folder / "checkpoint.th"
    damaged = bytearray(path.read_bytes())
    entry = damaged.rindex(b"PK\x01\x02")  # of the last file in the archive's index
    damaged[entry : entry + 4] = b"XXXX"
    path.write_bytes(damaged)
    with pytest.raises(UserProblem, match="cannot be read"):
        open_checkpoint(folder)


class _Script(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + 1


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning", "ignore:.*TorchScript:UserWarning")
def test_a_program_under_a_trainers_name_is_not_even_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch hands an archive of TorchScript to a loader of its own, which asks no unpickler."""
    folder = _write_dora(tmp_path / "xp", tiny.build_text_model(), {})
    torch.jit.script(_Script()).save(str(folder / "checkpoint.th"))  # type: ignore[no-untyped-call]
    loaded = list[object]()
    monkeypatch.setattr(torch.jit, "load", lambda *args, **_named: loaded.append(args))
    with pytest.raises(UserProblem, match="to be on the safe side"):
        open_checkpoint(folder)
    assert loaded == []


@pytest.mark.parametrize("place", ["xp.cfg", "history", "extra"])
def test_a_trainers_checkpoint_that_asks_for_more_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = _write_dora(tmp_path / "xp", tiny.build_text_model(), {place: _Harm()})
    with pytest.raises(UserProblem, match="to be on the safe side"):
        open_checkpoint(folder)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x02}q\x00."])
def test_a_damaged_one_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "checkpoint.th").write_bytes(content)
    with pytest.raises(UserProblem, match=r"checkpoint\.th"):
        open_checkpoint(tmp_path)


def test_one_without_a_state_is_not_complete(tmp_path: Path) -> None:
    folder = _write_dora(tmp_path / "xp", tiny.build_text_model(), {"best_state": None, "model": None})
    with pytest.raises(UserProblem, match="holds no state of a model"):
        open_checkpoint(folder)


# --- lm_final.pt ---


@pytest.mark.parametrize("layout", ["huggingface", "audiocraft"])
@pytest.mark.parametrize("place", [".", "base", ".."])
def test_a_fine_tuned_language_model_beside_its_base(tmp_path: Path, layout: str, place: str) -> None:
    folder = tmp_path / "run" / "tuned"
    write = tiny.write_huggingface if layout == "huggingface" else tiny.write_audiocraft
    write(folder / place, tiny.build_text_model(seed=1))
    tuned = tiny.build_text_model(seed=2)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(tiny.audiocraft_lm_state(tuned), folder / "lm_final.pt")
    _same(open_checkpoint(folder), open_checkpoint(tiny.write_audiocraft(tmp_path / "wanted", tuned)))


def test_a_fine_tuned_one_without_its_base_says_what_is_missing(tmp_path: Path) -> None:
    torch.save(tiny.audiocraft_lm_state(tiny.build_text_model()), tmp_path / "lm_final.pt")
    with pytest.raises(UserProblem, match=r"without codec and text encoder.*base"):
        open_checkpoint(tmp_path)


# --- names in wrappers ---


def _rename(tensors: dict[str, Any], rename: Callable[[str], str]) -> None:
    renamed = {rename(name): tensor for name, tensor in tensors.items()}
    tensors.clear()
    tensors.update(renamed)


@pytest.mark.parametrize("before", ["model.", "module.", "_orig_mod.", "module._orig_mod.", "model.module."])
def test_names_in_wrappers(text_checkpoint: Path, tmp_path: Path, before: str) -> None:
    folder = copied(text_checkpoint, tmp_path)
    edit_tensors(folder / "model.safetensors", lambda tensors: _rename(tensors, lambda name: before + name))
    _same(open_checkpoint(folder), open_checkpoint(text_checkpoint))


def test_names_of_a_compiled_part(text_checkpoint: Path, tmp_path: Path) -> None:
    folder = copied(text_checkpoint, tmp_path)
    edit_tensors(
        folder / "model.safetensors",
        lambda tensors: _rename(tensors, lambda name: name.replace("decoder.", "decoder._orig_mod.", 1)),
    )
    _same(open_checkpoint(folder), open_checkpoint(text_checkpoint))


def test_names_in_wrappers_of_a_fine_tuned_one(tmp_path: Path) -> None:
    model = tiny.build_text_model()
    tiny.write_audiocraft(tmp_path / "base", model)
    state = {f"_orig_mod.{name}": tensor for name, tensor in tiny.audiocraft_lm_state(model).items()}
    torch.save(state, tmp_path / "lm_final.pt")
    _same(open_checkpoint(tmp_path), open_checkpoint(tmp_path / "base"))


# --- files that are not there ---


def test_a_missing_tokenizer_config_does_not_matter(text_checkpoint: Path, tmp_path: Path) -> None:
    folder = copied(text_checkpoint, tmp_path)
    wanted = open_checkpoint(folder).text_encoder()[1]("happy rock").input_ids
    (folder / "tokenizer_config.json").unlink()
    (folder / "special_tokens_map.json").unlink(missing_ok=True)
    assert open_checkpoint(folder).text_encoder()[1]("happy rock").input_ids == wanted


def test_a_trainers_step_takes_the_tokenizer_from_the_folder_around_it(text_checkpoint: Path, tmp_path: Path) -> None:
    step = copied(text_checkpoint, tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (step / name).rename(tmp_path / name)
    (step / "generation_config.json").unlink()
    found = open_checkpoint(step)
    assert found.config.window_frames == 1500
    assert found.text_encoder()[1]("happy rock").input_ids
