"""Files that people can find: named as the clip, unique, renamed with it, followed wherever they are moved."""

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import sound as audiofile
from musicgen_studio.library.library import Library
from musicgen_studio.library.naming import Names, folder_of, stem_of
from musicgen_studio.library.recovery import Reconciled
from musicgen_studio.library.schema import MIGRATIONS
from musicgen_studio.library.wave_file import read_id
from tests.library.old import FORMAT, make_old_library
from tests.library.samples import RATE, add, new_clip, noise


@pytest.mark.parametrize(
    ("title", "bpm", "stem"),
    [
        ("Happy rock", None, "Happy rock"),
        ("Happy rock · take 2", 124.2, "Happy rock 124bpm take 2"),
        ("Happy rock · take 2", None, "Happy rock take 2"),
        ("Techno 130 bpm", 124.2, "Techno 130 bpm"),
        ("Techno 130BPM · extended", 130.0, "Techno 130BPM extended"),
        ("AC/DC: night?", None, "AC DC night"),
        ("con", None, "_con"),
        ("x" * 300 + " · take 12", 99.5, "x" * 65 + " 100bpm take 12"),
        ("夜" * 100 + " · take 2", None, "夜" * 64 + " take 2"),
    ],
)
def test_a_name_is_the_title_with_tempo_and_take(title: str, bpm: float | None, stem: str) -> None:
    assert stem_of(new_clip(title=title, tempo_bpm=bpm)) == stem


@pytest.mark.parametrize(
    ("created", "folder"), [("2026-01-31T12:00:00+00:00", "2026"), ("sometime", "Undated"), ("../../x", "Undated")]
)
def test_the_folder_is_the_year(created: str, folder: str) -> None:
    assert folder_of(new_clip(created=created)) == folder


def test_names_that_some_system_takes_for_the_same_are_numbered() -> None:
    names = Names({"Sad.wav": None})
    given = [names.give(stem, f"{number}") for number, stem in enumerate(["sad", "SAD", "Sad 2", "Söd", "so\u0308d"])]
    assert given == ["sad 2.wav", "SAD 3.wav", "Sad 2 2.wav", "Söd.wav", "so\u0308d 2.wav"]


def test_who_had_a_name_gets_it_back() -> None:
    names = Names({"Sad.wav": "a", "Sad 2.wav": "b", "Sad 3.wav": "c"})
    assert names.give("Glad", "b") == "Glad.wav"
    assert names.give("Sad", "b") == "Sad 2.wav"
    assert names.give("Sad", "d") == "Sad 4.wav"
    names.refuse("Sad 2.wav", "b")
    assert names.give("Sad", "b") == "Sad 5.wav"


def test_a_clip_lies_in_its_year_under_its_title(library: Library, folder: Path) -> None:
    first, second = (
        add(library, title="Happy rock · take 2", tempo_bpm=124.2),
        add(library, title="Happy rock · take 2"),
    )
    assert library.sound_file(first.id) == folder / "2026" / "Happy rock 124bpm take 2.wav"
    assert library.sound_file(second.id) == folder / "2026" / "Happy rock take 2.wav"
    third = add(library, title="HAPPY ROCK · take 2")
    assert library.sound_file(third.id) == folder / "2026" / "HAPPY ROCK take 2 2.wav"
    assert not (folder / "sounds").exists()


def test_somebody_elses_file_is_never_replaced(library: Library, folder: Path) -> None:
    (folder / "2026").mkdir()
    (folder / "2026" / "Happy rock.wav").write_text("somebody's")
    clip = add(library)
    assert library.sound_file(clip.id).name == "Happy rock 2.wav"
    (folder / "2026" / "Happy rock 3.wav").write_text("somebody's, later")
    assert library.sound_file(add(library).id).name == "Happy rock 4.wav"
    assert (folder / "2026" / "Happy rock.wav").read_text() == "somebody's"
    assert (folder / "2026" / "Happy rock 3.wav").read_text() == "somebody's, later"


def test_other_programs_read_sound_and_texts(library: Library) -> None:
    clip = add(library, prompt="sad jazz – 夜", licence="CC-BY-NC 4.0", channels=2, frames=RATE)
    with sf.SoundFile(library.sound_file(clip.id)) as sound:
        assert (sound.frames, sound.channels, sound.subtype) == (RATE, 2, "FLOAT")
        assert (sound.comment, sound.copyright, sound.date) == ("sad jazz – 夜", "CC-BY-NC 4.0", "2026-01-31")
    assert read_id(library.sound_file(clip.id)) == clip.id


def test_a_rename_renames_the_file_and_undo_gives_the_name_back(library: Library, folder: Path) -> None:
    other, clip = add(library), add(library)
    before, content = library.sound_file(clip.id), library.sound_file(clip.id).read_bytes()
    library.edit(clip.id, title="Sad jazz", tempo_bpm=93.0)
    after = library.sound_file(clip.id)
    assert after == folder / "2026" / "Sad jazz 93bpm.wav"
    assert (after.read_bytes(), before.exists()) == (content, False)
    library.edit(clip.id, title="Happy rock", tempo_bpm=None)
    assert library.sound_file(clip.id) == before
    assert library.sound_file(other.id).name == "Happy rock.wav"
    assert library.reconcile() == Reconciled()


def test_other_edits_leave_the_name_alone(library: Library) -> None:
    clip = add(library)
    before = library.sound_file(clip.id)
    library.edit(clip.id, tempo_bpm=124.0, is_starred=True, tags=("slow",))
    library.trash([clip.id])
    assert library.sound_file(clip.id) == before
    assert before.exists()


def test_a_name_that_was_left_is_not_given_to_another(library: Library, folder: Path) -> None:
    clip = add(library)
    was = library.sound_file(clip.id)
    library.edit(clip.id, title="Sad")
    assert library.sound_file(add(library).id).name == "Happy rock 2.wav"
    assert library.find_again(was) == library.sound_file(clip.id)
    assert library.find_again(folder / "sounds" / f"{clip.id}.wav") == library.sound_file(clip.id)
    assert library.find_again(folder / "other.wav") is None
    library.close()
    with Library(folder) as again:
        assert again.sound_file(add(again).id).name == "Happy rock 3.wav"
        assert again.find_again(was) == again.sound_file(clip.id)


@pytest.mark.skipif(sys.platform == "win32", reason="a link wants rights there that not everybody has")
def test_a_file_is_found_again_where_a_link_leads_to_the_library(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "Music").symlink_to(tmp_path / "disk", target_is_directory=True)
    with Library(tmp_path / "Music" / "library") as library:
        clip = add(library)
        was = library.sound_file(clip.id).resolve()  # as records say it
        library.edit(clip.id, title="Sad")
        assert library.find_again(was) == library.sound_file(clip.id) != was


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be asked whether a file is in use")
def test_a_file_in_use_gets_its_name_later(folder: Path) -> None:
    with Library(folder) as library:
        clip = add(library)
        before = library.sound_file(clip.id)
        with before.open("rb"):
            library.edit(clip.id, title="Sad")
            assert (library.sound_file(clip.id), before.exists()) == (before, True)
            assert library.name_files(Event()) == 0
    with Library(folder) as library:
        library.reconcile()
        assert library.name_files(Event()) == 1
        assert library.sound_file(clip.id) == folder / "2026" / "Sad.wav"
        assert library.name_files(Event()) == 0


def test_a_sound_that_is_being_read_is_read_to_its_end(library: Library) -> None:
    clip = add(library, frames=200_000)
    pieces = library.blocks(clip.id)
    first = next(pieces)
    library.edit(clip.id, title="Sad")
    whole = np.concatenate([first.samples, *(piece.samples for piece in pieces)])
    assert np.array_equal(whole, noise(200_000))


def test_copies_that_were_dragged_out_are_never_renamed(library: Library) -> None:
    clip = add(library)
    given = library.drag_file(clip.id)
    library.edit(clip.id, title="Sad")
    assert given.exists()
    assert library.drag_file(clip.id).name == "Sad.wav"


@pytest.mark.parametrize(
    "place", ["2026/Best.wav", "2026/BEST.WAV", "Best of/2026/happy.wav", "top.wav", "2027/Happy rock.wav"]
)
def test_a_file_that_somebody_moved_is_followed(library: Library, folder: Path, place: str) -> None:
    clip, other = add(library), add(library, seed=1)
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    library.sound_file(clip.id).rename(folder / place)
    assert np.array_equal(library.read(clip.id).samples, noise()), "at once, without a new start"
    assert library.sound_file(clip.id) == folder / place
    library.sound_file(other.id).rename(folder / "elsewhere.wav")
    assert library.reconcile() == Reconciled()
    assert library.sound_file(other.id) == folder / "elsewhere.wav"
    library.edit(other.id, title="Sad")
    assert library.sound_file(other.id) == folder / "Sad.wav", "it stays in the folder that somebody chose"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is a text")
def test_a_file_is_followed_to_a_name_that_is_no_text(folder: Path) -> None:
    named = folder / os.fsdecode(b"St\xfccke") / os.fsdecode(b"sch\xf6n.wav")
    with Library(folder) as library:
        clip = add(library)
        named.parent.mkdir()
        library.sound_file(clip.id).rename(named)
        assert library.reconcile() == Reconciled()
    with Library(folder) as library:
        assert library.sound_file(clip.id) == named
        assert library.reconcile() == Reconciled()
        library.edit(clip.id, title="Sad")
        assert library.sound_file(clip.id) == named.with_name("Sad.wav")
    with Library(folder) as library:
        assert library.find_again(named) == library.sound_file(clip.id) == named.with_name("Sad.wav")
        assert np.array_equal(library.read(clip.id).samples, noise())


def test_a_copy_is_left_alone_until_it_is_all_there_is(library: Library, folder: Path) -> None:
    clip = add(library)
    sound = library.sound_file(clip.id)
    copy = folder / "Copy.wav"
    shutil.copy(sound, copy)
    assert library.reconcile() == Reconciled()
    assert library.sound_file(clip.id) == sound
    sound.unlink()
    assert library.reconcile() == Reconciled()
    assert library.sound_file(clip.id) == copy


def test_a_file_outside_is_missing_until_it_is_shown(library: Library, tmp_path: Path) -> None:
    clip, other = add(library), add(library, seed=1)
    outside = tmp_path / "outside.wav"
    library.sound_file(clip.id).rename(outside)
    assert library.reconcile().missing == [replace(clip, is_missing=True)]
    with pytest.raises(UserProblem, match="another clip"):
        library.relink(clip.id, library.sound_file(other.id))
    with pytest.raises(UserProblem, match="not the sound"):
        library.relink(clip.id, library.drag_file(other.id))
    assert library.relink(clip.id, outside) == clip
    assert (library.sound_file(clip.id), library.get(clip.id).is_missing) == (outside, False)
    assert np.array_equal(library.read(clip.id).samples, noise())
    assert library.reconcile() == Reconciled()


def test_a_lost_database_is_rebuilt_whatever_the_files_are_called(folder: Path) -> None:
    with Library(folder) as library:
        clip = add(library, title="Mine", prompt="sad jazz")
        library.sound_file(clip.id).rename(folder / "renamed.wav")
    (folder / "library.sqlite3").unlink()
    with Library(folder) as library:
        assert library.reconcile().adopted == [clip]
        assert library.sound_file(clip.id) == folder / "renamed.wav"


def test_what_a_killed_program_left_of_a_name_goes(library: Library, folder: Path) -> None:
    clip = add(library)
    (folder / "2026" / "Empty.wav").touch()
    (folder / "mine.wav").touch()
    assert library.reconcile() == Reconciled()
    assert {path.name for path in folder.rglob("*.wav")} == {
        library.sound_file(clip.id).name,
        f"{clip.id}.wav",
        "mine.wav",
    }


# Libraries from before files had names.


def old_library(folder: Path, count: int = 3) -> dict[str, np.ndarray]:
    clips = [(new_clip(title=f"Old {number % 2}", channels=1 + number % 2), number) for number in range(count)]
    sounds = {clip.id: noise(clip.frames, clip.channels, seed) for clip, seed in clips}
    make_old_library(folder, [(clip, sounds[clip.id]) for clip, _ in clips])
    return sounds


def test_the_format_before_is_the_one_that_was_published() -> None:
    assert len(MIGRATIONS) > FORMAT


def test_an_old_library_gets_names_once(folder: Path) -> None:
    sounds = old_library(folder)
    contents = {path.stem: path.read_bytes() for path in (folder / "sounds").iterdir()}
    with Library(folder) as library:
        assert library.reconcile() == Reconciled()
        for clip_id, samples in sounds.items():
            assert np.array_equal(library.read(clip_id).samples, samples), "it is usable before its files have names"
        assert library.name_files(Event()) == 3
        names = {library.sound_file(clip_id).relative_to(folder).as_posix() for clip_id in sounds}
        assert names == {"2026/Old 0.wav", "2026/Old 0 2.wav", "2026/Old 1.wav"}
        assert list((folder / "sounds").iterdir()) == []
        assert library.name_files(Event()) == 0
        for clip_id in sounds:
            assert library.sound_file(clip_id).read_bytes() == contents[clip_id], "records know it by its sha256"
            assert library.find_again(folder / "sounds" / f"{clip_id}.wav") == library.sound_file(clip_id)
    with Library(folder) as library:
        assert library.reconcile() == Reconciled()
        for clip_id, samples in sounds.items():
            assert np.array_equal(library.read(clip_id).samples, samples)


def test_old_files_are_followed_and_found_again_too(folder: Path) -> None:
    sounds = old_library(folder)
    with Library(folder) as library:
        library.reconcile()
        library.name_files(Event())
        clips = library.clips()
        for clip in clips:
            (folder / "mine").mkdir(exist_ok=True)
            library.sound_file(clip.id).rename(folder / "mine" / f"{clip.seed}{clip.id[:4]}.wav")
        assert library.reconcile() == Reconciled()
        for clip_id, samples in sounds.items():
            assert np.array_equal(library.read(clip_id).samples, samples)
    (folder / "library.sqlite3").unlink()
    shutil.rmtree(folder / "backups")
    with Library(folder) as library:
        assert sorted(clip.id for clip in library.reconcile().adopted) == sorted(clip.id for clip in clips)
        assert {replace(clip, seed=None) for clip in library.clips()} == set(clips)


@pytest.mark.parametrize("done", [0, 1, 2])
def test_naming_that_was_stopped_goes_on_at_the_next_start(folder: Path, done: int) -> None:
    sounds = old_library(folder)
    stop = Event()
    with Library(folder) as library:
        give, named = library._give_name, []

        def counted(clip_id: str) -> bool:
            named.append(clip_id)
            if len(named) > done:
                stop.set()
            return give(clip_id)

        library._give_name = counted  # type: ignore[method-assign]
        assert library.name_files(stop) == done + 1
    with Library(folder) as library:
        assert library.reconcile() == Reconciled()
        assert library.name_files(Event()) == len(sounds) - done - 1
        assert library.reconcile() == Reconciled()
        for clip_id, samples in sounds.items():
            assert np.array_equal(library.read(clip_id).samples, samples)


def test_an_old_backup_of_the_database_finds_the_new_names(folder: Path) -> None:
    sounds = old_library(folder)
    with Library(folder) as library:
        library.reconcile()
        library.name_files(Event())
    before = next((folder / "backups").glob("*-before-format-5.sqlite3"))
    shutil.copy(before, folder / "library.sqlite3")
    with Library(folder) as library:
        assert library.reconcile() == Reconciled()
        for clip_id, samples in sounds.items():
            assert np.array_equal(audiofile.read(library.sound_file(clip_id)).samples, samples)


def test_a_sound_of_the_same_shape_is_not_taken_for_another(folder: Path) -> None:
    sounds = old_library(folder, 1)
    (clip_id,) = sounds
    with Library(folder) as library:
        library.reconcile()
        library.name_files(Event())
        sound = library.sound_file(clip_id)
        header, size = sound.read_bytes()[:58], sound.stat().st_size
        sound.unlink()
        (folder / "2026" / "other.wav").write_bytes(header + b"\1" * (size - 58))
        assert [clip.id for clip in library.reconcile().missing] == [clip_id]


def test_sound_in_a_library_is_exactly_what_was_given(library: Library) -> None:
    clip = new_clip(frames=RATE, channels=2)
    samples = noise(RATE, 2, seed=5)
    library.add(clip, Audio(samples, RATE))
    assert np.array_equal(audiofile.read(library.sound_file(clip.id)).samples, samples)
