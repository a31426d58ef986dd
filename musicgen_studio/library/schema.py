"""The database's tables, from version to version. Not for what is in them (`database`).

A change of the tables is one more entry of `MIGRATIONS`; those that were published are never edited.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from musicgen_studio.errors import UserProblem

APPLICATION_ID = 0x4D47_5331  # "MGS1": tells the file apart from every other SQLite file

_TABLES = (
    """
    CREATE TABLE clips (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL CHECK (title <> ''),
        origin TEXT NOT NULL,
        created TEXT NOT NULL,
        frames INTEGER NOT NULL CHECK (frames > 0),
        sample_rate INTEGER NOT NULL CHECK (sample_rate > 0),
        channels INTEGER NOT NULL CHECK (channels > 0),
        prompt TEXT NOT NULL,
        seed INTEGER,
        checkpoint TEXT NOT NULL,
        licence TEXT NOT NULL,
        recipe TEXT NOT NULL,
        parent TEXT, -- no foreign key: a clip outlives the one it was made from, and may be adopted before it
        is_complete INTEGER NOT NULL CHECK (is_complete IN (0, 1)),
        is_starred INTEGER NOT NULL CHECK (is_starred IN (0, 1)),
        tags TEXT NOT NULL, -- words, parted by spaces
        tempo_bpm REAL,
        is_missing INTEGER NOT NULL CHECK (is_missing IN (0, 1)),
        trashed TEXT
    )
    """,
    "CREATE TABLE doomed (id TEXT PRIMARY KEY)",  # clips deleted for good whose files may still be there
    "CREATE TABLE memory (key TEXT PRIMARY KEY, text TEXT NOT NULL)",
    """
    CREATE VIRTUAL TABLE words USING fts5 (
        title, prompt, tags,
        content = 'clips', content_rowid = 'number',
        tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3'
    )
    """,
    """
    CREATE TRIGGER words_of_a_new_clip AFTER INSERT ON clips BEGIN
        INSERT INTO words (rowid, title, prompt, tags) VALUES (new.number, new.title, new.prompt, new.tags);
    END
    """,
    """
    CREATE TRIGGER words_of_an_old_clip AFTER DELETE ON clips BEGIN
        INSERT INTO words (words, rowid, title, prompt, tags)
        VALUES ('delete', old.number, old.title, old.prompt, old.tags);
    END
    """,
    """
    CREATE TRIGGER words_of_a_changed_clip AFTER UPDATE ON clips
    WHEN (old.title, old.prompt, old.tags) <> (new.title, new.prompt, new.tags) BEGIN
        INSERT INTO words (words, rowid, title, prompt, tags)
        VALUES ('delete', old.number, old.title, old.prompt, old.tags);
        INSERT INTO words (rowid, title, prompt, tags) VALUES (new.number, new.title, new.prompt, new.tags);
    END
    """,
)

_MELODY_SIMILARITY = ("ALTER TABLE clips ADD COLUMN melody_similarity REAL",)

_STEM = ("ALTER TABLE clips ADD COLUMN stem TEXT NOT NULL DEFAULT ''",)

_WORDS_OF_BPM = "CAST(round(tempo_bpm) AS INTEGER) || 'bpm ' || CAST(round(tempo_bpm) AS INTEGER) || ' bpm '"

_ANALYSIS = (
    "ALTER TABLE clips ADD COLUMN key TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE clips ADD COLUMN analysis TEXT NOT NULL DEFAULT ''",
    # What somebody may type to find a tempo or a key: "125bpm 125 bpm E♭ minor Eb minor Ebm".
    f"""
    ALTER TABLE clips ADD COLUMN heard TEXT GENERATED ALWAYS AS (
        coalesce({_WORDS_OF_BPM}, '') || key || ' ' || replace(key, '♭', 'b') || ' '
        || replace(replace(replace(key, '♭', 'b'), ' minor', 'm'), ' major', '')
    ) VIRTUAL
    """,
    "DROP TRIGGER words_of_a_new_clip",
    "DROP TRIGGER words_of_an_old_clip",
    "DROP TRIGGER words_of_a_changed_clip",
    "DROP TABLE words",
    """
    CREATE VIRTUAL TABLE words USING fts5 (
        title, prompt, tags, heard,
        content = 'clips', content_rowid = 'number',
        tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3'
    )
    """,
    "INSERT INTO words (words) VALUES ('rebuild')",
    """
    CREATE TRIGGER words_of_a_new_clip AFTER INSERT ON clips BEGIN
        INSERT INTO words (rowid, title, prompt, tags, heard)
        VALUES (new.number, new.title, new.prompt, new.tags, new.heard);
    END
    """,
    """
    CREATE TRIGGER words_of_an_old_clip AFTER DELETE ON clips BEGIN
        INSERT INTO words (words, rowid, title, prompt, tags, heard)
        VALUES ('delete', old.number, old.title, old.prompt, old.tags, old.heard);
    END
    """,
    """
    CREATE TRIGGER words_of_a_changed_clip AFTER UPDATE ON clips
    WHEN (old.title, old.prompt, old.tags, old.heard) <> (new.title, new.prompt, new.tags, new.heard) BEGIN
        INSERT INTO words (words, rowid, title, prompt, tags, heard)
        VALUES ('delete', old.number, old.title, old.prompt, old.tags, old.heard);
        INSERT INTO words (rowid, title, prompt, tags, heard)
        VALUES (new.number, new.title, new.prompt, new.tags, new.heard);
    END
    """,
)

_FILES = (
    # Where masters are: below the library's folder with "/", or anywhere. One that is not here is `sounds/<id>.wav`.
    """
    CREATE TABLE files (
        id TEXT PRIMARY KEY,
        path TEXT NOT NULL,
        is_due INTEGER NOT NULL CHECK (is_due IN (0, 1)) -- is to get a new name as soon as nobody uses it
    )
    """,
    "CREATE TABLE former (path TEXT PRIMARY KEY, id TEXT NOT NULL)",  # where they were: never given to another clip
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_TABLES, _MELODY_SIMILARITY, _STEM, _ANALYSIS, _FILES)


class DamagedDatabaseError(UserProblem):
    """The database is not as this program left it. At the start the library catches this and uses a backup."""

    def __init__(self, why: str) -> None:
        what_to_do = (
            "Start MusicGen Studio again: it then goes back to the newest good copy and takes in what that lacks."
        )
        super().__init__("The library's database is damaged.", why, what_to_do)


def prepare(connection: sqlite3.Connection, path: Path, back_up: Callable[[int], object]) -> None:
    """Bring a database, which may be empty, to this program's version.

    Args:
        connection: In autocommit mode.
        path: Its file, for messages.
        back_up: Called with the new version before each step that changes tables with content.

    Raises:
        UserProblem: If the database is of a newer program.
        DamagedDatabaseError: If it is not this program's, or its pages contradict each other.
        sqlite3.Error: If it cannot be read or written.
    """
    version = _number(connection, "user_version")
    is_empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    if (_number(connection, "application_id"), version == 0) != ((0, True) if is_empty else (APPLICATION_ID, False)):
        raise DamagedDatabaseError("It is marked as another program's.")
    if version > len(MIGRATIONS):
        raise UserProblem(
            "The library cannot be opened.",
            f"{path} was written by a newer MusicGen Studio (format {version}; this program knows {len(MIGRATIONS)}).",
            "Update MusicGen Studio.",
        )
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")
    if (verdict := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise DamagedDatabaseError(f"SQLite says: {verdict}.")
    for number in range(version + 1, len(MIGRATIONS) + 1):
        if not is_empty:
            back_up(number)
        _migrate(connection, number)


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _migrate(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in MIGRATIONS[number - 1]:
            _change(connection, statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _change(connection: sqlite3.Connection, statement: str) -> None:
    try:
        connection.execute(statement)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # a bug, which must not be taken for damage
            raise RuntimeError(f"the step to a new format is wrong ({error}): {statement}") from error
        raise
