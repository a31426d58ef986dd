"""Models that a checkpoint needs but does not hold, found on this computer. The network is never used."""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from musicgen_studio.errors import UserProblem


def find_companion(folder: Path, repository: str, role: str) -> Path:
    """Find the folder of a model that a checkpoint needs but does not hold.

    Looked for beside the checkpoint's files, beside the checkpoint's folder, then in Hugging Face's cache on disk.

    Args:
        folder: The checkpoint.
        repository: The model's name on the Hub.
        role: What it is to the checkpoint, for messages.

    Raises:
        UserProblem: If it is in none of them.
    """
    name = repository.rpartition("/")[2]
    for candidate in chain((folder / name, folder.parent / name), cached(repository)):
        if re.fullmatch(r"[\w.-]*\w", name) and (candidate / "config.json").is_file():
            return candidate
    raise UserProblem(
        f"The checkpoint's {role} is missing.",
        f"AudioCraft's files do not include it: {folder} needs “{repository}”.",
        f"Download {repository} from huggingface.co and put its files into {folder / name}.",
    )


def cached(repository: str) -> Iterator[Path]:
    """Yield where Hugging Face's cache has a repository. The T5 models moved; both names are looked for."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for name in (repository,) if "/" in repository else (repository, f"google-t5/{repository}"):
        with suppress(LocalEntryNotFoundError, HFValidationError):
            yield Path(snapshot_download(name, local_files_only=True))
