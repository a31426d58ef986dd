"""From the folder a person chose to the one that holds the checkpoint: it may be the one above, or one below.

`models--owner--name` of a cache, a trainer's output with `checkpoint-500/`, a download with everything in a folder
inside: all are chosen for what is in them. Not for opening it (`engine.checkpoint.open`).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from musicgen_studio.checkpoints.hub.cache import CachedRepository, name_in_cache
from musicgen_studio.core.adapter import CONFIG_FILE as ADAPTER_FILE
from musicgen_studio.errors import UserProblem

KINDS = ("musicgen", "musicgen_melody")
STATE_FILES = ("state_dict.bin", "checkpoint.th", "lm_final.pt")
_STEP = re.compile(r"checkpoint-(\d+)")
_DEPTH = 3
_MOST_FOLDERS = 500


def located(folder: Path) -> Path:
    """Return the folder that holds the checkpoint: this one, else one below, else one above.

    Args:
        folder: What was chosen. Of several below, a trainer's last step or a cache's current commit counts.

    Returns:
        The folder; the same where none is found, so that opening it says what is wrong.

    Raises:
        UserProblem: If several lie below and nothing says which is meant.
    """
    if is_checkpoint(folder):
        return folder
    if below := _below(folder):
        return below
    return next((above for above in list(folder.parents)[:2] if is_checkpoint(above)), folder)


def is_checkpoint(folder: Path) -> bool:
    """Tell whether a folder itself looks like a checkpoint of any kind that is read, or like an adapter."""
    if (folder / ADAPTER_FILE).is_file() or any((folder / name).is_file() for name in STATE_FILES):
        return True
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and config.get("model_type") in KINDS


def _below(folder: Path) -> Path | None:
    name = name_in_cache(folder)
    current = CachedRepository(folder.parent, name).current() if name else None
    if current is not None and is_checkpoint(current):
        return current
    for found in _by_depth(folder):
        steps = {int(match[1]): path for path in found if (match := _STEP.fullmatch(path.name))}
        if steps:
            return steps[max(steps)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UserProblem(
                "There are several checkpoints in this folder.",
                f"{folder} holds {', '.join(str(path.relative_to(folder)) for path in found[:5])}.",
                "Choose one of them.",
            )
    return None


def _by_depth(folder: Path) -> Iterator[list[Path]]:
    """Yield the checkpoints one folder down, two, three."""
    level = [folder]
    for _ in range(_DEPTH):
        try:
            level = sorted(each for above in level for each in above.iterdir() if each.is_dir())[:_MOST_FOLDERS]
        except OSError:
            return
        yield [each for each in level if is_checkpoint(each)]
