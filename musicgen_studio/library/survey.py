"""Which sound files lie in a library's folder, and whose they are, whatever they are called by now. Not for changes.

A master is known by the id in it. Those of libraries from before that have none: their name was the id, and when they
are given another, what they look like is noted first (`note_marks`).
"""

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.library.files import Places, is_id
from musicgen_studio.library.naming import ENDING, is_own_folder
from musicgen_studio.library.wave_file import fingerprint, read_id

_APART = " "  # in the file of marks


@dataclass(frozen=True, slots=True)
class Survey:
    """What lies where.

    Args:
        there: Every sound file, below the library's folder, with "/".
        strays: Those that no clip is known to be in, by the id they hold; in the order of their names.
    """

    there: frozenset[str]
    strays: dict[str, list[str]]


def look_around(places: Places, known: Collection[str]) -> Survey:
    """Look through the library's folder, and into files that are new there.

    Args:
        places: Of the library.
        known: Paths that need no look.

    Raises:
        OSError: If the folder cannot be read.
    """
    there = frozenset(_sound_files(places))
    strays: dict[str, list[str]] = {}
    marks: dict[str, str] | None = None
    for name in sorted(there - set(known)):
        path = places.folder / name
        with suppress(OSError):  # gone in the meantime, or nothing that we may read
            owner = path.stem if path.parent == places.sounds and is_id(path.stem) else read_id(path)
            if owner is None:
                marks = _marks(places) if marks is None else marks
                owner = marks.get(fingerprint(path)) if marks else None
            if owner is not None and is_id(owner):
                strays.setdefault(owner, []).append(name)
    return Survey(there, strays)


def owner_of(places: Places, path: Path) -> str | None:
    """Return the id of the clip whose sound a file is, by what is in it; None if it is no clip's.

    Raises:
        OSError: If the file cannot be read.
    """
    return read_id(path) or _marks(places).get(fingerprint(path))


def _sound_files(places: Places) -> Iterator[str]:
    """Yield all sound files but those that are not clips, and remove empty ones that a killed program left."""
    not_clips = {folder.name for folder in places.not_clips}
    for folder, folders, files in os.walk(places.folder):
        is_top = Path(folder) == places.folder
        folders[:] = [name for name in folders if not name.startswith(".") and not (is_top and name in not_clips)]
        prefix = "" if is_top else f"{Path(folder).relative_to(places.folder).as_posix()}/"
        is_own = is_own_folder(prefix.rstrip("/"))
        for name in files:
            if not name.lower().endswith(ENDING) or name.startswith("."):
                continue
            path = f"{folder}{os.sep}{name}"  # a Path for each of ten thousand files is a tenth of a second
            try:
                is_empty = is_own and not os.stat(path).st_size  # noqa: PTH116
            except OSError:  # it has just gone, or is a link to a disk that is not there
                continue
            if is_empty:
                Path(path).unlink(missing_ok=True)  # it held the name for a file that was to come
            else:
                yield prefix + name


def note_marks(places: Places, files: Iterable[tuple[str, Path]]) -> None:
    """Note what masters that have no id in them look like, before they lose the name that is their id.

    Args:
        places: Of the library.
        files: Ids and where the files are.

    Raises:
        OSError: If it cannot be written.
    """
    marks = []
    for clip_id, path in files:
        with suppress(OSError):  # gone: there is nothing to be found again
            if read_id(path) is None:
                marks.append(f"{clip_id}{_APART}{fingerprint(path)}\n")
    if marks:
        with places.marks.open("a", encoding="ascii") as file:
            file.write("".join(["\n", *marks]))  # behind a line that was cut off
            file.flush()
            os.fsync(file.fileno())


def _marks(places: Places) -> dict[str, str]:
    """Return ids by what their files look like."""
    try:
        lines = places.marks.read_text("ascii", "replace").splitlines()
    except FileNotFoundError:
        return {}
    pairs = [line.split(_APART) for line in lines]
    return {pair[1]: pair[0] for pair in pairs if len(pair) == 2 and is_id(pair[0])}
