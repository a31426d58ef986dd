"""Figures as they are written: three digits that count, and nothing that reads as more exact or as a formula."""

import pytest

from musicgen_studio.evaluation.fidelity.distance import Estimate
from musicgen_studio.evaluation.fidelity.figure import interval, number


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "–"),
        (0.0, "0"),
        (0.03456, "0.0346"),
        (0.000123, "0.000123"),
        (5.6e-5, "≈ 0"),
        (-5.6e-5, "≈ 0"),
        (-17.94, "-17.9"),
        (999.4, "999"),
        (999.6, "1000"),
        (12345.6, "12346"),
    ],
)
def test_a_figure_is_written_without_a_power_of_ten(value: float | None, written: str) -> None:
    assert number(value) == written


def test_a_single_clip_has_no_interval() -> None:
    assert interval(Estimate(0.3, 0.2, 0.4, 2)) == "0.2 to 0.4"
    assert interval(Estimate(0.3, 0.3, 0.3, 1)) == "–"
