"""Which of some takes is the best, by what can be measured, and why: for "make eight, show the best".

What counts: that nothing is broken, no noise and no silence, that tags of a listener agree with the words, that it
follows the melody, that it keeps time. Takes that stop, noise and silence are found surely (a test plants them); a take
of another style is not always found, and which of several good takes moves somebody, nobody knows here. `in_order`
sorts clips by one of the measures that find what is bad. Not for telling how good a checkpoint is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isnan

import numpy as np
import numpy.typing as npt

from musicgen_studio.analysis.faults import FaultKind, find_faults
from musicgen_studio.analysis.pulse import find_bars
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.ending import Ending
from musicgen_studio.core.melody import Melody
from musicgen_studio.dsp.chroma import follows
from musicgen_studio.dsp.onsets import RATE_HZ, grid_share, strong_onsets_s
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.evaluation.fidelity.measures import level_figures
from musicgen_studio.evaluation.fidelity.words import asked_tags

_SEVERE = {FaultKind.STOPS: 2.0, FaultKind.FADES: 2.0, FaultKind.GLITCH: 1.5, FaultKind.ENDS: 0.0}
_SAID = {FaultKind.STOPS: "it stops", FaultKind.FADES: "it fades to silence", FaultKind.GLITCH: "a glitch"}
_TAGS_SHOWN = 2
_WITH_PAUSES = 0.2

NOISY = 0.4
"""From this flatness of the spectrum on it is noise: white noise has 0.56, 40 clips of the starter 0.30 at most."""

SILENT = 0.95
"""From this share of silence on there is no music: a sparse beat is silent half of its time."""

SORTED_BY = ("faults", "silence", "noise")
"""By which measures clips can be sorted, lowest first: those that find planted bad clips.

Agreement with the prompt is none of them: by it less than 95 of 100 takes of another style come last.
"""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A take and what speaks for it.

    Args:
        take: Its number among those given, from 0.
        score: Higher is better; comparable among the takes of one prompt alone.
        reason: Such as `rock .47, drums .40 · on the grid .85 · nothing broken`.
        tags: How likely each tag is that the words name, likeliest first.
        grid: How much of it is on the beat, 0 to 1; None without a beat.
        melody: How far it follows the melody, 0 to 1; None without one.
        faults: What is broken in it.
        is_noise: Whether it is noise throughout.
        is_silent: Whether most of it is silent.
    """

    take: int
    score: float
    reason: str
    tags: tuple[tuple[str, float], ...] = ()
    grid: float | None = None
    melody: float | None = None
    faults: tuple[FaultKind, ...] = ()
    is_noise: bool = False
    is_silent: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class TakeFigures:
    """What was measured of a take; None where it says nothing.

    Args:
        likely: How likely each tag of both taggers is, MagnaTagATune's first: float32 `[100]`.
        grid: How much of it is on the beat, 0 to 1.
        melody: How far it follows the melody, 0 to 1.
        faults: What is broken in it.
        is_noise: Whether it is noise throughout.
        is_silent: Whether most of it is silent.
    """

    likely: npt.NDArray[np.float32]
    grid: float | None
    melody: float | None
    faults: tuple[FaultKind, ...]
    is_noise: bool
    is_silent: bool


def ranked(
    takes: Sequence[Audio],
    prompt: str,
    melody: Audio | Melody | None = None,
    similarities: Sequence[float | None] | None = None,
) -> list[Ranked]:
    """Return takes with the best first.

    Args:
        takes: New music, of one prompt.
        prompt: Its words.
        melody: What is to be followed, or None.
        similarities: How far each of them follows a melody, where that is known already; None is to find it out.
    """
    known = similarities or [None if melody is None else follows(melody, take, True) for take in takes]
    return best_first([take_figures(take, similarity) for take, similarity in zip(takes, known, strict=True)], prompt)


def best_first(figures: Sequence[TakeFigures], prompt: str) -> list[Ranked]:
    """Return takes of one prompt that were measured, with the best first.

    Args:
        figures: Of each take, see `take_figures`.
        prompt: Its words.
    """
    tags = [_asked_tags(each.likely, prompt) for each in figures]
    best_tags = max((_mean(each) for each in tags), default=0.0)
    found = list[Ranked]()
    for number, (each, asked) in enumerate(zip(figures, tags, strict=True)):
        score = _score(each, _mean(asked) / best_tags if asked and best_tags else None)
        heard = (asked[:_TAGS_SHOWN], each.grid, each.melody, each.faults, each.is_noise, each.is_silent)
        found.append(Ranked(number, score, _reason(each, asked), *heard))
    return sorted(found, key=lambda each: -each.score)


def own_ends_first(found: Sequence[Ranked], endings: Sequence[Ending | None]) -> list[Ranked]:
    """Return takes with those first that come to an end by themselves, else in the order that they have.

    Args:
        found: Takes that were ranked.
        endings: How each take comes to its end, by its number; None where none was asked for.
    """

    def fades(each: Ranked) -> bool:
        ending = endings[each.take]
        return ending is None or not ending.is_own

    return sorted(found, key=fades)


def in_order(figures: Sequence[Mapping[str, float | None]], measure: str) -> list[int]:
    """Return the numbers of clips, best first; those of which the measure says nothing come last, else as they were.

    Args:
        figures: What was measured of each clip, see `evaluation.fidelity.measures.clip_figures`.
        measure: In `SORTED_BY`.

    Raises:
        ValueError: If there is no such measure.
    """
    if measure not in SORTED_BY:
        raise ValueError(f"measure must be one of {', '.join(SORTED_BY)}, got {measure!r}")
    values = [each.get(measure) for each in figures]
    return sorted(range(len(values)), key=lambda number: _place(values[number]))


def _place(value: float | None) -> tuple[bool, float]:
    return (value is None, 0.0 if value is None else value)


def take_figures(take: Audio, melody: float | None) -> TakeFigures:
    """Measure a take.

    Args:
        take: New music.
        melody: How far it follows a melody, None without one.
    """
    bars = find_bars(take)
    grid = None
    if bars is not None:
        share = grid_share(strong_onsets_s(mono_at(take, RATE_HZ)), 15 / bars.tempo_map.bpm)
        grid = None if isnan(share) else share
    faults = tuple(fault.kind for fault in find_faults(take) if fault.kind is not FaultKind.ENDS)
    level = level_figures(take)
    from musicgen_studio.analysis.tags import Tagger, tag

    likely = np.concatenate([tag(take, tagger).likely.mean(axis=0) for tagger in Tagger])
    noise, silence = level["noise"] or 0.0, level["silence"] or 0.0
    is_noise = noise > NOISY and silence < _WITH_PAUSES  # hats alone are as flat, and pause
    return TakeFigures(likely, grid, melody, faults, is_noise, silence > SILENT)


@cache
def _tags() -> tuple[str, ...]:
    """Return all tags that are listened for. Late: the window shows what ranking finds, and is seen before torch."""
    from musicgen_studio.analysis.tags import NAMES, Tagger

    return tuple(name for tagger in Tagger for name in NAMES[tagger])


def _asked_tags(likely: npt.NDArray[np.float32], prompt: str) -> tuple[tuple[str, float], ...]:
    """Return how likely the tags are that the words name or mean, likeliest first."""
    found = dict[str, float]()
    for number in asked_tags(prompt, _tags()):
        name = _tags()[number].lower()
        found[name] = max(found.get(name, 0.0), float(likely[number]))
    return tuple(sorted(found.items(), key=lambda each: -each[1]))


def _mean(tags: Sequence[tuple[str, float]]) -> float:
    return sum(value for _, value in tags) / len(tags) if tags else 0.0


def _score(each: TakeFigures, tags: float | None) -> float:
    good = [value for value in (each.grid, each.melody, tags) if value is not None]
    bad = sum(_SEVERE[kind] for kind in each.faults) + 2.0 * each.is_noise + 3.0 * each.is_silent
    return (sum(good) / len(good) if good else 0.0) - bad


def _reason(each: TakeFigures, tags: Sequence[tuple[str, float]]) -> str:
    parts = list[str]()
    if tags:
        parts.append(", ".join(f"{name} {_share(value)}" for name, value in tags[:_TAGS_SHOWN]))
    if each.melody is not None:
        parts.append(f"melody {_share(each.melody)}")
    if each.grid is not None:
        parts.append(f"on the grid {_share(each.grid)}")
    said = [_SAID[kind] for kind in dict.fromkeys(each.faults)]
    said += ["noise"] * each.is_noise + ["silence"] * each.is_silent
    return " · ".join([*parts, ", ".join(said) or "nothing broken"])


def _share(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")
