"""A judgement as a table for a terminal. Not for pages (`page`) nor programs (`Judgement.to_json`)."""

from musicgen_studio.evaluation.fidelity.distance import Estimate
from musicgen_studio.evaluation.fidelity.judging import Figure, Judgement

_HEAD = ("figure", "made", "95 % interval", "against", "clips", "better")


def table(judgement: Judgement) -> str:
    """Return the figures as aligned lines, what made them, and what to know before believing them."""
    rows = [_HEAD, *(_row(figure) for figure in judgement.figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    remarks = [f"{figure.id}: {figure.remark}" for figure in judgement.figures if figure.remark]
    by = judgement.embedder
    return "\n".join([*lines, "", f"{by.id}: {by.name}; trained on {by.trained_on}", *remarks])


def _row(figure: Figure) -> tuple[str, ...]:
    own = figure.made
    against = "" if figure.against is None else number(figure.against.value)
    return (f"{figure.name} ({figure.id})", number(own.value), interval(own), against, str(own.clips), figure.better)


def interval(estimate: Estimate) -> str:
    """Return an interval, such as `0.31 to 0.36`."""
    return f"{number(estimate.low)} to {number(estimate.high)}"


def number(value: float) -> str:
    """Return a figure with three digits that count, `0` for none."""
    return f"{value:.3g}" if value else "0"
