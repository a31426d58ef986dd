"""What every target of a clip has to stand: a disk with no room, any name, any rate and width, ten minutes."""

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import soundfile as sf

from musicgen_studio.errors import UserProblem
from musicgen_studio.export.targets import Target
from musicgen_studio.export.tracks import TrackSettings
from musicgen_studio.files.sound import SoundFormat
from musicgen_studio.studio.arranging.hand_off import HandOff, make_target
from tests.export.songs import NASTY_TITLES, song
from tests.no_room import no_file_beyond


def contents(folder: Path) -> dict[Path, bytes]:
    """Return every file below a folder, hidden ones, too."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def sounds_in(made: Path) -> list[BytesIO]:
    """Return the sound files of what was made, whatever holds them."""
    if made.suffix == ".dawproject":
        with zipfile.ZipFile(made) as archive:
            return [BytesIO(archive.read(name)) for name in archive.namelist() if name.endswith(".wav")]
    folder = made if made.is_dir() else made.parent
    paths = [made] if made.suffix == ".wav" else sorted(folder.rglob("*.wav"))
    return [BytesIO(path.read_bytes()) for path in paths]


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
@pytest.mark.parametrize("target", Target)
def test_where_the_system_takes_no_more_the_old_files_stay_and_nothing_else(
    tmp_path: Path, target: Target, share: float
) -> None:
    wish = HandOff(target, tmp_path, bars=1)
    made = make_target(song(4.0), wish)
    before = contents(tmp_path)
    longest = max(len(content) for content in before.values())
    with no_file_beyond(int(share * longest)), pytest.raises(UserProblem):
        make_target(song(4.0), wish)
    assert contents(tmp_path) == before
    again = make_target(song(4.0), wish)  # there is room again
    assert again != made
    assert contents(tmp_path).items() >= before.items()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MiB; where none may be mounted, what needs it is skipped."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("target", Target)
def test_on_a_disk_that_is_full_the_old_files_stay_and_nothing_else(small_disk: Path, target: Target) -> None:
    """A real one: it refuses whatever comes, folders and small files, too, and at any byte."""
    wish = HandOff(target, small_disk, bars=1)
    make_target(song(2.2), wish)
    before = contents(small_disk)
    largest = sum(map(len, before.values()))
    ballast = small_disk / "ballast"
    free = os.statvfs(small_disk)
    room = largest // 2 // free.f_frsize * free.f_frsize  # half of what it takes
    ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - room))
    before[Path("ballast")] = ballast.read_bytes()
    with pytest.raises(UserProblem):
        make_target(song(2.2), wish)
    assert contents(small_disk) == before
    assert not [path for path in small_disk.rglob("*") if path.is_dir() and not any(path.iterdir())]
    ballast.unlink()
    make_target(song(2.2), wish)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("target", [target for target in Target if target is not Target.MIDI])
def test_its_sounds_have_the_rate_that_is_asked_for_and_the_channels_of_the_clip(
    tmp_path: Path, target: Target, rate: int, channels: int
) -> None:
    settings = TrackSettings(rate, SoundFormat.WAV24)
    made = make_target(song(4.0, 32_000, channels), HandOff(target, tmp_path, settings, bars=1))
    sounds = sounds_in(made)
    assert sounds
    for sound in sounds:
        told = sf.info(sound)
        assert (told.samplerate, told.channels, told.subtype) == (rate, channels, "PCM_24")
        if target is not Target.LOOP:
            assert told.frames == 4 * rate


@pytest.mark.parametrize("title", NASTY_TITLES)
@pytest.mark.parametrize("target", Target)
def test_any_title_has_its_file_in_the_folder_that_was_chosen(tmp_path: Path, target: Target, title: str) -> None:
    folder = tmp_path / "chosen"
    made = make_target(song(2.5, 8000, title=title), HandOff(target, folder, bars=1))
    assert made.exists()
    assert made.resolve().is_relative_to(folder.resolve())
    assert [path for path in tmp_path.iterdir() if path != folder] == []


@pytest.mark.parametrize("target", [Target.SOUND, Target.LOOP])
def test_ten_minutes(tmp_path: Path, target: Target) -> None:
    long = song(600.0, 32_000)
    bars = int(long.tempo.bar_at(600.0)) - 1 if long.tempo is not None else 0
    made = make_target(long, HandOff(target, tmp_path, TrackSettings(44_100), bars=bars))
    told = sf.info(made)
    assert told.samplerate == 44_100
    if target is Target.SOUND:
        assert told.frames == 600 * 44_100
    else:
        assert told.frames == round(bars * 4 * 60 / 125 * 44_100)
