"""Words in a prompt: whether one is there, and the prompt with or without it. Prompts are English, and so are they."""

import re

GENRES = ("rock", "pop", "EDM", "hip hop", "jazz", "blues", "classical", "ambient")
MOODS = ("happy", "sad", "energetic", "calm", "dark", "dreamy", "epic", "romantic")
INSTRUMENTS = ("piano", "guitar", "bass", "drums", "organ", "strings", "flute", "synth", "brass")
EXAMPLES = ("happy rock", "energetic EDM", "sad jazz")


def has_word(prompt: str, word: str) -> bool:
    """Return whether a prompt has a word, or words that belong together, by itself and in any case."""
    return _pattern(word).search(prompt) is not None


def with_word(prompt: str, word: str) -> str:
    """Return a prompt with a word at its end, parted by a comma."""
    start = prompt.rstrip()
    if not start:
        return word
    return f"{start} {word}" if start.endswith(",") else f"{start}, {word}"


def without_word(prompt: str, word: str) -> str:
    """Return a prompt without a word, and without the comma or space that then stands for nothing."""
    rest = _pattern(word).sub("", prompt)
    rest = re.sub(r"[ \t]*,(?:[ \t]*,)+", ",", rest)
    rest = re.sub(r"[ \t]{2,}", " ", rest)
    return re.sub(r"^[\s,]+|[\s,]+$", "", rest)


def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
