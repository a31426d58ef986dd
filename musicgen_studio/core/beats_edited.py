"""What becomes of the beats of a sound when the sound is edited. Not for the samples (`dsp.editing`).

A map that would say something that is not so is none: then the edited sound is listened to anew.
"""

from dataclasses import replace

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.tempo_map import ROUNDED_S, TempoMap

_NEAR_BEATS = 0.1
"""A part this near to whole beats was meant to be whole beats."""


def since(known: Analysis, start_s: float) -> Analysis:
    """Return what is known of the rest of a sound, from a time on."""
    beats = known.tempo_map
    return replace(known, tempo_map=None if beats is None else beats.since(start_s), lufs=None)


def until(known: Analysis, end_s: float) -> Analysis:
    """Return what is known of a sound that ends at a time."""
    beats = known.tempo_map
    return replace(known, tempo_map=None if beats is None else beats.until(end_s), lufs=None)


def without(known: Analysis, start_s: float, end_s: float) -> Analysis | None:
    """Return what is known of a sound without a part; None if the beats do not go on behind the seam.

    They do where the part was whole beats long; bars are sure behind it only where it was whole bars long.
    """
    beats = known.tempo_map
    if beats is None:
        return replace(known, lufs=None)
    length = beats.beat_at(end_s) - beats.beat_at(start_s)
    whole = round(length)
    if whole < 1 or abs(length - whole) > _NEAR_BEATS:
        return None
    before = [time_s for time_s in beats.beats_s if time_s < start_s]
    behind = [time_s - (end_s - start_s) for time_s in beats.beats_s[len(before) + whole :]]
    joined = _map(beats, (*before, *behind))
    if joined is None:
        return None
    bars = known.bars_confidence if whole % beats.beats_per_bar == 0 else 0.0
    return replace(known, tempo_map=joined, bars_confidence=bars, lufs=None)


def joined(first: Analysis | None, second: Analysis | None, first_s: float) -> Analysis | None:
    """Return what is known of two sounds one behind the other; None if their beats do not go on in one rhythm.

    Args:
        first: Of the first sound.
        second: Of the second.
        first_s: How long the first is, in seconds.
    """
    if first is None or second is None or first.tempo_map is None or second.tempo_map is None:
        return None
    one, other = first.tempo_map, second.tempo_map
    before = [time_s for time_s in one.beats_s if time_s < first_s - ROUNDED_S]
    behind = [time_s for time_s in other.beats_s if time_s >= -ROUNDED_S]
    if not before or not behind or one.beats_per_bar != other.beats_per_bar or one.beat_unit != other.beat_unit:
        return None
    step_beats = (first_s + behind[0] - before[-1]) / (one.beats_s[-1] - one.beats_s[-2])
    both = _map(one, (*before, *(first_s + time_s for time_s in behind)))
    if both is None or abs(step_beats - 1) > _NEAR_BEATS:
        return None
    skipped = len(other.beats_s) - len(behind)
    goes_on = (len(before) - one.first_downbeat) % one.beats_per_bar
    is_one_count = goes_on == (skipped - other.first_downbeat) % one.beats_per_bar
    return Analysis(
        tempo_map=replace(both, confidence=min(one.confidence, other.confidence)),
        bars_confidence=min(first.bars_confidence, second.bars_confidence) if is_one_count else 0.0,
        key=first.key if first.key == second.key else None,
        is_locked=first.is_locked and second.is_locked,
    )


def _map(beats: TempoMap, beats_s: tuple[float, ...]) -> TempoMap | None:
    try:
        return replace(beats, beats_s=beats_s)
    except ValueError:  # too few, or a beat at the seam that nobody could count
        return None
