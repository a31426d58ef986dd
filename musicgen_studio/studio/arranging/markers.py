"""What the parts of a clip are called on the way into another program: takes, passages, and where new music begins.

A clip that goes on from another keeps that one's names up to where it goes on; one of which a section was made anew,
those behind the section, too. Not for how markers are written (`export`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.ending import Ending
from musicgen_studio.core.song import Marker
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.library import Library
from musicgen_studio.studio.making.record import Record

_MOST_PARENTS = 100
_SHORTEST_S = 0.02  # a frame of the codec: what is shorter is no part


_ENDED = '"ending": {'  # as records have it that say how a clip ends


def record_in(clip: Clip) -> Record | None:
    """Return how a clip was made; None if that is not known, or was written by another version of the program."""
    try:
        return Record.from_json(clip.recipe) if clip.recipe else None
    except UserProblem:  # the sound is none the worse for it
        return None


def ending_in(clip: Clip) -> Ending | None:
    """Return how a clip came to its end; None if none was asked for, or nobody knows. Quick where that is so."""
    record = record_in(clip) if clip.recipe and _ENDED in clip.recipe else None
    return None if record is None else record.ending


def new_from_s(clip: Clip, record: Record) -> float | None:
    """Return when the new music in a clip begins, in seconds: behind what it goes on from.

    Args:
        clip: As it is.
        record: Of it.

    Returns:
        None if nobody knows: it went on from all of a sound, and was stopped before as much had come as was asked for.
    """
    order = record.order
    if order.continuation is None:
        return 0.0
    if order.continuation.frames is not None:
        return min(order.continuation.frames / clip.sample_rate, clip.duration_s)
    if not clip.is_complete or order.after is not None:
        return None
    early_s = 0.0 if record.ending is None else record.ending.early_s
    return max(clip.duration_s + early_s - order.duration_s, 0.0)


def markers_of(library: Library, clip: Clip) -> tuple[Marker, ...]:
    """Return the named parts of a clip in order, each from where it begins to where it ends.

    Args:
        library: Which has it, and what it was made from.
        clip: A clip that is one piece of music throughout has none.
    """
    return tuple(_markers(library, clip, _MOST_PARENTS))


def _markers(library: Library, clip: Clip, most: int) -> Iterator[Marker]:
    record = record_in(clip)
    if record is None:
        return
    begin_s = new_from_s(clip, record)
    if begin_s is None:
        return
    is_section = record.order.after is not None and clip.is_complete
    before = _of_parent(library, clip, most) if begin_s or is_section else []
    yield from _cut(before, begin_s)
    yield from _made(clip, record, begin_s)
    if is_section:
        yield from _behind(before, begin_s + record.order.duration_s)


def _of_parent(library: Library, clip: Clip, most: int) -> list[Marker]:
    if clip.parent is None or not most:
        return []
    try:
        parent = library.get(clip.parent)
    except KeyError:  # deleted for good
        return []
    return list(_markers(library, parent, most - 1))


def _cut(markers: Sequence[Marker], end_s: float) -> Iterator[Marker]:
    for marker in markers:
        if marker.start_s < end_s - _SHORTEST_S:
            yield marker if marker.end_s is None else replace(marker, end_s=min(marker.end_s, end_s))


def _behind(markers: Sequence[Marker], start_s: float) -> Iterator[Marker]:
    for marker in markers:
        if marker.end_s is not None and marker.end_s > start_s + _SHORTEST_S:
            yield replace(marker, start_s=max(marker.start_s, start_s))


def _made(clip: Clip, record: Record, begin_s: float) -> Iterator[Marker]:
    """Give what was made at once: the prompt, and the passages that follow it."""
    order = record.order
    if not (begin_s or order.passages or order.takes > 1 or order.after is not None):
        return
    names = [record.prompt, *(passage.prompt for passage in order.passages)]
    if order.takes > 1:
        names[0] = " · ".join(part for part in (f"take {record.take + 1}", names[0]) if part)
    last_s = min(begin_s + order.duration_s, clip.duration_s)
    times_s = [begin_s, *(begin_s + passage.start_s for passage in order.passages), last_s]
    for name, (start_s, end_s) in zip(names, pairwise(times_s), strict=True):
        if min(end_s, clip.duration_s) - start_s > _SHORTEST_S:
            yield Marker(name, start_s, min(end_s, clip.duration_s))
