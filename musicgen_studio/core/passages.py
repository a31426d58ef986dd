"""What changes along the way: at a time another prompt, another melody, at once or by a morph.

A piece begins with its prompt; passages say what follows it. A piece without any is one prompt throughout. Times count
from where the new music begins, in seconds, whatever stands before it. Not for how music goes over from one to the
other: `engine.conditions`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody

MAX_PASSAGES = 1000

_ROUNDING_S = 1e-5  # sums of starts and lengths may be off by that, far less than a frame


@dataclass(frozen=True, slots=True)
class Passage:
    """From a time on, other music.

    Args:
        start_s: When it begins, above 0: seconds of new music. The music changes at the nearest frame of the codec,
            which has 20 ms.
        prompt: What it is. An empty one means unconditional music.
        melody: Sound or notes to follow from there on; they begin with the passage. None is the melody of the whole
            piece, which runs on beneath all passages; a `Melody` without notes is no melody.
        morph_s: Seconds from `start_s` on in which the music goes over from what was before, 0 or more. 0 is a cut.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    start_s: float
    prompt: str
    melody: Audio | Melody | None = None
    morph_s: float = 0.0

    def __post_init__(self) -> None:
        if not (isfinite(self.start_s) and self.start_s > 0):
            raise ValueError(f"start_s must be above 0, got {self.start_s}")
        if not (isfinite(self.morph_s) and self.morph_s >= 0):
            raise ValueError(f"morph_s must be 0 or more, got {self.morph_s}")

    @property
    def settled_s(self) -> float:
        """When nothing of what was before is left."""
        return self.start_s + self.morph_s


def from_on(prompt: str, passages: Sequence[Passage], at_s: float) -> tuple[str, tuple[Passage, ...]]:
    """Return what holds from a moment on, counted from there: the prompt, and what follows it; without any melody.

    Args:
        prompt: What the piece begins with.
        passages: What follows it, in the order of time.
        at_s: The moment, in seconds of new music. A morph that is under way then has come.
    """
    begun = [passage for passage in passages if passage.start_s <= at_s]
    later = [
        replace(passage, start_s=passage.start_s - at_s, melody=None) for passage in passages if passage.start_s > at_s
    ]
    return begun[-1].prompt if begun else prompt, tuple(later)


def check_passages(passages: Sequence[Passage], duration_s: float) -> None:
    """Check that passages can follow each other in a piece of some length.

    A morph may outlast the piece, but not reach into the next passage: two prompts at most sound at a time.

    Raises:
        ValueError: Naming the passage, counted from 1, and what is wrong with it.
    """
    if len(passages) > MAX_PASSAGES:
        raise ValueError(f"passages must be {MAX_PASSAGES} at most, got {len(passages)}")
    for number, (before, after) in enumerate(pairwise(passages), start=2):
        if after.start_s <= before.start_s:
            raise ValueError(f"passage {number} must begin after {before.start_s:g} s, got {after.start_s:g} s")
        if after.start_s < before.settled_s - _ROUNDING_S:
            raise ValueError(
                f"passage {number} must begin at {before.settled_s:g} s or later, when the morph before it has ended, "
                f"got {after.start_s:g} s"
            )
    if passages and passages[-1].start_s >= duration_s:
        raise ValueError(
            f"passage {len(passages)} must begin before the music ends at {duration_s:g} s, "
            f"got {passages[-1].start_s:g} s"
        )
