"""A library of many clips, for measuring: real rows in a real database, each with a real, very short sound.

Not for clips that anybody wants to keep: nothing here is safe from a power cut.
"""

from itertools import cycle, islice, product
from pathlib import Path

import numpy as np

from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.library import wave_file
from musicgen_studio.library.database import Database
from musicgen_studio.library.files import Places, new_id
from musicgen_studio.library.library import Library
from musicgen_studio.library.masters import Masters

MOODS = ("happy", "sad", "calm", "energetic", "dark", "dreamy", "warm", "driving")
STYLES = ("rock", "jazz", "EDM", "ambient", "techno", "funk", "folk", "hip hop", "house", "blues")
INSTRUMENTS = ("organ", "piano", "drums", "bass", "strings", "guitar", "flute")
_RATE_HZ, _FRAMES = 32_000, 800
_RECIPE = '{"steps": "' + "x" * 2000 + '"}'
"""As long as the record of a clip that was made here."""


def write_many(folder: Path, count: int) -> None:
    """Fill a library that is not there yet.

    Args:
        folder: Where it is to be.
        count: How many clips, one in three with a tempo and a key, one in eight made from the one before.
    """
    Library(folder).close()
    places = Places(folder)
    database, masters = Database(places.database, lambda _version: None), Masters(places, {}, {})
    try:
        clips = _clips(count)
        files = {clip.id: masters.choose(clip) for clip in clips}
        for clip_id, file in files.items():
            _write(masters.place(file.path), clip_id)
        database.save(clips, files)
    finally:
        database.close()


def _clips(count: int) -> list[Clip]:
    clips: list[Clip] = []
    words = islice(cycle(product(MOODS, STYLES, INSTRUMENTS)), count)
    for number, (mood, style, instrument) in enumerate(words):
        is_known, is_child = number % 3 == 0, number % 8 == 7
        clips.append(
            Clip(
                new_id(),
                f"{mood.capitalize()} {style} with {instrument} {number}",
                Origin.EDITED if is_child else Origin.GENERATED,
                f"2026-{1 + number % 12:02}-{1 + number % 28:02}T12:{number % 60:02}:00+00:00",
                _FRAMES,
                _RATE_HZ,
                1,
                f"{mood} {style} with {instrument}, recorded in a small room",
                seed=number,
                checkpoint="starter",
                recipe=_RECIPE,
                parent=clips[-1].id if is_child else None,
                tags=tuple(sorted({style.lower(), mood})),
                tempo_bpm=float(80 + number % 70) if is_known else None,
                key="A minor" if is_known else "",
                analysis="{}",  # somebody has listened
            )
        )
    return clips


def _write(path: Path, clip_id: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shape, tail = wave_file.WaveShape(_RATE_HZ, 1, _FRAMES), wave_file.tail(clip_id, {})
    samples = (0.5 * np.sin(np.arange(_FRAMES) / 9)).astype("<f4")
    with path.open("wb") as file:
        for piece in (shape.header(len(tail)), samples.data, tail):
            file.write(piece)
