"""Words going into a prompt and out of it."""

import pytest

from musicgen_studio.ui.panels.prompt_words import GENRES, INSTRUMENTS, MOODS, has_word, with_word, without_word


@pytest.mark.parametrize(
    ("prompt", "word", "is_there"),
    [
        ("Happy Rock", "rock", True),
        ("happy rocket", "rock", False),
        ("rock", "hip hop", False),
        ("Hip hop beat", "hip hop", True),
        ("", "rock", False),
    ],
)
def test_a_word_is_found_by_itself_and_in_any_case(prompt: str, word: str, is_there: bool) -> None:
    assert has_word(prompt, word) is is_there


@pytest.mark.parametrize(
    ("before", "after"), [("", "jazz"), ("  ", "jazz"), ("sad", "sad, jazz"), ("sad, ", "sad, jazz")]
)
def test_a_word_is_put_at_the_end(before: str, after: str) -> None:
    assert with_word(before, "jazz") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("jazz", ""),
        ("sad, jazz", "sad"),
        ("jazz, sad", "sad"),
        ("sad, jazz, piano", "sad, piano"),
        ("sad Jazz with piano", "sad with piano"),
        ("jazz, JAZZ", ""),
        ("jazzy", "jazzy"),
    ],
)
def test_a_word_is_taken_out_with_its_comma(before: str, after: str) -> None:
    assert without_word(before, "jazz") == after


@pytest.mark.parametrize("word", GENRES + MOODS + INSTRUMENTS)
@pytest.mark.parametrize("prompt", ["", "120 bpm", "live, raw"])
def test_in_and_out_again_leaves_the_prompt(prompt: str, word: str) -> None:
    assert has_word(with_word(prompt, word), word)
    assert without_word(with_word(prompt, word), word) == prompt
