"""Copies of the database, damage, and formats of other versions."""

import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from musicgen_studio.errors import UserProblem
from musicgen_studio.library import schema
from musicgen_studio.library.database import understood
from musicgen_studio.library.library import Library
from tests.library.samples import add, titles

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
CURRENT = len(schema.MIGRATIONS)


def filled(folder: Path) -> None:
    """Make a library with two clips, of which the daily copy knows one."""
    with Library(folder) as library:
        old = add(library, title="old")
        library.edit(old.id, title="old, renamed")
        library.backup()
        add(library, title="new", prompt="sad jazz")


def test_a_copy_a_day_and_five_are_kept(folder: Path) -> None:
    day = START
    with Library(folder, now=lambda: day) as library:
        library.backup()
        assert list((folder / "backups").iterdir()) == [], "nothing to copy yet"
        clip = add(library)
        for _ in range(8):
            library.edit(clip.id, title=f"{day:%d}")
            library.backup()
            library.edit(clip.id, title="later that day")
            library.backup()
            day += timedelta(days=1)
    copies = sorted((folder / "backups").iterdir())
    assert [copy.name for copy in copies] == [f"library-2026-02-0{number}.sqlite3" for number in range(3, 8)]
    with closing(sqlite3.connect(copies[-1])) as copy:
        assert copy.execute("SELECT title FROM clips").fetchall() == [("07",)]


@pytest.mark.parametrize(
    "damage", ["overwritten", "header", "cut", "emptied", "deleted", "value", "text", "path", "former path"]
)
def test_a_damaged_database_is_set_aside_and_a_copy_is_used(folder: Path, damage: str) -> None:
    filled(folder)
    database = folder / "library.sqlite3"
    before = database.read_bytes()
    spoil(database, damage)
    spoiled = database.read_bytes() if database.exists() else b""
    with Library(folder) as library:
        assert "library-" in library.notices[0]
        assert titles(library.clips()) == ["old, renamed"]
        assert [clip.prompt for clip in library.reconcile().adopted] == ["sad jazz"]
        assert sorted(titles(library.clips())) == ["new", "old, renamed"]
        assert titles(library.clips("jazz")) == ["new"]
    kept = [path.read_bytes() for path in (folder / "damaged").glob("*.sqlite3")]
    assert kept == ([spoiled] if damage != "deleted" else [])
    assert before != spoiled
    with Library(folder) as library:
        assert library.notices == []


def spoil(database: Path, damage: str) -> None:
    match damage:
        case "overwritten":
            content = database.read_bytes()
            database.write_bytes(content[:4096] + b"\xaa" * 8192 + content[4096 + 8192 :])
        case "header":
            with database.open("r+b") as file:
                file.write(b"\0" * 100)
        case "cut":
            with database.open("r+b") as file:
                file.truncate(3 * 4096 + 17)
        case "emptied":
            database.write_bytes(b"")
        case "deleted":
            database.unlink()
        case "value":
            execute(database, "UPDATE clips SET frames = 'many'")
        case "text":
            execute(database, "UPDATE clips SET title = CAST(x'ff' AS TEXT)")
        case "path":
            execute(database, "UPDATE files SET path = CAST(x'ff' AS TEXT)")
        case "former path":
            execute(database, "UPDATE former SET path = CAST(x'ff' AS TEXT)")


def test_a_small_text_that_is_damaged_keeps_nobody_from_the_library(folder: Path) -> None:
    with Library(folder) as library:
        library.remember("window", "wide")
        library.remember("faults.1", "[]")
    execute(folder / "library.sqlite3", "UPDATE memory SET text = CAST(x'61ff' AS TEXT)")
    with Library(folder) as library:
        assert library.recall("window") == "a\ufffd"
        assert library.recalled("faults.") == {"faults.1": "a\ufffd"}
        library.remember("window", "narrow")
        assert library.recall("window") == "narrow"


def execute(database: Path, sql: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(sql)


def test_without_a_good_copy_the_clips_are_listed_from_their_files(folder: Path) -> None:
    filled(folder)
    for path in (folder / "library.sqlite3", *(folder / "backups").iterdir()):
        path.write_bytes(b"no database, but long enough to be looked at" * 100)
    with Library(folder) as library:
        assert "no good copy" in library.notices[0]
        library.reconcile()
        assert sorted(titles(library.clips())) == ["new", "old"]


def test_any_damage_leaves_a_library_that_works(folder: Path) -> None:
    filled(folder)
    database = folder / "library.sqlite3"
    good = database.read_bytes()
    dice = random.Random(7)  # noqa: S311 - the same damage every time
    for _ in range(60):
        content = bytearray(good)
        # One in three in the tables' texts, which fill the first page. The header's numbers have tests of their own.
        start = dice.randrange(100, dice.choice([4096, len(content), len(content)]))
        length = dice.choice([1, 16, 512, 4096])
        content[start : start + length] = dice.randbytes(len(content[start : start + length]))
        database.write_bytes(content)
        with Library(folder) as library:
            library.reconcile()
            assert len(library.clips()) + len(library.clips(trashed=True)) >= 1
            library.clips("jazz")
            library.edit((library.clips() + library.clips(trashed=True))[0].id, title="works", is_starred=True)
            for clip in library.clips(missing=False):
                library.read(clip.id)


def test_the_word_index_is_made_again(folder: Path) -> None:
    filled(folder)
    execute(folder / "library.sqlite3", "DELETE FROM words_data WHERE id > 10")
    with Library(folder) as library:
        assert library.notices == []
        assert titles(library.clips("jazz")) == ["new"]


@pytest.mark.parametrize("code", [sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR])
def test_what_a_disk_refuses_is_not_taken_for_damage(code: int) -> None:
    error = sqlite3.OperationalError("refused")
    error.sqlite_errorcode = code
    with pytest.raises(UserProblem) as told, understood("The library cannot be opened.", Path("library.sqlite3")):
        raise error
    assert not isinstance(told.value, schema.DamagedDatabaseError), "a good database would be set aside"


def test_a_newer_format_is_refused_and_left_alone(folder: Path) -> None:
    filled(folder)
    execute(folder / "library.sqlite3", "PRAGMA user_version = 99")
    before = (folder / "library.sqlite3").read_bytes()
    with pytest.raises(UserProblem, match=r"Update MusicGen Studio\."):
        Library(folder)
    assert (folder / "library.sqlite3").read_bytes() == before
    execute(folder / "library.sqlite3", f"PRAGMA user_version = {CURRENT}")
    Library(folder).close()


def test_an_older_format_is_brought_up_with_a_copy_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(folder)
    steps = (("ALTER TABLE clips ADD COLUMN mood TEXT", "UPDATE clips SET mood = 'glad'"), ("CREATE TABLE extra (a)",))
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, *steps))
    with Library(folder, now=lambda: START) as library:
        assert sorted(titles(library.clips())) == ["new", "old, renamed"]
    with closing(sqlite3.connect(folder / "library.sqlite3")) as connection:
        assert connection.execute("SELECT DISTINCT mood FROM clips").fetchall() == [("glad",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (CURRENT + 2,)
    for number in (CURRENT + 1, CURRENT + 2):
        copy = folder / "backups" / f"library-2026-01-31-before-format-{number}.sqlite3"
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (number - 1,)


def go_back_to_the_first_format(path: Path) -> None:
    """Make a database what it was before there were migrations, with what it held then."""
    with closing(sqlite3.connect(path)) as connection:
        all_rows = connection.execute("SELECT * FROM clips ORDER BY number")
        names, rows = [column[0] for column in all_rows.description], all_rows.fetchall()
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        for statement in schema.MIGRATIONS[0]:
            connection.execute(statement)
        known = [column[1] for column in connection.execute("PRAGMA table_info(clips)")]
        for row in rows:
            values = [value for name, value in zip(names, row, strict=True) if name in known]
            connection.execute(f"INSERT INTO clips VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()


def test_a_library_of_the_first_format_is_brought_up(folder: Path) -> None:
    filled(folder)
    go_back_to_the_first_format(folder / "library.sqlite3")
    with Library(folder) as library:
        assert [clip.melody_similarity for clip in library.clips()] == [None, None]
        assert [(clip.key, clip.analysis) for clip in library.clips()] == [("", ""), ("", "")]
        assert titles(library.clips("renam")) == ["old, renamed"]
        followed = add(library, title="followed", melody_similarity=0.5)
    with Library(folder) as library:
        assert library.get(followed.id).melody_similarity == 0.5


def test_a_step_that_fails_leaves_the_old_format(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(folder)
    step = ("ALTER TABLE clips ADD COLUMN mood TEXT", "this is no SQL")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, step))
        with pytest.raises(RuntimeError, match="syntax"):
            Library(folder)
    with Library(folder) as library:
        assert library.notices == []
        assert sorted(titles(library.clips())) == ["new", "old, renamed"]


def test_the_promises_of_the_database(library: Library) -> None:
    def ask(pragma: str) -> object:
        return library._database._connection.execute(f"PRAGMA {pragma}").fetchone()[0]

    assert (ask("journal_mode"), ask("synchronous"), ask("foreign_keys")) == ("wal", 2, 1)
    assert (ask("application_id"), ask("user_version"), ask("busy_timeout")) == (schema.APPLICATION_ID, CURRENT, 5000)
