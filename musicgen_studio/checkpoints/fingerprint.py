"""The sha256 of a whole checkpoint: the proof, in a clip's record, of what made it.

Not for finding checkpoints (`catalogue`) or for checking what is in their files (`engine`).
"""

import hashlib
import json
from pathlib import Path

from musicgen_studio.checkpoints.found import find_cached
from musicgen_studio.core.adapter import CONFIG_FILE, AdapterConfig
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.adapter_base import find_base
from musicgen_studio.files.whole import ensure_folder, write_text
from musicgen_studio.paths import cache_dir

_SUFFIXES = {".bin", ".json", ".model", ".safetensors"}  # weights, settings, tokenizers
_NAMES = {"merges.txt", "vocab.txt", "checkpoint.th", "lm_final.pt"}  # tokenizers; what trainers leave

_Hashes = dict[str, dict[str, object]]


def checkpoint_files(folder: Path) -> list[Path]:
    """List the files that decide what a checkpoint plays, by name: weights, settings, tokenizers.

    Raises:
        UserProblem: If the folder cannot be read, or holds none.
    """
    try:
        found = [path for path in folder.iterdir() if _counts(path)]
    except OSError as error:
        raise UserProblem(
            "The checkpoint cannot be read.", f"{folder}: {error.strerror}.", "Check the folder and its permissions."
        ) from error
    if not found:
        raise UserProblem(
            "The folder holds no checkpoint.",
            f"{folder} has no weights and no settings (.safetensors, .bin, .json).",
            "Name the folder that holds the checkpoint's own files.",
        )
    return sorted(found, key=lambda path: path.name)


def fingerprint(folder: Path, *, with_base: bool = True) -> str:
    """Return the sha256 of a checkpoint: that of its lines `name:sha256`, one a file, in the order of names.

    An adapter plays nothing without its base: that one's fingerprint is its last line, `base:sha256`.

    Args:
        folder: The checkpoint, or the adapter.
        with_base: Whether an adapter's base counts; it did not in records of earlier versions.

    Reading gigabytes takes seconds, so each file's hash is kept in the cache folder until its size or time changes.

    Raises:
        UserProblem: If the folder holds no checkpoint, or a file cannot be read.
    """
    store = cache_dir() / "hashes.json"
    known = _load(store)
    before = dict(known)
    current = {path.name: _file_hash(path.resolve(), known) for path in checkpoint_files(folder)}
    if known != before:
        _save(store, known)
    lines = "".join(f"{name}:{sha256}\n" for name, sha256 in current.items())
    base = _base(folder) if with_base else None
    if base is not None:
        lines += f"base:{fingerprint(base)}\n"
    return hashlib.sha256(lines.encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """Return the sha256 of one file.

    Raises:
        UserProblem: If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserProblem(
            "A file cannot be read.", f"{path}: {error.strerror}.", "Check the file and its permissions."
        ) from error


def _base(folder: Path) -> Path | None:
    """Return the folder of an adapter's base; None of what is no adapter, or lies in its base's folder, or has none."""
    try:
        raw = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        name = AdapterConfig.parsed(raw).base if isinstance(raw, dict) else None
    except (OSError, ValueError):
        return None  # broken ones are the loader's to report
    base = None if name is None else find_base(folder, name, _cached)
    return None if base is None or base.resolve() == folder.resolve() else base


def _cached(name: str) -> list[Path]:
    found = find_cached(name)
    return [] if found is None else [found.folder]


def _counts(path: Path) -> bool:
    wanted = path.suffix in _SUFFIXES or path.name in _NAMES
    return wanted and not path.name.startswith(".") and path.is_file()


def _file_hash(path: Path, known: _Hashes) -> str:
    """Look a file's hash up, or make it and note it in `known`."""
    state = path.stat()
    noted = known.get(str(path), {})
    sha256 = noted.get("sha256")
    if isinstance(sha256, str) and (noted.get("size"), noted.get("mtime_ns")) == (state.st_size, state.st_mtime_ns):
        return sha256
    sha256 = file_sha256(path)
    known[str(path)] = {"size": state.st_size, "mtime_ns": state.st_mtime_ns, "sha256": sha256}
    return sha256


def _load(store: Path) -> _Hashes:
    try:
        known = json.loads(store.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # a cache that cannot be read is an empty one
    if not isinstance(known, dict):
        return {}
    return {path: noted for path, noted in known.items() if isinstance(noted, dict)}


def _save(store: Path, known: _Hashes) -> None:
    try:
        ensure_folder(store.parent)
        write_text(store, json.dumps(known, indent=1, sort_keys=True))
    except UserProblem:
        return  # not worth a word: the next run hashes again
