"""How music is counted: every way is there, what speaks for it is its rhythm, and the likeliest one is taken."""

import json
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.analysis import counting
from musicgen_studio.analysis.counting import (
    Counting,
    choose_counting,
    evidence,
    load_counting,
    save_counting,
    shipped_counting,
    ways_to_count,
)
from musicgen_studio.analysis.frames import BANDS, FRAMES_PER_S
from musicgen_studio.dsp.spectra import Floats

DURATION_S = 14.0
FOUND = Counting(np.arange(0.3, DURATION_S, 0.6), 1, 4)


def struck(times_s: np.ndarray, low: int, high: int, bands: Floats) -> None:
    """Let bands sound from times on for a few frames."""
    for frame in np.round(times_s * FRAMES_PER_S).astype(int):
        bands[frame : frame + 4, low:high] += 2


def silence() -> tuple[Floats, Floats]:
    frames = round(DURATION_S * FRAMES_PER_S)
    return np.full((frames, 2), -3.0, np.float32), np.full((frames, BANDS), -4.0, np.float32)


def test_tempo_metre_and_first_beat_are_open_and_what_was_found_is_one_of_the_ways() -> None:
    ways = ways_to_count(FOUND, DURATION_S)
    assert {(way.octave, round(way.bpm), way.beats_per_bar) for way in ways} == {
        (octave, bpm, metre) for octave, bpm in ((0, 100), (1, 200), (-1, 50)) for metre in (3, 4)
    }
    assert len(ways) == 4 * (3 + 4)  # half the tempo begins on either of two beats
    (found,) = (way for way in ways if way.is_found)
    assert found.octave == 0
    np.testing.assert_allclose(found.within(DURATION_S).downbeats_s, FOUND.downbeats_s)


@pytest.mark.parametrize(("beat_s", "octaves"), [(0.3, {0, -1}), (1.1, {0, 1}), (0.6, {0, 1, -1})])
def test_no_way_is_out_of_reach(beat_s: float, octaves: set[int]) -> None:
    ways = ways_to_count(Counting(np.arange(0.1, 14, beat_s), 0, 3), DURATION_S)
    assert {way.octave for way in ways} == octaves


def test_what_lies_outside_of_the_music_is_left_out_and_the_bars_stay() -> None:
    way = Counting(np.arange(-1.0, 8.0, 0.5), 3, 4)
    within = way.within(6.0)
    assert within.beats_s[0] == 0
    assert within.beats_s[-1] == 6
    np.testing.assert_array_equal(within.downbeats_s, [0.5, 2.5, 4.5])


def test_what_is_struck_on_a_place_of_the_bar_speaks_for_it() -> None:
    heard, bands = silence()
    struck(FOUND.downbeats_s, 0, 8, bands)  # a bass drum begins each bar
    ways = [way for way in ways_to_count(FOUND, DURATION_S) if way.octave == 0 and way.beats_per_bar == 4]
    said, kinds = 17, 10
    on_one = evidence(ways, heard, bands)[:, said]  # the lowest kind at the first place
    on_three = evidence(ways, heard, bands)[:, said + kinds]
    first = next(index for index, way in enumerate(ways) if way.is_found)
    assert on_one.argmax() == first
    assert on_three.argmax() == (first + 2) % 4
    assert evidence(ways, heard, bands).shape == (4, said + 7 * kinds)
    assert np.isfinite(evidence(ways, heard, bands)).all()


def test_the_way_that_most_speaks_for_is_taken() -> None:
    heard, bands = silence()
    struck(FOUND.beats_s[3::4], 0, 8, bands)
    weights = np.zeros(17 + 70, np.float32)
    weights[17], weights[16], weights[14] = 1.0, 3.0, -3.0  # bass drums on the first beat, as fast as found, not three
    taken = choose_counting(FOUND, heard, bands, weights)
    np.testing.assert_allclose(taken.downbeats_s, FOUND.beats_s[3::4])
    assert (taken.octave, taken.beats_per_bar) == (0, 4)


def test_silence_and_short_music_can_be_counted() -> None:
    short = Counting(np.array([0.1, 0.6, 1.1, 1.6]), 0, 4)
    heard, bands = np.zeros((100, 2), np.float32), np.full((100, BANDS), -4.0, np.float32)
    weights = shipped_counting()
    assert weights is not None
    assert len(choose_counting(short, heard, bands, weights).beats_s) >= 2


def test_weights_come_back_and_another_version_is_refused(tmp_path: Path) -> None:
    weights = np.array([0.5, -1.25, 3e-7], np.float32)
    save_counting(weights, tmp_path / "counting.json")
    np.testing.assert_allclose(load_counting(tmp_path / "counting.json"), weights, rtol=1e-4)
    (tmp_path / "counting.json").write_text(json.dumps({"format": counting.FORMAT + 1, "weights": []}))
    with pytest.raises(ValueError, match="format"):
        load_counting(tmp_path / "counting.json")
