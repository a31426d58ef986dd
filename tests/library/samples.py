"""Clips and sounds to put into a library."""

from typing import Any

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.library.files import new_id
from musicgen_studio.library.library import Library

RATE = 8000


def noise(frames: int = RATE // 4, channels: int = 1, seed: int = 0) -> Samples:
    """Return float32 [frames, channels] between ±0.5. Longer noise of a seed begins like a shorter one."""
    return (np.random.default_rng(seed).random((frames, channels), np.float32) - 0.5).astype(np.float32)


def new_clip(**values: Any) -> Clip:
    """Return a clip with an id of its own, a quarter of a second long unless told."""
    plain: dict[str, Any] = {
        "id": new_id(),
        "title": "Happy rock",
        "origin": Origin.GENERATED,
        "created": "2026-01-31T12:00:00+00:00",
        "frames": RATE // 4,
        "sample_rate": RATE,
        "channels": 1,
    }
    return Clip(**(plain | values))


def add(library: Library, seed: int = 0, **values: Any) -> Clip:
    """Add a clip of noise."""
    clip = new_clip(**values)
    return library.add(clip, Audio(noise(clip.frames, clip.channels, seed), clip.sample_rate))


def titles(clips: list[Clip]) -> list[str]:
    """Return the titles in order."""
    return [clip.title for clip in clips]
