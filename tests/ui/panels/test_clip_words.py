"""How long a stretch of a clip is, in words: bars, beats, seconds."""

import numpy as np
import pytest

from musicgen_studio.core.ending import Ending
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.ui.panels.clip_words import how_it_ends, length

FOUR = TempoMap.constant(125, 8.0)  # a beat is 0.48 s
THREE = TempoMap.constant(120, 8.0, beats_per_bar=3)
SLOWS_DOWN = TempoMap(tuple(np.cumsum([0.0, 0.5, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0])))


@pytest.mark.parametrize(
    ("start_s", "end_s", "tempo_map", "said"),
    [
        (0.0, 7.68, FOUR, "4 bars · 7.68 s"),
        (1.92, 3.84, FOUR, "1 bar · 1.92 s"),
        (0.48, 3.84, FOUR, "1 bar 3 beats · 3.36 s"),
        (0.1, 0.58, FOUR, "1 beat · 0.48 s"),
        (0.1, 0.6, FOUR, "1 beat · 0.50 s"),
        (0.0, 0.72, FOUR, "1.5 beats · 0.72 s"),
        (0.0, 0.001, FOUR, "0 beats · 0.00 s"),
        (0.0, 1.915, FOUR, "1 bar · 1.92 s"),
        (0.0, 3.5, THREE, "2 bars 1 beat · 3.50 s"),
        (0.0, 2.0, SLOWS_DOWN, "1 bar · 2.00 s"),
        (2.0, 6.0, SLOWS_DOWN, "1 bar · 4.00 s"),
        (1.0, 2.5, None, "1.50 s"),
    ],
)
def test_a_length(start_s: float, end_s: float, tempo_map: TempoMap | None, said: str) -> None:
    assert length(start_s, end_s, tempo_map) == said


def test_how_a_clip_ends_is_said_with_the_reason() -> None:
    assert how_it_ends(Ending(0)) == "fades out"
    assert how_it_ends(Ending(4)) == "fades out (none of 4 tries came to rest by itself)"
    assert how_it_ends(Ending(4, 2)) == "fades out (2 of 4 tries rested, none on the bar and in key)"
    assert how_it_ends(Ending(4, 2, 1, is_own=True)) == "ends by itself (1 of 4 tries did well)"
    assert how_it_ends(Ending(1)) == "fades out (it did not come to rest by itself)"
    assert how_it_ends(Ending(1, 1)) == "fades out (it rested, but not on the bar and in key)"
    assert how_it_ends(Ending(1, 1, 1, is_own=True)) == "ends by itself"
    for values in ((1, 2), (4, 1, 2), (-1,)):
        with pytest.raises(ValueError, match="good <= rested <= tried"):
            Ending(*values)
    with pytest.raises(ValueError, match="is_own must be false"):
        Ending(4, is_own=True)
