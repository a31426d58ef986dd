"""A figure of a set of clips, by name: what tables, pages and programs show. Not for reckoning it (`judging`)."""

from dataclasses import dataclass

from musicgen_studio.evaluation.fidelity.distance import Estimate

_WHOLE_FROM, _LEAST = 999.5, 1e-4


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a set of clips.

    Args:
        id: Its name for programs; what a network made begins with the network's, such as `musicnn.frechet`.
        name: For a person.
        better: Which way is better: `lower`, `higher`, or empty where neither is.
        made: The figure.
        against: The same of what it is compared with; None for distances, and without such a set.
        remark: What to know before believing it; empty if nothing.
    """

    id: str
    name: str
    better: str
    made: Estimate
    against: Estimate | None = None
    remark: str = ""


def interval(estimate: Estimate) -> str:
    """Return an interval, such as `0.31 to 0.36`; a dash of a single clip, which cannot tell how far others lie."""
    return f"{number(estimate.low)} to {number(estimate.high)}" if estimate.clips > 1 else number(None)


def number(value: float | None) -> str:
    """Return a figure with three digits that count, never with a power of ten, and a dash for what is not known."""
    if value is None:
        return "–"
    if abs(value) >= _WHOLE_FROM:
        return f"{value:.0f}"
    if abs(value) < _LEAST:
        return "≈ 0" if value else "0"
    return f"{value:.3g}"
