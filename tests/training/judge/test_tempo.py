"""The tempi of the corpus are told apart."""

import pytest

from musicgen_studio.training.judge.tempo import bpm, frames_per_sixteenth, sixteenth_s
from tests.dsp.music import beat


@pytest.mark.parametrize("k", range(5, 11))
def test_the_tempo_of_abeat(k: int) -> None:
    assert frames_per_sixteenth(beat(k)) == k
    assert bpm(beat(k)) == 750 / k
    assert sixteenth_s(beat(k)) == pytest.approx(k / 50)
