"""Clips for tests of models and panels."""

from typing import Any

from musicgen_studio.core.clip import Clip, Origin

RATE = 32000


def make_clip(number: int, **changes: Any) -> Clip:
    """Make an 8-second clip; `number` decides its id."""
    values: dict[str, Any] = {
        "id": f"{number:032x}",
        "title": f"Clip {number}",
        "origin": Origin.GENERATED,
        "created": "2026-01-31T12:00:00+00:00",
        "frames": 8 * RATE,
        "sample_rate": RATE,
        "channels": 1,
        "prompt": "happy rock",
        "seed": number,
        "checkpoint": "starter",
        "licence": "free to use for anything",
    }
    return Clip(**(values | changes))
