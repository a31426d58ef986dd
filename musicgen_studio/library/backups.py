"""Copies of the database, and going back to one. Not for the sound, which never changes.

A damaged database is never removed: it is set aside in `damaged/`, for whoever can still read something out of it.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from musicgen_studio.core.clip import Clip
from musicgen_studio.files.whole import ensure_folder, sync_folder
from musicgen_studio.library.database import Database, copy_database
from musicgen_studio.library.files import Places, writing
from musicgen_studio.library.masters import MasterFile
from musicgen_studio.library.schema import DamagedDatabaseError

KEPT = 5
_PATTERN = "library-*.sqlite3"
_LOST = "Changes made since then (titles, stars, tags, what was in the trash) are not in it; no sound is lost."


@dataclass(frozen=True, slots=True)
class OpenedDatabase:
    """An open database and what was read from it: all of it makes sense.

    Args:
        database: It.
        clips: As in `Database.clips`.
        files: As in `Database.files`.
        former: As in `Database.former`.
        notices: What the musician should know.
    """

    database: Database
    clips: list[Clip]
    files: dict[str, MasterFile]
    former: dict[str, str]
    notices: list[str]


def back_up(places: Places, now: datetime, reason: str = "") -> Path:
    """Copy the database, once a day and reason, and keep the newest five copies.

    Args:
        places: Of the library.
        now: In UTC.
        reason: A word for the name, empty for the daily copy.

    Returns:
        Today's copy.

    Raises:
        UserProblem: If it cannot be written.
    """
    copy = places.backups / f"library-{now:%Y-%m-%d}{reason}.sqlite3"
    if not copy.exists():
        copy_database(places.database, copy)
        with writing("Old copies of the library could not be removed.", places.backups):
            for old in _newest_first(places)[KEPT:]:
                old.unlink()
    return copy


def open_or_go_back(places: Places, now: datetime) -> OpenedDatabase:
    """Open the database, or the newest copy that can be read, or an empty one.

    Args:
        places: Of the library.
        now: In UTC.

    Returns:
        The database and what is in it.

    Raises:
        UserProblem: If it is of a newer program, or the file system is in the way.
    """
    if _is_there(places.database) or not _newest_first(places):
        try:
            return _open(places, now)
        except DamagedDatabaseError as damage:
            why = f"The library's database was damaged ({damage.why}) and is set aside in {places.damaged}."
    else:
        why = f"The library's database {places.database} was gone."
    _set_aside(places, now)
    for copy in _newest_first(places):
        try:
            copy_database(copy, places.database)
            return _open(places, now, f"{why} The copy {copy.name} is used instead. {_LOST}")
        except DamagedDatabaseError:
            _set_aside(places, now)
    return _open(places, now, f"{why} There is no good copy; the clips are listed again from their files. {_LOST}")


def _open(places: Places, now: datetime, *notices: str) -> OpenedDatabase:
    database = Database(places.database, lambda number: back_up(places, now, f"-before-format-{number}"))
    try:
        return OpenedDatabase(database, database.clips(), database.files(), database.former(), list(notices))
    except BaseException:
        database.close()
        raise


def _is_there(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0  # SQLite would silently take an emptied file for a new one


def _newest_first(places: Places) -> list[Path]:
    return sorted(places.backups.glob(_PATTERN), reverse=True)


def _set_aside(places: Places, now: datetime) -> None:
    """Move the database and what SQLite has beside it away."""
    ensure_folder(places.damaged)
    with writing("The damaged library could not be set aside.", places.damaged):
        stem = f"library-{now:%Y-%m-%dT%H%M%S}"
        number = len(list(places.damaged.glob(f"{stem}*.sqlite3")))
        # The log goes first: a database without its log is old, a log without its database would spoil the next one.
        for ending in ("-wal", "-shm", ""):
            source = places.database.with_name(places.database.name + ending)
            if source.exists():
                source.replace(places.damaged / f"{stem}-{number}.sqlite3{ending}")
        sync_folder(places.damaged)
        sync_folder(places.folder)
