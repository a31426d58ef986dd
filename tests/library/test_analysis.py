"""What is known of a clip's tempo and key, in the library: kept, found, sorted, set by hand."""

from pathlib import Path

import pytest

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.clip import Origin
from musicgen_studio.core.melody import Key
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.library.changing import known_edit
from musicgen_studio.library.library import Library
from musicgen_studio.library.search import Sorting
from musicgen_studio.library.seen import DueEdits
from tests.library.samples import add, titles

A_MINOR, E_FLAT = Key(9, is_minor=True, strength=0.9), Key(3, is_minor=False, strength=0.9)


def known(bpm: float, key: Key | None, confidence: float = 0.9) -> Analysis:
    return Analysis(TempoMap.constant(bpm, 8.0, confidence=confidence), 0.9, key=key, lufs=-14.0)


@pytest.fixture
def shelf(library: Library) -> Library:
    for title, found in (
        ("fast", known(170.0, A_MINOR)),
        ("slow", known(62.4, E_FLAT)),
        ("vague", known(100.0, Key(0, is_minor=False, strength=0.1), confidence=0.2)),
        ("silent", Analysis()),
    ):
        library.keep_found(add(library, title=title).id, found)
    add(library, title="unheard")
    return library


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("170", ["fast"]),
        ("170bpm", ["fast"]),
        ("62 bpm", ["slow"]),
        ("A minor", ["fast"]),
        ("Am", ["fast"]),
        ("Eb major", ["slow"]),
        ("E♭", ["slow"]),
        ("major", ["slow"]),
        ("100", ["vague"]),
        ("100 BPM", ["vague"]),
        ("vag 100bpm", ["vague"]),
        ("101", []),
        ("100 170", []),
        ("slow 62", ["slow"]),
    ],
)
def test_a_clip_is_found_by_tempo_sure_or_guessed_and_by_a_key_that_is_sure(
    shelf: Library, typed: str, found: list[str]
) -> None:
    assert titles(shelf.clips(typed)) == found


def test_clips_are_filtered_by_tempo_and_key(shelf: Library) -> None:
    assert titles(shelf.clips(min_bpm=101)) == ["fast"]
    assert titles(shelf.clips(max_bpm=101)) == ["vague", "slow"]
    assert titles(shelf.clips(key="A minor")) == ["fast"]


def test_clips_are_sorted_by_tempo_or_key_and_the_rest_comes_last(shelf: Library) -> None:
    assert titles(shelf.clips(order=Sorting.TEMPO)) == ["slow", "vague", "fast", "unheard", "silent"]
    assert titles(shelf.clips(order=Sorting.KEY)) == ["fast", "vague", "slow", "unheard", "silent"]
    assert titles(shelf.clips()) == ["unheard", "silent", "vague", "slow", "fast"]


def test_a_guess_says_that_it_is_one(shelf: Library) -> None:
    (vague,) = shelf.clips("vague")
    assert (vague.tempo_bpm, vague.key) == (None, "")
    assert vague.music_text == "100 bpm? · C major?"
    assert [clip.music_text for clip in shelf.clips("fast")] == ["170 bpm · A minor"]
    assert [clip.music_text for clip in shelf.clips("unheard")] == [""]


def test_stems_are_listed_drums_first_whatever_came_first(folder: Path) -> None:
    with Library(folder) as library:
        clip = add(library)
        for name in ("other", "vocals", "sitar", "lead", "drums", "bass"):
            add(library, origin=Origin.STEM, parent=clip.id, stem=name)
    with Library(folder) as library:
        assert [stem.stem for stem in library.stems(clip.id)] == ["drums", "bass", "lead", "vocals", "other", "sitar"]


def test_what_is_known_survives_a_restart_and_a_lost_database(folder: Path) -> None:
    with Library(folder) as library:
        clip = library.keep_found(add(library).id, known(125.0, A_MINOR))
    with Library(folder) as library:
        assert library.get(clip.id) == clip
        assert library.get(clip.id).known == known(125.0, A_MINOR)


def test_what_a_hand_has_set_is_not_found_out_anew(library: Library) -> None:
    clip = library.keep_found(add(library).id, known(125.0, A_MINOR))
    by_hand = known(125.0, A_MINOR).halved()
    library.edit(clip.id, **known_edit(by_hand))
    assert library.keep_found(clip.id, known(125.0, A_MINOR)).known == by_hand
    assert library.get(clip.id).tempo_bpm == pytest.approx(62.5)


def test_what_a_hand_sets_while_something_is_found_out_stays(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    clip, due = add(library), library._seen.due
    by_hand = known(125.0, A_MINOR).halved()

    def a_hand_is_faster() -> DueEdits:
        monkeypatch.setattr(library._seen, "due", due)
        library.edit(clip.id, **known_edit(by_hand), soon=True)
        return due()

    monkeypatch.setattr(library._seen, "due", a_hand_is_faster)
    assert library.keep_found(clip.id, known(125.0, A_MINOR)).known == by_hand
    library.write_due()
    assert library.get(clip.id).known == by_hand


def test_an_edit_is_undone_by_the_old_values(library: Library) -> None:
    clip = library.keep_found(add(library).id, known(125.0, A_MINOR))
    library.edit(clip.id, **known_edit(known(125.0, A_MINOR).doubled()))
    library.edit(clip.id, tempo_bpm=clip.tempo_bpm, key=clip.key, analysis=clip.analysis)
    assert library.get(clip.id) == clip


def test_a_text_that_nobody_can_read_is_nothing_known(library: Library) -> None:
    clip = library.edit(add(library).id, analysis="{broken")
    assert clip.known is None
    assert library.keep_found(clip.id, known(125.0, A_MINOR)).tempo_bpm == pytest.approx(125)


def test_a_changed_tempo_is_found_under_the_new_one_only(library: Library) -> None:
    clip = library.keep_found(add(library, title="song").id, known(125.0, A_MINOR))
    library.edit(clip.id, **known_edit(known(125.0, A_MINOR).with_bpm(90.0, 8.0)))
    assert titles(library.clips("90")) == ["song"]
    assert titles(library.clips("125")) == []
