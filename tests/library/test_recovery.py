"""The start after a program was killed, or after somebody moved files."""

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.clip import Origin
from musicgen_studio.library.library import Library
from musicgen_studio.library.recovery import Reconciled
from musicgen_studio.library.rows import to_json
from musicgen_studio.library.wave_file import HEADER_BYTES, WaveShape, look
from tests.library.samples import RATE, add, new_clip, noise, titles


def killed(library: Library, folder: Path) -> Path:
    """Return the folder as a program killed at this moment leaves it: nothing closed, nothing written any more."""
    copy = folder.with_name(f"{folder.name} killed")
    shutil.copytree(library.folder, copy)
    return copy


def test_nothing_to_do(library: Library) -> None:
    add(library)
    assert library.reconcile() == Reconciled()
    assert library.notices == []


def test_a_killed_run_becomes_a_clip(library: Library, folder: Path) -> None:
    samples = noise(3 * RATE, 2)
    begun = new_clip(title="Long", prompt="sad jazz", recipe="{}", channels=2, frames=1)
    partial = library.begin(begun)
    for second in range(3):
        partial.append(samples[second * RATE : (second + 1) * RATE])
    partial.append(samples[:100])  # too little to be written
    with Library(killed(library, folder)) as survivor:
        found = survivor.reconcile()
        wanted = replace(begun, frames=3 * RATE, origin=Origin.RECOVERED, is_complete=False)
        assert found == Reconciled(recovered=[wanted])
        assert survivor.clips("sad") == [wanted]
        assert np.array_equal(survivor.read(begun.id).samples, samples)
        assert look(survivor.sound_file(begun.id)) == WaveShape(RATE, 2, 3 * RATE), "the header is repaired"
        assert survivor.drag_file(begun.id).exists()
        assert survivor.reconcile() == Reconciled()
        assert list((survivor.folder / "unfinished").iterdir()) == []
    assert library.reconcile() == Reconciled(), "here it is still in the making"


@pytest.mark.parametrize("extra", [1, 3, 7])
def test_half_a_frame_is_cut(library: Library, folder: Path, extra: int) -> None:
    partial = library.begin(new_clip(channels=2))
    partial.append(noise(RATE, 2))
    copy = killed(library, folder)
    with next((copy / "unfinished").iterdir()).open("ab") as part:
        part.write(b"\x3e" * extra)
    with Library(copy) as survivor:
        assert survivor.reconcile().recovered[0].frames == RATE
        assert np.array_equal(survivor.read(partial.clip.id).samples, noise(RATE, 2))


def test_a_run_without_a_sound_leaves_nothing(library: Library, folder: Path) -> None:
    partial = library.begin(new_clip())
    copy = killed(library, folder)
    with Library(copy) as survivor:
        assert survivor.reconcile() == Reconciled()
        assert not [path for path in copy.rglob("*") if partial.clip.id in path.name]


@pytest.mark.parametrize("lost", ["record", "header", "both"])
def test_record_or_header_is_enough(library: Library, folder: Path, lost: str) -> None:
    partial = library.begin(new_clip(title="Long"))
    partial.append(noise(RATE))
    copy = killed(library, folder)
    if lost in ("record", "both"):
        next((copy / "records").iterdir()).write_text("{")
    if lost in ("header", "both"):
        with next((copy / "unfinished").iterdir()).open("r+b") as part:
            part.write(b"\0" * HEADER_BYTES)
    with Library(copy) as survivor:
        found = survivor.reconcile().recovered
        if lost == "both":
            assert found == []
            assert "damaged" in survivor.notices[0]
            assert (copy / "damaged" / f"{partial.clip.id}.part.wav").stat().st_size == HEADER_BYTES + 4 * RATE
        else:
            assert [clip.title for clip in found] == ["Long" if lost == "header" else "Recovered sound"]
            assert np.array_equal(survivor.read(partial.clip.id).samples, noise(RATE))


def test_killed_between_the_record_and_the_name(library: Library, folder: Path) -> None:
    partial = library.begin(new_clip(title="Done"))
    partial.append(noise(RATE))
    copy = killed(library, folder)
    final = replace(partial.clip, frames=RATE)
    (copy / "records" / f"{final.id}.json").write_text(to_json(final))
    with Library(copy) as survivor:
        assert survivor.reconcile().recovered == [final], "it was complete, and is so called"


def test_killed_between_the_name_and_the_row(library: Library, folder: Path) -> None:
    kept = add(library, title="kept")
    with Library(folder.with_name("other")) as other:
        clip = add(other, title="no row yet", prompt="sad jazz")
        sound = other.sound_file(clip.id).relative_to(other.folder)
    for name in (sound, Path("records", f"{clip.id}.json")):
        shutil.copy(other.folder / name, folder / name)
    assert library.reconcile() == Reconciled(adopted=[clip])
    assert library.clips() == [clip, kept]
    assert library.clips("jazz") == [clip]


def test_a_sound_without_a_record_is_adopted_under_a_plain_name(library: Library, folder: Path) -> None:
    clip = add(library)
    sound = library.sound_file(clip.id)
    library.close()
    (folder / "library.sqlite3").unlink()
    (folder / "records" / f"{clip.id}.json").unlink()
    with Library(folder) as again:
        (adopted,) = again.reconcile().adopted
        assert (adopted.id, adopted.frames, adopted.origin) == (clip.id, clip.frames, Origin.RECOVERED)
        assert again.sound_file(adopted.id) == sound


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a name is a text that can be seen")
@pytest.mark.parametrize(("name", "title"), [(b"sch\xf6n.wav", "sch?n"), (b" .wav", "Recovered sound")])
def test_a_sound_is_adopted_whatever_it_is_called(library: Library, folder: Path, name: bytes, title: str) -> None:
    clip = add(library)
    sound = library.sound_file(clip.id).rename(folder / os.fsdecode(name))
    library.close()
    (folder / "library.sqlite3").unlink()
    (folder / "records" / f"{clip.id}.json").unlink()
    with Library(folder) as again:
        assert titles(again.reconcile().adopted) == [title]
        assert again.sound_file(clip.id) == sound
    with Library(folder) as again:
        assert again.sound_file(clip.id) == sound


def test_a_sound_cut_short_is_adopted_as_not_complete(library: Library, folder: Path) -> None:
    clip = add(library)
    path = folder / "sounds" / f"{clip.id}.wav"  # its tail is cut off, too; what tells whose it is is its name
    path.parent.mkdir()
    library.sound_file(clip.id).rename(path)
    library.close()
    (folder / "library.sqlite3").unlink()
    with path.open("r+b") as sound:
        sound.truncate(HEADER_BYTES + 4 * 1000)
    with Library(folder) as again:
        (adopted,) = again.reconcile().adopted
        assert (adopted.frames, adopted.is_complete) == (1000, False)
        assert again.read(clip.id).frames == 1000


def test_what_is_no_sound_is_set_aside_and_other_names_are_left_alone(library: Library, folder: Path) -> None:
    (folder / "sounds").mkdir()
    (folder / "sounds" / f"{'a' * 32}.wav").write_text("no sound")
    (folder / "sounds" / "mine.wav").write_text("somebody's")
    assert library.reconcile() == Reconciled()
    assert (folder / "damaged" / f"{'a' * 32}.wav").read_text() == "no sound"
    assert (folder / "sounds" / "mine.wav").exists()
    assert len(library.notices) == 1


def test_missing_and_back(library: Library, tmp_path: Path) -> None:
    clip = add(library)
    sound = library.sound_file(clip.id)
    sound.rename(tmp_path / "elsewhere.wav")
    gone = replace(clip, is_missing=True)
    assert library.reconcile() == Reconciled(missing=[gone])
    assert library.reconcile() == Reconciled()
    assert library.clips(missing=True) == [gone]
    (tmp_path / "elsewhere.wav").rename(sound)
    assert library.reconcile() == Reconciled(back=[clip])
    assert library.clips(missing=False) == [clip]


@pytest.mark.skipif(os.name != "posix", reason="a link wants rights on Windows that not everybody has")
def test_a_sound_behind_a_link_is_missing_while_its_disk_is_not_there(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    clip = add(library)
    sound, disk = library.sound_file(clip.id), tmp_path / "disk"
    disk.mkdir()
    sound.rename(disk / "sound.wav")
    sound.symlink_to(disk / "sound.wav")
    assert library.reconcile() == Reconciled()
    disk.rename(tmp_path / "unplugged")
    assert library.reconcile() == Reconciled(missing=[replace(clip, is_missing=True)])
    library.close()
    (tmp_path / "unplugged").rename(disk)
    with Library(folder) as again:
        assert again.reconcile() == Reconciled(back=[clip])
        assert np.array_equal(again.read(clip.id).samples, noise())


def test_files_that_were_being_written_are_swept(library: Library, folder: Path) -> None:
    for name in ("records/.a.json.part", "ready/.a.wav.part", "backups/.b.sqlite3.part-journal", "unfinished/c.wav"):
        (folder / name).touch()
    library.close()
    with Library(folder):
        assert not list(folder.rglob("*.part*"))
        assert not list((folder / "unfinished").iterdir())
