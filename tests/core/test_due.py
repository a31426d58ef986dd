"""Tests of values that are seen at once and written later."""

from musicgen_studio.core.due import Due


def test_the_newest_of_each_key_is_due() -> None:
    due = Due[str, int]()
    due.put({"a": 1, "b": 2})
    due.put({"a": 3})
    assert {key: value.value for key, value in due.all().items()} == {"a": 3, "b": 2}
    assert due.get("c") is None


def test_what_was_put_while_another_was_written_stays_due() -> None:
    due = Due[str, int]()
    due.put({"a": 1, "b": 2})
    taken = due.all()
    due.put({"a": 1})  # the same once more: something else may have been written between
    due.note_written(taken.items())
    assert list(due.all()) == ["a"]
    due.note_written(due.all().items())
    assert not due.all()


def test_what_could_not_be_written_stays_due() -> None:
    due = Due[str, int]()
    due.put({"a": 1})
    due.all()  # looked at, and not written
    assert list(due.all()) == ["a"]
