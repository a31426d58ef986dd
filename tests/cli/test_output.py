"""The words of the live line."""

import pytest

from musicgen_studio.cli.output import progress_line
from musicgen_studio.studio.making.sinks.pace import Progress


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (Progress(0, 1, 0.0, 8.0, 0.1, 0.0, None), "0.0 of 8.0 s · 0 × real time"),
        (Progress(0, 1, 2.0, 8.0, 16.0, 0.125, 48.0), "2.0 of 8.0 s · 0.12 × real time · 48 s left"),
        (Progress(1, 3, 9.3, 24.0, 1.8, 5.14, 2.9), "prompt 2 of 3 · 9.3 of 24.0 s · 5.1 × real time · 3 s left"),
        (Progress(0, 1, 2.0, 99.0, 1.0, 712.3, 61.0), "2.0 of 99.0 s · 712 × real time · 1 min 1 s left"),
        (Progress(0, 1, 2.0, 99.0, 1.0, 1.0, 7_260.0), "2.0 of 99.0 s · 1.0 × real time · 2 h 1 min left"),
    ],
)
def test_the_line_says_made_speed_and_left(progress: Progress, expected: str) -> None:
    assert progress_line(progress) == expected
