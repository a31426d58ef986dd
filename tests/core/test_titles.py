"""Titles of what is made of other clips: they say the take and what was done last, and do not grow."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.titles import EDITED, JOINED, MAX_TITLE, marked, with_take
from musicgen_studio.studio.arranging.editing import Change


@pytest.mark.parametrize(
    ("title", "mark", "expected"),
    [
        ("Happy rock", "extended", "Happy rock · extended"),
        ("Happy rock · extended", "extended", "Happy rock · extended 2"),
        ("Happy rock · extended 2", "extended", "Happy rock · extended 3"),
        ("Happy rock · take 2", "extended", "Happy rock · take 2 · extended"),
        ("Happy rock · take 2 · extended", "extended", "Happy rock · take 2 · extended 2"),
        ("Happy rock · extended · take 2", "extended", "Happy rock · take 2 · extended 2"),
        ("Happy rock · extended 2", "variation", "Happy rock · variation"),
        ("Happy rock · take 1 · extended · extended", "trimmed", "Happy rock · take 1 · trimmed"),
        ("Happy rock · trimmed", "trimmed", "Happy rock · trimmed"),
        ("Happy rock · part 1", "part 2", "Happy rock · part 2"),
        ("Live · calm piano, driving rock", "extended", "Live · calm piano, driving rock · extended"),
        ("take 5", "extended", "take 5 · extended"),
        ("The party · part one", "cut", "The party · part one · cut"),
    ],
)
def test_a_title_says_the_take_and_what_was_done_last(title: str, mark: str, expected: str) -> None:
    assert marked(title, mark) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Happy rock", "Happy rock · take 3"),
        ("Happy rock · take 1 · extended", "Happy rock · extended · take 3"),
        ("Happy rock · take 1", "Happy rock · take 3"),
    ],
)
def test_a_take_is_numbered_once(title: str, expected: str) -> None:
    assert with_take(title, 3) == expected


@given(st.text(min_size=1, max_size=120), st.lists(st.sampled_from(["extended", "again", "trimmed", "replaced"])))
def test_no_title_grows_beyond_its_room_and_its_marks_are_never_cut(title: str, marks: list[str]) -> None:
    made = reduce(marked, marks, title)
    for mark in marks[-1:]:
        assert len(made) <= MAX_TITLE
        assert mark in made.rsplit(" · ", 1)[-1]
    assert made.count(" · extended") <= title.count(" · extended") + 1


def test_every_edit_is_known() -> None:
    assert set(EDITED) == set(Change)
    assert marked("A · joined", "cut") == "A · cut"
    assert JOINED == "joined"
