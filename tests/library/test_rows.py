"""Clips as rows and JSON, and back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.files import new_id
from musicgen_studio.library.rows import as_tags, from_json, from_row, tidy, to_json, to_row
from tests.library.samples import new_clip

PARTS = [(origin, "drums" if origin is Origin.STEM else "") for origin in Origin]
CLIPS = st.builds(
    lambda part, **values: Clip(origin=part[0], stem=part[1], **values),
    id=st.builds(new_id),
    title=st.text(min_size=1).filter(str.strip),
    part=st.sampled_from(PARTS),
    created=st.just("2026-01-31T12:00:00+00:00"),
    frames=st.integers(1, 2**40),
    sample_rate=st.integers(1, 2**20),
    channels=st.integers(1, 2),
    prompt=st.text(),
    seed=st.none() | st.integers(0, 2**63 - 1),
    recipe=st.text(),
    is_starred=st.booleans(),
    tags=st.lists(st.text()).map(tuple),
    tempo_bpm=st.none() | st.floats(1, 999),
    melody_similarity=st.none() | st.floats(0, 1),
)


@given(CLIPS)
def test_a_tidy_clip_survives_rows_and_json(clip: Clip) -> None:
    try:
        tidied = tidy(clip)
    except UserProblem:
        assert not clip.title.isprintable()  # nothing of it can be seen
        return
    assert tidy(tidied) == tidied
    assert from_row(to_row(tidied)) == tidied
    assert from_json(to_json(tidied)) == tidied
    to_json(tidied).encode()


def test_a_record_of_an_older_program_lacks_what_came_later() -> None:
    clip = new_clip()
    record = json.loads(to_json(clip))
    for name in ("licence", "tags", "is_complete", "tempo_bpm", "trashed", "melody_similarity"):
        del record[name]
    assert from_json(json.dumps(record)) == clip


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"},
        {"title": ""},
        {"frames": "9"},
        {"frames": 0},
        {"is_starred": 2},
        {"origin": "stolen"},
        {"seed": 1.5},
    ],
)
def test_a_damaged_value_is_noticed(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="stolen|" + "|".join(change)):
        from_row(to_row(new_clip()) | change)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "{", '{"id": 3}'])
def test_a_damaged_record_is_noticed(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_json(text)


@pytest.mark.parametrize(
    ("typed", "tags"),
    [("", ()), (" Jazz,lo-fi  jazz", ("jazz", "lo-fi")), (("B", "a b"), ("a", "b")), ("É\0É", ("é",))],
)
def test_tags_as_they_are_typed(typed: str | tuple[str, ...], tags: tuple[str, ...]) -> None:
    assert as_tags(typed) == tags
