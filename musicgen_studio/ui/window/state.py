"""What the window looked like, as text that the library remembers. Anything odd in it counts as nothing."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from musicgen_studio.ui.panels.prompt_panel import PromptValues

_ALL_CHOSEN = PromptValues(guidance_scale=3.0, temperature=1.0, top_k=250, top_p=0.0)
"""For what kind of value each is; what is usual is none and not remembered."""


@dataclass(frozen=True, slots=True)
class WindowState:
    """The state at the last change.

    Args:
        geometry: Qt's, in base 64.
        columns: Qt's of the columns, in base 64.
        values: Fields of `PromptValues` by name.
        folds: Whether the melody's and the advanced fold are open.
        clip: Id of the clip that was shown; empty for none.
    """

    geometry: str
    columns: str
    values: dict[str, Any]
    folds: tuple[bool, bool]
    clip: str = ""

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | None) -> "WindowState | None":
        """Read it from text; None if there is none, or it is from another version."""
        try:
            stored = json.loads(text or "")
            kinds = {field.name: type(getattr(_ALL_CHOSEN, field.name)) for field in fields(PromptValues)}
            values = {name: value for name, value in stored["values"].items() if type(value) is kinds.get(name)}
            melody, advanced = stored["folds"]
            folds = bool(melody), bool(advanced)
            return cls(str(stored["geometry"]), str(stored["columns"]), values, folds, str(stored.get("clip", "")))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
