"""The peak pyramid: the same however the sound arrives, no peak lost at any zoom, single samples when asked."""

import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicgen_studio.core.audio import Samples
from musicgen_studio.dsp import peaks
from musicgen_studio.dsp.peaks import BASE_FRAMES, PeakPyramid


def _noise(frames: int, channels: int = 2, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).uniform(-1, 1, (frames, channels)).astype(np.float32)


def _pyramid(sound: Samples, *, with_samples: bool = False) -> PeakPyramid:
    pyramid = PeakPyramid(sound.shape[1], (lambda start, count: sound[start : start + count]) if with_samples else None)
    pyramid.append(sound)
    return pyramid


@settings(deadline=None)
@given(pieces=st.lists(st.integers(0, 3000), min_size=1, max_size=8), columns=st.integers(1, 50))
def test_it_does_not_matter_how_the_sound_arrives(pieces: list[int], columns: int) -> None:
    sound = _noise(sum(pieces) or 1)
    grown, at_once = PeakPyramid(2), _pyramid(sound)
    for piece in np.split(sound, np.cumsum(pieces)):
        grown.append(piece)
    assert grown.frames == at_once.frames == len(sound)
    for one, other in zip(grown.query(0, len(sound), columns), at_once.query(0, len(sound), columns), strict=True):
        np.testing.assert_array_equal(one, other)


@settings(deadline=None)
@given(frames=st.integers(1, 200_000), columns=st.integers(1, 400), start=st.floats(0, 0.9), with_samples=st.booleans())
def test_no_peak_is_lost_or_invented(frames: int, columns: int, start: float, with_samples: bool) -> None:
    sound = _noise(frames, 1)
    first = int(start * frames)
    mins, maxs = _pyramid(sound, with_samples=with_samples).query(first, frames, columns)
    assert mins.dtype == maxs.dtype == np.float32
    assert mins.shape == maxs.shape == (columns, 1)
    assert maxs.max() >= sound[first:].max()
    assert mins.min() <= sound[first:].min()
    assert maxs.max() <= sound.max()
    assert mins.min() >= sound.min()


@pytest.mark.parametrize("frames_per_column", [64, 256, 1024, 4096, 65536])
def test_whole_bins_give_exact_peaks(frames_per_column: int) -> None:
    sound = _noise(10 * frames_per_column)
    mins, maxs = _pyramid(sound).query(0, len(sound), 10)
    parts = sound.reshape(10, frames_per_column, 2)
    np.testing.assert_array_equal(mins, parts.min(axis=1))
    np.testing.assert_array_equal(maxs, parts.max(axis=1))


def test_a_click_stays_in_its_column_or_the_next() -> None:
    sound = np.zeros((100_000, 1), np.float32)
    for at in (0, 31_234, 50_000, 99_999):
        sound[:] = 0
        sound[at] = 1
        _, maxs = _pyramid(sound).query(0, len(sound), 333)
        assert abs(int(maxs[:, 0].argmax()) - at / len(sound) * 333) <= 1


def test_close_up_shows_the_very_samples() -> None:
    sound = _noise(5000)
    mins, maxs = _pyramid(sound, with_samples=True).query(1000, 1100, 100)
    np.testing.assert_array_equal(mins, sound[1000:1100])
    np.testing.assert_array_equal(maxs, sound[1000:1100])


def test_without_samples_close_up_shows_steps() -> None:
    sound = _noise(5000, 1)
    _, maxs = _pyramid(sound).query(BASE_FRAMES, 2 * BASE_FRAMES, 64)
    np.testing.assert_array_equal(maxs, np.full((64, 1), sound[BASE_FRAMES : 2 * BASE_FRAMES].max()))


def test_outside_the_sound_there_is_silence() -> None:
    sound = np.ones((1000, 1), np.float32)
    _, maxs = _pyramid(sound).query(-1000, 2000, 30)
    np.testing.assert_array_equal(maxs[:, 0] != 0, [10 <= column < 20 for column in range(30)])
    _, maxs = PeakPyramid(1).query(0, 1000, 4)
    assert not maxs.any()


def test_samples_stop_where_the_sound_stops() -> None:
    sound = _noise(100)
    pyramid = _pyramid(sound, with_samples=True)
    np.testing.assert_array_equal(pyramid.samples(-5, 20), sound[:20])
    np.testing.assert_array_equal(pyramid.samples(90, 20), sound[90:])
    assert pyramid.samples(100, 5).shape == (0, 2)
    assert not _pyramid(sound).has_samples


def test_wrong_orders_are_refused() -> None:
    with pytest.raises(ValueError, match="channels"):
        PeakPyramid(0)
    pyramid = PeakPyramid(2)
    with pytest.raises(ValueError, match=r"\[frames, 2\]"):
        pyramid.append(_noise(10, 1))
    with pytest.raises(ValueError, match="columns"):
        pyramid.query(0, 10, 0)
    with pytest.raises(ValueError, match="cover"):
        pyramid.query(10, 10, 5)


def test_ten_minutes_are_quick_at_every_zoom() -> None:
    sound = _noise(600 * 32_000)
    pyramid = PeakPyramid(2, lambda start, count: sound[start : start + count])
    for start in range(0, len(sound), 20_480):
        pyramid.append(sound[start : start + 20_480])
    zooms = [len(sound) / 2**power for power in range(18)]
    began = time.perf_counter()
    for width in zooms:
        pyramid.query(0, width, 3840)
    assert (time.perf_counter() - began) / len(zooms) < 0.02  # a frame of a 60 Hz screen, on a busy machine


def test_whoever_asks_while_it_grows_sees_what_there_was_and_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = _noise(40_000, seed=5)
    whole, growing = PeakPyramid(2), PeakPyramid(2)
    whole.append(sound)
    replace, seen = peaks._Level.replace, list[tuple[int, tuple[peaks.Peaks, peaks.Peaks]]]()

    def ask() -> None:
        frames = growing.frames // BASE_FRAMES * BASE_FRAMES
        if frames:
            seen.append((frames, growing.query(0, frames, frames // BASE_FRAMES)))

    def ask_then_replace(level: peaks._Level, first: int, mins: peaks.Peaks, maxs: peaks.Peaks) -> None:
        for is_after in (False, True):
            if is_after:
                replace(level, first, mins, maxs)
            asking = threading.Thread(target=ask)
            asking.start()
            asking.join(20)
            assert not asking.is_alive()

    monkeypatch.setattr(peaks._Level, "replace", ask_then_replace)
    for start in range(0, len(sound), 1_111):
        growing.append(sound[start : start + 1_111])
    assert len(seen) > 100
    for frames, (mins, maxs) in seen:
        lowest, highest = whole.query(0, frames, frames // BASE_FRAMES)
        assert np.array_equal(mins, lowest)
        assert np.array_equal(maxs, highest)
