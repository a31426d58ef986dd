"""Where the program's own files are. Not for the user's clips: those go where the user says."""

import os
from functools import cache
from pathlib import Path

import platformdirs

APP_NAME = "musicgen-studio"


@cache
def resources_dir() -> Path:
    """Return the folder of shipped resources: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"


def cache_dir() -> Path:
    """Return the per-user folder for what can be made again, such as checkpoint hashes; it may not exist yet."""
    return Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False))


def settings_file() -> Path:
    """Return the file with the user's settings; it may not exist yet."""
    return Path(platformdirs.user_config_dir(APP_NAME, appauthor=False)) / "settings.json"


def log_dir() -> Path:
    """Return the per-user folder for the log and crash reports; it may not exist yet."""
    return Path(platformdirs.user_log_dir(APP_NAME, appauthor=False))


def from_home(path: Path) -> str:
    """Return a path as people write it, to be read: `~/Music` for what lies in their home, but on Windows the whole."""
    if os.name == "nt" or not path.is_relative_to(Path.home()):
        return str(path)
    return str(Path("~") / path.relative_to(Path.home()))


def library_dir() -> Path:
    """Return where the user's clips are kept unless the settings say otherwise: beside their other music."""
    return Path(platformdirs.user_music_dir()) / "MusicGen Studio"
