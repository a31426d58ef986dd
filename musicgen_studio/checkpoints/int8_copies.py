"""Checkpoints whose float32 originals were let go: what is kept of them lies beside the downloads, as int8.

    CACHE/musicgen-studio-int8/owner--name/    the files, and sha256.json, which says what each has to be

Used like a download: found, checked, moved, removed. Not for rounding them (`engine.checkpoint.int8`).
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.checkpoints.hub.cache import CachedRepository
from musicgen_studio.checkpoints.hub.files import Listing, RemoteFile

FOLDER = "musicgen-studio-int8"
_HASHES = "sha256.json"


@dataclass(frozen=True, slots=True)
class Int8Copy(CachedRepository):
    """One checkpoint that is kept as int8 only."""

    @property
    def folder(self) -> Path:
        """All of it."""
        return self.cache / FOLDER / self.name.replace("/", "--")

    def blob(self, file: RemoteFile) -> Path:
        """Return where a file lies."""
        return self.folder / file.path

    def current(self) -> Path | None:
        """Return the folder, or None if there is nothing."""
        return self.folder if (self.folder / _HASHES).is_file() else None

    def listing(self) -> Listing | None:
        """Return what each file has to be; None where that cannot be read."""
        with suppress(OSError, ValueError, AttributeError):
            hashes = json.loads((self.folder / _HASHES).read_text(encoding="utf-8"))
            files = [RemoteFile(name, _size(self.folder / name), digest) for name, digest in hashes.items()]
            return Listing(self.name, "", tuple(files))
        return None


def note_hashes(folder: Path) -> None:
    """Write down what each file of a folder has to be."""
    hashes = {}
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            hashes[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    (folder / _HASHES).write_text(json.dumps(hashes, indent=1) + "\n", encoding="utf-8")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
