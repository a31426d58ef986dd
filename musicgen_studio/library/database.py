"""The durable record of the clips: one SQLite file, the connection that writes, and what it says.

Every change is a transaction: it is on the disk when the call returns (WAL, synchronous FULL), or it never happened.
Not for sound, not for what is in memory (`library`), not for tables (`schema`), and not for looking something up while
others write (`reading`). Not thread-safe: `library` locks.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType

from musicgen_studio.core.clip import Clip
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.files import disk_full, move, not_allowed, writing
from musicgen_studio.library.masters import MasterFile
from musicgen_studio.library.rows import COLUMNS, from_row, to_row
from musicgen_studio.library.schema import DamagedDatabaseError, prepare

BUSY_TIMEOUT_S = 5.0
# What these say is about the disk or the system, not about the file's content.
_SURROUNDINGS = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,  # locks that a network disk does not give
        sqlite3.SQLITE_NOLFS,
    }
)
_TABLES = ("clips", "doomed", "files", "former", "memory")
SAVE = (  # a clip, new or changed
    f"INSERT INTO clips ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)}) "  # noqa: S608
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS if name != 'id')}"
)


class Database:
    """An open database. Any thread may use it, one at a time.

    Args:
        path: The file; made if it is not there.
        back_up: Called with the new version before the tables are changed.

    Raises:
        UserProblem: If it is of a newer program, or the file system is in the way.
        DamagedDatabaseError: If it cannot be read or contradicts itself.
    """

    def __init__(self, path: Path, back_up: Callable[[int], object]) -> None:
        self._path = path
        with understood("The library cannot be opened.", path):
            self._connection = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        try:
            with understood("The library cannot be opened.", path):
                prepare(self._connection, path, back_up)
                self._check()
        except BaseException:
            self.close()
            raise

    def _check(self) -> None:
        """Find damage that `PRAGMA quick_check` does not look for: in the tables' texts and in the index of words."""
        for statement in (SAVE, *(f"DELETE FROM {table}" for table in _TABLES)):  # noqa: S608
            self._connection.execute(f"EXPLAIN {statement}", dict.fromkeys(COLUMNS))  # compiles it with its triggers
        try:
            self._connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError:  # the index can always be made again from the clips
            self._connection.execute("INSERT INTO words (words) VALUES ('rebuild')")

    def clips(self) -> list[Clip]:
        """Return all clips in the order they came.

        Raises:
            DamagedDatabaseError: If a value is not as it was written.
        """
        with understood("The library cannot be read.", self._path):
            rows = self._connection.execute(f"SELECT {', '.join(COLUMNS)} FROM clips ORDER BY number").fetchall()  # noqa: S608
        try:
            return [from_row(dict(zip(COLUMNS, row, strict=True))) for row in rows]
        except ValueError as error:
            raise DamagedDatabaseError(f"A clip cannot be read: {error}.") from error

    def save(
        self,
        clips: Iterable[Clip],
        files: Mapping[str, MasterFile] = MappingProxyType({}),
        former: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Write clips, new and changed ones, and where their files are, all or none.

        Args:
            clips: The clips.
            files: Where masters are now, by id.
            former: Where masters are no longer, and whose they were.

        Raises:
            UserProblem: If it cannot be written.
        """
        places = [(clip_id, _stored(file.path), int(file.is_due)) for clip_id, file in files.items()]
        left = [(_stored(path), clip_id) for path, clip_id in former.items()]
        with self._transaction() as connection:
            connection.executemany(SAVE, [to_row(clip) for clip in clips])
            connection.executemany("INSERT OR REPLACE INTO files (id, path, is_due) VALUES (?, ?, ?)", places)
            connection.executemany("INSERT OR REPLACE INTO former (path, id) VALUES (?, ?)", left)

    def files(self) -> dict[str, MasterFile]:
        """Return where masters are, by id."""
        with understood("The library cannot be read.", self._path):
            rows = self._connection.execute("SELECT id, path, is_due FROM files").fetchall()
        return {str(clip_id): MasterFile(_path(path), bool(is_due)) for clip_id, path, is_due in rows}

    def former(self) -> dict[str, str]:
        """Return where masters were before, and whose they were."""
        with understood("The library cannot be read.", self._path):
            rows = self._connection.execute("SELECT path, id FROM former").fetchall()
        return {_path(path): str(clip_id) for path, clip_id in rows}

    def doom(self, ids: Iterable[str]) -> None:
        """Delete clips for good, all or none, with the texts kept of them, and note that their files are to go.

        Raises:
            UserProblem: If it cannot be written.
        """
        rows = [(clip_id,) for clip_id in ids]
        with self._transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO doomed (id) VALUES (?)", rows)
            connection.executemany("DELETE FROM clips WHERE id = ?", rows)
            connection.execute("DELETE FROM memory WHERE substr(key, -32) IN (SELECT id FROM doomed)")

    def doomed(self) -> list[str]:
        """Return the ids of clips whose files are to go."""
        with understood("The library cannot be read.", self._path):
            return [row[0] for row in self._connection.execute("SELECT id FROM doomed ORDER BY id")]

    def bury(self, ids: Iterable[str]) -> None:
        """Note that the files of doomed clips are gone.

        Raises:
            UserProblem: If it cannot be written.
        """
        rows = [(clip_id,) for clip_id in ids]
        with self._transaction() as connection:
            for table in ("doomed", "files", "former"):
                connection.executemany(f"DELETE FROM {table} WHERE id = ?", rows)  # noqa: S608

    def remember(self, key: str, text: str) -> None:
        """Keep a text under a key.

        Raises:
            UserProblem: If it cannot be written.
        """
        sql = "INSERT INTO memory (key, text) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET text = excluded.text"
        with self._transaction() as connection:
            connection.execute(sql, (key, text))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with understood("The library was not changed.", self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite ends it itself when the disk is full
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _stored(path: str) -> str | bytes:
    """Return a path as SQLite takes it: as its bytes if they are no text, as Linux allows in names."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def _path(stored: object) -> str:
    return os.fsdecode(stored) if isinstance(stored, bytes) else str(stored)


def copy_database(source: Path, target: Path) -> None:
    """Copy a database that may be in use, whole or not at all. Runs in any thread: it opens the file for itself.

    Raises:
        UserProblem: If the copy cannot be written.
        DamagedDatabaseError: If the source cannot be read.
    """
    what = "The library could not be copied."
    part = target.with_name(f".{target.name}.part")
    with writing(what, target.parent), understood(what, target):
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(part)) as copy:
            reading.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without the two that WAL has beside it
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        move(part, target)


@contextmanager
def understood(what: str, path: Path) -> Iterator[None]:
    """Turn what SQLite says into what a person can do, or into damage, which the library mends.

    All statements here are fixed and tested, so one that makes no sense to SQLite means damaged tables.
    """
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # wrong calls
    except UnicodeDecodeError as error:  # Python wants even SQLite's messages, which quote the file, to be UTF-8
        raise DamagedDatabaseError("SQLite's message cannot be read.") from error
    except sqlite3.DatabaseError as error:
        # An error without a code is Python's own: a text that is no UTF-8.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # the rest says where in SQLite
        if code in _SURROUNDINGS:
            raise _problem(what, path, code, error) from error
        raise DamagedDatabaseError(f"SQLite says: {error}.") from error


def _problem(what: str, path: Path, code: int, error: sqlite3.Error) -> UserProblem:
    if code == sqlite3.SQLITE_FULL:
        return disk_full(what, path.parent)
    if code in (sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return not_allowed(what, path.parent)
    return UserProblem(what, f"{path}: {error}.", "Check the disk, then try again.")
