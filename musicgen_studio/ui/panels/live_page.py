"""How the page for playing live was set, as text that the library remembers. Anything odd in it counts as nothing."""

import json
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from musicgen_studio.core.live import MAX_VOICES

MAX_TEXT = 20_000
"""Of the prompts by the minute: ten are five hundred."""


@dataclass(frozen=True, slots=True)
class LivePage:
    """What can be set on the page.

    Args:
        prompts: One for each line, empty where nothing is written.
        puck: Where the puck is, from the left and from above, 0 to 1.
        guidance: How strictly the prompts are followed.
        temperature: How adventurous.
        sparser: How much sparser, 0 to 1.
        fade_in_s: How long it takes to its full loudness.
        fade_out_s: How long it takes to silence.
        on_the_bar: Whether changes wait for the bar.
        keeps_all: Whether all of it becomes a clip.
        schedule: The prompts by the minute as they are written.
        is_by_the_minute: Whether those are played.
    """

    prompts: tuple[str, ...]
    puck: tuple[float, float]
    guidance: float
    temperature: float
    sparser: float
    fade_in_s: float
    fade_out_s: float
    on_the_bar: bool
    keeps_all: bool
    schedule: str
    is_by_the_minute: bool

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | None) -> "LivePage | None":
        """Read it from text; None if there is none, or it is from another version."""
        try:
            stored: dict[str, Any] = json.loads(text or "")
            prompts = tuple(_text(prompt) for prompt in stored.pop("prompts"))
            across, down = (_number(value) for value in stored.pop("puck"))
            numbers = ("guidance", "temperature", "sparser", "fade_in_s", "fade_out_s")
            told = {name: _number(stored.pop(name)) for name in numbers}
            asked = {name: bool(stored.pop(name)) for name in ("on_the_bar", "keeps_all", "is_by_the_minute")}
            page = cls(prompts, (across, down), **told, **asked, schedule=_text(stored.pop("schedule")))  # type: ignore[arg-type]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        return page if len(page.prompts) == MAX_VOICES else None


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise TypeError("must be a text")
    return value


def _number(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]
    if not isfinite(number):
        raise ValueError("must be a finite number")
    return number
