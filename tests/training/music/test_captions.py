"""Captions: many wordings, and nothing that is not so."""

import numpy as np
import pytest

from musicgen_studio.training.music.captions import TEMPO_WORDS, caption, tempo_word
from musicgen_studio.training.music.composer import Wish, compose
from musicgen_studio.training.music.score import Role
from musicgen_studio.training.music.styles import STYLES


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


def test_a_usual_tempo_is_said_seldom() -> None:
    """Else time would be kept where the tempo is said, and not where it is for the music to tell."""
    usual = Wish(style="rock", mood="happy", kind="band", frames_per_sixteenth=STYLES["rock"].tempi[0])
    said = ["bpm" in words.lower() for words in _captions(usual, 600)]  # half of what is said is said in numbers
    assert 0.05 < np.mean(said) < 0.15


@pytest.mark.parametrize("style", ["rock", "funk", "blues"])
def test_what_is_unusual_is_always_said(style: str) -> None:
    """Else nobody could know why this rock goes at 75 BPM, or has no drums."""
    rng = np.random.default_rng(1)
    unusual_tempi = missing_drums = 0
    for seed in range(40):
        facts = compose(seed, 12, Wish(style=style, kind="band")).facts
        said = [caption(facts, rng).lower() for _ in range(10)]
        if facts.frames_per_sixteenth not in STYLES[style].tempi:
            unusual_tempi += 1
            words = (f"{round(facts.bpm)} bpm", *TEMPO_WORDS[tempo_word(facts.bpm)])
            assert all(any(word in each for word in words) for each in said)
        if Role.DRUMS not in facts.instruments and len(set(facts.instruments.values())) > 1:
            missing_drums += 1
            assert all("drum" in each or "percussion" in each for each in said)
    assert min(unusual_tempi, missing_drums) > 3


@pytest.mark.parametrize("style", ["cinematic", "ballad", "folk"])
def test_drums_are_said_where_a_style_is_often_without(style: str) -> None:
    said = [words.lower() for words in _captions(Wish(style=style, kind="band", drums=True))]
    kits = [kit.lower() for kit in STYLES[style].kits]
    assert all(any(word in words for word in ("drums", "beat", *kits)) for words in said)
