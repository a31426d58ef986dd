"""Notes of a scale are in a key, all twelve and none are not."""

import numpy as np
import pytest

from musicgen_studio.dsp.onsets import RATE_HZ as RATE
from musicgen_studio.dsp.scale import in_key_share
from tests.dsp.music import notes


def test_notes_in_a_scale_and_out_of_it() -> None:
    assert in_key_share(notes([60, 62, 64, 65, 67, 69, 71])) > 0.97
    assert in_key_share(notes(list(range(60, 72)))) == pytest.approx(7 / 12, abs=0.08)
    assert in_key_share(np.zeros(RATE, np.float32)) == 0.0
