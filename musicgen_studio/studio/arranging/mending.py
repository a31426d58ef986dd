"""What is to be made anew in a clip so that it is whole again: from what is broken in it to sections to replace.

Not for noticing it (`analysis.faults`) nor for making sections anew (`replacing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from musicgen_studio.analysis.faults import Fault, FaultKind, find_faults
from musicgen_studio.core.audio import Audio

AROUND_S = 0.3
"""So much of the music around a fault is made anew with it."""

ENDING_S = 4.0
"""So much is made anew where a clip ends in the middle of its sound, and fades at its end."""

_LEAST_S = 1.0


@dataclass(frozen=True, slots=True)
class Mend:
    """A section to replace.

    Args:
        start_s: Where it begins.
        end_s: Where it ends.
        ends: Whether the music is to come to an end there.
    """

    start_s: float
    end_s: float
    ends: bool = False


def mend_of(fault: Fault, duration_s: float) -> Mend:
    """Return what to replace for a fault in a clip of some length."""
    if fault.kind is FaultKind.ENDS:
        return ending_of(duration_s)
    start_s, end_s = fault.start_s - AROUND_S, fault.end_s + AROUND_S
    missing_s = max(_LEAST_S - (end_s - start_s), 0.0) / 2
    return Mend(max(start_s - missing_s, 0.0), min(end_s + missing_s, duration_s))


def ending_of(duration_s: float) -> Mend:
    """Return what to replace so that a clip comes to an end."""
    return Mend(max(duration_s - ENDING_S, duration_s / 2), duration_s, ends=True)


def broken_sections(audio: Audio) -> list[Mend]:
    """Return what is to be replaced in a clip, in the order of time. Reads all of it: not for the window's thread."""
    return mends(find_faults(audio), audio.duration_s)


def mends(faults: Sequence[Fault], duration_s: float) -> list[Mend]:
    """Return what to replace for all faults of a clip, in the order of time; what overlaps is one section."""
    found = list[Mend]()
    for fault in sorted(faults, key=lambda each: each.start_s):
        mend = mend_of(fault, duration_s)
        if found and mend.start_s <= found[-1].end_s:
            last = found.pop()
            mend = Mend(last.start_s, max(last.end_s, mend.end_s), last.ends or mend.ends)
        found.append(mend)
    return found
