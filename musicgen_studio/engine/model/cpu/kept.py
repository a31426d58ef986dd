"""Packed weights, kept on disk: a checkpoint is rounded once and later read as it is used, a quarter of its bytes.

They lie in the cache folder under a name that stands for the files they come from, and may be deleted at any time.
Small models are packed faster than they are read.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicgen_studio.engine.checkpoint.values import DecoderConfig
from musicgen_studio.engine.model.cpu.arrays import Matrices
from musicgen_studio.engine.model.cpu.packing import PackedModel, empty_model
from musicgen_studio.paths import cache_dir

_FORMAT = 1
_SMALLEST_BYTES = 50_000_000
_MOST_FILES = 4
_ROOM_LEFT = 2.0
"""What must be free on the disk, as a multiple of what is kept."""

_PARTS = ("text_keys", "text_values")


def kept_or_packed(config: DecoderConfig, identity: str | None, pack: Callable[[], PackedModel]) -> PackedModel:
    """Return a packed model: read, where it was kept, else packed and then kept.

    Args:
        config: Its sizes.
        identity: Stands for the files the weights come from; None for weights that are in no file.
        pack: Packs it.
    """
    if identity is None:
        return pack()
    path = _folder() / f"{_name(config, identity)}.safetensors"
    model = _read(path, config)
    if model is None:
        model = pack()
        _keep(path, model)
    return model


def forget(config: DecoderConfig, identity: str | None) -> int:
    """Delete what is kept of a model. Returns how many bytes that freed."""
    path = _folder() / f"{_name(config, identity or '')}.safetensors"
    size = path.stat().st_size if path.is_file() else 0
    path.unlink(missing_ok=True)
    return size


def _folder() -> Path:
    return cache_dir() / "packed"


def _name(config: DecoderConfig, identity: str) -> str:
    return hashlib.sha256(f"{_FORMAT} {config} {identity}".encode()).hexdigest()[:32]


def _arrays(model: PackedModel) -> Iterator[tuple[str, npt.NDArray[np.generic]]]:
    """Give all arrays of a model by name."""
    for name, part in (*model.weights._asdict().items(), *((name, getattr(model, name)) for name in _PARTS)):
        if isinstance(part, Matrices):
            yield from ((f"{name}.{field}", array) for field, array in part._asdict().items())
        else:
            yield name, part


def _read(path: Path, config: DecoderConfig) -> PackedModel | None:
    """Return what is kept, or None if it is not, or not as it should be."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return None
    model = empty_model(config)
    try:
        with safe_open(path, framework="numpy") as file:
            for name, array in _arrays(model):
                np.copyto(array, file.get_tensor(name), casting="no")
        os.utime(path)  # the longest unused goes first
    except (OSError, SafetensorError, ValueError, TypeError):
        return None
    return model


def _keep(path: Path, model: PackedModel) -> None:
    """Write a model if there is room; where it cannot be kept it will be packed again."""
    from safetensors.numpy import save_file

    arrays = dict(_arrays(model))
    size = sum(array.nbytes for array in arrays.values())
    if size < _SMALLEST_BYTES:
        return
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < _ROOM_LEFT * size:
            return
        save_file(arrays, part)
        part.replace(path)
        _forget_oldest(path.parent)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _forget_oldest(folder: Path) -> None:
    kept = sorted(folder.glob("*.safetensors"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[_MOST_FILES:]:
        path.unlink(missing_ok=True)
