"""Files for other programs: real, permanent, and named so that people and systems can read them."""

import struct
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Origin
from musicgen_studio.core.melody import Key
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import sound as audiofile
from musicgen_studio.library.library import Library
from tests.library.samples import RATE, add, new_clip, noise


def test_the_file_is_24_bit_and_named_by_the_title(library: Library) -> None:
    clip = add(library, title='AC/DC: "night"?', channels=2, licence="CC-BY-NC 4.0")
    path = library.drag_file(clip.id)
    assert path.name == "AC DC night.wav"
    with sf.SoundFile(path) as sound:
        assert (sound.format, sound.subtype, sound.copyright) == ("WAV", "PCM_24", "CC-BY-NC 4.0")
    assert np.allclose(audiofile.read(path).samples, library.read(clip.id).samples, atol=2**-23)


def test_it_was_written_when_the_clip_was_finished(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = add(library)
    monkeypatch.setattr("musicgen_studio.library.drag.write", None)
    assert library.drag_file(clip.id).exists()


def test_what_was_handed_out_is_never_touched(library: Library) -> None:
    clip = add(library, title="before")
    first = library.drag_file(clip.id)
    assert library.drag_file(clip.id) == first
    content, changed = first.read_bytes(), first.stat().st_mtime_ns
    library.edit(clip.id, title="after")
    second = library.drag_file(clip.id)
    assert second.name == "after.wav"
    assert second.read_bytes() == content
    library.edit(clip.id, title="before")
    assert library.drag_file(clip.id) == first
    assert (first.read_bytes(), first.stat().st_mtime_ns) == (content, changed)


def test_clips_with_one_title_have_files_of_their_own(library: Library) -> None:
    paths = {library.drag_file(add(library, seed=seed).id) for seed in range(3)}
    assert len(paths) == 3
    assert {path.name for path in paths} == {"Happy rock.wav"}


def test_a_selection(library: Library, folder: Path) -> None:
    clip = add(library, frames=RATE)
    path = library.selection_file(clip.id, 1004, 5000)
    assert path.name == "Happy rock 0.13-0.62 s.wav"
    assert np.allclose(audiofile.read(path).samples, library.read(clip.id).samples[1004:5000], atol=2**-23)
    assert library.selection_file(clip.id, 1004, 5000) == path
    near = library.selection_file(clip.id, 1005, 5000)
    assert (near.name, near.parent != path.parent) == (path.name, True)
    assert list((folder / "unfinished").iterdir()) == []


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (6, 5), (0, 10**6)])
def test_no_part_of_the_clip(library: Library, start: int, end: int) -> None:
    clip = add(library)
    with pytest.raises(ValueError, match="selection"):
        library.selection_file(clip.id, start, end)


def test_sound_beyond_full_scale_is_turned_down_not_clipped(library: Library) -> None:
    clip = new_clip()
    samples = noise() * np.float32(4)
    library.add(clip, Audio(samples, RATE))
    dragged = audiofile.read(library.drag_file(clip.id)).samples
    assert np.allclose(dragged, samples / np.abs(samples).max(), atol=2**-22)


def test_a_file_says_the_tempo_and_key_that_are_known(library: Library) -> None:
    clip = add(library, frames=4 * RATE, prompt="happy rock", licence="CC0-1.0")
    plain = library.drag_file(clip.id)
    assert "acid" not in chunks_of(plain)
    assert set(chunks_of(plain)) >= {"bext", "LIST"}
    library.keep_found(clip.id, Analysis(TempoMap.constant(125, 4.0), 1.0, key=Key(9, is_minor=True)))
    told = library.drag_file(clip.id)
    assert told.name == plain.name
    assert told != plain
    assert plain.exists()
    kind, root, _, _, beats, denominator, numerator, bpm = struct.unpack("<IHHfIHHf", chunks_of(told)["acid"])
    assert (kind & 1, root % 12, beats, numerator, denominator, bpm) == (1, 9, 8, 4, 4, 125.0)
    assert library.drag_file(clip.id) == told
    np.testing.assert_array_equal(audiofile.read(told).samples, audiofile.read(plain).samples)


def test_what_is_known_of_a_part_and_of_stems_is_said_too(library: Library) -> None:
    clip = add(library, frames=4 * RATE)
    for name in ("drums", "rest"):
        library.add(
            new_clip(origin=Origin.STEM, parent=clip.id, stem=name, frames=4 * RATE),
            Audio(np.zeros((4 * RATE, 1), np.float32), RATE),
        )
    library.keep_found(clip.id, Analysis(TempoMap.constant(120, 4.0), 1.0))
    part = library.selection_file(clip.id, RATE, 3 * RATE)
    files = [part, *library.stem_files(clip.id)]
    beats = [struct.unpack("<IHHfIHHf", chunks_of(file)["acid"])[4] for file in files]
    assert beats == [4, 8, 8, 8]


def test_the_file_is_written_beside_what_is_done_and_only_once(library: Library, folder: Path) -> None:
    clip = add(library)
    library.keep_found(clip.id, Analysis(TempoMap.constant(120, 1.0), 1.0))
    library.prepare_drag(clip.id)
    (ready,) = (folder / "ready").glob(f"{clip.id}*.wav")
    at = ready.stat().st_mtime_ns
    library.prepare_drag(clip.id)
    assert ready.stat().st_mtime_ns == at
    library.drag_file(clip.id)
    library.prepare_drag(clip.id)
    library.prepare_drag("f" * 32)  # gone meanwhile
    assert not list((folder / "ready").glob(f"{clip.id}*.wav"))


def chunks_of(file: Path) -> dict[str, bytes]:
    """Read a RIFF file's chunks by the book, apart from the program's own code."""
    content, found, at = file.read_bytes(), {}, 12
    while at + 8 <= len(content):
        name, size = content[at : at + 4].decode("ascii"), int.from_bytes(content[at + 4 : at + 8], "little")
        found[name] = content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


def test_a_drag_that_is_not_ready_looks_for_no_file_and_waits_for_nobody(library: Library) -> None:
    """Where a master is gone the whole folder is looked through, which is nothing for who drags."""
    clip = add(library)
    library.keep_found(clip.id, Analysis(TempoMap.constant(120, 4.0), 1.0))
    library.sound_file(clip.id).unlink()
    is_writing, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with library._changing:
            is_writing.set()
            go_on.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    assert is_writing.wait(10)
    assert library.drag_file_if_ready(clip.id) is None
    assert writer.is_alive()
    go_on.set()
    writer.join(10)
    with pytest.raises(UserProblem, match="is missing"):
        library.drag_file(clip.id)
