"""Who plays a piece instead of the instruments that the composer wrote it for.

Some instruments and drum kits are never played for training: `UNHEARD` ones, for examinations. Not for the composer's
own choice (`instruments`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from musicgen_studio.training.music.instruments import KITS, PROGRAMS
from musicgen_studio.training.music.score import Role, Score

_BASSES = (32, 33, 34, 35, 36, 38, 39, 43, 58)
_MORE_LEADS = (2, 5, 9, 17, 41, 44, 51, 54, 63, 67, 69, 82, 85, 106, 107)
_PADS = (16, 17, 18, 19, 48, 49, 50, 51, 52, 54, 61, 62, 63, 81, 88, 89, 90, 94, 95)
_VOICES = tuple(sorted({*PROGRAMS.values(), *_MORE_LEADS} - set(_BASSES)))

HEARD: Mapping[Role, tuple[int, ...]] = {
    Role.BASS: _BASSES,
    Role.LEAD: _VOICES,
    Role.CHORDS: _VOICES,
    Role.PAD: _PADS,
    Role.DRUMS: (*sorted(KITS.values()), 1, 2, 4, 5, 9, 10, 17),
}
"""General MIDI programs that play in training pieces, by what they do."""

UNHEARD: Mapping[Role, tuple[int, ...]] = {
    Role.BASS: (37, 87),
    Role.LEAD: (7, 15, 20, 31, 76, 77, 83, 84, 86, 108, 111),
    Role.CHORDS: (7, 15, 20, 31, 91, 92, 108),
    Role.PAD: (20, 91, 92, 93),
    Role.DRUMS: (3, 6, 11, 14, 18),
}
"""General MIDI programs that never play in one."""

_SWAPPED_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Orchestra:
    """Which instruments play instead of the composer's.

    Args:
        programs: By what they do; empty leaves the composer's.
        share: Of the parts that get another.
    """

    programs: Mapping[Role, tuple[int, ...]]
    share: float = 1.0


COMPOSERS = Orchestra({})
VARIED = Orchestra(HEARD, _SWAPPED_SHARE)
STRANGE = Orchestra(UNHEARD)


def played_by(orchestra: Orchestra, score: Score, seed: int) -> Score:
    """Return a score that an orchestra plays.

    Args:
        orchestra: Who plays.
        score: As it was written.
        seed: Decides who plays what.
    """
    if not orchestra.programs:
        return score
    rng = np.random.default_rng([seed, 77])
    parts = []
    for part in score.parts:
        program = int(rng.choice(orchestra.programs[part.role]))
        swaps = rng.random() < orchestra.share
        parts.append(replace(part, program=program, instrument=f"program {program}") if swaps else part)
    return replace(score, parts=tuple(parts))
