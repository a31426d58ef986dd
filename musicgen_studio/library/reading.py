"""Looking things up in the database while somebody else writes to it: a connection of its own, which waits for nobody.

Under WAL who reads sees what was written last, and neither waits for who writes nor holds it up. So the window may look
for words, or for a small text, while a slow disk takes a clip. What was edited and is not written yet (`seen`) is
looked through beside it. Not for what is read once at the start, nor for writing (`database`).
"""

import sqlite3
from collections.abc import Collection
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Lock

from musicgen_studio.core.clip import Clip
from musicgen_studio.library.database import BUSY_TIMEOUT_S, SAVE, understood
from musicgen_studio.library.rows import to_row
from musicgen_studio.library.schema import prepare

_FIND = "SELECT id FROM words JOIN clips ON number = words.rowid WHERE words MATCH ?"
_RECALL = "SELECT CAST(text AS BLOB) FROM memory WHERE key = ?"
_RECALL_ALL = "SELECT CAST(key AS BLOB), CAST(text AS BLOB) FROM memory WHERE key >= ? AND key < ?"


class Reading:
    """Reads a database that is open already. Any thread may, at any time.

    Args:
        path: The file.

    Raises:
        UserProblem: If the file system is in the way.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._moment = Lock()  # held while something is read, never while something is written
        with ExitStack() as opened, understood("The library cannot be opened.", path):
            self._connection = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            opened.callback(self._connection.close)
            self._connection.execute("PRAGMA query_only = ON")
            self.close = opened.pop_all().close

    def find(self, expression: str, unwritten: Collection[Clip] = ()) -> set[str]:
        """Return the ids of the clips whose title, prompt, tags, tempo or key match an expression of `search`.

        Args:
            expression: It.
            unwritten: Clips that are not as they stand in the database; what counts is what they are here.
        """
        with self._moment, understood("The library cannot be searched.", self._path):
            found = {str(row[0]) for row in self._connection.execute(_FIND, (expression,)).fetchall()}
            return found.difference(clip.id for clip in unwritten) | _found_among(unwritten, expression, self._path)

    def recall(self, key: str) -> str | None:
        """Return the text under a key, or None."""
        with self._moment, understood("The library cannot be read.", self._path):
            rows = self._connection.execute(_RECALL, (key,)).fetchall()
        return _text(rows[0][0]) if rows else None

    def recalled(self, start: str) -> dict[str, str]:
        """Return the texts under all keys with a beginning, by key.

        Args:
            start: It; not empty, and without a character above U+FFFF at its end.
        """
        behind = start[:-1] + chr(ord(start[-1]) + 1)
        with self._moment, understood("The library cannot be read.", self._path):
            rows = self._connection.execute(_RECALL_ALL, (start, behind)).fetchall()
        return {_text(key): _text(text) for key, text in rows}


def _text(content: bytes) -> str:
    """Read a small text as far as it goes: one spoilt byte is no reason to refuse all of it, at every start."""
    return content.decode("utf-8", "replace")


def _found_among(clips: Collection[Clip], expression: str, path: Path) -> set[str]:
    """Look through clips as the database would, in one that is only in memory."""
    if not clips:
        return set()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as beside:
        prepare(beside, path, lambda _: None)
        beside.executemany(SAVE, [to_row(clip) for clip in clips])
        return {str(row[0]) for row in beside.execute(_FIND, (expression,)).fetchall()}
