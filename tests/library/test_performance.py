"""Ten thousand clips. The figures are printed (`pytest -s`); the bounds are loose, for machines under load."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from musicgen_studio.library.library import Library
from tests.library.samples import new_clip

CLIPS = 10_000
WORDS = ["happy", "rock", "organ", "drums", "sad", "jazz", "piano", "slow", "edm", "bass", "ambient", "lo-fi", "techno"]


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def test_ten_thousand_clips(folder: Path) -> None:
    dice = random.Random(1)  # noqa: S311 - the same clips every time
    with Library(folder) as library:
        library._save(
            new_clip(
                title=" ".join(dice.choices(WORDS, k=3)),
                prompt=" ".join(dice.choices(WORDS, k=12)),
                created=f"2026-01-{1 + number % 28:02}T12:00:00+00:00",
                recipe="x" * 2000,
                tags=tuple(sorted(set(dice.choices(WORDS, k=2)))),
            )
            for number in range(CLIPS)
        )
        files = {}
        for clip in library.clips():
            files[clip.id] = library._masters.choose(clip)
            path = library._masters.place(files[clip.id].path)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"-")
        library._save([], files)
    opening_s = min(_seconds(lambda: Library(folder).close()) for _ in range(3))
    with Library(folder) as library:
        reconciling_s = _seconds(library.reconcile)
        searches_s = {
            query: median(_seconds(lambda query=query: library.clips(query)) for _ in range(5))  # type: ignore[misc]
            for query in ("", "h", "happy", "happy rock", "org dr", "nothing")
        }
        clip_id = library.clips()[0].id
        editing_s = median(_seconds(lambda: library.edit(clip_id, title="new")) for _ in range(5))
        copying_s = _seconds(library.backup)
    figures = ", ".join(f"{query!r} {seconds * 1000:.1f} ms" for query, seconds in searches_s.items())
    print(  # noqa: T201
        f"\n{CLIPS} clips: open {opening_s:.2f} s, reconcile {reconciling_s:.2f} s, copy {copying_s:.2f} s, "
        f"edit {editing_s * 1000:.1f} ms; search: {figures}"
    )
    assert opening_s < 3
    assert max(searches_s.values()) < 0.25
