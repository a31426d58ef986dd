"""The examination: known separators get the figures that they must."""

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.separation.api import OnProgress, SeparatorInfo
from musicgen_studio.training.music.synth import SAMPLE_RATE, Synthesizer
from musicgen_studio.training.separator.examine import (
    examine,
    low_passed,
    magnitude_sdr_db,
    oracle,
    percussive,
    sdr_db,
    table,
)
from tests.training.conftest import TINY, keep_quiet

STEMS = ("drums", "bass", "lead", "other")


class _Knowing:
    """Gives each stem a quarter of the sound."""

    info = SeparatorInfo("quarters", STEMS, "nothing", "MIT", 0)

    def separate(self, audio: Audio, stop: StopFlag, on_progress: OnProgress) -> tuple[Audio, ...]:
        assert not stop.is_set()
        on_progress(1.0)
        return (Audio(audio.samples * np.float32(0.25), audio.sample_rate),) * 4


def _tone(hz: float, level: float = 0.3) -> Samples:
    return (level * np.sin(2 * np.pi * hz * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE)).astype(np.float32)


def test_measures() -> None:
    tone = _tone(440)
    assert sdr_db(tone, tone * np.float32(0.9)) == pytest.approx(20, abs=0.01)
    assert sdr_db(tone, -tone) == pytest.approx(-6.02, abs=0.01)
    assert magnitude_sdr_db(tone, -tone) > 60


def test_the_oracle_separates_what_does_not_overlap() -> None:
    stems = np.stack([_tone(hz) for hz in (60, 300, 1500, 6000)])
    found = oracle(stems, stems.sum(0))
    assert min(sdr_db(stem, of) for stem, of in zip(stems, found, strict=True)) > 25


def test_floors_know_clicks_and_low_tones() -> None:
    clicks = np.zeros(2 * SAMPLE_RATE, np.float32)
    clicks[:: SAMPLE_RATE // 4] = 0.9
    assert sdr_db(clicks, percussive(clicks + _tone(700))) > sdr_db(clicks, clicks + _tone(700)) + 10
    assert sdr_db(_tone(80), low_passed(_tone(80) + _tone(2000))) > 20


def test_the_table_says_what_a_separator_does(synthesizer: Synthesizer) -> None:
    rows = examine(_Knowing(), synthesizer, TINY.separator, 2, lambda sound: sound, keep_quiet)
    by_name = {row.name: row.values for row in rows}
    separator, best = by_name["held out: separator"], by_name["held out: oracle's masks"]
    heard = [stem for stem in STEMS if np.isfinite(best[stem])]
    assert heard
    assert all(best[stem] > separator[stem] for stem in heard)
    told = table(STEMS, rows)
    assert told.startswith("| dB, median | drums | bass | lead | other |")
    assert "instruments never heard, coded: separator" in told
