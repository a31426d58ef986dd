"""Licences that a person has agreed to, each with its date: asked once for each checkpoint, before it is downloaded.

Not for what the licences are (`facts`) or for asking (`cli`, `ui`).
"""

import json
from datetime import UTC, datetime
from pathlib import Path

from musicgen_studio.files.whole import ensure_folder, write_text
from musicgen_studio.paths import settings_file

IN_WORDS = {
    "CC-BY-NC 4.0": "Creative Commons Attribution-NonCommercial 4.0: what you make with it is not for commercial use, "
    "and you name Meta AI as the maker of the model. https://creativecommons.org/licenses/by-nc/4.0/",
}
"""What a licence means, for a person."""


def accepted(checkpoint: str, licence: str) -> str | None:
    """Return when the licence of a checkpoint was agreed to (ISO date), or None."""
    noted = _load().get(checkpoint)
    if isinstance(noted, dict) and noted.get("licence") == licence and isinstance(noted.get("date"), str):
        return str(noted["date"])
    return None


def accept(checkpoint: str, licence: str) -> None:
    """Note that a person has agreed today.

    Raises:
        UserProblem: If it cannot be written down.
    """
    known = _load()
    known[checkpoint] = {"licence": licence, "date": datetime.now(UTC).date().isoformat()}
    ensure_folder(_store().parent)
    write_text(_store(), json.dumps(known, indent=1, sort_keys=True) + "\n")


def _store() -> Path:
    return settings_file().with_name("licences.json")


def _load() -> dict[str, object]:
    try:
        known = json.loads(_store().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # unreadable: it is asked once more
    return known if isinstance(known, dict) else {}
