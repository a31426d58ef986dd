"""From facts about a piece to words, in many wordings. Every use of a piece draws its caption anew.

Each draw mentions the style almost always and some of the rest: mood, tempo, key, instruments, whether there are drums.
What is unusual for the style, its tempo or that drums are missing, is always said: what is not said is as usual.
Drums are also said in styles that often go without.
"""

import numpy as np

from musicgen_studio.training.music.moods import MOODS
from musicgen_studio.training.music.score import Facts, Role
from musicgen_studio.training.music.styles import STYLES

SLOW_BELOW_BPM = 88.0
FAST_ABOVE_BPM = 115.0
TEMPO_WORDS = {
    "slow": ("slow", "slow tempo", "unhurried", "downtempo"),
    "medium": ("medium tempo", "mid-tempo", "moderate tempo", "walking pace"),
    "fast": ("fast", "fast tempo", "quick", "up-tempo"),
}
_DRUMS_ARE_SAID = 0.25
"""Share of a style's pieces without drums from which on nobody would expect any."""

_TEMPO_IS_LEFT_OUT = 0.6
"""Share of captions that do not say a usual tempo even if there is room: time must be kept without being told."""

_OPENINGS = ("", "", "", "", "a ", "a piece of ", "a track of ", "music: ", "an instrumental ", "some ")
_CLOSINGS = ("", "", "", "", " music", " track", " song", " instrumental", " tune", " groove")


def tempo_word(bpm: float) -> str:
    """Return `slow`, `medium` or `fast`."""
    return "slow" if bpm < SLOW_BELOW_BPM else "fast" if bpm > FAST_ABOVE_BPM else "medium"


def caption(facts: Facts, rng: np.random.Generator) -> str:
    """Describe a piece.

    Args:
        facts: What there is to say.
        rng: Chooses what is said and how.

    Returns:
        Such as `happy rock, fast, driving drums, with organ melody, in D major`.
    """
    details, unusual = _details(facts, rng), _unusual(facts)
    left_out = "tempo" if rng.random() < _TEMPO_IS_LEFT_OUT else ""
    optional = [words for name, words in details.items() if words and name not in (*unusual, left_out)]
    rng.shuffle(optional)
    kept = [details[name] for name in unusual]
    kept += optional[: max(int(rng.choice([0, 1, 2, 3, 4], p=[0.15, 0.2, 0.25, 0.25, 0.15])) - len(kept), 0)]
    rng.shuffle(kept)
    words = _separator(rng).join([_head(facts, rng), *kept])
    return words.lower() if rng.random() < 0.4 else words


def _head(facts: Facts, rng: np.random.Generator) -> str:
    style, mood = STYLES[facts.style], MOODS[facts.mood]
    name = style.name if rng.random() < 0.6 else str(rng.choice(style.words))
    alone = _alone(facts)
    if alone and rng.random() < 0.6:
        name = f"{alone}, {name}" if rng.random() < 0.6 else alone
    if rng.random() < 0.7:
        adjective = mood.name if rng.random() < 0.55 else str(rng.choice(mood.words))
        name = f"{adjective} {name}" if rng.random() < 0.8 else f"{name}, {adjective}"
    return f"{rng.choice(_OPENINGS)}{name}{rng.choice(_CLOSINGS)}"


def _alone(facts: Facts) -> str:
    """Return what to call a piece of one instrument, or nothing."""
    names = set(facts.instruments.values())
    if len(names) != 1:
        return ""
    name = names.pop()
    if Role.DRUMS in facts.instruments:
        return f"{name} alone"
    return f"humming {name}" if facts.is_humming else f"solo {name}"


def _unusual(facts: Facts) -> list[str]:
    """Return which details nobody would expect of the style."""
    style = STYLES[facts.style]
    is_band = len(set(facts.instruments.values())) > 1
    unusual = ["tempo"] if facts.frames_per_sixteenth not in style.tempi else []
    has_drums = Role.DRUMS in facts.instruments
    said = style.drumless >= _DRUMS_ARE_SAID if has_drums else bool(style.drums)
    return [*unusual, "drums"] if said and is_band else unusual


def _details(facts: Facts, rng: np.random.Generator) -> dict[str, str]:
    """Return what could be said, by what it is about; empty where there is nothing to say."""
    tempo = rng.choice(TEMPO_WORDS[tempo_word(facts.bpm)]) if rng.random() < 0.5 else f"{round(facts.bpm)} bpm"
    key = f"in {facts.key.name}" if rng.random() < 0.7 else f"{'major' if facts.key.is_major else 'minor'} key"
    return {
        "tempo": str(tempo),
        "key": key,
        "drums": _drum_words(facts, rng),
        "lead": _lead_words(facts, rng),
        "others": _other_words(facts, rng),
    }


def _drum_words(facts: Facts, rng: np.random.Generator) -> str:
    kit = facts.instruments.get(Role.DRUMS)
    if kit is None:
        return str(rng.choice(["no drums", "without drums", "drumless", "no percussion"]))
    return str(rng.choice([f"with {kit}", "with drums", f"{kit}", "steady beat"]))


def _lead_words(facts: Facts, rng: np.random.Generator) -> str:
    name = facts.instruments.get(Role.LEAD)
    if name is None:
        return "no melody" if rng.random() < 0.3 else ""
    if facts.is_humming:
        return str(rng.choice([f"hummed melody, {name}", f"with humming {name}", f"with {name} melody"]))
    return str(rng.choice([f"with {name} melody", f"{name} lead", f"with {name}", f"melody on {name}"]))


def _other_words(facts: Facts, rng: np.random.Generator) -> str:
    others = [name for role, name in facts.instruments.items() if role in (Role.BASS, Role.CHORDS, Role.PAD)]
    if not others:
        return ""
    rng.shuffle(others)
    return " and ".join(others[: int(rng.integers(1, 3))])


def _separator(rng: np.random.Generator) -> str:
    return str(rng.choice([", ", ", ", "; ", " - "]))
