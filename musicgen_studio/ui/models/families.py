"""Clips in the order of their families: what was made of a clip stands under it. Not for showing (`library_model`)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from musicgen_studio.core.clip import Clip, Origin

_TAKE = '\n  "take": '  # in a record
_TO_THE_MINUTE = len("2026-01-31T12:00")
MAX_DEPTH = 4  # deeper generations are not indented further: the row is narrow


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the library.

    Args:
        clip: What it shows.
        depth: How far below its eldest ancestor it stands, 0 to `MAX_DEPTH`.
    """

    clip: Clip
    depth: int


def in_families(clips: Sequence[Clip]) -> list[Row]:
    """Order clips so that children stand under their parent, and takes under their first, as far as that is there."""
    known = {clip.id: clip for clip in clips}
    above = {clip.id: clip.parent for clip in known.values() if clip.parent in known} | _first_takes(known.values())
    children: dict[str, list[Clip]] = {}
    for clip_id, parent in above.items():
        children.setdefault(str(parent), []).append(known[clip_id])
    order = {clip_id: number for number, clip_id in enumerate(known)}
    for of_one in children.values():
        of_one.sort(key=lambda clip: (*_stem_first(clip), order[clip.id]))
    rows: dict[str, Row] = {}
    for clip in known.values():
        if clip.id not in rows:
            _add_family(_eldest(clip, known, above), children, rows)
    return list(rows.values())


def _first_takes(clips: Iterable[Clip]) -> dict[str, str | None]:
    """Return the first of the takes made together for each of the others, by their ids."""
    groups: dict[tuple[object, ...], list[tuple[int, Clip]]] = {}
    for clip in clips:
        take = _take(clip)
        if take is not None and clip.seed is not None:
            # The takes of one order have seeds one after the other, and came into being at one moment.
            order = (clip.seed - take, clip.prompt, clip.checkpoint, clip.parent, clip.created[:_TO_THE_MINUTE])
            groups.setdefault(order, []).append((take, clip))
    first: dict[str, str | None] = {}
    for takes in groups.values():
        takes.sort(key=lambda pair: pair[0])
        first |= {clip.id: takes[0][1].id for _, clip in takes[1:]}
    return first


def _take(clip: Clip) -> int | None:
    """Return which take of its order a clip is, from 0; None if it is not known. Quick: the record is not parsed."""
    place = clip.recipe.rfind(_TAKE)
    digits = clip.recipe[place + len(_TAKE) : place + len(_TAKE) + 3].partition(",")[0].strip() if place >= 0 else ""
    return int(digits) if digits.isdecimal() else None


def _stem_first(clip: Clip) -> tuple[int, int]:
    """Stems stand right under their clip, drums first, then its other takes, then what was made of it otherwise."""
    if clip.origin is Origin.STEM:
        return 0, clip.stem_place
    take = _take(clip)
    return (1, take) if take else (2, 0)


def _eldest(clip: Clip, known: dict[str, Clip], above: dict[str, str | None]) -> Clip:
    seen = {clip.id}
    while (parent := above.get(clip.id)) is not None and parent not in seen:  # a damaged library might hold a circle
        clip = known[parent]
        seen.add(clip.id)
    return clip


def _add_family(eldest: Clip, children: dict[str, list[Clip]], rows: dict[str, Row]) -> None:
    waiting = [(eldest, 0)]
    while waiting:
        clip, depth = waiting.pop()
        if clip.id not in rows:
            rows[clip.id] = Row(clip, min(depth, MAX_DEPTH))
            waiting += [(child, depth + 1) for child in reversed(children.get(clip.id, []))]
