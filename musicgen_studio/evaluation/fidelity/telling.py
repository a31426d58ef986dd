"""A judgement as a table for a terminal. Not for pages (`page`) nor programs (`Judgement.to_json`)."""

from collections.abc import Sequence

from musicgen_studio.evaluation.fidelity.api import EmbedderInfo
from musicgen_studio.evaluation.fidelity.figure import Figure, interval, number

_HEAD = ("figure", "made", "95 % interval", "against", "clips", "better")


def table(figures: Sequence[Figure], by: EmbedderInfo) -> str:
    """Return figures as aligned lines, what made them, and what to know before believing them."""
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    remarks = [f"{figure.id}: {figure.remark}" for figure in figures if figure.remark]
    return "\n".join([*lines, "", f"{by.id}: {by.name}; trained on {by.trained_on}", *remarks])


def _row(figure: Figure) -> tuple[str, ...]:
    own = figure.made
    against = "" if figure.against is None else number(figure.against.value)
    return (f"{figure.name} ({figure.id})", number(own.value), interval(own), against, str(own.clips), figure.better)
