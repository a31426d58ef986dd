"""Where downloads go, and in which other folders there are downloaded checkpoints: chosen once, for window and command.

Kept in a file beside the settings. Without a choice all of it is in the cache that Hugging Face programs share
(`hub.cache.hub_cache`). Not for moving anything (`hub.moving`).
"""

import json
from pathlib import Path

from musicgen_studio.checkpoints.hub.cache import hub_cache
from musicgen_studio.files.whole import ensure_folder, write_text
from musicgen_studio.paths import settings_file


def downloads_folder() -> Path:
    """Return the folder that downloads go to."""
    chosen = _load().get("downloads")
    return Path(chosen) if isinstance(chosen, str) and chosen else hub_cache()


def known_folders() -> list[Path]:
    """Return the folders that downloads have gone to, the present one first, and the shared cache."""
    others = _load().get("folders")
    others = [each for each in others if isinstance(each, str)] if isinstance(others, list) else []
    return list(dict.fromkeys([downloads_folder(), *map(Path, others), hub_cache()]))


def choose_downloads_folder(folder: Path | None) -> None:
    """Let downloads go to another folder from now on.

    Args:
        folder: It is made; None is the shared cache. What is in the one before is still found.

    Raises:
        UserProblem: If it cannot be written to.
    """
    if folder is not None:
        folder = folder.absolute()
        ensure_folder(folder)
    _keep(known_folders() if folder is None else [folder, *known_folders()], folder)


def remember_folder(folder: Path) -> None:
    """Look for checkpoints in this folder, too, from now on.

    Args:
        folder: Written down whole: the next program may be started elsewhere.

    Raises:
        UserProblem: If it cannot be written down.
    """
    folder = folder.absolute()
    if folder not in known_folders():
        chosen = _load().get("downloads")
        _keep([*known_folders(), folder], Path(chosen) if isinstance(chosen, str) and chosen else None)


def _keep(folders: list[Path], downloads: Path | None) -> None:
    told = {
        "downloads": "" if downloads is None else str(downloads),
        "folders": [str(folder) for folder in dict.fromkeys(folders) if folder != hub_cache()],
    }
    ensure_folder(_store().parent)
    write_text(_store(), json.dumps(told, indent=1) + "\n")


def _store() -> Path:
    return settings_file().with_name("checkpoint-folders.json")


def _load() -> dict[str, object]:
    try:
        told = json.loads(_store().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
