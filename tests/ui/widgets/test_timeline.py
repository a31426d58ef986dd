"""Frames and pixels: zooming keeps its place, nothing leaves the sound, rulers have room for their labels."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.ui.widgets.timeline import Beats, Snap, Viewport, beat_ticks, second_ticks, time_text

RATE = 32_000


def _view(seconds: float = 10, width: int = 1000, ratio: float = 1.0) -> Viewport:
    return Viewport(ratio=ratio).resized(round(seconds * RATE), round(width * ratio), ratio)


def test_at_first_everything_is_seen() -> None:
    view = _view()
    assert view.is_fit
    assert view.x(0) == 0
    assert view.x(10 * RATE) == pytest.approx(1000)
    assert view.frame(500) == 5 * RATE


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_where_all_is_seen_its_end_is_however_wide_the_view(ratio: float) -> None:
    for width in range(100, 2000):
        view = _view(8, width, ratio)
        assert view.is_seen(view.total_frames, view.total_frames), width
        assert round(view.end_frame) == view.total_frames, width
        assert not view.is_seen(view.total_frames * 1.1, view.total_frames * 1.2)


@given(st.lists(st.tuples(st.floats(0.1, 10), st.floats(0, 1000), st.floats(-500, 500)), max_size=20))
def test_no_journey_leaves_the_sound(journey: list[tuple[float, float, float]]) -> None:
    view = _view()
    for factor, x, pixels in journey:
        view = view.zoomed(factor, x).panned(pixels)
        assert view.first_column >= 0
        assert view.end_frame <= view.total_frames + view.frames_per_column
        assert view.frames_per_column <= view.fit_frames_per_column


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_zooming_keeps_what_is_under_the_pointer(ratio: float) -> None:
    view = _view(ratio=ratio).zoomed(8, 400)
    before = view.frame(300)
    assert abs(view.zoomed(3, 300).x(before) - 300) <= 1
    assert view.zoomed(1e9, 300).frames_per_column > 0
    assert view.zoomed(1e-9, 300).is_fit


def test_frames_and_pixels_are_inverse() -> None:
    view = _view().zoomed(20, 700)
    for x in (0.0, 123.0, 999.0):
        assert view.x(view.frame(x)) == pytest.approx(x, abs=0.1)


def test_a_finer_screen_shows_the_same() -> None:
    coarse = _view().zoomed(10, 500)
    fine = coarse.resized(10 * RATE, 2000, 2.0)
    assert fine.x(5 * RATE) == pytest.approx(coarse.x(5 * RATE), abs=1)
    assert fine.resized(10 * RATE, 1000, 1.0).frames_per_column == pytest.approx(coarse.frames_per_column)


def test_what_is_seen_whole_stays_so_and_a_zoom_stays_too() -> None:
    assert _view().resized(20 * RATE, 500, 1.0).is_fit
    zoomed = _view().zoomed(10, 0)
    assert zoomed.resized(20 * RATE, 1000, 1.0).frames_per_column == zoomed.frames_per_column


def test_showing_a_part_leaves_a_little_room() -> None:
    view = _view().showing(2 * RATE, 3 * RATE)
    assert 0 < view.x(2 * RATE) < 100
    assert 900 < view.x(3 * RATE) < 1000


@pytest.mark.parametrize("seconds", [0.5, 3, 10, 61, 600, 3600])
@pytest.mark.parametrize("factor", [1, 7, 100, 3000])
def test_labels_have_room_and_tell_the_time(seconds: float, factor: float) -> None:
    view = _view(seconds).zoomed(factor, 500)
    ticks = [tick for tick in second_ticks(view, RATE, 64) if tick.label]
    places = [view.x(tick.frame) for tick in ticks]
    assert all(after - before >= 63.9 for before, after in pairwise(places))
    assert len({tick.label for tick in ticks}) == len(ticks)
    for tick in ticks:
        minutes, rest = tick.label.split(":")
        assert int(minutes) * 60 + float(rest) == pytest.approx(tick.frame / RATE)


def test_beats_are_named_by_bar_and_beat() -> None:
    beats = Beats.even(120, 4, RATE)
    far = [tick.label for tick in beat_ticks(_view(), beats, 64) if tick.label]
    assert far == ["1", "2", "3", "4", "5", "6"]
    near = [tick.label for tick in beat_ticks(_view(3), beats, 64) if tick.label]
    assert near == ["1", "1|2", "1|3", "1|4", "2", "2|2", "2|3"]
    long = [view_tick.label for view_tick in beat_ticks(_view(600), beats, 64) if view_tick.label]
    assert long[:3] == ["1", "33", "65"]


def test_snapping_finds_the_nearest_beat() -> None:
    beats = Beats.even(120, 4, RATE)
    assert [beats.nearest(frame) for frame in (0, 7000, 9000, 16_001)] == [0, 0, 16_000, 16_000]
    assert [beats.nearest(frame, Snap.BAR) for frame in (0, 31_000, 33_000)] == [0, 0, 64_000]
    assert beats.nearest(9000, Snap.BEAT, 2) == 48_000
    assert beats.bars_between(16_000, 112_000) == pytest.approx(1.5)
    with pytest.raises(ValueError, match="bpm"):
        Beats.even(0, 4, RATE)


def test_a_drifting_map_with_an_upbeat_has_its_bars_where_they_are() -> None:
    beats = Beats(TempoMap((0.5, 1.0, 1.5, 2.1, 2.7, 3.3, 3.9), first_downbeat=1, beats_per_bar=2), RATE)
    marks = beat_ticks(_view(5), beats, 64)
    ticks = {tick.label: tick.frame / RATE for tick in marks}
    assert [(mark.label, mark.frame / RATE) for mark in marks][:2] == [("", 0.0), ("", 0.5)]  # an upbeat has no bar
    assert ticks["1"] == pytest.approx(1.0)
    assert ticks["2"] == pytest.approx(2.1)
    assert ticks["3"] == pytest.approx(3.3)


@pytest.mark.parametrize(
    ("seconds", "decimals", "text"),
    [(0, 0, "0:00"), (59.96, 1, "1:00.0"), (61.5, 1, "1:01.5"), (3599.999, 2, "60:00.00")],
)
def test_times_are_written_as_minutes(seconds: float, decimals: int, text: str) -> None:
    assert time_text(seconds, decimals) == text
