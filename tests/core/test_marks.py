"""Tests of the musician's marks: as text, and after edits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core import marks
from musicgen_studio.core.marks import MAX_NAME, Mark

SOME = (Mark(0, "verse"), Mark(10), Mark(20, "chorus"), Mark(30))
ANY = st.lists(st.builds(Mark, st.integers(0, 100), st.text(max_size=MAX_NAME))).map(marks.in_order)


@given(ANY)
def test_what_is_written_is_read(some: marks.Marks) -> None:
    assert marks.from_json(marks.to_json(some), 100) == some


def test_numbers_of_earlier_versions_are_marks_without_names() -> None:
    assert marks.from_json("[3, 1, 1000]", 100) == (Mark(1), Mark(3))


@given(st.text(max_size=40))
def test_what_nobody_can_read_is_none(text: str) -> None:
    assert all(isinstance(mark, Mark) for mark in marks.from_json(text, 100))
    assert marks.from_json('[[1], [1, 2], [true, ""], [-1, ""], ["a", "b"], null, {}]', 100) == ()


def test_of_two_at_one_place_the_named_one_stays() -> None:
    assert marks.in_order([Mark(5), Mark(5, "here"), Mark(5)]) == (Mark(5, "here"),)


def test_they_are_where_the_music_is_after_an_edit() -> None:
    assert marks.part_of(SOME, 10, 25) == (Mark(0), Mark(10, "chorus"))
    assert marks.without(SOME, 5, 15) == (Mark(0, "verse"), Mark(10, "chorus"), Mark(20))
    assert marks.turned(SOME, 0, 30) == (Mark(0), Mark(10, "chorus"), Mark(20), Mark(30, "verse"))


@given(ANY, st.integers(0, 50), st.integers(50, 100))
def test_turned_twice_they_are_as_before(some: marks.Marks, start: int, end: int) -> None:
    assert marks.turned(marks.turned(some, start, end), start, end) == some


@pytest.mark.parametrize("values", [{"frame": -1}, {"frame": 0, "name": "a" * (MAX_NAME + 1)}])
def test_what_is_no_mark_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=str(list(values)[-1])):
        Mark(**values)  # type: ignore[arg-type]
