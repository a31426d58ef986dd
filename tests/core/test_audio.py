"""Sound as a value: a melody that begins again, or ends."""

import numpy as np
import pytest

from musicgen_studio.core.audio import sounding

MONO = np.array([1.0, 2.0, 3.0], np.float32)


@pytest.mark.parametrize(
    ("first", "repeats", "heard"),
    [
        (0, True, [1, 2, 3, 1, 2]),
        (0, False, [1, 2, 3, 0, 0]),
        (-2, True, [0, 0, 1, 2, 3]),
        (4, True, [2, 3, 1, 2, 3]),
        (2, False, [3, 0, 0, 0, 0]),
    ],
)
def test_a_sound_begins_again_or_is_followed_by_silence(first: int, repeats: bool, heard: list[float]) -> None:
    assert sounding(MONO, first, 5, repeats).tolist() == heard
    assert MONO.tolist() == [1, 2, 3]


def test_of_nothing_nothing_is_heard() -> None:
    assert sounding(MONO[:0], 0, 4, repeats=True).tolist() == [0, 0, 0, 0]
