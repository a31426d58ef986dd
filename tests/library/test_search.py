"""Finding clips by what people type."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicgen_studio.errors import UserProblem
from musicgen_studio.library.library import Library
from tests.library.samples import add, titles


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library(tmp_path_factory.mktemp("search")) as library:
        add(library, title="Happy rock", prompt="happy rock with organ", tags=("120bpm",))
        add(library, title="Straßenmusik", prompt="accordéon, Ärger", tags=("lo-fi",))
        add(library, title='Quote "AND" NEAR(x)', prompt="title:rock* OR -")
        add(library, title="夜の歌", prompt="")
        yield library


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["夜の歌", 'Quote "AND" NEAR(x)', "Straßenmusik", "Happy rock"]),
        ("happy", ["Happy rock"]),
        ("HAP ro", ["Happy rock"]),
        ("rock organ", ["Happy rock"]),
        ("org", ["Happy rock"]),
        ("accordeon", ["Straßenmusik"]),
        ("arger", ["Straßenmusik"]),
        ("ÄRG", ["Straßenmusik"]),
        ("lo-f", ["Straßenmusik"]),
        ("120", ["Happy rock"]),
        ("夜", ["夜の歌"]),
        ('"AND"', ['Quote "AND" NEAR(x)']),
        ("NEAR(", ['Quote "AND" NEAR(x)']),
        ("title:rock", ['Quote "AND" NEAR(x)']),
        ("happy -rock", ["Happy rock"]),
        ("nothing", []),
        (' -*" ', ["夜の歌", 'Quote "AND" NEAR(x)', "Straßenmusik", "Happy rock"]),
    ],
)
def test_what_is_found(shelf: Library, query: str, found: list[str]) -> None:
    assert titles(shelf.clips(query)) == found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.text(), st.text("\"*:^-+(){}ANDORNEAT\0\ud800 '%_x", max_size=60)))
def test_anything_may_be_typed(shelf: Library, query: str) -> None:
    assert set(shelf.clips(query)) <= set(shelf.clips())


def test_a_very_long_query(shelf: Library) -> None:
    assert shelf.clips("a b " * 10_000) == []
    assert titles(shelf.clips("happy " * 10_000)) == ["Happy rock"]


def test_a_search_follows_every_edit(library: Library) -> None:
    clip = add(library, title="sad", prompt="jazz")
    library.edit(clip.id, title="glad", tags=("swing",))
    assert library.clips("sad") == []
    assert titles(library.clips("glad jazz swing")) == ["glad"]
    library.trash([clip.id])
    assert library.clips("glad") == []
    assert titles(library.clips("glad", trashed=True)) == ["glad"]
    library.purge_trash()
    assert library.clips("glad", trashed=True) == []


def test_a_search_follows_what_is_not_written_yet(library: Library) -> None:
    clip, other = add(library, title="sad", prompt="jazz"), add(library, title="sad too", prompt="Jàzz")
    library.edit(clip.id, title="glâd", tags=("swing",), tempo_bpm=125.0, key="E♭ minor", soon=True)
    assert library.clips("sad") == [library.get(other.id)]
    assert titles(library.clips("glad jazz swing 125bpm ebm")) == ["glâd"]
    library.edit(other.id, is_starred=True, soon=True)  # its words are as they were
    assert len(library.clips("jazz")) == 2
    library.write_due()
    assert titles(library.clips("glad jazz swing 125bpm ebm")) == ["glâd"]
    assert titles(library.clips("sad")) == ["sad too"]


def test_a_search_follows_what_is_being_written_and_what_could_not_be(library: Library) -> None:
    clip = add(library, title="sad")
    library.edit(clip.id, title="glad", soon=True)
    library._seen.due()  # as who writes does first
    assert (titles(library.clips("glad")), library.clips("sad")) == (["glad"], [])
    library.write_due()
    pages = library._database._connection.execute
    pages("PRAGMA max_page_count = 1")  # it is full as it is
    library.edit(clip.id, title="mad", tags=("x" * 100_000,), soon=True)
    with pytest.raises(UserProblem):
        library.write_due()
    assert (titles(library.clips("mad")), library.clips("glad")) == (["mad"], [])
    pages("PRAGMA max_page_count = 1000000")
    library.write_due()
    assert titles(library.clips("mad")) == ["mad"]
