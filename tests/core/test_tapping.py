"""Tests of tapping a tempo."""

import pytest

from musicgen_studio.core.tapping import Taps


def test_the_first_tap_says_nothing_and_the_second_a_tempo() -> None:
    taps = Taps()
    assert taps.tap(10.0) is None
    assert taps.tap(10.5) == pytest.approx(120)


def test_one_late_tap_does_not_matter() -> None:
    taps = Taps()
    told = [taps.tap(time_s) for time_s in (0.0, 0.5, 1.0, 1.62, 2.0, 2.5, 3.0)]
    assert told[-1] == pytest.approx(120)


def test_after_a_pause_it_begins_anew() -> None:
    taps = Taps()
    for time_s in (0.0, 0.5, 1.0):
        taps.tap(time_s)
    assert taps.tap(5.0) is None
    assert taps.tap(6.0) == pytest.approx(60)


def test_a_tempo_that_changes_is_followed() -> None:
    taps = Taps()
    times_s = [0.5 * tap for tap in range(20)]
    times_s += [times_s[-1] + 0.4 * tap for tap in range(1, 9)]
    assert [taps.tap(time_s) for time_s in times_s][-1] == pytest.approx(150)


def test_two_taps_at_once_are_no_tempo() -> None:
    taps = Taps()
    taps.tap(1.0)
    assert taps.tap(1.0) is None
