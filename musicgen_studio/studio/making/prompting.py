"""Help with the words of a prompt: words to choose from, a prompt to begin with, what was written before, cautions.

Prompts are English, as MusicGen was trained with, and made of parts between commas. A word that is chosen never stands
beside one that contradicts it. Not for what is done with a prompt (`order`), nor for how any of it is shown.

Source of what a prompt is best made of, and of what the checkpoints cannot do: the examples and the limitations on
Meta's model cards of MusicGen (no realistic vocals; English descriptions; not all styles equally well).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from random import Random

from musicgen_studio.core.clip import Clip, Origin


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one kind.

    Args:
        name: The kind, in English, such as `genre`.
        words: What can be chosen, none twice, the most useful first.
        most: How many of them a good prompt has.
        opposites: Words of the kind that contradict each other, in groups.
    """

    name: str
    words: tuple[str, ...]
    most: int
    opposites: tuple[frozenset[str], ...] = ()


GENRE = Words(
    "genre",
    ("rock", "pop", "EDM", "techno", "house", "hip hop", "jazz", "blues", "funk", "folk", "classical", "ambient",
     "metal", "lo-fi hip hop", "soul", "reggae", "country", "drum and bass", "disco", "film score"),
    2,
)  # fmt: skip
MOOD = Words(
    "mood",
    ("happy", "sad", "energetic", "calm", "dark", "bright", "dreamy", "epic", "romantic", "tense", "playful",
     "relaxed"),
    2,
    (
        frozenset({"happy", "sad"}),
        frozenset({"energetic", "calm"}),
        frozenset({"energetic", "relaxed"}),
        frozenset({"dark", "bright"}),
        frozenset({"tense", "relaxed"}),
        frozenset({"tense", "calm"}),
        frozenset({"dark", "happy"}),
        frozenset({"sad", "playful"}),
    ),
)  # fmt: skip
INSTRUMENT = Words(
    "instrument",
    ("piano", "guitar", "electric guitar", "bass", "drums", "organ", "strings", "flute", "saxophone", "synth", "brass",
     "percussion", "violin", "synth pads", "trumpet", "harp"),
    4,
)  # fmt: skip
TEMPO = Words(
    "tempo", ("60 bpm", "75 bpm", "90 bpm", "100 bpm", "110 bpm", "120 bpm", "128 bpm", "140 bpm", "170 bpm"), 1
)
ERA = Words("era", ("60s", "70s", "80s", "90s", "2000s", "modern", "baroque", "medieval"), 1)
PRODUCTION = Words(
    "production",
    ("warm", "clean", "lo-fi", "wide stereo", "vintage", "live room", "punchy", "reverb", "dry", "acoustic",
     "electronic", "minimal", "dense"),
    3,
    (
        frozenset({"clean", "lo-fi"}),
        frozenset({"reverb", "dry"}),
        frozenset({"acoustic", "electronic"}),
        frozenset({"minimal", "dense"}),
    ),
)  # fmt: skip
KINDS: tuple[Words, ...] = (GENRE, MOOD, INSTRUMENT, TEMPO, ERA, PRODUCTION)
"""In the order in which they make a good prompt."""

_BPM = re.compile(r"\b\d{2,3}(?:\.\d+)?\s*bpm\b|\bbpm\s*:?\s*\d{2,3}\b", re.IGNORECASE)
_TEMPO_WORDS = re.compile(r"\b(?:(?:very )?(?:slow|fast|mid|medium|up)[ -]?tempo|slow|fast)\b", re.IGNORECASE)
_ERA = re.compile(r"\b(?:(?:19|20)?\d0s|modern|baroque|medieval)\b", re.IGNORECASE)


# Words in, words out.


def has_word(prompt: str, word: str) -> bool:
    """Return whether a prompt has a word, or words that belong together, by itself and in any case.

    `guitar` is not there with `electric guitar` alone: what is a part of a longer word of the tables does not count.
    """
    return bool(_spots(prompt, word))


def without_word(prompt: str, word: str) -> str:
    """Return a prompt without a word, and without the comma or space that then stands for nothing."""
    for start, end in reversed(_spots(prompt, word)):
        prompt = prompt[:start] + prompt[end:]
    return _tidy(prompt)


def with_word(prompt: str, word: str) -> str:
    """Return a prompt with a word, without what contradicts it, and with no more of its kind than is good.

    Of two tempos or eras the new one stays, also where the old one was typed; of other words that are too many the
    first goes. The word stands behind the last part, parted by a comma.
    """
    if has_word(prompt, word):
        return prompt
    kind = kind_of(word)
    if kind is TEMPO:
        prompt = _tidy(_TEMPO_WORDS.sub("", _BPM.sub("", prompt)))
    elif kind is ERA:
        prompt = _tidy(_ERA.sub("", prompt))
    elif kind is not None:
        prompt = _with_room(prompt, word, kind)
    start = prompt.rstrip()
    if not start:
        return word
    return f"{start} {word}" if start.endswith(",") else f"{start}, {word}"


def words_chosen(prompt: str, kind: Words) -> list[str]:
    """Return which words of a kind a prompt has, in the order of the table."""
    return [word for word in kind.words if has_word(prompt, word)]


def kind_of(word: str) -> Words | None:
    """Return the kind that has a word; None for any other word."""
    return next((kind for kind in KINDS if word in kind.words), None)


def _with_room(prompt: str, word: str, kind: Words) -> str:
    against = {other for group in kind.opposites if word in group for other in group} - {word}
    for other in against:
        prompt = without_word(prompt, other)
    there = sorted(words_chosen(prompt, kind), key=lambda each: _spots(prompt, each)[0])
    for other in there[: max(len(there) + 1 - kind.most, 0)]:
        prompt = without_word(prompt, other)
    return prompt


def _spots(prompt: str, word: str) -> list[tuple[int, int]]:
    """Return where a word stands, but for where it is a part of a longer one."""
    covered = [found.span() for each in _longer(word) for found in _pattern(each).finditer(prompt)]
    spots = [found.span() for found in _pattern(word).finditer(prompt)]
    return [(start, end) for start, end in spots if not any(first <= start and end <= last for first, last in covered)]


@lru_cache(maxsize=512)  # asked for every word at every key that is pressed
def _longer(word: str) -> tuple[str, ...]:
    return tuple(each for kind in KINDS for each in kind.words if each != word and _pattern(word).search(each))


def _tidy(prompt: str) -> str:
    rest = re.sub(r"[ \t]*,(?:[ \t]*,)+", ",", prompt)
    rest = re.sub(r"[ \t]{2,}", " ", rest)
    return re.sub(r"^[\s,]+|[\s,]+$", "", rest)


@lru_cache(maxsize=512)
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)


# A prompt to begin with.


@dataclass(frozen=True, slots=True)
class _Style:
    """What goes together: a genre with instruments, moods, tempos in beats per minute, eras and productions."""

    genre: str
    instruments: tuple[str, ...]
    moods: tuple[str, ...]
    bpm: tuple[int, int]
    eras: tuple[str, ...] = ()
    productions: tuple[str, ...] = ()


_STYLES = (
    _Style("rock", ("electric guitar", "bass", "drums", "organ"), ("happy", "energetic", "dark"), (110, 150),
           ("70s", "90s"), ("live room", "punchy")),
    _Style("pop", ("synth", "bass", "drums", "piano"), ("happy", "bright", "romantic"), (96, 128),
           ("80s", "modern"), ("clean", "wide stereo")),
    _Style("EDM", ("synth", "bass", "drums"), ("energetic", "epic", "bright"), (124, 132), ("modern",),
           ("punchy", "wide stereo")),
    _Style("techno", ("synth", "drums", "percussion"), ("dark", "tense", "energetic"), (126, 140), ("90s", "modern"),
           ("electronic", "minimal")),
    _Style("house", ("piano", "bass", "drums", "synth pads"), ("happy", "relaxed"), (118, 126), ("90s", "modern"),
           ("warm", "punchy")),
    _Style("lo-fi hip hop", ("piano", "bass", "drums", "guitar"), ("relaxed", "dreamy", "sad"), (70, 88), ("modern",),
           ("lo-fi", "warm")),
    _Style("jazz", ("piano", "bass", "drums", "saxophone", "trumpet"), ("relaxed", "romantic", "sad", "playful"),
           (80, 140), ("60s",), ("live room", "warm")),
    _Style("blues", ("electric guitar", "bass", "drums", "organ"), ("sad", "dark", "relaxed"), (64, 96), ("60s", "70s"),
           ("vintage", "live room")),
    _Style("funk", ("electric guitar", "bass", "drums", "brass", "organ"), ("happy", "energetic", "playful"), (98, 116),
           ("70s",), ("vintage", "dry")),
    _Style("reggae", ("guitar", "bass", "drums", "organ"), ("relaxed", "happy"), (68, 84), ("70s",),
           ("warm", "reverb")),
    _Style("folk", ("guitar", "violin", "flute"), ("calm", "happy", "romantic"), (84, 112), (), ("acoustic", "warm")),
    _Style("classical", ("piano", "strings", "flute", "harp"), ("calm", "romantic", "epic", "playful"), (60, 120),
           ("baroque",), ("acoustic", "reverb")),
    _Style("ambient", ("synth pads", "piano", "strings"), ("calm", "dreamy", "dark"), (60, 80), (),
           ("reverb", "wide stereo")),
    _Style("metal", ("electric guitar", "bass", "drums"), ("dark", "energetic", "epic"), (130, 180), ("90s", "modern"),
           ("punchy", "dense")),
    _Style("disco", ("bass", "drums", "strings", "electric guitar"), ("happy", "energetic"), (112, 124), ("70s",),
           ("vintage", "wide stereo")),
    _Style("film score", ("strings", "brass", "percussion", "piano"), ("epic", "tense", "dark", "romantic"), (60, 110),
           (), ("wide stereo", "reverb")),
)  # fmt: skip


def surprise(dice: Random) -> str:
    """Return a prompt that makes sense: what belongs to one style, and nothing twice."""
    style = dice.choice(_STYLES)
    instruments = sorted(dice.sample(style.instruments, dice.randint(2, min(3, len(style.instruments)))))
    parts = [
        f"{dice.choice(style.moods)} {style.genre}",
        *instruments,
        f"{dice.randrange(style.bpm[0], style.bpm[1] + 1, 2)} bpm",
        *([dice.choice(style.eras)] if style.eras and dice.random() < 0.5 else []),
        *([dice.choice(style.productions)] if style.productions and dice.random() < 0.7 else []),
    ]
    return ", ".join(parts)


# What was written before.


@dataclass(frozen=True, slots=True)
class PastPrompt:
    """A prompt that music was made from.

    Args:
        text: The prompt.
        clips: How many clips there are of it.
        stars: How many of them have a star: it worked.
    """

    text: str
    clips: int
    stars: int


def past_prompts(clips: Iterable[Clip], typed: str = "", *, only_starred: bool = False) -> list[PastPrompt]:
    """Return the prompts that clips were made from, each once.

    Args:
        clips: The library's, newest first.
        typed: Only prompts with all these words, each as the beginning of a word in any case; empty for all.
        only_starred: Only those of which a clip has a star.

    Returns:
        Newest first; where only starred ones are wanted, those with most stars first.
    """
    counts: dict[str, list[int]] = {}
    for clip in clips:
        text = " ".join(clip.prompt.split())
        if text and clip.origin in (Origin.GENERATED, Origin.RECOVERED):
            count = counts.setdefault(text, [0, 0])
            count[0] += 1
            count[1] += clip.is_starred
    patterns = [re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE) for word in typed.split()]
    found = [
        PastPrompt(text, count, stars)
        for text, (count, stars) in counts.items()
        if (stars or not only_starred) and all(pattern.search(text) for pattern in patterns)
    ]
    return sorted(found, key=lambda past: -past.stars) if only_starred else found


# What MusicGen cannot do.


class Caution(StrEnum):
    """Why a prompt will not give what it says."""

    VOCALS = "vocals"
    LANGUAGE = "language"
    TEMPOS = "tempos"


_VOICE = (
    r"vocals?|vocalists?|singers?|sings?|singing|sung|lyrics?|rapp?(?:er|ing|s)?|choirs?|choral|a ?cappella|voices?"
    r"|(?:soprano|tenor|baritone)(?!\s+(?:sax|guitar|horn|trombone|clarinet|recorder|ukulele))"
    r"|spoken word|screams?|growls?"
)
_VOCALS = re.compile(rf"(?<!\w)(?:{_VOICE})(?!\w)", re.IGNORECASE)
_NO_VOICE = re.compile(rf"\b(?:no|without(?: any)?|non[- ]?)\s*(?:{_VOICE})(?!\w)", re.IGNORECASE)
_OTHER_WORDS = frozenset(
    {
        "und", "mit", "ein", "eine", "einen", "der", "ruhige", "ruhiger", "schnell", "langsam", "avec", "une",
        "les", "et", "triste", "lente", "rapide", "con", "una", "los", "las", "música", "musica", "alegre",
        "lenta", "y", "com", "uma", "e", "o", "as", "il", "la", "allegra", "veloce", "met", "een", "en", "het",
        "snel",
    }
)  # fmt: skip
"""Words of other languages, of which two make it likely."""
_STRONG = frozenset(
    {
        "fröhlich", "fröhliche", "fröhlicher", "fröhliches", "traurig", "traurige", "trauriger", "klavier",
        "gitarre", "schlagzeug", "geige", "musik", "musique", "guitare", "batterie", "joyeuse", "joyeux",
        "tranquille", "guitarra", "batería", "rápida", "violão", "bateria", "chitarra", "batteria", "allegra",
        "pianoforte", "muziek", "vrolijke", "vrolijk", "gitaar",
    }
)  # fmt: skip
"""Words of no English prompt: one of them is enough."""
_MANY = 2


def cautions(prompt: str) -> tuple[Caution, ...]:
    """Return what a prompt asks for that the checkpoints cannot do, or what contradicts itself."""
    found = []
    if _VOCALS.search(_NO_VOICE.sub("", prompt)):
        found.append(Caution.VOCALS)
    if _is_other_language(prompt):
        found.append(Caution.LANGUAGE)
    if len({" ".join(tempo.lower().split()) for tempo in _BPM.findall(prompt)}) > 1:
        found.append(Caution.TEMPOS)
    return tuple(found)


def _is_other_language(prompt: str) -> bool:
    letters = [letter for letter in prompt if letter.isalpha()]
    foreign = sum(letter > "\u024f" for letter in letters)  # beyond the Latin letters
    if foreign * 3 > len(letters):
        return True
    words: Sequence[str] = re.findall(r"[^\W\d_]+", prompt.lower())
    return bool(_STRONG & set(words)) or len(_OTHER_WORDS & set(words)) >= _MANY
