"""Songs of every kind that a project may be made of, and a disk that fills up."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count

import numpy as np
import pytest

from musicgen_studio.core.song import Song
from musicgen_studio.core.tempo_map import TempoMap
from tests.export.songs import NASTY_TITLES, song


def drifting(kind: str) -> Song:
    """Return a song whose tempo is steady, has a pickup, drifts, or is counted in eighths."""
    tempos = {
        "steady": TempoMap.constant(125, 4),
        "pickup": TempoMap.constant(125, 4, downbeat_s=1.3),
        "drifting": TempoMap(tuple(np.cumsum(np.linspace(0.45, 0.55, 9)) - 0.2), first_downbeat=3),
        "eighths": TempoMap(tuple(np.cumsum(np.linspace(0.2, 0.25, 20))), 4, beats_per_bar=7, beat_unit=8),
    }
    return replace(song(4.0, 8000, 1), tempo=tempos[kind])


CASES: dict[str, Callable[[], Song]] = {
    "mono": lambda: song(0.5, 44_100, 1),
    "stereo": lambda: song(0.5, 48_000, 2),
    "clip alone": lambda: song(0.5, with_stems=False, with_melody=False),
    "no tempo, no key": lambda: replace(song(0.5), tempo=None, key=None),
    "no markers": lambda: replace(song(0.5), markers=()),
    **{kind: partial(drifting, kind) for kind in ("steady", "pickup", "drifting", "eighths")},
    **{f"title {n}": partial(song, 0.1, 8000, 1, title=title) for n, title in enumerate(NASTY_TITLES)},
}


@contextmanager
def full_at(moment: int) -> Iterator[None]:
    """Let the disk have no space from a given call that makes files safe on it."""
    calls = count(1)

    def fsync(_descriptor: int) -> None:
        if next(calls) >= moment:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        yield
