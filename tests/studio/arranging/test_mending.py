"""From what is broken to what is made anew."""

import pytest

from musicgen_studio.analysis.faults import Fault, FaultKind
from musicgen_studio.studio.arranging.mending import Mend, mends


def test_a_fault_is_made_anew_with_a_little_around_it() -> None:
    (mend,) = mends([Fault(FaultKind.FADES, 4.0, 6.0)], 12.0)
    assert (mend.start_s, mend.end_s, mend.ends) == pytest.approx((3.7, 6.3, False))


def test_a_short_one_takes_a_second() -> None:
    (mend,) = mends([Fault(FaultKind.GLITCH, 4.0, 4.01)], 12.0)
    assert mend.end_s - mend.start_s == pytest.approx(1.0)


def test_an_abrupt_end_becomes_an_ending() -> None:
    assert mends([Fault(FaultKind.ENDS, 12.0, 12.0)], 12.0) == [Mend(8.0, 12.0, ends=True)]


def test_what_overlaps_is_one_section() -> None:
    faults = [Fault(FaultKind.ENDS, 8.0, 8.0), Fault(FaultKind.GLITCH, 5.0, 5.2), Fault(FaultKind.GLITCH, 1.0, 1.1)]
    found = mends(faults, 8.0)
    assert len(found) == 2
    assert found[0].end_s < 2
    assert (found[1].end_s, found[1].ends) == (8.0, True)
