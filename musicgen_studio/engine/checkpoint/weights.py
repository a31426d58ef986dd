"""Tensors of a checkpoint by name: what the files hold, whether it fits, and the numbers themselves.

Names and shapes come from the files' headers. Numbers are read in groups, each through a mapping of its own that is
dropped afterwards, so that the pages of a file never add up in memory. Nothing in a file is ever executed: `.bin`
files go through `torch.load(weights_only=True)`.

Not for what a name means: that is `huggingface.py` and `audiocraft.py`.
Source: the safetensors format; `torch.load` with `mmap`; transformers' index files (`weight_map`).
"""

import hashlib
import json
import math
import pickle
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from musicgen_studio.errors import UserProblem

Shape = tuple[int, ...]

INT8_SCALES = ".int8_scales"
"""What the name of an int8 matrix's scales ends with; such matrices are multiplied when they are read."""

DOWNLOAD_AGAIN = "Download the checkpoint again, or choose another one."

# A group is 16 MB in float32, or a 64th of its file if that is more: small beside the checkpoint, and large enough
# that mapping a large `.bin` again for each does not take longer than reading it.
_GROUP_ELEMENTS = 4 * 1024 * 1024
_GROUPS_PER_FILE = 64
_NAMES_SHOWN = 3
_WRAPPERS = ("module.", "model.", "_forward_module.")


class TensorFile(Protocol):
    """One file with tensors."""

    @property
    def path(self) -> Path:
        """Where it is."""
        ...

    @property
    def shapes(self) -> Mapping[str, Shape]:
        """Shapes by name, from the header."""
        ...

    def copies(self, names: Sequence[str]) -> Iterator[tuple[str, Tensor]]:
        """Yield tensors which own their memory, through one mapping that is dropped at the end."""
        ...


class SafetensorsFile:
    """A `.safetensors` file.

    Args:
        path: The file. Its header is read here.

    Raises:
        UserProblem: If it is missing, cut short or something else.
    """

    def __init__(self, path: Path) -> None:
        from safetensors import SafetensorError

        self.path = path
        try:
            with self._opened() as file:
                every = list(file.keys())
                names = [name for name in every if not name.endswith(INT8_SCALES)]
                self._scaled = {name.removesuffix(INT8_SCALES) for name in every if name.endswith(INT8_SCALES)}
                self.shapes = {name: tuple(file.get_slice(name).get_shape()) for name in names}
        except (OSError, SafetensorError) as error:
            raise unreadable(path, error) from error

    def copies(self, names: Sequence[str]) -> Iterator[tuple[str, Tensor]]:
        """Yield tensors which own their memory, through one mapping that is dropped at the end."""
        from safetensors import SafetensorError

        try:
            with self._opened() as file:
                for name in names:
                    tensor = file.get_tensor(name)
                    if tensor.dtype is torch.int8 and name in self._scaled:
                        yield name, tensor * file.get_tensor(f"{name}{INT8_SCALES}")[:, None]
                    else:
                        yield name, tensor.clone()
        except (OSError, SafetensorError) as error:
            raise unreadable(self.path, error) from error

    def _opened(self) -> Any:
        from safetensors import safe_open

        return safe_open(self.path, framework="pt", device="cpu")


class PickleFile:
    """A `.bin` file written by `torch.save`: a mapping from names to tensors, or one with such a mapping inside.

    Args:
        path: The file. It is mapped here for its names and shapes, then closed.
        section: Key under which the tensors are, None if the file is the mapping itself.

    Raises:
        UserProblem: If it is missing, cut short, holds anything but tensors and plain values, or has no such section.
    """

    def __init__(self, path: Path, section: str | None = None) -> None:
        self.path = path
        self._section = section
        self.shapes = {name: tuple(tensor.shape) for name, tensor in self._mapped().items()}

    def copies(self, names: Sequence[str]) -> Iterator[tuple[str, Tensor]]:
        """Yield tensors which own their memory, through one mapping that is dropped at the end."""
        mapped = self._mapped()
        for name in names:
            yield name, mapped[name].clone(memory_format=torch.contiguous_format)

    def _mapped(self) -> dict[str, Tensor]:
        found = load_pickle(self.path)
        tensors = found if self._section is None else found.get(self._section)
        if not isinstance(tensors, Mapping):
            raise UserProblem(
                "The checkpoint cannot be read.",
                f"{self.path} has no tensors under “{self._section}”; it holds {sorted(map(str, found))[:8]}.",
                DOWNLOAD_AGAIN,
            )
        for name, value in tensors.items():
            if not isinstance(name, str) or not isinstance(value, Tensor):
                raise UserProblem(
                    "The checkpoint cannot be read.",
                    f"{self.path}: “{name}” is of type {type(value).__name__}, not a tensor.",
                    DOWNLOAD_AGAIN,
                )
        return dict(tensors)


def load_pickle(path: Path) -> dict[Any, Any]:
    """Map a file written by `torch.save`. Only tensors and plain containers are allowed in it; no code in it is run.

    Args:
        path: The file.

    Returns:
        Its outermost mapping. The tensors in it are backed by the file for as long as they live.

    Raises:
        UserProblem: If it is missing, cut short, in torch's old format, not a mapping, or asks for more than tensors.
    """
    try:
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except pickle.UnpicklingError as error:
        raise unsafe(path, "holds more than tensors and plain values") from error
    except (OSError, RuntimeError, EOFError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise unreadable(path, error) from error
    if not isinstance(found, dict):
        raise UserProblem(
            "The checkpoint cannot be read.",
            f"{path} holds a {type(found).__name__} where a mapping from names to tensors was expected.",
            DOWNLOAD_AGAIN,
        )
    return found


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        path: The file.

    Returns:
        The object.

    Raises:
        UserProblem: If the file is missing, damaged, or holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    if not isinstance(found, dict):
        raise UserProblem("The checkpoint cannot be read.", f"{path} holds no JSON object.", DOWNLOAD_AGAIN)
    return found


def unsafe(path: Path, what: str) -> UserProblem:
    """Say that a file of a checkpoint was not opened, as a program might be hidden in it.

    Args:
        path: The file.
        what: What it does that no checkpoint has to, such as `holds a program`.

    Returns:
        The problem, to be raised.
    """
    return UserProblem(
        "The checkpoint was not opened, to be on the safe side.",
        f"{path} {what}, so reading it could run a program hidden in it.",
        "Use a checkpoint from a source you trust, best in the safetensors format.",
    )


def unreadable(path: Path, error: Exception) -> UserProblem:
    """Say that a file of a checkpoint is missing, damaged or incomplete.

    Args:
        path: The file.
        error: What the reader said; its first line is quoted.

    Returns:
        The problem, to be raised from `error`.
    """
    if not path.is_file():
        return UserProblem("The checkpoint is not complete.", f"{path} is missing.", DOWNLOAD_AGAIN)
    said = (str(error).splitlines() or [""])[0][:200]
    return UserProblem(
        "The checkpoint cannot be read.",
        f"{path} is damaged, incomplete or in an unknown format ({type(error).__name__}: {said}).",
        DOWNLOAD_AGAIN,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    file: TensorFile
    name: str


class StoredWeights:
    """The tensors of one or more files, or of a part of them, under the names of the reader's choice.

    Args:
        origin: The file, index or folder to name when a tensor is missing.
        places: For each name where its tensor is.
        prefix: What the names of this part begin with in the files, for messages.
    """

    def __init__(self, origin: Path, places: Mapping[str, _Place], prefix: str = "") -> None:
        self._origin = origin
        self._places = dict(places)
        self._prefix = prefix

    @classmethod
    def of(cls, files: Iterable[TensorFile], origin: Path) -> "StoredWeights":
        """Put files together.

        Args:
            files: The files; of a name that is in several, the first counts.
            origin: The file, index or folder to name when a tensor is missing.

        Returns:
            All their tensors, under their names in the files.
        """
        places: dict[str, _Place] = {}
        for file in files:
            for name in file.shapes:
                places.setdefault(name, _Place(file, name))
        return cls(origin, places)

    @property
    def identity(self) -> str:
        """What stands for the files all this is in, until one of them changes: a hash of paths, sizes and times."""
        paths = sorted({place.file.path.resolve() for place in self._places.values()})
        known = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
        return hashlib.sha256(repr(known).encode()).hexdigest()

    def has(self, name: str) -> bool:
        """Tell whether there is a tensor of this name."""
        return name in self._places

    def shape(self, name: str) -> Shape:
        """Return a tensor's shape."""
        place = self._places[name]
        return place.file.shapes[place.name]

    def behind(self, file: TensorFile) -> "StoredWeights":
        """Return these with a file's tensors before them: of a name that is in both, the file's counts."""
        over = {name: _Place(file, name) for name in file.shapes}
        return StoredWeights(self._origin, {**self._places, **over}, self._prefix)

    def unwrapped(self, known: Sequence[str]) -> "StoredWeights":
        """Return these without what wrappers put before names: `module.`, `_orig_mod.`, `model.`.

        Args:
            known: What names begin with that need nothing taken off.
        """

        def bare(name: str) -> str:
            found = name.replace("_orig_mod.", "")
            while not found.startswith(tuple(known)) and found.startswith(_WRAPPERS):
                found = found.partition(".")[2]
            return found if found.startswith(tuple(known)) else name

        return self.renamed(bare)

    @property
    def names(self) -> list[str]:
        """The names of all tensors, in order."""
        return list(self._places)

    def under(self, prefix: str) -> "StoredWeights":
        """Return the part whose names begin with a prefix, the prefix taken off."""
        cut = len(prefix)
        places = {name[cut:]: place for name, place in self._places.items() if name.startswith(prefix)}
        return StoredWeights(self._origin, places, self._prefix + prefix)

    def without(self, *prefixes: str) -> "StoredWeights":
        """Return the part whose names begin with none of the prefixes."""
        places = {name: place for name, place in self._places.items() if not name.startswith(prefixes)}
        return StoredWeights(self._origin, places, self._prefix)

    def renamed(self, rename: Callable[[str], str]) -> "StoredWeights":
        """Return the same tensors under other names. Of two that get the same name, the first counts."""
        places: dict[str, _Place] = {}
        for name, place in self._places.items():
            places.setdefault(rename(name), place)
        return StoredWeights(self._origin, places, self._prefix)

    def require(self, expected: Mapping[str, Shape], harmless: str = r"(?!)") -> None:
        """Check names and shapes against what a model needs. No numbers are read.

        Args:
            expected: Shapes by name.
            harmless: Pattern found in names that may be there without being needed, such as training statistics.

        Raises:
            UserProblem: If a tensor is missing, too many or of another shape.
        """
        missing = [name for name in expected if name not in self._places]
        if missing:
            raise UserProblem(
                "The checkpoint is not complete.",
                f"{self._origin} lacks {_listed(self._prefix + name for name in missing)}.",
                DOWNLOAD_AGAIN,
            )
        self._refuse_surplus(expected, harmless)
        for name, shape in expected.items():
            place = self._places[name]
            if place.file.shapes[place.name] != shape:
                raise UserProblem(
                    "The checkpoint does not fit its own configuration.",
                    f"{place.file.path}: tensor “{place.name}” has shape {list(place.file.shapes[place.name])}, "
                    f"the configuration asks for {list(shape)}.",
                    DOWNLOAD_AGAIN,
                )

    def _refuse_surplus(self, expected: Mapping[str, Shape], harmless: str) -> None:
        # A tensor nobody asked for means that the model is another one than the configuration says.
        surplus = [
            place for name, place in self._places.items() if name not in expected and not re.search(harmless, name)
        ]
        if surplus:
            raise UserProblem(
                "The checkpoint holds more than a MusicGen model.",
                f"{surplus[0].file.path} has {_listed(place.name for place in surplus)}, for which the model has no "
                "use; it may be a variant this program does not know.",
                "Choose another checkpoint.",
            )

    def read(self, names: Iterable[str], dtype: torch.dtype | None = None) -> dict[str, Tensor]:
        """Read tensors. They own their memory; the files are not kept mapped.

        Args:
            names: What to read, each in this part.
            dtype: Type to convert to, None to keep the file's.

        Returns:
            Tensors by name.

        Raises:
            UserProblem: If a file has become unreadable, or a tensor is not of finite floating-point numbers.
        """
        found = {}
        for file, group in self._groups(names):
            wanted = {self._places[name].name: name for name in group}
            for stored, tensor in file.copies(list(wanted)):
                _refuse_bad_numbers(file, stored, tensor)
                found[wanted[stored]] = tensor if dtype is None else tensor.to(dtype)
        return found

    def _groups(self, names: Iterable[str]) -> Iterator[tuple[TensorFile, list[str]]]:
        """Split names into groups that lie in one file and together are small, or hold one large tensor."""
        files = {id(place.file): place.file for place in self._places.values()}
        limits = {key: max(_GROUP_ELEMENTS, _elements(file) // _GROUPS_PER_FILE) for key, file in files.items()}
        open_groups: dict[int, tuple[TensorFile, list[str], int]] = {}
        for name in names:
            file = self._places[name].file
            size = math.prod(file.shapes[self._places[name].name])
            _, group, elements = open_groups.get(id(file), (file, [], 0))
            if group and elements + size > limits[id(file)]:
                yield file, group
                group, elements = [], 0
            open_groups[id(file)] = (file, [*group, name], elements + size)
        for file, group, _ in open_groups.values():
            yield file, group


def _elements(file: TensorFile) -> int:
    return sum(math.prod(shape) for shape in file.shapes.values())


def _refuse_bad_numbers(file: TensorFile, name: str, tensor: Tensor) -> None:
    if tuple(tensor.shape) != file.shapes[name] or not tensor.is_floating_point():
        raise UserProblem(
            "The checkpoint cannot be used.",
            f"{file.path}: tensor “{name}” is {tensor.dtype} {list(tensor.shape)}, floating-point numbers of shape "
            f"{list(file.shapes[name])} were expected.",
            DOWNLOAD_AGAIN,
        )
    # The extremes are NaN as soon as one number is; unlike isfinite().all() this takes no memory.
    low, high = torch.aminmax(tensor)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise UserProblem(
            "The checkpoint is damaged.",
            f"{file.path}: tensor “{name}” has numbers that are infinite or no numbers at all.",
            DOWNLOAD_AGAIN,
        )


def _listed(names: Iterable[str]) -> str:
    """Name the first few of many tensors."""
    everything = list(names)
    shown = ", ".join(f"“{name}”" for name in everything[:_NAMES_SHOWN])
    more = len(everything) - _NAMES_SHOWN
    return f"the tensors {shown}" + (f" and {more} more" if more > 0 else "")


def weights_file(folder: Path) -> Path | None:
    """Find the file to open the weights of a folder in transformers' layout with.

    Args:
        folder: The folder.

    Returns:
        A file with all tensors or an index of shards, safetensors before `.bin`; None if neither is there.
    """
    names = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
    return next((folder / name for name in names if (folder / name).is_file()), None)


def open_weights(folder: Path) -> StoredWeights:
    """Open the weights of a folder in transformers' layout, whole or in shards.

    Args:
        folder: The folder.

    Returns:
        Its tensors.

    Raises:
        UserProblem: If none of the files transformers writes is there, one is damaged, or a shard is missing.
    """
    path = weights_file(folder)
    if path is None:
        raise UserProblem(
            "The checkpoint is not complete.",
            f"{folder} has neither model.safetensors nor pytorch_model.bin nor an index of shards.",
            DOWNLOAD_AGAIN,
        )
    kind: Callable[[Path], TensorFile] = SafetensorsFile if ".safetensors" in path.name else PickleFile
    return _open_shards(path, kind) if path.suffix == ".json" else StoredWeights.of([kind(path)], path)


def _open_shards(index: Path, kind: Callable[[Path], TensorFile]) -> StoredWeights:
    weight_map = read_json(index).get("weight_map")
    if not isinstance(weight_map, dict) or not all(_is_plain_name(shard) for shard in weight_map.values()):
        raise UserProblem(
            "The checkpoint cannot be read.", f"{index} has no “weight_map” from tensors to files.", DOWNLOAD_AGAIN
        )
    files = {shard: kind(index.parent / shard) for shard in sorted(set(weight_map.values()))}
    misplaced = [name for name, shard in weight_map.items() if name not in files[shard].shapes]
    if misplaced:
        raise UserProblem(
            "The checkpoint is not complete.",
            f"{index} promises {_listed(misplaced)}; {weight_map[misplaced[0]]} has none such.",
            DOWNLOAD_AGAIN,
        )
    return StoredWeights.of(files.values(), index)


def _is_plain_name(shard: object) -> bool:
    # A shard lies beside its index; a path could reach outside the checkpoint.
    return isinstance(shard, str) and Path(shard).name == shard
