"""Reading tensors: what files hold, and what is said when they are damaged."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from musicgen_studio.engine.checkpoint import weights as weights_module
from musicgen_studio.engine.checkpoint.weights import (
    PickleFile,
    SafetensorsFile,
    StoredWeights,
    TensorFile,
    load_pickle,
    open_weights,
    read_json,
)
from musicgen_studio.errors import UserProblem
from tests.engine.damage import cut_short, edit_json

_STATE = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.ones(2), "b": torch.zeros(4)}


class _Program:
    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return Path.touch, (Path("executed"),)  # type: ignore[return-value]


def _safetensors(folder: Path, state: dict[str, torch.Tensor] = _STATE) -> SafetensorsFile:
    save_file(state, folder / "model.safetensors")
    return SafetensorsFile(folder / "model.safetensors")


def _pickled(folder: Path, state: dict[str, torch.Tensor] = _STATE) -> PickleFile:
    torch.save(state, folder / "pytorch_model.bin")
    return PickleFile(folder / "pytorch_model.bin")


KINDS = pytest.mark.parametrize("kind", [_safetensors, _pickled])


@KINDS
def test_reads_what_was_written(kind: Callable[[Path], TensorFile], tmp_path: Path) -> None:
    weights = StoredWeights.of([kind(tmp_path)], tmp_path)
    weights.require({name: tuple(tensor.shape) for name, tensor in _STATE.items()})
    read = weights.read(_STATE)
    assert {name: tensor.tolist() for name, tensor in read.items()} == {n: t.tolist() for n, t in _STATE.items()}
    assert weights.read(["b"], torch.float16)["b"].dtype == torch.float16


@KINDS
def test_tensors_outlive_their_file(kind: Callable[[Path], TensorFile], tmp_path: Path) -> None:
    file = kind(tmp_path)
    read = StoredWeights.of([file], tmp_path).read(["a.weight"])
    size = file.path.stat().st_size
    with file.path.open("r+b") as overwritten:
        overwritten.write(b"\xff" * size)
    assert torch.equal(read["a.weight"], _STATE["a.weight"])


@KINDS
def test_large_tensors_are_read_in_groups(
    kind: Callable[[Path], TensorFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights_module, "_GROUP_ELEMENTS", 5)
    read = StoredWeights.of([kind(tmp_path)], tmp_path).read(_STATE)
    assert all(torch.equal(read[name], tensor) for name, tensor in _STATE.items())


def test_parts_and_new_names(tmp_path: Path) -> None:
    weights = StoredWeights.of([_safetensors(tmp_path)], tmp_path)
    part = weights.under("a.").renamed(lambda name: name.upper())
    part.require({"WEIGHT": (2, 3), "BIAS": (2,)})
    assert torch.equal(part.read(["BIAS"])["BIAS"], torch.ones(2))
    weights.without("a.").require({"b": (4,)})


def test_missing_tensors_are_named_in_full(tmp_path: Path) -> None:
    weights = StoredWeights.of([_safetensors(tmp_path)], tmp_path / "model.safetensors")
    with pytest.raises(UserProblem, match=r"model\.safetensors lacks the tensors “a\.x0”, “a\.x1”, “a\.x2” and 2 more"):
        weights.under("a.").require({f"x{i}": (1,) for i in range(5)})


def test_surplus_tensors_are_refused_unless_harmless(tmp_path: Path) -> None:
    weights = StoredWeights.of([_safetensors(tmp_path)], tmp_path)
    with pytest.raises(UserProblem, match="has the tensors “b”"):
        weights.require({"a.weight": (2, 3), "a.bias": (2,)})
    weights.require({"a.weight": (2, 3), "a.bias": (2,)}, harmless="^b$")


def test_wrong_shape_is_named(tmp_path: Path) -> None:
    weights = StoredWeights.of([_safetensors(tmp_path)], tmp_path).without("a.")
    with pytest.raises(UserProblem, match=r"“b” has shape \[4\], the configuration asks for \[5\]"):
        weights.require({"b": (5,)})


@KINDS
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_numbers_must_be_finite(kind: Callable[..., TensorFile], bad: float, tmp_path: Path) -> None:
    tensor = torch.zeros(3, 3, dtype=torch.float16)
    tensor[1, 2] = bad
    file = kind(tmp_path, {"good": torch.zeros(1), "bad": tensor})
    weights = StoredWeights.of([file], tmp_path)
    weights.read(["good"])
    with pytest.raises(UserProblem, match="“bad” has numbers that are infinite or no numbers"):
        weights.read(["good", "bad"])


@KINDS
def test_whole_numbers_are_refused(kind: Callable[..., TensorFile], tmp_path: Path) -> None:
    file = kind(tmp_path, {"quantized": torch.zeros(3, dtype=torch.int8)})
    with pytest.raises(UserProblem, match=r"“quantized” is torch\.int8"):
        StoredWeights.of([file], tmp_path).read(["quantized"])


@KINDS
@pytest.mark.parametrize("keep", [0.0, 0.02, 0.5, 0.99])
def test_files_cut_short_are_named(kind: Callable[[Path], TensorFile], keep: float, tmp_path: Path) -> None:
    file = kind(tmp_path)
    cut_short(file.path, keep)
    with pytest.raises(UserProblem, match=r"is damaged, incomplete or in an unknown format") as problem:
        type(file)(file.path)  # type: ignore[call-arg]
    assert str(file.path) in str(problem.value)


@pytest.mark.parametrize("kind", [SafetensorsFile, PickleFile])
def test_missing_files_are_named(kind: Callable[[Path], TensorFile], tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match=r"gone\.bin is missing"):
        kind(tmp_path / "gone.bin")


def test_a_file_damaged_after_opening_is_named(tmp_path: Path) -> None:
    for file in (_safetensors(tmp_path), _pickled(tmp_path)):
        weights = StoredWeights.of([file], tmp_path)
        file.path.write_bytes(b"something else")
        with pytest.raises(UserProblem, match="is damaged"):
            weights.read(["b"])


def test_a_program_in_a_pickle_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"a": torch.zeros(1), "b": _Program()}, tmp_path / "evil.bin")
    with pytest.raises(UserProblem, match="holds more than tensors"):
        PickleFile(tmp_path / "evil.bin")
    (tmp_path / "plain.bin").write_bytes(pickle.dumps({"b": _Program()}))
    with pytest.raises(UserProblem):
        PickleFile(tmp_path / "plain.bin")
    assert not (tmp_path / "executed").exists()


def test_torch_s_old_format_is_refused(tmp_path: Path) -> None:
    torch.save(_STATE, tmp_path / "old.bin", _use_new_zipfile_serialization=False)
    with pytest.raises(UserProblem, match="unknown format"):
        PickleFile(tmp_path / "old.bin")


def test_a_pickle_must_be_a_mapping_to_tensors(tmp_path: Path) -> None:
    torch.save([torch.zeros(1)], tmp_path / "list.bin")
    with pytest.raises(UserProblem, match="holds a list"):
        load_pickle(tmp_path / "list.bin")
    torch.save({"step": 3}, tmp_path / "number.bin")
    with pytest.raises(UserProblem, match="“step” is of type int"):
        PickleFile(tmp_path / "number.bin")
    with pytest.raises(UserProblem, match="no tensors under “best_state”"):
        PickleFile(tmp_path / "number.bin", "best_state")


def test_json_must_be_an_object(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    with pytest.raises(UserProblem, match=r"config\.json is missing"):
        read_json(path)
    path.write_text('{"a": ', encoding="utf-8")
    with pytest.raises(UserProblem, match="is damaged"):
        read_json(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserProblem, match="is damaged"):
        read_json(path)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(UserProblem, match="no JSON object"):
        read_json(path)


def test_a_folder_without_weights(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match=r"has neither model\.safetensors nor pytorch_model\.bin"):
        open_weights(tmp_path)


def _shards(folder: Path) -> Path:
    save_file({"a": torch.zeros(1)}, folder / "one.safetensors")
    save_file({"b": torch.zeros(1)}, folder / "two.safetensors")
    index = folder / "model.safetensors.index.json"
    index.write_text('{"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}', encoding="utf-8")
    return index


def test_shards_are_put_together(tmp_path: Path) -> None:
    _shards(tmp_path)
    assert sorted(open_weights(tmp_path).read(["a", "b"])) == ["a", "b"]


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    _shards(tmp_path)
    (tmp_path / "two.safetensors").unlink()
    with pytest.raises(UserProblem, match=r"two\.safetensors is missing"):
        open_weights(tmp_path)


def test_an_index_that_promises_too_much(tmp_path: Path) -> None:
    edit_json(_shards(tmp_path), lambda found: found["weight_map"].update(c="one.safetensors"))
    with pytest.raises(UserProblem, match=r"promises the tensors “c”; one\.safetensors has none such"):
        open_weights(tmp_path)


@pytest.mark.parametrize("weight_map", [None, [], {"a": 3}, {"a": "../one.safetensors"}, {"a": "/one.safetensors"}])
def test_an_index_without_a_usable_map(weight_map: object, tmp_path: Path) -> None:
    edit_json(_shards(tmp_path), lambda found: found.update(weight_map=weight_map))
    with pytest.raises(UserProblem, match="has no “weight_map”"):
        open_weights(tmp_path)
