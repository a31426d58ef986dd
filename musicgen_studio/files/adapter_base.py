"""Where the base of a LoRA adapter lies: asked when it is loaded, and when a clip's record says what made it.

On this computer alone. Not for what an adapter is (`core.adapter`) or for merging (`engine.checkpoint.adapter`).
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from musicgen_studio.core.adapter import CONFIG_FILE

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def find_base(folder: Path, name: str, cached: Callable[[str], Iterable[Path]]) -> Path | None:
    """Return the folder of an adapter's base: where it says, beside it, in the folder around it, in a cache.

    Args:
        folder: The adapter's.
        name: What it says of its base: a name on the Hub or a path of the machine it was trained on; may be empty.
        cached: Gives where caches have a name of the Hub; asked last.
    """
    last = Path(name).name
    places = [Path(name).expanduser()] if name else []
    places += [folder / place for place in (last, "base") if place] + [folder]
    places += [folder.parent / place for place in (last, "base") if place] + [folder.parent]
    found = next((place for place in places if _is_base(place)), None)
    if found is None and _HUB_NAME.fullmatch(name):
        found = next((place for place in cached(name) if _is_base(place)), None)
    return found


def _is_base(place: Path) -> bool:
    """Tell whether a checkpoint lies there; an adapter may lie in the very folder of its base."""
    if not (place / "config.json").is_file():
        return False
    return not (place / CONFIG_FILE).is_file() or any(place.glob("model*.safetensors*"))
