"""Files for other programs: real, permanent, and named so that people and systems can read them."""

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.core.audio import Audio
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
