"""Checkpoints of AudioCraft's trainer (dora's `checkpoint.th`): tensors, and settings that are objects of OmegaConf.

Such a file is a pickle, and a pickle may ask for any function to be called. Here it gets tensors and plain containers,
and in the place of OmegaConf's and numpy's objects something that only keeps what it is given: nothing of the file, and
nothing of those libraries, is ever run. A file that asks for anything else is refused, as everywhere.
Source: Python's `pickle`; torch `serialization.py`; omegaconf `basecontainer.py` (`_content`), `nodes.py` (`_val`).
"""

import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import torch

from musicgen_studio.engine.checkpoint.weights import unreadable, unsafe

_STAND_INS = ("omegaconf.", "numpy.", "typing", "dora.", "flashy.", "audiocraft.")
_PLAIN_TYPES = {"dict", "list", "tuple", "set", "int", "float", "str", "bool", "bytes", "object", "type"}
_REAL: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,  # noqa: SLF001 - it is what files name
    ("torch._utils", "_rebuild_parameter"): torch._utils._rebuild_parameter,  # noqa: SLF001
    ("torch", "Size"): torch.Size,
    ("torch", "device"): torch.device,
}
_STORAGES = {"FloatStorage", "HalfStorage", "BFloat16Storage", "DoubleStorage", "LongStorage", "IntStorage"}
_STORAGES |= {"ShortStorage", "CharStorage", "ByteStorage", "BoolStorage"}
_DTYPES = {"float32", "float16", "bfloat16", "float64", "int64", "int32", "int16", "int8", "uint8", "bool"}
_MAX_DEPTH = 40
_DAMAGED = (
    OSError, RuntimeError, EOFError, ValueError, LookupError, AttributeError, TypeError, zipfile.BadZipFile,
)  # fmt: skip


class StandIn:
    """In the place of an object of another library: keeps what it is given, and does nothing."""

    def __init__(self, *_arguments: object, **_named: object) -> None:
        self.state: Any = None

    def __setstate__(self, state: object) -> None:
        self.state = state

    def append(self, _item: object) -> None:
        """Take an item of what was a list."""

    def __setitem__(self, _key: object, _item: object) -> None:
        """Take an item of what was a mapping."""


class _Unpickler(pickle.Unpickler):
    """Gives a pickle nothing that does anything."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what a name of the file stands for.

        Raises:
            pickle.UnpicklingError: If it is neither a tensor's nor settings'.
        """
        if (module, name) in _REAL:
            return _REAL[module, name]
        if module == "torch" and name in _STORAGES:
            return getattr(torch, name)
        if module == "torch" and name in _DTYPES:
            return getattr(torch, name)
        is_plain = module in ("builtins", "__builtin__") and name in _PLAIN_TYPES
        if is_plain or module.startswith(_STAND_INS) or (module == "collections" and name == "defaultdict"):
            return StandIn
        raise pickle.UnpicklingError(f"{module}.{name}")


def load_trained(path: Path) -> dict[Any, Any]:
    """Read a trainer's checkpoint. Nothing in it is run.

    Args:
        path: The file.

    Returns:
        Its outermost mapping: tensors, plain values, and `StandIn`s.

    Raises:
        UserProblem: If it is damaged, no mapping, or asks for more than tensors and settings.
    """
    module = SimpleNamespace(Unpickler=_Unpickler, load=pickle.load, loads=pickle.loads, __name__="inert")
    try:
        if _is_program(path):
            raise unsafe(path, "is a program of TorchScript")
        found = torch.load(path, map_location="cpu", weights_only=False, pickle_module=module, mmap=True)
    except pickle.UnpicklingError as error:
        raise unsafe(path, f"asks for {error}, which no checkpoint needs") from error
    except _DAMAGED as error:
        raise unreadable(path, error) from error
    if not isinstance(found, dict):
        raise unreadable(path, TypeError(f"it holds a {type(found).__name__}"))
    return found


def _is_program(path: Path) -> bool:
    """Tell whether torch would take a file for a TorchScript program and load it past every unpickler."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(PurePosixPath(name).name == "constants.pkl" for name in archive.namelist())


def plain(value: object, depth: int = 0) -> Any:
    """Return settings as plain mappings, lists and values, whatever objects they were kept in."""
    if depth > _MAX_DEPTH:
        return None
    if isinstance(value, StandIn):
        state = value.state
        if isinstance(state, tuple):  # of slots: what is in the dictionary, what is in the slots
            state = {key: item for part in state if isinstance(part, dict) for key, item in part.items()}
        if not isinstance(state, dict):
            return None
        return plain(state["_content"] if "_content" in state else state.get("_val"), depth + 1)
    if isinstance(value, dict):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    return value if isinstance(value, str | int | float | bool) else None
