"""The user's settings: one value, one JSON file, written whole or not at all.

A file that cannot be read or holds nonsense is set aside, never overwritten unseen: the defaults then count.
"""

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from musicgen_studio.audiofile import ensure_folder, write_text
from musicgen_studio.paths import library_dir

THEMES = ("dark", "light", "system")
DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "float32", "bfloat16", "float16", "int8")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user has chosen.

    Args:
        theme: `dark`, `light` or `system`.
        device: Where the model runs: `auto`, `cpu`, `cuda` or `mps`.
        precision: `auto`, `float32`, `bfloat16`, `float16` or `int8`.
        checkpoint: `starter` or a folder.
        output_device: `name|host api` of the sound device, or empty for the system's.
        unload_after_min: Idle minutes after which the model's memory is given back; 0 is never.
        library_folder: Where the clips are kept.
        snap_to_beats: Whether selections snap to beats where the tempo is known.
        follow_playhead: Whether the waveform scrolls along.
        shortcuts: Keys that differ from the defaults, by action.
    """

    theme: str = "dark"
    device: str = "auto"
    precision: str = "auto"
    checkpoint: str = "starter"
    output_device: str = ""
    unload_after_min: int = 30
    library_folder: str = field(default_factory=lambda: str(library_dir()))
    snap_to_beats: bool = True
    follow_playhead: bool = True
    shortcuts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, allowed in (("theme", THEMES), ("device", DEVICES), ("precision", PRECISIONS)):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {getattr(self, name)!r}")
        if self.unload_after_min < 0:
            raise ValueError(f"unload_after_min must be 0 or more, got {self.unload_after_min}")


def load(path: Path) -> Settings:
    """Read the settings; missing or unknown keys and values of another type count as the defaults.

    A file that is no JSON object is renamed to `settings.json.broken`, so that nothing the user wrote is lost.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError):
        stored = None
    if not isinstance(stored, dict):
        if path.is_file():
            path.replace(path.with_suffix(".json.broken"))
        return Settings()
    settings = Settings()
    for name in (each.name for each in fields(Settings)):
        settings = _with(settings, name, stored.get(name))
    return settings


def save(path: Path, settings: Settings) -> None:
    """Write the settings.

    Raises:
        UserProblem: If the file cannot be written.
    """
    ensure_folder(path.parent)
    write_text(path, json.dumps(asdict(settings), indent=2, ensure_ascii=False) + "\n")


def _with(settings: Settings, name: str, value: Any) -> Settings:
    if type(value) is not type(getattr(settings, name)):
        return settings
    if name == "shortcuts" and not all(isinstance(part, str) for pair in value.items() for part in pair):
        return settings
    try:
        return replace(settings, **{name: value})
    except ValueError:
        return settings
