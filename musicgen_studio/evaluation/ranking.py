"""Which of some takes is the best, by what can be measured, and why: for "make eight, show the best".

What counts: that nothing is broken, that the tags a listener gives agree with the words, that it follows the melody,
that it keeps time. These find takes with a fault, with other music than was asked for, or off the beat (a test plants
them); which of several good takes moves somebody, they do not know. Not for telling how good a checkpoint is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from musicgen_studio.analysis.faults import FaultKind, find_faults
from musicgen_studio.analysis.pulse import find_bars
from musicgen_studio.analysis.tags import NAMES, Tagger, tag
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.dsp.chroma import follows
from musicgen_studio.dsp.onsets import RATE_HZ, grid_share, strong_onsets_s
from musicgen_studio.dsp.resample import mono_at

_SEVERE = {FaultKind.STOPS: 1.0, FaultKind.FADES: 1.0, FaultKind.GLITCH: 0.5, FaultKind.ENDS: 0.0}
_SAID = {FaultKind.STOPS: "it stops", FaultKind.FADES: "it fades to silence", FaultKind.GLITCH: "a glitch"}
_TAGS_SHOWN = 2


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
    """

    take: int
    score: float
    reason: str
    tags: tuple[tuple[str, float], ...] = ()
    grid: float | None = None
    melody: float | None = None
    faults: tuple[FaultKind, ...] = ()


@dataclass(frozen=True, slots=True)
class _Measured:
    """What was measured of a take; None where it says nothing."""

    tags: tuple[tuple[str, float], ...]
    grid: float | None
    melody: float | None
    faults: tuple[FaultKind, ...]


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
    measured = [_measured(take, prompt, similarity) for take, similarity in zip(takes, known, strict=True)]
    best_tags = max((_mean(each) for each in measured), default=0.0)
    scored = [
        Ranked(
            number, _score(each, best_tags), _reason(each), each.tags[:_TAGS_SHOWN], each.grid, each.melody, each.faults
        )
        for number, each in enumerate(measured)
    ]
    return sorted(scored, key=lambda each: -each.score)


def _measured(take: Audio, prompt: str, similarity: float | None) -> _Measured:
    bars = find_bars(take)
    grid = None
    if bars is not None:
        share = grid_share(strong_onsets_s(mono_at(take, RATE_HZ)), 15 / bars.tempo_map.bpm)
        grid = None if isnan(share) else share
    faults = tuple(fault.kind for fault in find_faults(take) if fault.kind is not FaultKind.ENDS)
    return _Measured(_asked_tags(take, prompt), grid, similarity, faults)


def _asked_tags(take: Audio, prompt: str) -> tuple[tuple[str, float], ...]:
    """Return how likely the tags are that the words name, likeliest first."""
    words = f" {' '.join(re.findall(r'[a-z0-9-]+', prompt.lower()))} "
    found = dict[str, float]()
    for tagger in Tagger:
        asked = [number for number, name in enumerate(NAMES[tagger]) if f" {name.lower()} " in words]
        if asked:
            mean = tag(take, tagger).likely.mean(axis=0)
            for number in asked:
                name = NAMES[tagger][number].lower()
                found[name] = max(found.get(name, 0.0), float(mean[number]))
    return tuple(sorted(found.items(), key=lambda each: -each[1]))


def _mean(each: _Measured) -> float:
    return sum(value for _, value in each.tags) / len(each.tags) if each.tags else 0.0


def _score(each: _Measured, best_tags: float) -> float:
    good = [value for value in (each.grid, each.melody) if value is not None]
    if each.tags and best_tags:
        good.append(_mean(each) / best_tags)
    return (sum(good) / len(good) if good else 0.0) - sum(_SEVERE[kind] for kind in each.faults)


def _reason(each: _Measured) -> str:
    parts = list[str]()
    if each.tags:
        parts.append(", ".join(f"{name} {_share(value)}" for name, value in each.tags[:_TAGS_SHOWN]))
    if each.melody is not None:
        parts.append(f"melody {_share(each.melody)}")
    if each.grid is not None:
        parts.append(f"on the grid {_share(each.grid)}")
    said = [_SAID[kind] for kind in dict.fromkeys(each.faults)]
    return " · ".join([*parts, ", ".join(said) or "nothing broken"])


def _share(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")
