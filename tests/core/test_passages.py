"""What changes along the way: which passages can be, and can follow each other."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.core.passages import MAX_PASSAGES, Passage
from musicgen_studio.core.request import GenerationRequest


def test_a_request_without_passages_is_one_prompt_throughout() -> None:
    assert GenerationRequest(("happy rock",)).passages == ()
    assert GenerationRequest(("happy rock",)).after is None


def test_passages_with_melodies_of_their_own_travel_in_the_request() -> None:
    notes = Melody.of([Note(0.0, 1.0, 60)])
    hum = Audio(np.zeros((100, 1), np.float32), 32000)
    passages = (Passage(2.0, "sad jazz", notes, 1.0), Passage(3.0, "", hum))
    request = GenerationRequest(("happy rock", "techno"), 8.0, passages=passages, takes=2, together=2)
    assert request.passages == passages
    assert request.groups() == [[0, 1]]
    assert [passage.settled_s for passage in passages] == [3.0, 3.0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"start_s": 0.0}, "start_s must be above 0, got 0.0"),
        ({"start_s": -1.0}, "start_s must be above 0"),
        ({"start_s": float("nan")}, "start_s must be above 0, got nan"),
        ({"start_s": float("inf")}, "start_s must be above 0, got inf"),
        ({"start_s": 1.0, "morph_s": -0.1}, "morph_s must be 0 or more, got -0.1"),
        ({"start_s": 1.0, "morph_s": float("nan")}, "morph_s must be 0 or more, got nan"),
    ],
)
def test_values_out_of_range(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(Passage(1.0, "x"), **values)


@pytest.mark.parametrize(
    ("passages", "message"),
    [
        ((Passage(2.0, "a"), Passage(2.0, "b")), "passage 2 must begin after 2 s, got 2 s"),
        ((Passage(2.0, "a"), Passage(4.0, "b"), Passage(1.0, "c")), "passage 3 must begin after 4 s, got 1 s"),
        ((Passage(2.0, "a", None, 3.0), Passage(4.0, "b")), "passage 2 must begin at 5 s or later"),
        ((Passage(2.0, "a"), Passage(8.0, "b")), "passage 2 must begin before the music ends at 8 s, got 8 s"),
        (tuple(Passage(0.001 * n, "a") for n in range(1, MAX_PASSAGES + 2)), "1000 at most, got 1001"),
    ],
)
def test_passages_that_cannot_follow_each_other(passages: tuple[Passage, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GenerationRequest(("x",), 8.0, passages=passages)


def test_a_morph_may_end_where_the_next_one_begins_and_outlast_the_music() -> None:
    GenerationRequest(("x",), 8.0, passages=(Passage(2.0, "a", None, 3.0), Passage(5.0, "b", None, 60.0)))
