"""Checkpoints that are on this computer already, downloaded by this program or another one: used where they lie.

Looked for where this program downloads to (`places`), in the cache that Hugging Face programs share (`HF_HUB_CACHE`,
`HF_HOME`), in AudioCraft's (`AUDIOCRAFT_CACHE_DIR`), which has the same layout, and in torch hub's (`TORCH_HOME`).
Nothing is copied and nothing is hashed. Not for downloading (`hub`) or for a folder that a person names (`catalogue`).
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.checkpoints.hub.cache import CachedRepository
from musicgen_studio.checkpoints.int8_copies import FOLDER as INT8
from musicgen_studio.checkpoints.int8_copies import Int8Copy
from musicgen_studio.checkpoints.places import known_folders

_KINDS = ("musicgen", "musicgen_melody")
_STATE_FILE = "state_dict.bin"
_PREFIX = "models--"


@dataclass(frozen=True, slots=True)
class FoundCheckpoint:
    """A checkpoint in a cache.

    Args:
        id: Its name on the Hub, such as `facebook/musicgen-small`.
        folder: Where to load it from.
        kept: Its part of the cache.
    """

    id: str
    folder: Path
    kept: CachedRepository


def caches() -> list[Path]:
    """Return the folders that are looked into, the one that downloads go to first."""
    folders = known_folders()
    if audiocraft := os.environ.get("AUDIOCRAFT_CACHE_DIR"):
        folders.append(Path(audiocraft).expanduser())
    return list(dict.fromkeys(folders))


def found_checkpoints() -> list[FoundCheckpoint]:
    """Return every MusicGen checkpoint in the caches, by name; of one that lies in two the first counts."""
    found = dict[str, FoundCheckpoint]()
    for cache in caches():
        for folder in sorted([*cache.glob(f"{_PREFIX}*--*"), *cache.glob(f"{INT8}/*--*")]):
            name = folder.name.removeprefix(_PREFIX).replace("--", "/", 1)
            here = find_cached(name, cache)
            if here is not None:
                found.setdefault(name, here)
    return sorted(found.values(), key=lambda each: each.id)


def found_folders() -> list[Path]:
    """Return the folders of torch hub's cache that hold a checkpoint: files without a name on the Hub."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = Path(os.environ.get("TORCH_HOME") or Path(cache) / "torch").expanduser()
    kept = home / "hub" / "checkpoints"
    return [folder for folder in (kept, *sorted(kept.glob("*/"))) if _is_checkpoint(folder)]


def find_cached(name: str, cache: Path | None = None) -> FoundCheckpoint | None:
    """Return a checkpoint in one of the caches, or None if there is none that could be loaded.

    Args:
        name: On the Hub, such as `facebook/musicgen-small`.
        cache: The only cache to look into; None is all of them.
    """
    for each in caches() if cache is None else [cache]:
        for kept in (CachedRepository(each, name), Int8Copy(each, name)):
            folder = kept.current()
            if folder is not None and _is_checkpoint(folder):
                return FoundCheckpoint(name, folder, kept)
    return None


def _is_checkpoint(folder: Path) -> bool:
    """Tell whether a folder has a MusicGen checkpoint's settings and weights; broken links count as nothing."""
    if (folder / _STATE_FILE).is_file():
        return True
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    weights = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
    is_ours = isinstance(config, dict) and config.get("model_type") in _KINDS
    return is_ours and any((folder / name).is_file() for name in weights) and _parts_are_there(folder)


def _parts_are_there(folder: Path) -> bool:
    """Tell whether all parts that an index names are there: a download that was cut leaves some out."""
    for index in folder.glob("*.index.json"):
        try:
            names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            return False
        if not all((folder / str(name)).is_file() for name in names):
            return False
    return True
