"""The named parts of a clip: takes, passages, what it goes on from, through a real library into real projects."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rpp

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.export.targets import Target
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.hand_off import HandOff, make_target, song_in_library
from musicgen_studio.studio.arranging.markers import markers_of
from musicgen_studio.studio.making.order import LaterPassage, SourceFile
from musicgen_studio.studio.making.record import Record
from tests.studio.making.test_record import NOTES, ORDER, RECORD

RATE = 8000
ALONE = replace(RECORD, order=replace(ORDER, takes=1, duration_s=4.0), take=0)
CHANGING = replace(
    ALONE, order=replace(ALONE.order, passages=(LaterPassage(1.5, "calm", 0.5), LaterPassage(3.0, "wild")))
)
GOES_ON = replace(ALONE, order=replace(ALONE.order, duration_s=2.0, continuation=SourceFile("a.wav", "ef")))


def _kept(library: Library, number: int, record: Record | str, seconds: float, parent: Clip | None = None) -> Clip:
    clip = Clip(
        f"{number:032x}",
        f"Clip {number}",
        Origin.GENERATED,
        "2026-01-31T12:00:00+00:00",
        round(seconds * RATE),
        RATE,
        1,
        prompt="x",
        recipe=record if isinstance(record, str) else record.to_json(),
        parent=None if parent is None else parent.id,
    )
    return library.add(clip, Audio(np.zeros((clip.frames, 1), np.float32), RATE))


def _told(library: Library, clip: Clip) -> list[tuple[str, float, float | None]]:
    return [(each.name, each.start_s, each.end_s) for each in markers_of(library, clip)]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def test_one_piece_of_music_has_no_parts(library: Library) -> None:
    with library:
        assert _told(library, _kept(library, 1, ALONE, 4.0)) == []
        assert _told(library, _kept(library, 2, "", 4.0)) == []
        assert _told(library, _kept(library, 3, "{of another version}", 4.0)) == []


def test_a_take_says_which_it_is(library: Library) -> None:
    with library:
        clip = _kept(library, 1, replace(RECORD, order=replace(ORDER, duration_s=4.0)), 4.0)
        assert _told(library, clip) == [(f"take 2 · {RECORD.prompt}", 0.0, 4.0)]


def test_passages_follow_each_other(library: Library) -> None:
    with library:
        clip = _kept(library, 1, CHANGING, 4.0)
        assert _told(library, clip) == [(ALONE.prompt, 0.0, 1.5), ("calm", 1.5, 3.0), ("wild", 3.0, 4.0)]
        stopped = _kept(library, 2, CHANGING, 2.0)  # before the last began
        assert _told(library, stopped) == [(ALONE.prompt, 0.0, 1.5), ("calm", 1.5, 2.0)]


def test_what_it_goes_on_from_keeps_its_names_up_to_there(library: Library) -> None:
    with library:
        first = _kept(library, 1, CHANGING, 4.0)
        whole = _kept(library, 2, GOES_ON, 6.0, first)
        assert _told(library, whole)[-2:] == [("wild", 3.0, 4.0), (ALONE.prompt, 4.0, 6.0)]
        early = replace(GOES_ON, order=replace(GOES_ON.order, continuation=SourceFile("a.wav", "ef", 2 * RATE)))
        cut = _kept(library, 3, early, 4.0, first)
        assert _told(library, cut) == [(ALONE.prompt, 0.0, 1.5), ("calm", 1.5, 2.0), (ALONE.prompt, 2.0, 4.0)]
        orphan = _kept(library, 4, GOES_ON, 6.0, replace(first, id="f" * 32))
        assert _told(library, orphan) == [(ALONE.prompt, 4.0, 6.0)]


def test_where_new_music_begins_that_was_stopped_is_not_made_up(library: Library) -> None:
    hummed = replace(GOES_ON, order=replace(GOES_ON.order, takes=3, melody_notes=NOTES), take=1)
    with library:
        first = _kept(library, 1, ALONE, 4.0)
        whole = _kept(library, 2, hummed, 6.0, first)
        assert _told(library, whole) == [(f"take 2 · {ALONE.prompt}", 4.0, 6.0)]
        stopped = replace(_kept(library, 3, hummed, 5.0, first), is_complete=False)
        assert _told(library, stopped) == []
        assert song_in_library(library, stopped).melody is None


def test_around_a_section_that_was_made_anew_the_names_stay(library: Library) -> None:
    made = replace(ALONE.order, duration_s=1.0, after=SourceFile("a.wav", "ef"))
    words = ALONE.prompt
    with library:
        first = _kept(library, 1, CHANGING, 4.0)
        section = replace(ALONE, order=replace(made, continuation=SourceFile("a.wav", "ef", RATE)))
        inner = _kept(library, 2, section, 4.0, first)
        assert _told(library, inner) == [(words, 0.0, 1.0), (words, 1.0, 2.0), ("calm", 2.0, 3.0), ("wild", 3.0, 4.0)]
        start = _kept(library, 3, replace(ALONE, order=made), 4.0, first)
        assert _told(library, start) == [(words, 0.0, 1.0), (words, 1.0, 1.5), ("calm", 1.5, 3.0), ("wild", 3.0, 4.0)]
        stopped = replace(inner, is_complete=False)
        assert _told(library, stopped) == [(words, 0.0, 1.0), (words, 1.0, 2.0)]


def test_they_are_regions_of_a_project(tmp_path: Path, library: Library) -> None:
    with library:
        song = song_in_library(library, _kept(library, 1, CHANGING, 4.0))
        file = make_target(song, HandOff(Target.REAPER, tmp_path / "out"))
    project = rpp.loads(file.read_text(encoding="utf-8"))
    regions = [(float(each[2]), each[3]) for each in project.findall("MARKER")]
    assert regions == [(0.0, ALONE.prompt), (1.5, ""), (1.5, "calm"), (3.0, ""), (3.0, "wild"), (4.0, "")]
