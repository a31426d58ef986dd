"""The meter: up at once, down slowly, the peak held for a while, clipping remembered."""

import pytest

from musicgen_studio.sound.meter import FLOOR_DB, PeakMeter


def test_silence_is_the_floor() -> None:
    left, right = PeakMeter().feed((0, 1e-9), 0)
    assert (left.level_db, left.held_db, right.level_db, right.held_db) == (FLOOR_DB,) * 4


def test_both_sides_are_in_decibels() -> None:
    left, right = PeakMeter().feed((0.5, 0.1), 0)
    assert left.level_db == pytest.approx(-6.02, abs=0.01)
    assert right.level_db == pytest.approx(-20)


def test_the_level_falls_slowly_and_the_peak_stays() -> None:
    meter = PeakMeter(hold_s=1.5, fall_db_per_s=10)
    meter.feed((1, 1), 100)
    for step in range(1, 151):
        left, _ = meter.feed((0, 0), 100 + step / 100)
        assert left.level_db == pytest.approx(-step / 10)
        assert left.held_db == 0
    for step in range(1, 101):
        left, _ = meter.feed((0, 0), 101.5 + step / 100)
    assert left.held_db == pytest.approx(-10)


def test_a_rare_look_shows_the_same_as_a_frequent_one() -> None:
    rare = PeakMeter(hold_s=1.5, fall_db_per_s=10)
    rare.feed((1, 1), 0)
    left, _ = rare.feed((0, 0), 2.5)
    assert left.level_db == pytest.approx(-25)
    assert left.held_db == pytest.approx(-10)


def test_a_new_peak_is_held_anew() -> None:
    meter = PeakMeter(hold_s=1)
    meter.feed((0.5, 0.5), 0)
    left, _ = meter.feed((1, 1), 0.9)
    assert left.held_db == 0
    left, _ = meter.feed((0, 0), 1.8)
    assert left.held_db == 0


def test_clipping_is_remembered_until_it_is_reset() -> None:
    meter = PeakMeter()
    assert [side.is_clipped for side in meter.feed((1.0, 0.99), 0)] == [True, False]
    assert [side.is_clipped for side in meter.feed((0, 0), 9)] == [True, False]
    meter.reset_clip()
    assert [side.is_clipped for side in meter.feed((0, 1.5), 10)] == [False, True]
