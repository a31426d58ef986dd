"""Clips whose sound comes in pieces."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.errors import UserProblem
from musicgen_studio.files import sound as audiofile
from musicgen_studio.library import wave_file
from musicgen_studio.library.library import Library
from musicgen_studio.library.wave_file import HEADER_BYTES, WaveShape
from tests.library.samples import RATE, new_clip, noise


def test_pieces_become_one_clip(library: Library, folder: Path) -> None:
    samples = noise(3 * RATE, 2)
    partial = library.begin(new_clip(frames=1, channels=2))
    for piece in np.array_split(samples, 11):
        partial.append(piece)
    assert partial.frames == len(samples)
    assert library.clips() == []
    clip = partial.finish(replace(partial.clip, recipe="{}", is_complete=False))
    assert (clip.frames, clip.recipe, clip.is_complete) == (len(samples), "{}", False)
    assert library.clips() == [clip]
    assert np.array_equal(library.read(clip.id).samples, samples)
    assert list((folder / "unfinished").iterdir()) == []


def test_every_second_is_on_the_disk(library: Library, folder: Path) -> None:
    partial = library.begin(new_clip())
    part = next((folder / "unfinished").iterdir())
    for seconds in range(1, 4):
        partial.append(noise(RATE // 2))
        partial.append(noise(RATE // 2))
        assert part.stat().st_size == HEADER_BYTES + 4 * seconds * RATE


def test_the_callers_array_may_be_used_again(library: Library) -> None:
    partial = library.begin(new_clip())
    samples = noise(100)
    partial.append(samples)
    before = samples.copy()
    samples[:] = 0
    assert np.array_equal(library.read(partial.finish(partial.clip).id).samples, before)


def test_an_abandoned_clip_leaves_nothing(library: Library, folder: Path) -> None:
    partial = library.begin(new_clip())
    partial.append(noise(2 * RATE))
    partial.abandon()
    partial.abandon()
    assert not [path for path in folder.rglob("*") if partial.clip.id in path.name]
    with pytest.raises(ValueError, match="abandoned"):
        partial.append(noise())


def test_only_a_fitting_clip_with_sound_is_finished(library: Library) -> None:
    partial = library.begin(new_clip())
    with pytest.raises(ValueError, match="sound"):
        partial.finish(partial.clip)
    with pytest.raises(ValueError, match="channels"):
        partial.append(noise(channels=2))
    partial.append(noise())
    with pytest.raises(ValueError, match="values"):
        partial.finish(new_clip())
    partial.finish(partial.clip)
    partial.abandon()
    assert len(library.clips()) == 1


def test_a_clip_as_long_as_a_file_can_be_is_finished(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WaveShape, "max_frames", 3 * RATE)
    samples = noise(4 * RATE)
    told, untold = library.begin(new_clip()), library.begin(new_clip())
    told.append(samples[: 2 * RATE])
    for _ in range(2):
        with pytest.raises(UserProblem, match="cannot become longer"):
            told.append(samples[2 * RATE :])
    untold.append(samples[: 5 * RATE // 2])
    untold.append(samples[5 * RATE // 2 : 13 * RATE // 4])  # too little to be written before the end
    for partial in (told, untold):
        clip = partial.finish(partial.clip)
        assert clip.frames == 3 * RATE
        assert np.array_equal(library.read(clip.id).samples, samples[: 3 * RATE])


def test_our_header_is_what_others_read(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    shape = WaveShape(44100, 2, 1000)
    wave_file.create(path, shape)
    wave_file.put(path, 0, noise(1000, 2))
    wave_file.seal(path, shape)
    sound = audiofile.read(path)
    assert (sound.sample_rate, sound.frames, sound.channels) == (44100, 1000, 2)
    assert wave_file.look(path) == shape


@pytest.mark.parametrize("header", [b"", b"RIFF", b"\0" * 58, b"\xff" * 58])
def test_another_header_is_not_taken(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(header + b"\0" * 100)
    assert wave_file.look(path) is None
    assert wave_file.parse_header(header) is None
