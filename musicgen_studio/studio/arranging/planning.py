"""Which passages a clip is made of: from its record, and those of the clips that it goes on from, to one plan.

A clip that was extended, or of which a section was made anew, holds what was before; so its passages are those of that
clip, as far as it is still there, with the new ones in their place. What was continued with the same words is one
passage that has become longer. Not for making anything (`composing`), nor for passages as text (`passages`).
"""

from collections.abc import Iterator
from dataclasses import replace

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.plan import Plan, PlannedPassage
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.markers import record_in
from musicgen_studio.studio.arranging.passages import plan_of_order, with_shared
from musicgen_studio.studio.making.record import Record, made_from_s

MOST_STEPS = 200
"""So many clips, each made from the one before, are looked back at."""

_SHORTEST_S = 0.02  # of a frame of the codec; what is shorter is rounding


def plan_of_clip(library: Library, clip: Clip) -> Plan | None:
    """Return what a clip is made of, from its beginning to its end; None if nobody knows.

    Args:
        library: Where the clips are that it goes on from.
        clip: Any.
    """
    chain = list(_chain(library, clip))
    plan: Plan | None = None
    for each, record in reversed(chain):
        plan = _of_one(each, record, plan)
    return plan


def words_at(library: Library, clip: Clip, at_s: float) -> str | None:
    """Return the words that a moment of a clip was made from; None if nobody knows."""
    plan = plan_of_clip(library, clip)
    return None if plan is None else with_shared(plan.shared, plan.parts[plan.part_at(at_s)].prompt)


def start_of_new_s(record: Record) -> float:
    """Return where in a clip the music begins that its order made."""
    order = record.order
    if order.continuation is None:
        return 0.0
    if order.after is not None and order.continuation.frames is not None:
        return order.continuation.frames / record.sample_rate
    return made_from_s(record)


def _chain(library: Library, clip: Clip) -> Iterator[tuple[Clip, Record | None]]:
    """Yield a clip and those that its sound goes back to, the newest first."""
    for _ in range(MOST_STEPS):
        record = record_in(clip)
        yield clip, record
        goes_on = record is not None and (record.order.continuation is not None or record.order.after is not None)
        if not goes_on or not clip.parent or not library.has(clip.parent):
            return
        clip = library.get(clip.parent)


def _of_one(clip: Clip, record: Record | None, before: Plan | None) -> Plan | None:
    if record is None:
        return Plan((PlannedPassage(0.0, clip.prompt),), clip.duration_s) if clip.prompt else None
    own, order = plan_of_order(record.order, record.prompt), record.order
    if order.continuation is None and order.after is None:
        return _cut(own, clip.duration_s)
    start_s = start_of_new_s(record)
    parts = (
        []
        if order.continuation is None
        else list(_told(before or Plan((PlannedPassage(0.0, ""),), clip.duration_s), 0.0))
    )
    parts = [part for part in parts if part.start_s < start_s - _SHORTEST_S]
    parts += [replace(part, start_s=round(part.start_s + start_s, 6)) for part in _told(own, 0.0)]
    if order.after is not None and before is not None:
        parts += _told(before, start_s + order.duration_s)
    merged = list[PlannedPassage]()
    for part in parts:
        if part.morph_s or not merged or _said(part) != _said(merged[-1]):
            merged.append(part)
    return _cut(Plan(tuple(merged), max(clip.duration_s, merged[-1].start_s + _SHORTEST_S), "", own.grid), None)


def _said(part: PlannedPassage) -> tuple[str, str, bool]:
    return part.prompt, part.melody, part.follows_all


def _told(plan: Plan, from_s: float) -> Iterator[PlannedPassage]:
    """Yield a plan's passages from a moment on, their words with those for all."""
    first = plan.part_at(from_s)
    for part in plan.parts[first:]:
        words = with_shared(plan.shared, part.prompt)
        begun = part.start_s < from_s
        yield replace(part, prompt=words, start_s=max(part.start_s, from_s), morph_s=0.0 if begun else part.morph_s)


def _cut(plan: Plan, end_s: float | None) -> Plan:
    """Return a plan as long as the clip has become."""
    if end_s is None or end_s <= 0:
        return plan
    parts = tuple(part for part in plan.parts if part.start_s < end_s - _SHORTEST_S)
    return replace(plan, parts=parts or plan.parts[:1], end_s=end_s)
