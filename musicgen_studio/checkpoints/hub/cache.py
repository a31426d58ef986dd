"""Where checkpoints from the Hub lie on the disk: the cache that all Hugging Face programs share.

    HF_HUB_CACHE/models--owner--name/
        refs/main                 the commit that `main` was when it was downloaded
        blobs/OID                 the files by content; OID.part is one on its way, OID.lock says who brings it
        snapshots/COMMIT/NAME     links to the blobs; whole files where the system has no links

Other programs find what is downloaded here, and what they have downloaded is found here. Source: "Understand caching",
https://huggingface.co/docs/huggingface_hub/guides/manage-cache. Not for the network (`files`, `download`).
"""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from musicgen_studio.checkpoints.hub.files import Listing, RemoteFile
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.files.whole import explain

PART, LOCK = ".part", ".lock"
_READ_BYTES = 1 << 20
_PREFIX = "models--"
_WEIGHTS = frozenset({".safetensors", ".bin", ".th"})
_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")  # a file on its way to another program is named otherwise


def hub_cache() -> Path:
    """Return the folder that Hugging Face programs share: `HF_HUB_CACHE`, `HF_HOME`/hub, or the default.

    `HUGGINGFACE_HUB_CACHE` is the older name of the first, and still honoured by all of them.
    """
    if folder := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(folder).expanduser()
    home = os.environ.get("HF_HOME")
    if home:
        return Path(home).expanduser() / "hub"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").expanduser() / "huggingface" / "hub"


def name_in_cache(folder: Path) -> str:
    """Return the name on the Hub of what a folder of a cache keeps; empty if it is none."""
    return folder.name.removeprefix(_PREFIX).replace("--", "/", 1) if folder.name.startswith(_PREFIX) else ""


class Destination(Protocol):
    """Where the files of one download go."""

    @property
    def name(self) -> str:
        """What is downloaded, for a person."""
        ...

    @property
    def cache(self) -> Path:
        """The folder that has to have room."""
        ...

    def blob(self, file: RemoteFile) -> Path:
        """Return where a file's content lies once it is whole."""
        ...


@dataclass(frozen=True, slots=True)
class CachedRepository:
    """One repository's part of the cache.

    Args:
        cache: The cache's folder.
        name: Such as `facebook/musicgen-small`.
    """

    cache: Path
    name: str

    @property
    def folder(self) -> Path:
        """All of it."""
        return self.cache / f"{_PREFIX}{self.name.replace('/', '--')}"

    def blob(self, file: RemoteFile) -> Path:
        """Return where a file's content lies once it is whole."""
        return self.folder / "blobs" / file.oid

    def snapshot(self, commit: str) -> Path:
        """Return the folder to load a commit's checkpoint from."""
        return self.folder / "snapshots" / commit

    def current(self) -> Path | None:
        """Return the folder to load from: of the commit that `main` was last, if its weights are there.

        Other programs also keep commits that were asked for by name, and fetch nothing but the settings of a newer
        one: then it is the last commit whose weights came. None if there is no commit at all.
        """
        main = self._main()
        others = list[Path]()
        with suppress(OSError):
            found = (path for path in (self.folder / "snapshots").iterdir() if path.is_dir())
            others = sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)
        return next((path for path in (main, *others) if path is not None and _has_weights(path)), main)

    def _main(self) -> Path | None:
        with suppress(OSError, UnicodeDecodeError):
            commit = (self.folder / "refs" / "main").read_text(encoding="utf-8").strip()
            if commit and "/" not in commit and self.snapshot(commit).is_dir():
                return self.snapshot(commit)
        return None

    def listing(self) -> Listing | None:
        """Return what was downloaded last, each file by what it has to be; None where nothing says that.

        The links to the blobs do: a blob is named by its content. Whole files in their place, on systems without
        links, do not.
        """
        snapshot = self.current()
        if snapshot is None:
            return None
        files = []
        for path in sorted(path for path in snapshot.rglob("*") if not path.is_dir()):
            if not path.is_symlink():
                return None
            target = Path(os.readlink(path))  # noqa: PTH115 - the text itself, not where it leads
            size = path.stat().st_size if path.exists() else 0
            with suppress(ValueError):  # a link that another program made for itself
                files.append(RemoteFile(path.relative_to(snapshot).as_posix(), size, target.name))
        return Listing(self.name, snapshot.name, tuple(files))

    def began(self) -> bool:
        """Tell whether a download was begun and is not done."""
        return any(self.folder.glob(f"blobs/*{PART}"))

    def discard(self) -> None:
        """Delete what an unfinished download has left; what was whole before stays."""
        for path in [*self.folder.glob(f"blobs/*{PART}"), *self.folder.glob(f"blobs/*{LOCK}")]:
            path.unlink(missing_ok=True)
        if self.folder.is_dir() and not (self.folder / "snapshots").exists():  # else another program's, or an older one
            shutil.rmtree(self.folder)
        else:
            self._discard_unused()

    def _discard_unused(self) -> None:
        """Delete whole files that no commit shows: of a newer one that was given up. What has another name stays."""
        snapshots = self.folder / "snapshots"
        used = {Path(os.readlink(path)).name for path in snapshots.rglob("*") if path.is_symlink()}  # noqa: PTH115
        if not used:  # a system without links: what is used cannot be told
            return
        for blob in self.folder.glob("blobs/*"):
            if _OID.fullmatch(blob.name) and blob.name not in used:
                blob.unlink(missing_ok=True)

    def link(self, listing: Listing) -> Path:
        """Show a commit's files under their names, and let `main` be it. Returns the folder."""
        snapshot = self.snapshot(listing.commit)
        for file in listing.files:
            _link(self.blob(file), snapshot / file.path)
        reference = self.folder / "refs" / "main"
        reference.parent.mkdir(parents=True, exist_ok=True)
        part = reference.with_name("main.part")
        part.write_text(listing.commit, encoding="utf-8")
        part.replace(reference)
        return snapshot

    def bytes_on_disk(self) -> int:
        """Return what removing it would free."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink())
        return sum(path.stat().st_size for path in files)

    def remove(self) -> int:
        """Delete it all and return how many bytes that freed.

        Raises:
            UserProblem: If it is another person's, or a program holds it.
        """
        freed = self.bytes_on_disk()
        with deleting(self.name, self.folder):
            shutil.rmtree(self.folder)
        return freed


@contextmanager
def deleting(name: str, place: Path) -> Iterator[None]:
    """Say in words why something cannot be deleted.

    Args:
        name: What is deleted, for a person.
        place: Where it lies.
    """
    try:
        yield
    except OSError as error:
        why, _ = explain(error, place)
        what_to_do = f"Close the programs that use it, or delete {place} yourself."
        raise UserProblem(f"{name} was not removed, or not all of it.", why, what_to_do) from error


def _has_weights(folder: Path) -> bool:
    with suppress(OSError):  # another person's, in a cache that is shared
        return any(path.suffix in _WEIGHTS and path.is_file() for path in folder.iterdir())
    return False


def lacking(place: Destination, listing: Listing) -> list[RemoteFile]:
    """Return the files of a listing that are not there whole yet, in order."""
    return [file for file in listing.files if not has_size(place.blob(file), file.size)]


def missing_bytes(place: Destination, listing: Listing) -> int:
    """Return how much of a listing has still to come, what has come of each file taken off."""
    return sum(file.size - size_of(partial_of(place.blob(file)), file.size) for file in lacking(place, listing))


def partial_of(blob: Path) -> Path:
    """Return where what has come of a file lies."""
    return blob.with_name(blob.name + PART)


def has_size(path: Path, size: int) -> bool:
    """Tell whether there is a file of this size."""
    return path.is_file() and path.stat().st_size == size


def size_of(path: Path, at_most: int) -> int:
    """Return a file's size, 0 if there is none."""
    return min(path.stat().st_size, at_most) if path.is_file() else 0


class Content:
    """What a file's content is, told while it passes: a sha256, or a git blob id.

    Args:
        file: Its size and oid decide how.
    """

    def __init__(self, file: RemoteFile) -> None:
        self._file = file
        # git's own name for a small file's content, not for security
        self._hash = (
            hashlib.sha256() if file.is_large else hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
        )

    def add(self, piece: bytes) -> None:
        """Take in the next bytes."""
        self._hash.update(piece)

    def is_right(self) -> bool:
        """Tell whether what was added is the whole file as it was published."""
        return self._hash.hexdigest().startswith(self._file.oid)


def content_of(
    path: Path,
    file: RemoteFile,
    is_stopped: Callable[[], bool] = lambda: False,
    on_read: Callable[[int], object] = lambda _: None,
) -> Content:
    """Read a file, or what has come of it.

    Args:
        path: Where it lies.
        file: What it has to be.
        is_stopped: Asked often.
        on_read: Told how many bytes have been read, often.

    Raises:
        StoppedError: If it was stopped meanwhile.
        OSError: If it cannot be read.
    """
    content = Content(file)
    with path.open("rb") as stream:
        while piece := stream.read(_READ_BYTES):
            if is_stopped():
                raise StoppedError
            content.add(piece)
            on_read(stream.tell())
    return content


def _link(blob: Path, name: Path) -> None:
    name.parent.mkdir(parents=True, exist_ok=True)
    target = os.path.relpath(blob, name.parent)
    if name.is_symlink() and os.readlink(name) == target:  # noqa: PTH115 - the text itself, not where it leads
        return
    name.unlink(missing_ok=True)
    try:
        name.symlink_to(target)
    except OSError:  # Windows gives links to administrators only; huggingface_hub then keeps whole files, too
        with suppress(OSError):
            os.link(blob, name)
            return
        shutil.copyfile(blob, name)
