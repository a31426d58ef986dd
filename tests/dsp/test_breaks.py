"""Levels, and breaks where there are some."""

import numpy as np
import pytest

from musicgen_studio.dsp.breaks import break_at, level_db
from musicgen_studio.dsp.onsets import RATE_HZ as RATE
from tests.dsp.music import beat, notes


def test_levels() -> None:
    assert level_db(np.full(RATE, 0.1, np.float32)) == pytest.approx(-20)
    assert level_db(np.zeros(RATE, np.float32)) == -120


def test_a_break_is_found_where_there_is_one() -> None:
    whole = notes([60, 64, 67], 12.0) * 0.1 + beat(6)
    broken = whole.copy()
    broken[6 * RATE :] = 0.01 * notes([40], 6.0)
    change_db, share = break_at(whole, 6.0)
    assert abs(change_db) < 2
    assert share < 0.95
    change_db, share = break_at(broken, 6.0)
    assert change_db < -6
    assert share > 0.95
