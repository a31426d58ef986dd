"""Which checkpoints can be named, where each lies, and under which licence.

Not for reading weights (`engine`) or hashing them (`fingerprint`). The licence is read as the Hugging Face Hub writes
it: `license:` in the YAML front matter of README.md (https://huggingface.co/docs/hub/model-cards).
"""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from musicgen_studio.checkpoints.facts import known
from musicgen_studio.checkpoints.found import caches, find_cached
from musicgen_studio.checkpoints.hub.cache import CachedRepository, name_in_cache
from musicgen_studio.checkpoints.hub.files import is_repository
from musicgen_studio.checkpoints.int8_copies import FOLDER as INT8
from musicgen_studio.checkpoints.locate import is_checkpoint, located
from musicgen_studio.core.adapter import CONFIG_FILE as ADAPTER_FILE
from musicgen_studio.core.adapter import AdapterConfig
from musicgen_studio.errors import UserProblem
from musicgen_studio.paths import resources_dir

STARTER = "starter"
STARTER_LICENCE = "free to use for anything"
UNKNOWN_LICENCE = "unknown; Meta's MusicGen weights are CC-BY-NC 4.0 (not for commercial use)"

_FRONT_MATTER = re.compile(r"\A\ufeff?---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_HUB_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)?")  # "owner/name"; a path of the machine it was saved on is no identity


@dataclass(frozen=True, slots=True)
class CheckpointEntry:
    """A checkpoint that can be loaded.

    Args:
        id: What it is called in records: `starter`, `facebook/musicgen-small`, or the folder's name.
        folder: Where its files lie.
        licence: Under which terms its weights, and the music made with them, may be used.
        description: One line for a person.
    """

    id: str
    folder: Path
    licence: str
    description: str

    @property
    def is_shipped(self) -> bool:
        """Whether it comes with the program, wherever that is installed."""
        return self.folder == resources_dir() / STARTER

    def name_elsewhere(self, given: str) -> str:
        """Return by which name another computer finds the same: that of the Hub, `starter`, or the whole path.

        Args:
            given: By which it was found here.
        """
        return str(self.folder.resolve()) if Path(given).expanduser().exists() else given


def find(name: str) -> CheckpointEntry:
    """Look a checkpoint up.

    Args:
        name: `starter`, the name of one on the Hugging Face Hub that is on this computer, such as
            `facebook/musicgen-small`, or the path of a folder that holds a checkpoint, or of one in a cache that held
            it; `~` is the home folder.

    Raises:
        UserProblem: If there is no such checkpoint; it lists what is known.
    """
    if name == STARTER:
        return _starter()
    folder = Path(name).expanduser()
    if not folder.exists() and (of_hub := _of_hub(name) or _of_cache(folder)) is not None:
        return of_hub
    if folder.is_file() and is_checkpoint(folder.parent):  # one of its files was chosen
        folder = folder.parent
    if not name or not folder.is_dir():
        why = "It is a file, not a folder." if folder.is_file() else "There is no such folder."
        raise UserProblem(
            f'The checkpoint "{name}" was not found.',
            why,
            f'Name "{STARTER}", which comes with the program, or the folder of a MusicGen checkpoint.',
        )
    folder = located(folder.resolve())
    return CheckpointEntry(
        id=_folder_id(folder), folder=folder, licence=_folder_licence(folder), description=_description(folder)
    )


def _description(folder: Path) -> str:
    adapter = _adapter(folder)
    return f"The folder {folder}" if adapter is None else f"{adapter.in_words()}, in {folder}"


def _adapter(folder: Path) -> AdapterConfig | None:
    """Return what an adapter says of itself; None of what is none, or is broken, which loading tells."""
    try:
        raw = json.loads((folder / ADAPTER_FILE).read_text(encoding="utf-8"))
        return AdapterConfig.parsed(raw) if isinstance(raw, dict) else None
    except (OSError, ValueError):
        return None


def _of_hub(name: str) -> CheckpointEntry | None:
    """Look for a name of the Hub in the caches; None if nothing is known of it.

    Raises:
        UserProblem: If it is one of Meta's that is not on this computer, or not for this program.
    """
    meta = known(name)
    repository = meta.id if meta is not None else name
    if meta is None and not is_repository(name):
        return None
    if meta is not None and not meta.is_supported:
        raise UserProblem(
            f"{repository} cannot be used.",
            "It is of a kind that this program does not play.",
            "Choose another one: `musicgen-studio checkpoints list` shows them.",
        )
    found = find_cached(repository)
    if found is not None:
        licence = meta.licence if meta is not None else _folder_licence(found.folder)
        return CheckpointEntry(repository, found.folder, licence, f"The folder {found.folder}")
    if meta is None:
        return None
    raise UserProblem(
        f"The checkpoint {repository} is not on this computer.",
        "It is neither a folder here, nor was it downloaded from the Hugging Face Hub.",
        f"Download it: musicgen-studio checkpoints download {repository}",
    )


def _of_cache(folder: Path) -> CheckpointEntry | None:
    """Look for what was in a folder of a cache that is gone: it was moved, renewed, or is kept as int8 only.

    Records name such folders. None if it was none, or nothing is known of what was there.

    Raises:
        UserProblem: As `_of_hub`.
    """
    if folder.parent.name == "snapshots":
        name = name_in_cache(folder.parents[1])
    else:
        name = folder.name.replace("--", "/", 1) if folder.parent.name == INT8 else ""
    found = _of_hub(name) if name else None
    if found is None:
        return None
    places = (CachedRepository(cache, name).snapshot(folder.name) for cache in caches())
    same = next((place for place in places if is_checkpoint(place)), found.folder)  # of several commits that one
    return replace(found, folder=same, description=f"The folder {same}")


def _starter() -> CheckpointEntry:
    folder = resources_dir() / STARTER
    if not folder.is_dir():
        raise UserProblem(
            "The starter checkpoint is missing.",
            f"The program was installed without the folder {folder}.",
            "Install the program again, or name the folder of a MusicGen checkpoint.",
        )
    return CheckpointEntry(STARTER, folder, STARTER_LICENCE, "The small checkpoint that comes with the program")


def _folder_id(folder: Path) -> str:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return folder.name  # AudioCraft's layout has none; a broken one is the loader's to report
    name = config.get("_name_or_path") if isinstance(config, dict) else None
    is_identity = isinstance(name, str) and _HUB_NAME.fullmatch(name)
    return str(name) if is_identity else folder.name


def _folder_licence(folder: Path) -> str:
    import yaml

    try:
        front_matter = _FRONT_MATTER.match((folder / "README.md").read_text(encoding="utf-8"))
        card = yaml.safe_load(front_matter[1]) if front_matter else None
    except (OSError, ValueError, yaml.YAMLError):
        card = None
    licence = card.get("license") if isinstance(card, dict) else None
    if isinstance(licence, str) and licence.strip():
        return licence
    adapter = _adapter(folder)
    base = known(adapter.base) if adapter is not None else None
    return UNKNOWN_LICENCE if base is None else f"{base.licence}, as {base.id} is, over which it was trained"
