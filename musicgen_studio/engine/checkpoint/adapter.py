"""LoRA adapters as PEFT writes them, merged into their base's weights as these are read.

A merged tensor is the base's plus `scale · B A`; nothing is written, and the base's files stay as they are. The base is
looked for on this computer alone. Not for other kinds of adapters: they are refused by name.
Source: PEFT `utils/save_and_load.py` (names), `tuners/lora/layer.py` (`get_delta_weight`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from musicgen_studio.core.adapter import CONFIG_FILE, AdapterConfig
from musicgen_studio.engine.checkpoint.companions import cached
from musicgen_studio.engine.checkpoint.weights import (
    DOWNLOAD_AGAIN,
    PickleFile,
    SafetensorsFile,
    Shape,
    StoredWeights,
    TensorFile,
    read_json,
)
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.adapter_base import find_base

_TENSOR_FILES = ("adapter_model.safetensors", "adapter_model.bin")
_NAME = re.compile(r"(?:base_model\.model\.)?(?P<module>.+?)\.lora_(?P<half>[AB])(?:\.default)?\.weight")
_WHOLE_NAME = re.compile(r"(?:base_model\.model\.)?(?P<name>.+?)")


@dataclass(frozen=True, slots=True)
class Adapter:
    """An opened adapter.

    Args:
        folder: Where it lies.
        config: What it is.
        base: The folder of the checkpoint it was trained on.
    """

    folder: Path
    config: AdapterConfig
    base: Path

    def merged(self, base: StoredWeights) -> StoredWeights:
        """Return the base's weights with the adapter in them. Names and shapes are checked; numbers are not read."""
        return base.behind(_MergedFile(self, base))


def is_adapter(folder: Path) -> bool:
    """Tell whether a folder holds an adapter."""
    return (folder / CONFIG_FILE).is_file()


def open_adapter(folder: Path) -> Adapter:
    """Open an adapter, and find its base.

    Raises:
        UserProblem: If it is of a kind that is not known, or its base is not on this computer.
    """
    path = folder / CONFIG_FILE
    try:
        config = AdapterConfig.parsed(read_json(path))
    except ValueError as error:
        raise UserProblem(
            "The adapter cannot be used.",
            f"{path} {error}.",
            "Merge it into its base with PEFT, and choose the result.",
        ) from error
    return Adapter(folder, config, _base(folder, config.base))


def _base(folder: Path, name: str) -> Path:
    found = find_base(folder, name, cached)
    if found is not None:
        return found
    how = f"musicgen-studio checkpoints download {name}" if name.startswith("facebook/") else ""
    raise UserProblem(
        "The checkpoint that the adapter changes is missing.",
        f"{folder} was trained on {f'“{name}”' if name else 'one it does not name'}, which is not on this computer.",
        (f"Download it: {how}. Or put" if how else "Put") + f" its files into {folder / 'base'}.",
    )


class _MergedFile:
    """The tensors that an adapter changes, as a file of their own.

    Args:
        adapter: The adapter. The header of its file is read here.
        base: What it changes.

    Raises:
        UserProblem: If it changes what is not there, or in a way that is not known.
    """

    def __init__(self, adapter: Adapter, base: StoredWeights) -> None:
        self._file = _tensors(adapter.folder)
        self._adapter, self._base = adapter, base
        self._halves: dict[str, dict[str, str]] = {}  # by tensor of the base: name of A, name of B
        self._whole: dict[str, str] = {}  # by tensor of the base: name of what replaces it
        for name in self._file.shapes:
            self._sort_in(name)
        self.shapes: Mapping[str, Shape] = {
            name: base.shape(name) for name in (*self._halves, *self._whole) if base.has(name)
        }
        self._check()

    @property
    def path(self) -> Path:
        """Where the adapter's tensors are."""
        return self._file.path

    def copies(self, names: Sequence[str]) -> Iterator[tuple[str, Tensor]]:
        """Yield merged tensors, in the base's type."""
        found = self._base.read(names)
        wanted = [each for name in names for each in (*self._halves.get(name, {}).values(), self._whole.get(name, ""))]
        small = dict(self._file.copies([name for name in wanted if name]))
        for name in names:
            if name in self._whole:
                yield name, small[self._whole[name]].to(found[name].dtype)
                continue
            halves = self._halves[name]
            scale = self._adapter.config.scale(name.removesuffix(".weight"))
            change = small[halves["B"]].float() @ small[halves["A"]].float() * scale  # [out, rank] [rank, in]
            yield name, (found[name].float() + change).to(found[name].dtype)

    def _sort_in(self, name: str) -> None:
        if match := _NAME.fullmatch(name):
            self._halves.setdefault(f"{match['module']}.weight", {})[match["half"]] = name
        elif match := _WHOLE_NAME.fullmatch(name.replace(".modules_to_save.default", "")):
            self._whole[match["name"]] = name

    def _check(self) -> None:
        for name, halves in self._halves.items():
            shapes = [self._file.shapes[halves[half]] for half in "BA" if half in halves]
            fits = len(shapes) == 2 and all(len(shape) == 2 for shape in shapes) and shapes[0][1] == shapes[1][0]
            if not (self._base.has(name) and fits and self._base.shape(name) == (shapes[0][0], shapes[1][1])):
                raise self._unfit(name)
        for name, stored in self._whole.items():
            if not self._base.has(name) or self._base.shape(name) != self._file.shapes[stored]:
                raise self._unfit(name)

    def _unfit(self, name: str) -> UserProblem:
        return UserProblem(
            "The adapter does not fit its base.",
            f"{self.path} changes “{name}”, which {self._adapter.base} does not have in that shape.",
            "Choose the base it was trained on, or merge it with PEFT.",
        )


def _tensors(folder: Path) -> TensorFile:
    path = next((folder / name for name in _TENSOR_FILES if (folder / name).is_file()), None)
    if path is None:
        raise UserProblem(
            "The adapter is not complete.", f"{folder} has none of {', '.join(_TENSOR_FILES)}.", DOWNLOAD_AGAIN
        )
    return SafetensorsFile(path) if path.suffix == ".safetensors" else PickleFile(path)
