"""Keeping, finding and changing clips, with real files and a real database."""

import errno
import sqlite3
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import sound as audiofile
from musicgen_studio.library.files import new_id
from musicgen_studio.library.library import Library
from tests.library.samples import RATE, add, new_clip, noise, titles


def test_a_clip_comes_back_as_it_was_after_a_restart(folder: Path) -> None:
    clip = new_clip(
        title="Ärger – 夜",
        prompt="sad jazz\nwith brushes",
        seed=2**63 - 17,
        checkpoint="starter",
        licence="CC0",
        recipe='{"format": 1}\n',
        parent=new_id(),
        is_complete=False,
        is_starred=True,
        tags=("lo-fi", "night"),
        tempo_bpm=93.5,
        channels=2,
    )
    samples = noise(clip.frames, 2)
    with Library(folder) as library:
        assert library.add(clip, Audio(samples, RATE)) == clip
    with Library(folder) as library:
        assert library.clips() == [clip]
        assert library.get(clip.id) == clip
        sound = library.read(clip.id)
        assert np.array_equal(sound.samples, samples)
        assert audiofile.read(library.sound_file(clip.id)).sample_rate == RATE


def test_clips_come_newest_first(library: Library) -> None:
    add(library, title="old", created="2026-01-01T00:00:00+00:00")
    add(library, title="new", created="2026-03-01T00:00:00+00:00")
    add(library, title="middle", created="2026-02-01T00:00:00+00:00")
    add(library, title="middle, later", created="2026-02-01T00:00:00+00:00")
    assert titles(library.clips()) == ["new", "middle, later", "middle", "old"]


def test_edit_returns_the_new_value_and_the_old_one_undoes_it(library: Library) -> None:
    clip = add(library)
    edited = library.edit(clip.id, title="  Sad\njazz ", is_starred=True, tags=("Lo-Fi", "jazz, Night"), tempo_bpm=120)
    assert edited == replace(clip, title="Sad jazz", is_starred=True, tags=("jazz", "lo-fi", "night"), tempo_bpm=120.0)
    assert library.get(clip.id) == edited
    library.edit(clip.id, title=clip.title, is_starred=clip.is_starred, tags=clip.tags, tempo_bpm=clip.tempo_bpm)
    assert library.get(clip.id) == clip


@pytest.mark.parametrize(
    "changes", [{"title": " \n\0"}, {"tempo_bpm": 0.0}, {"tempo_bpm": float("nan")}, {"tempo_bpm": 1e9}]
)
def test_an_edit_that_cannot_be_changes_nothing(library: Library, changes: dict[str, Any]) -> None:
    clip = add(library)
    with pytest.raises(UserProblem):
        library.edit(clip.id, **changes)
    assert library.get(clip.id) == clip


def test_only_what_may_be_edited_can_be(library: Library) -> None:
    clip = add(library)
    with pytest.raises(TypeError, match="frames"):
        library.edit(clip.id, frames=3)  # type: ignore[call-arg]


def test_trash_and_back(library: Library) -> None:
    first, second = add(library, title="first"), add(library, title="second")
    assert all(clip.trashed for clip in library.trash([first.id, second.id]))
    assert library.clips() == []
    assert titles(library.clips(trashed=True)) == ["second", "first"]
    assert library.restore([first.id]) == [first]
    assert library.clips() == [first]
    with pytest.raises(KeyError):
        library.trash([first.id, new_id()])
    assert library.clips() == [first]


def test_purging_removes_the_files_but_what_other_programs_were_given(library: Library, folder: Path) -> None:
    kept, gone = add(library, title="kept"), add(library, title="gone")
    given = library.drag_file(gone.id)
    library.trash([gone.id])
    assert titles(library.purge_trash()) == ["gone"]
    assert library.clips(trashed=True) == []
    assert given.exists()
    named = {path for path in folder.rglob("*") if gone.id in path.name}
    assert named == {given.parent}
    assert library.reconcile().adopted == []
    assert library.clips() == [kept]


def test_what_came_into_the_trash_after_the_question_is_not_purged(library: Library) -> None:
    gone, taken_back, later = add(library, title="gone"), add(library, title="taken back"), add(library, title="later")
    asked = [clip.id for clip in library.trash([gone.id, taken_back.id])]
    library.trash([later.id], soon=True)
    library.restore([taken_back.id], soon=True)
    assert titles(library.purge_trash(asked)) == ["gone"]
    assert library.clips() == [taken_back]
    assert titles(library.clips(trashed=True)) == ["later"]


def test_what_was_kept_of_a_purged_clip_goes_with_it(library: Library) -> None:
    gone, kept = add(library), add(library)
    texts = {f"marks.{gone.id}": None, f"live/{gone.id}": None, f"marks.{kept.id}": "kept", "window": "kept"}
    for key in texts:
        library.remember(key, "kept")
    library.trash([gone.id])
    library.purge_trash()
    assert {key: library.recall(key) for key in texts} == texts


def test_a_purge_that_was_cut_off_is_ended_at_the_next_start(folder: Path) -> None:
    with Library(folder) as library:
        clip = add(library)
        library._database.doom([clip.id])  # and the program is killed
    with Library(folder) as library:
        assert library.reconcile().adopted == []
        assert not library.sound_file(clip.id).exists()
        assert library.clips() == []


def test_files_that_cannot_be_removed_now_go_at_the_next_start(folder: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "in use")

    with Library(folder) as library:
        clip = add(library)
        library.trash([clip.id])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "unlink", refuse)
            assert len(library.purge_trash()) == 1
        assert library.sound_file(clip.id).exists()
        assert library.reconcile().adopted == []
    with Library(folder) as library:
        assert library.reconcile().adopted == []
        assert not library.sound_file(clip.id).exists()


def test_the_end_of_a_purge_is_written_while_nobody_else_writes(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, bury, could_write = add(library), library._database.bury, list[bool]()

    def can_write() -> bool:
        is_free = library._changing.acquire(blocking=False)
        if is_free:
            library._changing.release()
        return is_free

    def noted(ids: Iterable[str]) -> None:
        with ThreadPoolExecutor(1) as another:
            could_write.append(another.submit(can_write).result())
        bury(ids)

    monkeypatch.setattr(library._database, "bury", noted)
    library.trash([clip.id])
    library.purge_trash()
    assert could_write == [False], "its transaction would end in the middle of the other's"
    assert library._database.doomed() == []


def test_filters(library: Library) -> None:
    add(library, title="a", is_starred=True, tags=("jazz",), checkpoint="starter")
    add(library, title="b", frames=RATE, tags=("jazz", "slow"), checkpoint="musicgen-small")
    trashed = add(library, title="c", tags=("odd",))
    library.trash([trashed.id])
    assert titles(library.clips(starred=True)) == ["a"]
    assert titles(library.clips(tag="Jazz")) == ["b", "a"]
    assert titles(library.clips(tag="slow")) == ["b"]
    assert titles(library.clips(checkpoint="starter")) == ["a"]
    assert titles(library.clips(min_s=0.5)) == ["b"]
    assert titles(library.clips(max_s=0.5)) == ["a"]
    assert titles(library.clips("a", tag="slow")) == []
    assert titles(library.clips(missing=True)) == []
    assert titles(library.clips(missing=False)) == ["b", "a"]
    assert library.tags() == ["jazz", "slow"]
    assert library.checkpoints() == ["musicgen-small", "starter"]


def test_lineage(library: Library) -> None:
    parent = add(library)
    add(library, title="take 1", parent=parent.id)
    take_2 = add(library, title="take 2", parent=parent.id)
    assert titles(library.children(parent.id)) == ["take 2", "take 1"]
    assert library.children(take_2.id) == []
    library.trash([take_2.id])
    assert titles(library.children(parent.id)) == ["take 1"]


def test_a_missing_sound_is_told_with_what_to_do(library: Library) -> None:
    clip = add(library)
    library.sound_file(clip.id).unlink()
    calls: list[Callable[[], object]] = [
        lambda: library.read(clip.id),
        lambda: library.drag_file(clip.id),
        lambda: library.selection_file(clip.id, 0, 10),
    ]
    for call in calls:
        with pytest.raises(UserProblem, match="missing"):
            call()


def test_clip_and_sound_must_fit(library: Library) -> None:
    clip = new_clip(channels=2)
    with pytest.raises(ValueError, match="shape"):
        library.add(clip, Audio(noise(clip.frames, 1), RATE))
    taken = add(library)
    with pytest.raises(ValueError, match="taken"):
        library.begin(taken)
    with pytest.raises(ValueError, match="32 hex digits"):
        library.begin(new_clip(id="../../../etc/passwd"))
    assert library.clips() == [taken]


def test_small_texts_are_remembered(folder: Path) -> None:
    with Library(folder) as library:
        assert library.recall("prompt") is None
        library.remember("prompt", "happy")
        library.remember("prompt", "happy rock\n\ud800\0")
    with Library(folder) as library:
        assert library.recall("prompt") == "happy rock\n?\0"


def test_a_text_that_is_remembered_soon_is_known_at_once_and_written_later(folder: Path) -> None:
    with Library(folder) as library:
        library.remember("prompt", "happy", soon=True)
        library.remember("prompt", "happy rock\n\ud800", soon=True)
        assert library.recall("prompt") == "happy rock\n?"
        with closing(sqlite3.connect(folder / "library.sqlite3")) as other:
            assert other.execute("SELECT * FROM memory").fetchall() == []
            library.write_due()
            assert other.execute("SELECT * FROM memory").fetchall() == [("prompt", "happy rock\n?")]
        library.remember("prompt", "calm", soon=True)
        library.remember("prompt", "sad")  # the later one counts
        assert library.recall("prompt") == "sad"
        library.remember("window", "wide", soon=True)  # the end writes it
    with Library(folder) as library:
        assert (library.recall("prompt"), library.recall("window")) == ("sad", "wide")


def test_who_looks_does_not_wait_for_the_disk(folder: Path) -> None:
    is_writing = threading.Event()

    def now() -> datetime:
        is_writing.set()
        return datetime(2026, 1, 1, tzinfo=UTC)

    with Library(folder, now) as library, closing(sqlite3.connect(folder / "library.sqlite3")) as disk:
        clip, other = add(library), add(library)
        is_writing.clear()
        disk.execute("BEGIN IMMEDIATE")  # from now on nothing can be written
        writer = threading.Thread(target=library.trash, args=([other.id],))
        writer.start()
        assert is_writing.wait(10)  # it is in the middle of a change
        assert library.get(clip.id) == clip
        assert library.has(clip.id)
        assert set(library.clips()) == {clip, other}
        assert (library.stems(clip.id), library.children(clip.id)) == ([], [])
        assert (library.tags(), library.checkpoints()) == ([], [])
        library.check_sound(clip.id)
        assert set(library.clips("happy")) == {clip, other}
        assert library.clips("happy 120bpm") == []
        assert library.drag_file_if_ready(clip.id) is not None
        library.remember("prompt", "happy", soon=True)
        assert (library.recall("prompt"), library.recall("never said")) == ("happy", None)
        assert library.recalled("faults.") == {}
        assert writer.is_alive()  # nobody has waited for it
        disk.rollback()
        writer.join(10)
        assert library.clips() == [clip]


def test_what_is_edited_soon_is_seen_at_once_and_written_later(folder: Path) -> None:
    with Library(folder) as library, closing(sqlite3.connect(folder / "library.sqlite3")) as other:
        clip = add(library, title="Calm")
        stem = add(library, title="drums", origin=Origin.STEM, parent=clip.id, stem="drums")

        def rows() -> set[tuple[str, int, bool]]:
            return set(other.execute("SELECT title, is_starred, trashed IS NULL FROM clips").fetchall())

        before = rows()
        assert library.edit(clip.id, is_starred=True, soon=True) == library.get(clip.id)
        library.edit(clip.id, title=" Happy ", tags=("b", "a"), soon=True)
        assert [(each.title, each.is_starred, each.tags) for each in library.clips(starred=True)] == [
            ("Happy", True, ("a", "b"))
        ]
        library.trash([clip.id], soon=True)
        assert library.clips() == []
        assert {each.id for each in library.clips(trashed=True)} == {clip.id, stem.id}
        library.restore([clip.id], soon=True)
        assert [each.id for each in library.stems(clip.id)] == [stem.id]
        assert rows() == before
        assert library.sound_file(clip.id).name == "Calm.wav"
        library.write_due()
        assert rows() == {("Happy", 1, True), ("drums", 0, True)}
        assert library.sound_file(clip.id).name == "Happy.wav"
        library.trash([clip.id], soon=True)  # the end writes it
    with Library(folder) as library:
        assert {each.title for each in library.clips(trashed=True)} == {"Happy", "drums"}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [({"title": "\0"}, UserProblem), ({"tempo_bpm": -1.0}, UserProblem), ({"id": "x"}, TypeError)],
)
def test_what_cannot_be_is_not_edited_soon_either(library: Library, changes: dict[str, Any], refusal: type) -> None:
    clip = add(library)
    with pytest.raises(refusal):
        library.edit(clip.id, **changes, soon=True)
    library.write_due()
    assert library.get(clip.id) == clip


def test_an_edit_that_the_disk_does_not_take_is_written_the_next_time(folder: Path) -> None:
    with Library(folder) as library:
        clip = add(library)
        pages = library._database._connection.execute
        pages("PRAGMA max_page_count = 1")  # it is full as it is
        library.edit(clip.id, tags=("x" * 100_000,), soon=True)
        library.edit(clip.id, is_starred=True, soon=True)
        with pytest.raises(UserProblem):
            library.write_due()
        assert library.get(clip.id).is_starred  # as it is seen
        library.edit(clip.id, tags=("short",), soon=True)
        pages("PRAGMA max_page_count = 1000000")
        library.write_due()
    with Library(folder) as library:
        assert (library.get(clip.id).tags, library.get(clip.id).is_starred) == (("short",), True)


def test_who_edits_soon_waits_for_nobody_and_what_another_writes_meanwhile_takes_nothing_back(folder: Path) -> None:
    is_writing = threading.Event()

    def now() -> datetime:
        is_writing.set()
        return datetime(2026, 1, 1, tzinfo=UTC)

    with Library(folder, now) as library, closing(sqlite3.connect(folder / "library.sqlite3")) as disk:
        clip = add(library)
        is_writing.clear()
        disk.execute("BEGIN IMMEDIATE")
        writer = threading.Thread(target=library.trash, args=([clip.id],))
        writer.start()
        assert is_writing.wait(10)
        library.edit(clip.id, is_starred=True, soon=True)
        assert writer.is_alive()
        disk.rollback()
        writer.join(10)
        assert (library.get(clip.id).is_starred, library.get(clip.id).trashed is None) == (True, False)
        library.edit(clip.id, title="seen", soon=True)
        library.edit(clip.id, title="written")  # the later one counts
        assert library.get(clip.id).title == "written"
        library.write_due()
    with Library(folder) as library:
        kept = library.get(clip.id)
        assert (kept.is_starred, kept.trashed is None, kept.title) == (True, False, "written")


def test_many_threads_use_one_library(library: Library) -> None:
    clips = [add(library, title=str(number)) for number in range(4)]
    failures: list[BaseException] = []

    def work(clip: Clip) -> None:
        try:
            for number in range(15):
                library.edit(clip.id, title=f"{clip.title} {number}")
                library.clips(clip.title)
                add(library, title="more", parent=clip.id)
                library.drag_file(clip.id)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=work, args=(clip,)) for clip in clips]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [library.get(clip.id).title for clip in clips] == [f"{number} 14" for number in range(4)]
    assert len(library.clips()) == 4 + 4 * 15


def test_a_second_program_is_refused(library: Library, folder: Path) -> None:
    with pytest.raises(UserProblem, match="Another running MusicGen Studio"):
        Library(folder)
    library.close()
    Library(folder).close()


def test_a_file_in_place_of_the_folder(folder: Path) -> None:
    folder.write_text("no folder")
    with pytest.raises(UserProblem, match="not a folder"):
        Library(folder)


@pytest.mark.parametrize("name", ["records", "unfinished", "lock", "library.sqlite3"])
def test_something_else_in_place_of_a_part_of_the_library(folder: Path, name: str) -> None:
    folder.mkdir()
    if name in ("records", "unfinished"):
        (folder / name).write_text("no folder")
    else:
        (folder / name).mkdir()
    with pytest.raises(UserProblem):
        Library(folder)
    assert (folder / name).exists()


def test_a_folder_that_may_not_be_written_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    monkeypatch.setattr("os.access", lambda *_: False)  # the superuser, who runs tests in containers, may do all
    with pytest.raises(UserProblem, match="not allowed"):
        Library(folder)


def test_an_origin_stays(library: Library) -> None:
    assert add(library, origin=Origin.RECORDED).origin is Origin.RECORDED
