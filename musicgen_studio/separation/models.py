"""Which separators there are: what a person is told of each before it is used. Nothing is loaded, torch stays out.

The one of the program's own lies in its resources; Demucs' files lie in a folder, named as Meta published them. Not for
taking sound apart (`masks`, `demucs`) or for downloading.
"""

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from safetensors import safe_open

from musicgen_studio.paths import resources_dir
from musicgen_studio.separation.api import SeparatorInfo

DEMUCS_LICENCE = "MIT (Meta Platforms, demucs)"


@dataclass(frozen=True, slots=True)
class DemucsModel:
    """A model as Meta published it.

    Args:
        signature: What its file's name begins with.
        stems: What it tells apart, in our order: what is left comes last.
        trained_on: In words.
    """

    signature: str
    stems: tuple[str, ...]
    trained_on: str


_MUSIC = "MUSDB18-HQ and 800 more songs: recordings with voices"
MODELS = {
    "htdemucs": DemucsModel("955717e8", ("drums", "bass", "vocals", "other"), _MUSIC),
    "htdemucs_6s": DemucsModel("5c90dfd2", ("drums", "bass", "vocals", "guitar", "piano", "other"), _MUSIC),
}
"""By name."""


def default_weights() -> Path:
    """Return the file of the separator that comes with the program."""
    return resources_dir() / "separator" / "separator.safetensors"


def former_weights() -> list[Path]:
    """Return the files of those that came with it before, by which records can be made again."""
    return sorted(default_weights().parent.glob("former*.safetensors"))


def own_info() -> SeparatorInfo:
    """Return what there is to say about the separator that comes with the program.

    Raises:
        OSError: If its file is not there.
    """
    path = default_weights()
    with safe_open(path, "np") as file:
        about = file.metadata()
    stems = tuple(json.loads(about["sizes"])["stems"])
    return SeparatorInfo(about["name"], stems, about["trained_on"], about["licence"], path.stat().st_size)


def demucs_is_installed() -> bool:
    """Tell whether the extra is there."""
    return find_spec("demucs_infer") is not None


def found_models(folder: Path) -> dict[str, SeparatorInfo]:
    """Return which of Demucs' models lie in a folder, with licence and size: what a person sees before choosing one.

    Nothing is opened.
    """
    found = {}
    for name, model in MODELS.items():
        path = model_file(folder, model)
        if path is not None:
            found[name] = SeparatorInfo(name, model.stems, model.trained_on, DEMUCS_LICENCE, path.stat().st_size)
    return found


def model_file(folder: Path, model: DemucsModel) -> Path | None:
    """Return a model's file in a folder, None if it is not there."""
    return next(iter(sorted(folder.glob(f"{model.signature}-*.th"))), None)
