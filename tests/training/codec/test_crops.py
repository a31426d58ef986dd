"""What the codec hears: two lengths, many levels, rooms; the same for a step each time, and no two steps alike."""

from dataclasses import replace

import numpy as np
import pytest

from musicgen_studio.training.codec.crops import draw_crops
from musicgen_studio.training.settings import CodecSettings
from tests.training.conftest import tone

_SOUNDS = [np.round(tone(6.0, seed) * 32767).astype(np.int16) for seed in range(2)]
_SETTINGS = CodecSettings(crop_s=1.0, longest_crop_s=2.0, batch=4, rooms=0.0)


def _drawn(settings: CodecSettings, steps: int) -> list[np.ndarray]:
    return [draw_crops(_SOUNDS, settings, np.random.default_rng(step)).numpy() for step in range(steps)]


def test_short_and_long_crops_hold_as_much_music() -> None:
    shapes = {crops.shape for crops in _drawn(_SETTINGS, 20)}
    assert shapes == {(4, 32_000), (2, 64_000)}


def test_a_longest_crop_below_the_usual_one_leaves_one_length() -> None:
    settings = replace(_SETTINGS, crop_s=2.5)
    assert {crops.shape for crops in _drawn(settings, 20)} == {(4, 80_000)}


def test_a_step_is_the_same_each_time_and_no_two_are_alike() -> None:
    settings = replace(_SETTINGS, rooms=0.5)
    once, again = _drawn(settings, 12), _drawn(settings, 12)
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert len({crop.tobytes() for crops in once for crop in crops}) == sum(len(crops) for crops in once)


def test_levels_differ_and_nothing_is_beyond_full_scale() -> None:
    loud = [np.full(64_000, 32_767, np.int16)]
    peaks = [float(np.abs(row).max()) for step in range(20) for row in
             draw_crops(loud, replace(_SETTINGS, rooms=0.5), np.random.default_rng(step)).numpy()]  # fmt: skip
    assert max(peaks) <= 1.0
    assert min(peaks) < 0.7


@pytest.mark.parametrize(("rooms", "sounds_on"), [(0.0, False), (1.0, True)])
def test_a_room_sounds_on_after_the_music(rooms: float, sounds_on: bool) -> None:
    click = np.zeros(128_000, np.int16)
    click[::32_000] = 20_000
    settings = replace(_SETTINGS, rooms=rooms)
    crops = draw_crops([click], settings, np.random.default_rng(3)).numpy()
    beside = np.abs(crops) < 0.2
    assert bool(np.abs(crops[beside]).max() > 1e-3) == sounds_on
