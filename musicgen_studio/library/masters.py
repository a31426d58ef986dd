"""Where the master of each clip lies, under a name that people can read. Not for what is in it (`wave_file`).

A file is put in place without ever replacing another; a name that a clip once had is never given to another clip, as
records may speak of it. What a killed program left between two names is found by the id in the file (`survey`).
"""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from signal import Signals

from musicgen_studio.core.clip import Clip
from musicgen_studio.files.whole import sync_folder
from musicgen_studio.library.files import Places
from musicgen_studio.library.naming import Names, folder_of, stem_of

if sys.platform == "linux":
    import fcntl

    def is_in_use(path: Path) -> bool:
        """Return whether some program has a file open; False where the system cannot say.

        Raises:
            OSError: If the file is not there.
        """
        with path.open("rb") as file:
            try:
                # A lease on writing is given only to the one who alone has the file open. Whoever opens it in the
                # moment before it is given back costs a signal, whose default would be to end the program.
                fcntl.fcntl(file.fileno(), fcntl.F_SETSIG, Signals.SIGURG)
                fcntl.fcntl(file.fileno(), fcntl.F_SETLEASE, fcntl.F_WRLCK)
            except BlockingIOError:
                return True
            except OSError:  # a file system without leases, or somebody else's file
                return False
            fcntl.fcntl(file.fileno(), fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False
else:

    def is_in_use(path: Path) -> bool:
        """Return whether some program has a file open. Windows itself refuses to rename one that is.

        Raises:
            OSError: If the file is not there.
        """
        path.stat()
        return False


@dataclass(frozen=True, slots=True)
class MasterFile:
    """Where a master is.

    Args:
        path: Below the library's folder, with "/"; or the whole path of a file elsewhere.
        is_due: Whether it is to get the clip's present name as soon as nobody uses it.
    """

    path: str
    is_due: bool = False


def put(source: Path, target: Path) -> None:
    """Give a file a name in a folder that is there, safe from a power cut, unless something has that name.

    Raises:
        FileExistsError: If something has it.
        OSError: If it cannot be done. The file then has its old name.
    """
    target.touch(exist_ok=False)  # of all who want the name only one can make the empty file
    try:
        os.replace(source, target)  # noqa: PTH105 - beside the calls that Path does not have
    except BaseException:
        with suppress(OSError):
            target.unlink(missing_ok=True)  # it is still the empty one
        raise
    try:
        sync_folder(target.parent)
    except OSError:
        os.replace(target, source)  # noqa: PTH105
        raise


class Masters:
    """What is known of where the masters are. The library locks.

    Args:
        places: Of the library.
        files: What the database says, by id.
        former: Paths that masters had before, and whose.
    """

    def __init__(self, places: Places, files: Mapping[str, MasterFile], former: Mapping[str, str]) -> None:
        self._places = places
        self._files = dict(files)
        self._former = dict(former)
        self._names: dict[Path, Names] = {}

    def file(self, clip_id: str) -> MasterFile:
        """Return where a clip's master is, or is to be looked for."""
        return self._files.get(clip_id) or MasterFile(self.shortened(self._places.sound(clip_id)))

    def path(self, clip_id: str) -> Path:
        """Return the same as a path."""
        return self.place(self.file(clip_id).path)

    def place(self, path: str) -> Path:
        """Return the path of a `MasterFile`."""
        return self._places.folder / path  # one that is whole stays as it is

    def shortened(self, path: Path) -> str:
        """Return what a `MasterFile` says of a path."""
        folder = self._places.folder
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)

    def wants_name(self, clip_id: str) -> bool:
        """Return whether a clip's file is still called by its id, or by what the clip was called before."""
        file = self._files.get(clip_id)
        return file is None or file.is_due or file.path == self.shortened(self._places.sound(clip_id))

    def note(self, files: Mapping[str, MasterFile], former: Mapping[str, str]) -> None:
        """Take over what the database knows now."""
        self._files.update(files)
        self._former.update(former)

    def forget(self, clip_id: str) -> None:
        """Know nothing of a clip that is gone."""
        self._files.pop(clip_id, None)
        self._former = {path: owner for path, owner in self._former.items() if owner != clip_id}

    def owner(self, path: Path) -> str | None:
        """Return the id of the clip whose master is, or once was, at a path."""
        name = self.shortened(path)
        if path.parent == self._places.sounds:
            return path.stem
        if name in self._former:
            return self._former[name]
        return next((clip_id for clip_id, file in self._files.items() if file.path == name), None)

    def home(self, clip: Clip) -> Path:
        """Return the folder for a clip's file: where it is by now, or that of its year."""
        path = self.path(clip.id)
        is_new = clip.id not in self._files or path.parent == self._places.sounds
        return self._places.folder / folder_of(clip) if is_new else path.parent

    def choose(self, clip: Clip) -> MasterFile:
        """Return a file that is free, or already the clip's own, named as the clip is called now.

        Raises:
            OSError: If the folder cannot be read.
        """
        home = self.home(clip)
        return MasterFile(self.shortened(home / self._names_in(home).give(stem_of(clip), clip.id)))

    def refuse(self, file: MasterFile, clip_id: str) -> None:
        """Note that the name that was chosen for a clip is somebody else's by now."""
        path = self.place(file.path)
        self._names_in(path.parent).refuse(path.name, clip_id)

    def _names_in(self, folder: Path) -> Names:
        if folder not in self._names:
            owners: dict[str, str | None] = {}
            if folder.is_dir():
                owners |= dict.fromkeys(os.listdir(folder))  # noqa: PTH208 - names, not paths
            prefix = f"{self.shortened(folder)}/"
            current = ((file.path, owner) for owner, file in self._files.items())
            for path, owner in chain(self._former.items(), current):
                if path.startswith(prefix):
                    owners[path.removeprefix(prefix)] = owner
            self._names[folder] = Names(owners)
        return self._names[folder]
