"""Words going into a prompt and out of it, surprises, what was written before, and what cannot be done."""

from random import Random

import pytest

from musicgen_studio.core.clip import Origin
from musicgen_studio.studio.making.prompting import (
    ERA,
    GENRE,
    INSTRUMENT,
    KINDS,
    MOOD,
    PRODUCTION,
    TEMPO,
    Caution,
    PastPrompt,
    cautions,
    has_word,
    past_prompts,
    surprise,
    with_word,
    without_word,
    words_chosen,
)
from tests.ui.clips import make_clip


@pytest.mark.parametrize(
    ("prompt", "word", "is_there"),
    [
        ("Happy Rock", "rock", True),
        ("happy rocket", "rock", False),
        ("rock", "hip hop", False),
        ("Hip hop beat", "hip hop", True),
        ("", "rock", False),
        ("electric guitar", "guitar", False),
        ("guitar, electric guitar", "guitar", True),
        ("drum and bass", "bass", False),
        ("lo-fi hip hop", "hip hop", False),
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


@pytest.mark.parametrize("word", GENRE.words + MOOD.words + INSTRUMENT.words)
@pytest.mark.parametrize("prompt", ["", "120 bpm", "live, raw"])
def test_in_and_out_again_leaves_the_prompt(prompt: str, word: str) -> None:
    assert has_word(with_word(prompt, word), word)
    assert without_word(with_word(prompt, word), word) == prompt


@pytest.mark.parametrize(
    ("before", "word", "after"),
    [
        ("rock, 120 bpm", "90 bpm", "rock, 90 bpm"),
        ("slow rock, 120bpm", "90 bpm", "rock, 90 bpm"),
        ("fast tempo, bpm: 130, techno", "140 bpm", "techno, 140 bpm"),
        ("an 80s pop song", "90s", "an pop song, 90s"),
        ("1960s soul", "70s", "soul, 70s"),
        ("happy, rock", "sad", "rock, sad"),
        ("calm, ambient", "energetic", "ambient, energetic"),
        ("lo-fi, piano", "clean", "piano, clean"),
        ("rock, jazz", "blues", "jazz, blues"),
        ("piano, bass, drums, organ", "flute", "bass, drums, organ, flute"),
        ("electric guitar", "guitar", "electric guitar, guitar"),
        ("rock", "rock", "rock"),
    ],
)
def test_what_contradicts_a_word_or_is_too_much_goes(before: str, word: str, after: str) -> None:
    assert with_word(before, word) == after


def test_however_the_chips_are_clicked_there_is_no_nonsense() -> None:
    dice = Random(3)  # noqa: S311 - the same clicks every time
    prompt = "something slow at 77 bpm"
    for _ in range(400):
        word = dice.choice(dice.choice(KINDS).words)
        prompt = without_word(prompt, word) if has_word(prompt, word) else with_word(prompt, word)
        for kind in KINDS:
            there = words_chosen(prompt, kind)
            assert len(there) <= kind.most
            assert not any(group <= set(there) for group in kind.opposites), prompt
        assert Caution.TEMPOS not in cautions(prompt), prompt
        assert ",," not in prompt.replace(" ", "")


def test_the_tables_hold_no_word_twice_and_only_words_of_their_kind_as_opposites() -> None:
    words = [word for kind in KINDS for word in kind.words]
    assert len(words) == len({word.lower() for word in words})
    assert all(group <= set(kind.words) for kind in KINDS for group in kind.opposites)


@pytest.mark.parametrize("seed", range(60))
def test_a_surprise_makes_sense(seed: int) -> None:
    prompt = surprise(Random(seed))  # noqa: S311 - the same every time
    assert len(words_chosen(prompt, GENRE)) == 1
    assert len(words_chosen(prompt, MOOD)) == 1
    assert 2 <= len(words_chosen(prompt, INSTRUMENT)) <= 3
    assert len(words_chosen(prompt, ERA)) <= 1
    assert len(words_chosen(prompt, PRODUCTION)) <= 1
    assert prompt.count(" bpm") == 1
    assert cautions(prompt) == ()


def test_surprises_differ() -> None:
    dice = Random(1)  # noqa: S311 - the same every time
    assert len({surprise(dice) for _ in range(50)}) > 40


def test_prompts_come_once_newest_first_and_are_searched() -> None:
    clips = [
        make_clip(5, prompt="sad jazz"),
        make_clip(4, prompt="happy  rock\n"),
        make_clip(3, prompt="happy rock", is_starred=True),
        make_clip(2, prompt="", origin=Origin.IMPORTED),
        make_clip(1, prompt="Rocking organ", is_starred=True),
        make_clip(0, prompt="happy rock", origin=Origin.EDITED),
    ]
    jazz, rock, organ = PastPrompt("sad jazz", 1, 0), PastPrompt("happy rock", 2, 1), PastPrompt("Rocking organ", 1, 1)
    assert past_prompts(clips) == [jazz, rock, organ]
    assert past_prompts(clips, "rock") == [rock, organ]
    assert past_prompts(clips, "hap roc") == [rock]
    assert past_prompts(clips, "(") == []
    assert past_prompts(clips, only_starred=True) == [rock, organ]


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("happy rock", ()),
        ("sad jazz with a female singer", (Caution.VOCALS,)),
        ("EDM and rap", (Caution.VOCALS,)),
        ("instrumental, no vocals", ()),
        ("smoky jazz with tenor saxophone and a baritone sax", ()),
        ("an aria for soprano", (Caution.VOCALS,)),
        ("fröhlicher Rock", (Caution.LANGUAGE,)),
        ("une musique joyeuse avec piano", (Caution.LANGUAGE,)),
        ("東京の夜", (Caution.LANGUAGE,)),
        ("грустный джаз", (Caution.LANGUAGE,)),
        ("Für Elise on piano", ()),
        ("bossa nova, samba, rock en español", ()),
        ("120 bpm, 90 bpm", (Caution.TEMPOS,)),
        ("120 bpm rock at 120 bpm", ()),
        ("invoice pop", ()),
        ("", ()),
    ],
)
def test_what_cannot_be_done_is_noticed(prompt: str, found: tuple[Caution, ...]) -> None:
    assert cautions(prompt) == found


def test_each_tempo_of_the_table_is_taken_for_one() -> None:
    assert all(Caution.TEMPOS in cautions(f"{word}, 77 bpm") for word in TEMPO.words)
