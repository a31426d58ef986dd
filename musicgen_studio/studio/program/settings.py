"""The user's settings: one value, one JSON file, written whole or not at all.

A file that cannot be read or holds nonsense is set aside, never overwritten unseen: the defaults then count. The window
waits for no disk: what it changes is due (`SettingsFile`) until a thread that may wait has written it.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from threading import Lock
from typing import Any

from musicgen_studio.compute.device import DEVICES
from musicgen_studio.compute.precision import PRECISIONS
from musicgen_studio.core.due import Due
from musicgen_studio.core.names import writable_json
from musicgen_studio.files.whole import ensure_folder, write_text
from musicgen_studio.paths import library_dir
from musicgen_studio.sound.metronome import MAX_BEATS_PER_BAR, MAX_COUNT_IN_BARS, MAX_TEMPO_BPM, MIN_TEMPO_BPM

THEMES = ("dark", "light", "system")
SNAPS = ("off", "beat", "bar")
MAX_OFFSET_MS = 500.0
RANGES: dict[str, tuple[float, float]] = {
    "input_channel": (0, 1024),
    "recording_offset_ms": (-MAX_OFFSET_MS, MAX_OFFSET_MS),
    "metronome_bpm": (MIN_TEMPO_BPM, MAX_TEMPO_BPM),
    "beats_per_bar": (1, MAX_BEATS_PER_BAR),
    "count_in_bars": (0, MAX_COUNT_IN_BARS),
}


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
        snap: What selections, loops and the playhead snap to where the tempo is known: `off`, `beat` or `bar`.
        follow_playhead: Whether the waveform scrolls along.
        keeps_playing: Whether what plays goes on when new music begins; else the new music takes over.
        previews_library: Whether a clip plays as soon as the arrow keys choose it in the library.
        shortcuts: Keys that differ from the defaults, by action.
        checkpoint_folders: Folders of checkpoints that were chosen before, the last one first.
        input_device: `name|host api` of the device to record from, or empty for the system's.
        input_channel: Which of its channels, as printed on it, from 1; 0 is all of them, mixed.
        recording_offset_ms: How much too late a recording is heard to be, -500 to 500: it is moved forward by that.
        metronome_bpm: Tempo of the metronome, 20 to 400.
        beats_per_bar: Of the metronome, 1 to 16.
        count_in_bars: How many bars to count before recording, 0 to 8.
        clicks_before: Whether the metronome is heard in these bars.
        clicks_recording: Whether it is heard while recording.
        clicks_playing: Whether it is heard while a recording is played.
        monitors_input: Whether one hears oneself while the microphone is on.
        separator: What takes clips apart: the name of a Demucs model, or empty for the program's own.
    """

    theme: str = "dark"
    device: str = "auto"
    precision: str = "auto"
    checkpoint: str = "starter"
    output_device: str = ""
    unload_after_min: int = 30
    library_folder: str = field(default_factory=lambda: str(library_dir()))
    snap: str = "beat"
    follow_playhead: bool = True
    keeps_playing: bool = False
    previews_library: bool = True
    shortcuts: dict[str, str] = field(default_factory=dict)
    checkpoint_folders: list[str] = field(default_factory=list)
    input_device: str = ""
    input_channel: int = 1
    recording_offset_ms: float = 0.0
    metronome_bpm: float = 120.0
    beats_per_bar: int = 4
    count_in_bars: int = 1
    clicks_before: bool = True
    clicks_recording: bool = False
    clicks_playing: bool = False
    monitors_input: bool = False
    separator: str = ""

    def __post_init__(self) -> None:
        for name, allowed in (("theme", THEMES), ("device", DEVICES), ("precision", PRECISIONS), ("snap", SNAPS)):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {getattr(self, name)!r}")
        if self.unload_after_min < 0:
            raise ValueError(f"unload_after_min must be 0 or more, got {self.unload_after_min}")
        for name, (lowest, highest) in RANGES.items():
            if not lowest <= getattr(self, name) <= highest:
                raise ValueError(f"{name} must be {lowest} to {highest}, got {getattr(self, name)}")


def load(path: Path) -> Settings:
    """Read the settings; missing or unknown keys and values of another type count as the defaults.

    A file that is no JSON object is renamed to `settings.json.broken`, so that nothing the user wrote is lost.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8-sig"))  # editors on Windows put a mark before it
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError):
        stored = None
    if not isinstance(stored, dict):
        with suppress(OSError):  # one that cannot be moved either stays as it is
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
    write_text(path, writable_json(json.dumps(asdict(settings), indent=2, ensure_ascii=False)) + "\n")


class SettingsFile:
    """Settings on their way to the disk, the newest last. Any thread.

    Args:
        path: Where they are kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._due = Due[None, Settings]()  # one at most
        self._writing = Lock()  # one at a time, so that the newest is written last

    def save_soon(self, settings: Settings) -> None:
        """Keep settings without waiting for the disk, which `write_due` gives them to."""
        self._due.put({None: settings})

    def write_due(self) -> None:
        """Write what `save_soon` has taken last. Any thread but one that must not wait for the disk.

        Raises:
            UserProblem: If the disk does not take it; it is tried again the next time.
        """
        with self._writing:
            due = self._due.get(None)
            if due is not None:
                save(self._path, due.value)
                self._due.note_written([(None, due)])


def _with(settings: Settings, name: str, value: Any) -> Settings:
    if type(value) is not type(getattr(settings, name)):
        return settings
    if name == "shortcuts" and not all(isinstance(part, str) for pair in value.items() for part in pair):
        return settings
    if name == "checkpoint_folders" and not all(isinstance(folder, str) for folder in value):
        return settings
    try:
        return replace(settings, **{name: value})
    except ValueError:
        return settings
