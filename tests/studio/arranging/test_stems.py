"""Stems in the library: children of their clip, all or none, files that add up, cancelled in the background."""

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.stems import make_stems
from musicgen_studio.studio.program.background import Background, Errand, ErrandDone
from tests.library.samples import new_clip
from tests.separation.tiny_separators import tiny_separator

STEMS = ["drums", "bass", "lead", "other"]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as library:
        yield library


def _errand() -> Errand:
    errand = Errand(1, "stems", threading.Event(), lambda: 0.0)
    errand.begin()
    return errand


def _song(library: Library, level: float = 0.1, channels: int = 2, **values: object) -> Clip:
    rng = np.random.default_rng(3)
    sound = Audio((rng.standard_normal((40_000, channels)) * level).astype(np.float32), 32_000)
    clip = new_clip(title="Night / Drive", frames=40_000, sample_rate=32_000, channels=channels, **values)
    return library.add(clip, sound)


def _steps(path: Path) -> np.ndarray:
    assert sf.info(path).subtype == "PCM_24"
    steps: np.ndarray = sf.read(path, dtype="int32", always_2d=True)[0].astype(np.int64) >> 8
    return steps


def test_stems_are_children_of_their_clip(library: Library) -> None:
    clip = _song(library, tempo_bpm=125.0, licence="CC0")
    errand = _errand()
    made = make_stems(library, clip, tiny_separator(), errand)
    assert [stem.stem for stem in made] == STEMS
    assert [stem.title for stem in made] == [f"Night / Drive – {name}" for name in STEMS]
    assert {(stem.parent, stem.origin, stem.tempo_bpm, stem.licence) for stem in made} == {
        (clip.id, Origin.STEM, 125.0, "CC0")
    }
    assert library.stems(clip.id) == made
    assert set(library.children(clip.id)) == set(made)
    total = np.sum([library.read(stem.id).samples for stem in made], axis=0)
    np.testing.assert_allclose(total, library.read(clip.id).samples, atol=1e-6)
    assert errand.view().fraction == 1.0


def test_they_are_there_after_a_restart(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        clip = _song(library)
        made = make_stems(library, clip, tiny_separator(), _errand())
    with Library(tmp_path / "library") as library:
        assert library.stems(clip.id) == made
        assert [stem.stem for stem in library.stems(clip.id)] == STEMS


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("level", [0.1, 0.6])
def test_their_files_add_up_to_the_clips_file(library: Library, channels: int, level: float) -> None:
    clip = _song(library, level, channels)
    make_stems(library, clip, tiny_separator(), _errand())
    whole, *parts = library.stem_files(clip.id)
    assert [path.name for path in parts] == [f"Night Drive_{name}.wav" for name in STEMS]
    np.testing.assert_array_equal(sum(_steps(path) for path in parts), _steps(whole))
    if level < 0.2:
        np.testing.assert_array_equal(_steps(whole), _steps(library.drag_file(clip.id)))
    before = [path.stat().st_mtime_ns for path in (whole, *parts)]
    assert library.stem_files(clip.id) == [whole, *parts]
    assert [path.stat().st_mtime_ns for path in (whole, *parts)] == before


def test_a_clip_without_stems_has_no_files_of_them(library: Library) -> None:
    with pytest.raises(UserProblem, match="has no stems"):
        library.stem_files(_song(library).id)


def test_new_stems_take_the_place_of_old_ones(library: Library) -> None:
    clip = _song(library)
    old = make_stems(library, clip, tiny_separator(), _errand())
    files = library.stem_files(clip.id)
    new = make_stems(library, clip, tiny_separator(), _errand())
    assert library.stems(clip.id) == new
    assert {stem.id for stem in library.clips(trashed=True)} == {stem.id for stem in old}
    assert library.stem_files(clip.id) != files
    assert all(path.exists() for path in files)  # a project may point at them


def test_stems_go_with_their_clip_and_come_back_with_it(library: Library) -> None:
    clip = _song(library)
    first = make_stems(library, clip, tiny_separator(), _errand())
    library.trash([first[0].id])
    library.edit(clip.id, title="Other")
    trashed = library.trash([clip.id])
    assert {each.id for each in trashed} == {clip.id, *(stem.id for stem in first[1:])}
    assert library.clips() == []
    library.restore([clip.id])
    assert {stem.stem for stem in library.stems(clip.id)} >= {"bass", "lead", "other"}
    library.trash([clip.id])
    library.purge_trash()
    assert library.clips() == library.clips(trashed=True) == []


def test_a_stop_leaves_everything_as_it_was(library: Library) -> None:
    clip = _song(library)
    before = make_stems(library, clip, tiny_separator(), _errand())
    errand = _errand()
    separator = tiny_separator(piece_frames=4)
    told = errand.tell

    def tell(fraction: float | None, number: int = 1, of: int = 1) -> None:
        told(fraction, number, of)
        if fraction is not None and fraction > 0.4:
            errand.stop.set()

    errand.tell = tell  # type: ignore[method-assign]
    with pytest.raises(StoppedError):
        make_stems(library, clip, separator, errand)
    assert library.stems(clip.id) == before
    assert library.clips(trashed=True) == []


def test_a_stop_between_two_stems_keeps_none(library: Library) -> None:
    clip = _song(library)
    errand = _errand()
    told = errand.tell

    def tell(fraction: float | None, number: int = 1, of: int = 1) -> None:
        told(fraction, number, of)
        if fraction is not None and fraction > 0.94:
            errand.stop.set()

    errand.tell = tell  # type: ignore[method-assign]
    with pytest.raises(StoppedError):
        make_stems(library, clip, tiny_separator(), errand)
    assert library.stems(clip.id) == []


class _Killed(BaseException):
    """What a kill is for the code: nothing of it goes on."""


def test_what_is_killed_between_two_stems_is_no_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Library(tmp_path / "library") as library:
        clip = _song(library)
        before = make_stems(library, clip, tiny_separator(), _errand())
        add, added = library.add, list[Clip]()

        def add_two(stem: Clip, sound: Audio) -> Clip:
            if len(added) == 2:
                raise _Killed
            added.append(add(stem, sound))
            return added[-1]

        monkeypatch.setattr(library, "add", add_two)
        with pytest.raises(_Killed):
            make_stems(library, clip, tiny_separator(), _errand())
    with Library(tmp_path / "library") as library:
        library.reconcile()
        assert library.stems(clip.id) == before
        assert {stem.id for stem in library.clips(trashed=True)} == {stem.id for stem in added}
        again = make_stems(library, clip, tiny_separator(), _errand())
        assert library.stems(clip.id) == again


def test_in_the_background(library: Library) -> None:
    clip = _song(library)
    ended: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(ended.put)
    try:
        background.start("stems", lambda errand: make_stems(library, clip, tiny_separator(), errand))
        done = ended.get(timeout=120)
        assert (done.problem, done.bug) == (None, None)
        assert [stem.stem for stem in done.result] == STEMS
    finally:
        background.close()


@pytest.mark.parametrize(("origin", "stem"), [(Origin.STEM, ""), (Origin.GENERATED, "drums")])
def test_a_stem_has_a_name_and_nothing_else_has(origin: Origin, stem: str) -> None:
    with pytest.raises(ValueError, match="stem must be named"):
        new_clip(origin=origin, stem=stem)
