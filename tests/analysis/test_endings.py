"""Music that comes to rest by itself is told from music that stops, pauses or goes on; good ends from others."""

import numpy as np
import numpy.typing as npt
import pytest

from musicgen_studio.analysis.endings import IN_KEY, LEAST_S, rest_of
from musicgen_studio.analysis.faults import RATE_HZ
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.training.judge.endings import Ends, ends_of, table
from tests.dsp.music import beat

BAR_S = 4 * 0.48 * 2  # of `beat(24)`, which has its kick at the beginning
_A_MINOR, _D_FLAT = (57, 60, 64), (61, 65, 68)
_CADENCE = ((57, 60, 64), (62, 65, 69), (64, 68, 71), (57, 60, 64))


def _chord(pitches: tuple[int, ...], seconds: float, decay: float = 2.0) -> Samples:
    times: npt.NDArray[np.float64] = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    waves = [np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * times) for pitch in pitches]
    sound: Samples = (0.15 * np.sum(waves, axis=0) * np.exp(-decay * times)).astype(np.float32)
    return sound


def _piece(last: tuple[int, ...] = _A_MINOR, late_s: float = 0.0, rest_s: float = 1.0) -> Audio:
    """Return four bars of a beat and a cadence, and a last chord that dies away."""
    bars = beat(24, 4 * BAR_S)
    for bar, chord in enumerate(_CADENCE):
        at = round(bar * BAR_S * RATE_HZ)
        sound = _chord(chord, BAR_S, decay=0.5)[: len(bars) - at]
        bars[at : at + len(sound)] += sound
    end = np.zeros(round((late_s + 3.0 + rest_s) * RATE_HZ), np.float32)
    at = round(late_s * RATE_HZ)
    sound = _chord(last, 3.0)
    end[at : at + len(sound)] += sound * np.minimum(1, (len(sound) - np.arange(len(sound))) / RATE_HZ * 4)
    return Audio(np.concatenate([bars, end]).astype(np.float32)[:, None], RATE_HZ)


def test_a_last_chord_on_the_bar_and_in_the_key_is_a_good_end() -> None:
    rest = rest_of(_piece(), 12.0)
    assert rest is not None
    assert rest.stroke_s == pytest.approx(4 * BAR_S, abs=0.05)
    assert 4 * BAR_S + 2 < rest.at_s < 4 * BAR_S + 3.1
    assert rest.late_beats == pytest.approx(0, abs=0.1)
    assert rest.chord_share is not None
    assert rest.chord_share > IN_KEY
    assert rest.is_good


def test_a_last_chord_of_another_key_is_none() -> None:
    rest, good = rest_of(_piece(_D_FLAT), 12.0), rest_of(_piece(), 12.0)
    assert rest is not None
    assert good is not None
    assert not rest.is_good
    assert rest.score < good.score


def test_a_last_chord_between_the_bars_is_none() -> None:
    rest = rest_of(_piece(late_s=0.96), 12.0)  # half a bar or a beat and a half, however the beats are counted
    assert rest is not None
    assert rest.late_beats is not None
    assert abs(rest.late_beats) > 0.75
    assert not rest.is_good


def test_what_is_cut_off_does_not_come_to_rest() -> None:
    sound = _piece().samples[: round((4 * BAR_S + 0.3) * RATE_HZ)]
    silence = np.zeros((RATE_HZ, 1), np.float32)
    assert rest_of(Audio(sound, RATE_HZ), 1.0) is None  # it sounds to the end
    assert rest_of(Audio(np.concatenate([sound, silence]), RATE_HZ), 1.0) is None


def test_a_pause_is_no_end_and_silence_must_be_there() -> None:
    short = _piece(rest_s=LEAST_S / 2)
    assert rest_of(Audio(short.samples[: -round(0.3 * RATE_HZ)], RATE_HZ), 1.0) is None
    piece = _piece()
    again = np.concatenate([piece.samples, piece.samples[: 2 * RATE_HZ]])
    assert rest_of(Audio(again, RATE_HZ), 1.0) is None


def test_music_that_had_ended_before_and_silence_do_not_count() -> None:
    assert rest_of(_piece(), 30.0) is None
    assert rest_of(Audio(np.zeros((RATE_HZ, 1), np.float32), RATE_HZ), 0.0) is None
    assert rest_of(Audio(np.zeros((10, 1), np.float32), RATE_HZ), 0.0) is None


def test_ends_are_told_from_cuts_and_counted() -> None:
    piece = _piece(rest_s=2.0)
    long = np.concatenate([np.tile(piece.samples[: round(4 * BAR_S * RATE_HZ)], (2, 1)), piece.samples])[:, 0]
    found = ends_of([long, long])
    assert found["ends"] == Ends(2, 2, 2)
    assert found["cuts"] == Ends(2, 0, 0)
    assert found["cuts that die away"].rested == 2
    assert "2 of   2 come to rest,   2 on the bar" in table(found)
