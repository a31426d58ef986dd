"""Tempo maps: seconds, beats and bars are each other's inverse, inside and outside, whatever the music does."""

import json
from math import floor
from statistics import median

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from musicgen_studio.core.tempo_map import BEAT_UNITS, TempoMap

_TIMES_S = st.floats(-100, 1000)


@st.composite
def tempo_maps(draw: st.DrawFn) -> TempoMap:
    gaps_s = draw(st.lists(st.floats(0.25, 1.5), min_size=1, max_size=40))
    beats_s = [draw(st.floats(-2, 5))]
    for gap_s in gaps_s:
        beats_s.append(beats_s[-1] + gap_s)
    beats_per_bar = draw(st.integers(1, 7))
    return TempoMap(
        tuple(beats_s),
        draw(st.integers(0, beats_per_bar - 1)),
        beats_per_bar,
        draw(st.sampled_from(BEAT_UNITS)),
        draw(st.floats(0, 1)),
    )


@given(tempo_maps(), _TIMES_S)
def test_beats_and_bars_are_found_again_as_times(tempo: TempoMap, time_s: float) -> None:
    assert tempo.beat_s(tempo.beat_at(time_s)) == pytest.approx(time_s, abs=1e-9)
    assert tempo.bar_s(tempo.bar_at(time_s)) == pytest.approx(time_s, abs=1e-9)


@given(tempo_maps(), st.floats(-100, 1000), st.floats(1e-6, 10))
def test_time_never_stands_still(tempo: TempoMap, beat: float, step: float) -> None:
    assert tempo.beat_s(beat) < tempo.beat_s(beat + step)
    assert tempo.beat_at(tempo.beat_s(beat)) == pytest.approx(beat, abs=1e-6)


@given(tempo_maps())
def test_a_beat_of_the_map_is_a_whole_number(tempo: TempoMap) -> None:
    for index, beat_s in enumerate(tempo.beats_s):
        assert tempo.beat_at(beat_s) == index
        assert tempo.beat_s(index) == beat_s
    for bar, downbeat_s in enumerate(tempo.downbeats_s):
        assert tempo.bar_at(downbeat_s) == pytest.approx(bar)
        assert tempo.nearest_bar_s(downbeat_s) == downbeat_s


@given(tempo_maps(), _TIMES_S)
def test_snapping_finds_the_nearest_and_stays_there(tempo: TempoMap, time_s: float) -> None:
    for nearest_s, at in ((tempo.nearest_beat_s, tempo.beat_at), (tempo.nearest_bar_s, tempo.bar_at)):
        snapped_s = nearest_s(time_s)
        assert abs(at(snapped_s) - at(time_s)) <= 0.5 + 1e-9
        assert at(snapped_s) == pytest.approx(round(at(snapped_s)), abs=1e-9)
        assert nearest_s(snapped_s) == pytest.approx(snapped_s, abs=1e-9)


@given(tempo_maps())
def test_the_tempo_is_that_of_the_beats(tempo: TempoMap) -> None:
    assert len(tempo.beat_bpms) == len(tempo.beats_s)
    assert min(tempo.beat_bpms) <= tempo.bpm <= max(tempo.beat_bpms)
    assert 60 / tempo.bpm == pytest.approx(median(60 / bpm for bpm in tempo.beat_bpms[:-1]))
    assert tempo.quarter_bpm == pytest.approx(tempo.bpm * 4 / tempo.beat_unit)


@given(tempo_maps())
def test_json_keeps_every_digit(tempo: TempoMap) -> None:
    assert TempoMap.from_json(tempo.to_json()) == tempo


@given(tempo_maps(), st.floats(-2, 60), _TIMES_S)
def test_a_part_has_its_beats_and_bars_at_the_same_music(tempo: TempoMap, cut_s: float, time_s: float) -> None:
    part = tempo.since(cut_s)
    assert part.beats_s[0] >= -1e-5
    # A cut less than a frame behind a beat is one at that beat, which then comes so much later than it was.
    if cut_s <= time_s <= tempo.beats_s[-1] and time_s - cut_s >= part.beats_s[0]:
        off = part.beat_at(time_s - cut_s) - tempo.beat_at(time_s)
        assert off == pytest.approx(round(off), abs=1e-3)
    for downbeat_s in part.downbeats_s:
        assert tempo.bar_at(downbeat_s + cut_s) == pytest.approx(round(tempo.bar_at(downbeat_s + cut_s)), abs=1e-3)


def test_a_part_cut_at_the_frame_nearest_to_a_bar_begins_with_that_bar() -> None:
    tempo = TempoMap.constant(97.3, 30, downbeat_s=0.3)
    for downbeat_s in tempo.downbeats_s[:8]:
        part = tempo.since(round(downbeat_s * 32_000) / 32_000)
        assert part.first_downbeat == 0
        assert part.beats_s[0] == pytest.approx(0, abs=1e-4)
        assert part.bar_s(1) == pytest.approx(4 * 60 / 97.3, abs=1e-4)
    a_fast_one = TempoMap.constant(1000, 3)
    assert a_fast_one.since(0.06 + 5e-5).beats_s[0] == pytest.approx(0.06 - 5e-5), "there is no room for two beats"


@given(tempo_maps(), st.floats(0.1, 60))
def test_a_map_that_covers_a_sound_has_the_same_beats_none_before_it_and_bar_0_first(
    tempo: TempoMap, duration_s: float
) -> None:
    whole = tempo.covering(duration_s)
    assert 0 <= whole.beats_s[0] <= max(tempo.beat_s(floor(tempo.beat_at(0.0)) + 1), 0) + 1e-6
    assert tempo.beat_s(tempo.beat_at(whole.beats_s[-1]) + 1) > duration_s - 1e-5
    for downbeat_s in whole.downbeats_s[:1]:
        assert tempo.bar_s(round(tempo.bar_at(downbeat_s)) - 1) < 1e-6
    for beat_s in whole.beats_s[1:]:
        assert tempo.beat_at(beat_s) == pytest.approx(round(tempo.beat_at(beat_s)), abs=1e-6)
    for bar_s in whole.downbeats_s[1:]:
        assert tempo.bar_at(bar_s) == pytest.approx(round(tempo.bar_at(bar_s)), abs=1e-6)


def test_beats_that_were_not_heard_at_both_ends_are_there_when_a_map_covers_a_sound() -> None:
    heard = TempoMap((2.0, 2.5, 3.0, 3.5, 4.0), first_downbeat=1)
    whole = heard.covering(5.2)
    assert whole.beats_s == (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0)
    assert whole.downbeats_s == (0.5, 2.5, 4.5)
    a_moment_early = TempoMap((-0.007, 0.493, 0.993))
    assert a_moment_early.covering(1.2).beats_s == (0.0, 0.493, 0.993)
    assert TempoMap((-0.3, 0.2, 0.7), first_downbeat=1).covering(1.0).beats_s == (0.2, 0.7)


def test_whole_bars_are_those_between_lines_that_a_hand_has_nearly_hit() -> None:
    tempo = TempoMap.constant(120, 20, downbeat_s=0.5)
    assert tempo.whole_bars(0.5, 8.5) == (0, 4)
    assert tempo.whole_bars(2.38, 6.6) == (1, 2)
    assert tempo.whole_bars(2.8, 6.5) is None
    assert tempo.whole_bars(2.45, 2.55) is None


@given(tempo_maps())
def test_twice_as_fast_and_half_again_is_as_before(tempo: TempoMap) -> None:
    twice = tempo.doubled()
    assert set(tempo.beats_s) <= set(twice.beats_s)
    assert twice.bpm == pytest.approx(2 * tempo.bpm)
    downbeat_s = tempo.bar_s(0)
    assert twice.bar_at(downbeat_s) == pytest.approx(round(twice.bar_at(downbeat_s)), abs=1e-6)
    if tempo.beats_per_bar % 2 == 0:  # else the first downbeat of the fast one may lie between two beats of this one
        assert twice.halved().beats_s == pytest.approx(tempo.beats_s)


@given(tempo_maps())
def test_at_half_the_tempo_a_bar_still_begins_at_the_first_downbeat(tempo: TempoMap) -> None:
    assume(tempo.first_downbeat < len(tempo.beats_s))  # one that was never there is where the tempo would have it
    half = tempo.halved()
    downbeat_s = tempo.bar_s(0)
    assert half.bar_at(downbeat_s) == pytest.approx(round(half.bar_at(downbeat_s)))


@given(tempo_maps(), st.floats(-1, 30))
def test_bars_can_be_moved_to_a_beat(tempo: TempoMap, time_s: float) -> None:
    moved = tempo.with_downbeat(time_s)
    wanted_s = tempo.nearest_beat_s(time_s)
    assert moved.bar_at(wanted_s) == pytest.approx(round(moved.bar_at(wanted_s)), abs=1e-9)
    assert moved.beats_s == tempo.beats_s


@given(st.floats(30, 300), st.floats(0, 120), st.floats(-10, 10), st.integers(1, 7))
def test_a_constant_tempo_is_one(bpm: float, duration_s: float, downbeat_s: float, beats_per_bar: int) -> None:
    tempo = TempoMap.constant(bpm, duration_s, downbeat_s=downbeat_s, beats_per_bar=beats_per_bar)
    assert tempo.bpm == pytest.approx(bpm)
    assert tempo.drift == pytest.approx(0, abs=1e-9)
    bar = tempo.bar_at(downbeat_s)
    assert bar == pytest.approx(round(bar), abs=1e-6)
    assert -1e-5 <= tempo.beats_s[0] < 60 / bpm + 1e-5
    assert tempo.beats_s[-1] >= duration_s - 1e-5
    assert tempo.beat_at(downbeat_s + 60 / bpm) - tempo.beat_at(downbeat_s) == pytest.approx(1, abs=1e-6)


def test_a_map_in_figures() -> None:
    tempo = TempoMap.constant(120, 8, downbeat_s=0.5)
    assert (tempo.beats_s[:2], tempo.first_downbeat, len(tempo.beats_s)) == ((0.0, 0.5), 1, 18)
    assert (tempo.bar_s(0), tempo.bar_s(1), tempo.bar_s(-1)) == (0.5, 2.5, -1.5)
    assert tempo.bar_at(1.5) == 0.5
    assert (tempo.nearest_beat_s(0.7), tempo.nearest_bar_s(1.4), tempo.nearest_bar_s(1.6)) == (0.5, 0.5, 2.5)


def test_drift_is_the_bar_that_is_farthest_off() -> None:
    tempo = TempoMap((*(beat * 0.5 for beat in range(9)), 4.55, 5.1, 5.65, 6.2))
    assert tempo.bpm == pytest.approx(120)
    assert tempo.drift == pytest.approx(0.1)
    assert tempo.beat_bpms[-1] == pytest.approx(60 / 0.55)


def test_beyond_its_ends_the_music_goes_on_as_it_was_there() -> None:
    tempo = TempoMap((0.0, 1.0, 1.5), beats_per_bar=1)
    assert tempo.beat_s(-1) == -1.0
    assert tempo.beat_s(3) == 2.0
    assert floor(tempo.beat_at(2.9)) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"beats_s": (0.0,)},
        {"beats_s": (0.0, 0.0)},
        {"beats_s": (1.0, 0.5)},
        {"beats_s": (0.0, 61.0)},
        {"beats_s": (0.0, float("nan"))},
        {"first_downbeat": 4},
        {"first_downbeat": -1},
        {"beats_per_bar": 0},
        {"beats_per_bar": 33},
        {"beat_unit": 3},
        {"confidence": 1.1},
        {"confidence": float("nan")},
    ],
)
def test_what_is_no_map_is_refused(wrong: dict[str, object]) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=name):
        TempoMap(**{"beats_s": (0.0, 0.5)} | wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("bpm", [0.0, -120.0, float("inf"), float("nan")])
def test_no_such_tempo(bpm: float) -> None:
    with pytest.raises(ValueError, match="bpm"):
        TempoMap.constant(bpm, 8)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.pop("beats_s"),
        lambda told: told.update(more=1),
        lambda told: told.update(beats_s="0 1"),
        lambda told: told.update(beats_s=[0.0, "1"]),
        lambda told: told.update(beats_per_bar=4.0),
        lambda told: told.update(beats_per_bar=True),
        lambda told: told.update(confidence=None),
        lambda told: told.update(beats_s=[0.0, 0.0]),
    ],
)
def test_json_of_something_else_is_refused(change: object) -> None:
    told = json.loads(TempoMap((0.0, 0.5)).to_json())
    change(told)  # type: ignore[operator]
    with pytest.raises(ValueError, match=r"."):
        TempoMap.from_json(json.dumps(told))


@pytest.mark.parametrize("text", ["", "[]", "null", "{"])
def test_text_of_something_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        TempoMap.from_json(text)
