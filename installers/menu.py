#!/usr/bin/env python3
"""Puts MusicGen Studio of this checkout into the desktop's menu on Linux, with its icon and the files it opens.

    python3 installers/menu.py            put it there, for this user
    python3 installers/menu.py --remove   take it out again

The set-up (`studio.py`) does the first where there is a desktop. Source: the Desktop Entry Specification, 1.4, the Icon
Theme Specification and the XDG Base Directory Specification. Standard library only; starts on Python 3.8.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Sequence  # noqa: UP035 - Python 3.8 reads this file too

ROOT = Path(__file__).resolve().parent.parent
NAME = "musicgen-studio"
MIME_TYPES = (
    "audio/x-wav",
    "audio/vnd.wave",
    "audio/wav",
    "audio/x-aiff",
    "audio/aiff",
    "audio/x-aifc",
    "audio/flac",
    "audio/x-flac",
    "audio/ogg",
    "audio/x-vorbis+ogg",
    "audio/x-opus+ogg",
    "audio/x-speex+ogg",
    "audio/x-speex",
    "audio/mpeg",
    "audio/mp2",
    "audio/mp4",
    "audio/x-m4a",
    "audio/x-m4b",
    "audio/x-m4r",
    "audio/aac",
    "audio/webm",
    "audio/x-matroska",
    "audio/x-ms-wma",
    "audio/x-caf",
    "audio/basic",
    "audio/ac3",
    "audio/AMR",
    "audio/x-wavpack",
    "audio/x-ape",
    "audio/x-tta",
    "audio/midi",
)
"""What `musicgen-studio FILE…` opens, but for films: nobody looks for a music maker to open those."""


def data_home() -> Path:
    """Return the folder of the user's own data."""
    stated = os.environ.get("XDG_DATA_HOME", "")
    return Path(stated) if os.path.isabs(stated) else Path.home() / ".local" / "share"  # noqa: PTH117 - as they say it


def entry_file() -> Path:
    """Return where the entry belongs."""
    return data_home() / "applications" / f"{NAME}.desktop"


def icon_file() -> Path:
    """Return where the icon belongs."""
    return data_home() / "icons" / "hicolor" / "scalable" / "apps" / f"{NAME}.svg"


def quoted(path: Path) -> str:
    """Return a path as an entry's Exec line takes it: quoted, its own marks escaped by both rules of the format."""
    text = str(path).replace("%", "%%")
    for mark in ("\\", '"', "`", "$"):
        text = text.replace(mark, f"\\{mark}")
    return '"{}"'.format(text.replace("\\", "\\\\"))


def entry(root: Path) -> str:
    """Return the entry of a checkout."""
    program = root / ".venv" / "bin" / NAME
    return "\n".join(
        (
            "[Desktop Entry]",
            "Type=Application",
            "Version=1.4",
            "Name=MusicGen Studio",
            "GenericName=Music Maker",
            "Comment=Make music from words and a hummed melody",
            f"Exec={quoted(program)} %F",
            f"Icon={NAME}",
            "Terminal=false",
            "Categories=AudioVideo;Audio;Music;",
            "Keywords=music;generate;AI;compose;stems;hum;",
            f"MimeType={';'.join(MIME_TYPES)};",
            "StartupNotify=true",
            f"StartupWMClass={NAME}",
            "",
        )
    )


def tell_desktop() -> None:
    """Let the desktop read its lists anew, where it has programs for that; else it does so by itself."""
    commands = (
        ["update-desktop-database", "-q", str(entry_file().parent)],
        ["gtk-update-icon-cache", "-q", "-t", str(data_home() / "icons" / "hicolor")],
    )
    for command in commands:
        if shutil.which(command[0]):
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def put(root: Path = ROOT) -> list[Path]:
    """Write entry and icon, and return them."""
    for file in (entry_file(), icon_file()):
        file.parent.mkdir(parents=True, exist_ok=True)
    entry_file().write_text(entry(root), encoding="utf-8")
    shutil.copyfile(root / "resources" / "desktop" / f"{NAME}.svg", icon_file())
    tell_desktop()
    return [entry_file(), icon_file()]


def remove() -> None:
    """Take entry and icon away."""
    for file in (entry_file(), icon_file()):
        if file.is_file():
            file.unlink()
    tell_desktop()


def main(arguments: Sequence[str]) -> int:
    """Do what is asked for; returns the exit code."""
    if not sys.platform.startswith("linux"):
        print("The desktop's menu is filled on Linux only.", file=sys.stderr)
        return 1
    if list(arguments) == ["--remove"]:
        remove()
    elif not arguments:
        for file in put():
            print(file, file=sys.stderr)
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
