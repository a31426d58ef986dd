"""Where the library's files are, and moves that survive a power cut. Not for what is in the files.

A name that ends in `.part` and begins with a dot is a file being written; so is everything in `unfinished/`. Whatever
stands under another name is whole: it was flushed to the disk before it got its name.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from musicgen_studio.errors import UserProblem
from musicgen_studio.files.whole import ensure_folder, sync_folder

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def new_id() -> str:
    """Return an id for a new clip: 32 hex digits, never given twice."""
    return uuid4().hex


def is_id(text: str) -> bool:
    """Return whether a text can be a clip's id."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Places:
    """The names inside a library's folder.

    Args:
        folder: The library.
    """

    folder: Path

    @property
    def database(self) -> Path:
        """What is known about the clips."""
        return self.folder / "library.sqlite3"

    @property
    def lock(self) -> Path:
        """Held by the program that has the library open."""
        return self.folder / "lock"

    @property
    def sounds(self) -> Path:
        """The masters of libraries from before their files had names, `<id>.wav`."""
        return self.folder / "sounds"

    @property
    def records(self) -> Path:
        """What the clips were when they were finished, `<id>.json`: enough to rebuild a lost database from."""
        return self.folder / "records"

    @property
    def ready(self) -> Path:
        """24-bit files that nobody was given yet, `<id>.wav`."""
        return self.folder / "ready"

    @property
    def drag(self) -> Path:
        """Files that other programs were given; a project may point at them, so nothing here is ever removed."""
        return self.folder / "drag"

    @property
    def unfinished(self) -> Path:
        """Clips whose sound is still growing, `<id>.part.wav`."""
        return self.folder / "unfinished"

    @property
    def backups(self) -> Path:
        """Copies of the database."""
        return self.folder / "backups"

    @property
    def damaged(self) -> Path:
        """What could not be read and was set aside."""
        return self.folder / "damaged"

    @property
    def marks(self) -> Path:
        """What masters look like that have no id in them, once they have lost the name that was their id."""
        return self.records / "marks.txt"

    @property
    def not_clips(self) -> tuple[Path, ...]:
        """Folders whose sound files are no masters."""
        return self.records, self.ready, self.drag, self.unfinished, self.backups, self.damaged, self.melodies

    @property
    def melodies(self) -> Path:
        """Melodies that records of clips name."""
        return self.folder / "melodies"

    def sound(self, clip_id: str) -> Path:
        """Return where the master of a clip was before it had a name."""
        return self.sounds / f"{_checked(clip_id)}.wav"

    def record(self, clip_id: str) -> Path:
        """Return the record of a clip."""
        return self.records / f"{_checked(clip_id)}.json"

    def part(self, clip_id: str) -> Path:
        """Return the growing sound of a clip."""
        return self.unfinished / f"{_checked(clip_id)}.part.wav"

    def ready_file(self, clip_id: str, mark: str = "") -> Path:
        """Return the 24-bit file that waits to be dragged; the mark tells what it says of its tempo and key."""
        return self.ready / f"{_checked(clip_id)}{'-' if mark else ''}{mark}.wav"

    def ready_files(self, clip_id: str) -> list[Path]:
        """Return the 24-bit files of a clip that are there."""
        return list(self.ready.glob(f"{_checked(clip_id)}*.wav"))

    def make(self) -> None:
        """Make the folders.

        Raises:
            UserProblem: If one cannot be made or written to.
        """
        for folder in (self.folder, self.records, self.ready, self.drag, self.unfinished, self.backups):
            ensure_folder(folder)

    def sweep(self) -> None:
        """Remove what a killed program was writing, but for sound: that is `recovery`'s. Nobody else may be writing."""
        for folder in (self.records, self.ready, self.backups, self.unfinished):
            for left in folder.glob(".*.part*"):
                left.unlink(missing_ok=True)
        for left in self.unfinished.glob("*.wav"):
            if not left.name.endswith(".part.wav"):
                left.unlink(missing_ok=True)


def _checked(clip_id: str) -> str:
    if not is_id(clip_id):  # an id becomes a file's name: nothing else may get there
        raise ValueError(f"id must be 32 hex digits, got {clip_id!r:.80}")
    return clip_id


@contextmanager
def writing(what: str, folder: Path) -> Iterator[None]:
    """Turn what the system says while writing into what a person can do about it.

    Args:
        what: What did not happen, one sentence.
        folder: Where.

    Raises:
        UserProblem: If the block raises an OSError.
    """
    try:
        yield
    except OSError as error:
        raise _problem(what, folder, error) from error


def _problem(what: str, folder: Path, error: OSError) -> UserProblem:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return disk_full(what, folder)
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return not_allowed(what, folder)
        case _:
            why = f"The system says about {folder}: {error.strerror or error}."
            return UserProblem(what, why, "Check the disk, or choose another folder for the library.")


def disk_full(what: str, folder: Path) -> UserProblem:
    """Return the problem of a full disk."""
    return UserProblem(what, f"The disk that holds {folder} is full.", "Free some space, then try again.")


def not_allowed(what: str, folder: Path) -> UserProblem:
    """Return the problem of a folder that may not be written to."""
    why = f"Writing in {folder} is not allowed, or another program holds a file there."
    return UserProblem(what, why, "Choose another folder for the library, or close the program that uses the file.")


def move(source: Path, target: Path) -> None:
    """Give a file another name on the same disk, safe from a power cut. A file already there is replaced.

    Raises:
        OSError: If it cannot be done; the file then has its old name.
    """
    os.replace(source, target)  # noqa: PTH105 - beside os.fsync, which Path does not have
    try:
        sync_folder(target.parent)
    except OSError:
        os.replace(target, source)  # noqa: PTH105
        raise


def make_folder(folder: Path) -> None:
    """Make a folder whose parent is there, safe from a power cut.

    Raises:
        OSError: If it cannot be made.
    """
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)
