"""Captions: many wordings, and nothing that is not so."""

import numpy as np
import pytest

from musicgen_studio.training.captions import caption, tempo_word
from musicgen_studio.training.composer import Wish, compose


def _captions(wish: Wish, count: int = 300) -> list[str]:
    facts = compose(5, 12, wish).facts
    rng = np.random.default_rng(0)
    return [caption(facts, rng) for _ in range(count)]


def test_there_are_many_wordings() -> None:
    assert len(set(_captions(Wish(style="rock", mood="happy")))) > 200


def test_the_style_is_nearly_always_said() -> None:
    said = [words.lower() for words in _captions(Wish(style="rock", kind="band"))]
    assert np.mean(["rock" in words for words in said]) == 1.0


@pytest.mark.parametrize(("drums", "wrong"), [(True, "no drums"), (False, "with drums")])
def test_drums_are_said_as_they_are(drums: bool, wrong: str) -> None:
    said = [words.lower() for words in _captions(Wish(style="pop", kind="band", drums=drums))]
    assert not any(wrong in words for words in said)
    assert any(("with drums" if drums else "no drums") in words for words in said)


def test_one_instrument_is_called_solo() -> None:
    said = _captions(Wish(style="ballad", kind="solo"))
    assert any("solo " in words for words in said)


def test_tempo_is_said_in_words_and_in_numbers() -> None:
    wish = Wish(style="EDM", mood="energetic", kind="band")
    said = _captions(wish)
    assert any("125 bpm" in words for words in said)
    assert any("fast" in words for words in said)
    assert not any("slow" in words for words in said)


@pytest.mark.parametrize(
    ("bpm", "word"), [(75, "slow"), (83.3, "slow"), (94, "medium"), (107, "medium"), (125, "fast")]
)
def test_tempo_words(bpm: float, word: str) -> None:
    assert tempo_word(bpm) == word
