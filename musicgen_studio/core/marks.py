"""The musician's own marks in a clip: where, and what they are called; and where they are after an edit.

Not for what the program found or made (`studio.arranging.markers`), nor for drawing them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

MAX_NAME = 80


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place.

    Args:
        frame: Where, 0 or more.
        name: What it is called, `MAX_NAME` characters at most; empty for a number only.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    frame: int
    name: str = ""

    def __post_init__(self) -> None:
        if self.frame < 0:
            raise ValueError(f"frame must be 0 or more, got {self.frame}")
        if len(self.name) > MAX_NAME:
            raise ValueError(f"name must have {MAX_NAME} characters at most, got {len(self.name)}")


Marks = tuple[Mark, ...]


def in_order(marks: Iterable[Mark]) -> Marks:
    """Return marks by place, one for each; of two at one place the named one stays."""
    return tuple(sorted({mark.frame: mark for mark in sorted(marks)}.values()))


def to_json(marks: Marks) -> str:
    """Return marks as text."""
    return json.dumps([[mark.frame, mark.name] for mark in marks])


def from_json(text: str | None, frames: int) -> Marks:
    """Return what `to_json` wrote, or the numbers alone that earlier versions wrote; what is no mark is left out.

    Args:
        text: None or damaged is none.
        frames: Length of the clip; none lies behind it.
    """
    try:
        entries = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return ()
    read = [_read(entry) for entry in entries] if isinstance(entries, list) else []
    return in_order(mark for mark in read if mark is not None and mark.frame <= frames)


def part_of(marks: Marks, start: int, end: int) -> Marks:
    """Return the marks of a part as marks of a clip that begins with it."""
    return tuple(replace(mark, frame=mark.frame - start) for mark in marks if start <= mark.frame <= end)


def without(marks: Marks, start: int, end: int) -> Marks:
    """Return the marks after a part was cut out: those in it are gone, those behind it come forward."""
    behind = [replace(mark, frame=mark.frame - (end - start)) for mark in marks if mark.frame >= end]
    return in_order([*(mark for mark in marks if mark.frame <= start), *behind])


def turned(marks: Marks, start: int, end: int) -> Marks:
    """Return the marks after a part was turned round."""
    return in_order(
        replace(mark, frame=start + end - mark.frame) if start <= mark.frame <= end else mark for mark in marks
    )


def _read(entry: Any) -> Mark | None:
    frame, name = entry if isinstance(entry, list) and len(entry) == 2 else (entry, "")
    is_mark = type(frame) is int and frame >= 0 and isinstance(name, str)
    return Mark(frame, name[:MAX_NAME]) if is_mark else None
