"""Where a training keeps its things. One folder holds all of it, and every file in it is whole or not there.

settings.toml     what the training was begun with
corpus/           shard-00000.flac, .npz (the melodies' chroma), .json (what the pieces are; written last)
codec/            state.pt, codec.safetensors, config.json, figures.json, examples/, figures-before.json (of the codec
                  it began with, if it did)
tokens/<codec>/   shard-00000.npz
language/         state.pt, figures.json, examples/
separator/        pieces/, coded/, state.pt, separator.safetensors, figures.json
beats/            examples/shard-00000.npz, state.pt, beats.safetensors, counting.json, figures.json
figures.json      what `evaluate` found
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from musicgen_studio.errors import UserProblem
from musicgen_studio.files.whole import ensure_folder, write_text
from musicgen_studio.training.settings import TrainingSettings, as_toml, read_settings


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder of a training.

    Args:
        root: The folder.
    """

    root: Path

    @property
    def corpus(self) -> Path:
        """Folder of the music."""
        return self.root / "corpus"

    @property
    def codec(self) -> Path:
        """Folder of the codec."""
        return self.root / "codec"

    @property
    def tokens(self) -> Path:
        """Folder of the music as tokens, one folder in it for each codec."""
        return self.root / "tokens"

    @property
    def language(self) -> Path:
        """Folder of the language model."""
        return self.root / "language"

    @property
    def separator(self) -> Path:
        """Folder of the separator, with all it learns from."""
        return self.root / "separator"

    @property
    def beats(self) -> Path:
        """Folder of the net that hears beats."""
        return self.root / "beats"

    @property
    def settings_file(self) -> Path:
        """What the training was begun with."""
        return self.root / "settings.toml"

    def settings(self, wished: TrainingSettings | None) -> TrainingSettings:
        """Return the settings of this training; the first call writes them down.

        Args:
            wished: What the person asked for; None takes what was written down.

        Raises:
            UserProblem: If the folder cannot be written, or nothing is written down and nothing wished for.
        """
        if wished is not None:
            ensure_folder(self.root)
            write_text(self.settings_file, as_toml(wished))
            return wished
        if not self.settings_file.is_file():
            raise UserProblem(
                "There is no training here.",
                f"{self.settings_file} does not exist.",
                "Begin with `musicgen-studio train corpus --work FOLDER --preset starter`.",
            )
        return read_settings(self.settings_file)


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes its name once all of it is on the disk; a kill leaves a `.part` or the file before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(value, indent=1) + "\n")


def read_figures(path: Path) -> dict[str, Any]:
    """Return the figures in a file, or none if it does not exist.

    Raises:
        ValueError: If it is not JSON.
    """
    if not path.is_file():
        return {}
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return figures
