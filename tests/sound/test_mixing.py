"""Tests of what is made while it is played: stems with levels, clicks over a clip."""

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.files.sound import read
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.sound.metronome import click_file
from musicgen_studio.sound.mixing import RAMP_S, ClickedSound, ClicksOnBeats, ComparedSound, LaneLevel, StemMix

RATE = 48_000  # the click's own


def sound(seed: int, frames: int = 64_000) -> Samples:
    return np.random.default_rng(seed).uniform(-0.2, 0.2, (frames, 2)).astype(np.float32)


def lane(samples: Samples) -> GrowingSound:
    return GrowingSound.of(Audio(samples, RATE))


def whole(mix: StemMix | ClickedSound, piece: int = 4_321) -> Samples:
    return np.concatenate([mix.read(start, piece) for start in range(0, mix.frames, piece)])


def test_all_lanes_on_are_the_clip() -> None:
    parts = [sound(seed) for seed in range(4)]
    mix = StemMix([lane(part) for part in parts])
    assert (mix.frames, mix.expected_frames, mix.channels, mix.is_ended) == (64_000, 64_000, 2, True)
    np.testing.assert_allclose(whole(mix), sum(parts), atol=1e-6)


def test_solo_is_that_lane_and_mute_is_without_it() -> None:
    parts = [sound(seed) for seed in range(3)]
    mix = StemMix([lane(part) for part in parts])
    mix.set_levels([LaneLevel(), LaneLevel(is_solo=True), LaneLevel()])
    mix.read(0, 1_000)
    np.testing.assert_array_equal(mix.read(1_000, 5_000), parts[1][1_000:6_000])
    mix.set_levels([LaneLevel(is_muted=True), LaneLevel(), LaneLevel(is_muted=True, is_solo=True)])
    mix.read(6_000, 1_000)
    assert not mix.read(7_000, 1_000).any()  # what is solo and muted is silent, and so is what is not solo


def test_a_level_is_reached_without_a_click() -> None:
    mix = StemMix([lane(np.full((64_000, 1), 0.5, np.float32))])
    mix.read(0, 100)
    mix.set_levels([LaneLevel(level_db=-20)])
    heard = mix.read(100, 2_000)[:, 0]
    assert heard[-1] == pytest.approx(0.05, rel=1e-5)
    assert np.abs(np.diff(heard)).max() < 0.45 / 400


def test_it_goes_as_far_as_all_lanes_are_there() -> None:
    growing = GrowingSound(RATE, 2, 64_000)
    mix = StemMix([lane(sound(0)), growing])
    assert len(mix.read(0, 100)) == 0
    growing.append(sound(1, 1_000))
    assert (mix.frames, mix.is_ended, len(mix.read(500, 5_000))) == (1_000, False, 500)


def test_lanes_of_two_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="lanes"):
        StemMix([lane(sound(0)), lane(sound(1)[:, :1])])
    with pytest.raises(ValueError, match="lanes"):
        StemMix([])
    with pytest.raises(ValueError, match="level_db"):
        LaneLevel(level_db=13)


@pytest.mark.parametrize("piece", [72_000, 777])
def test_clicks_are_on_the_beats_and_accents_on_the_bars(piece: int) -> None:
    silent = np.zeros((72_000, 2), np.float32)
    tempo_map = TempoMap((0.1, 0.6, 1.2), first_downbeat=1, beats_per_bar=2)
    heard = whole(ClickedSound(lane(silent), ClicksOnBeats(tempo_map, lane(silent).sample_rate)), piece)
    accent, click = (read(click_file(is_accent)) for is_accent in (True, False))
    assert accent.sample_rate == click.sample_rate == RATE
    assert 2 * accent.frames < 0.5 * RATE
    for time_s, sample in ((0.1, click), (0.6, accent), (1.2, click)):
        begin = round(time_s * RATE)
        np.testing.assert_array_equal(heard[begin : begin + sample.frames, 0], sample.samples[:, 0])
    assert not heard[: round(0.1 * RATE)].any()
    assert not silent.any()


def test_clicks_go_on_before_and_behind_the_beats_of_the_map() -> None:
    silent = np.zeros((84_000, 2), np.float32)
    heard = whole(ClickedSound(lane(silent), ClicksOnBeats(TempoMap((0.6, 1.1), beats_per_bar=2), RATE)))
    accent, click = (read(click_file(is_accent)) for is_accent in (True, False))
    for time_s, sample in ((0.1, click), (0.6, accent), (1.1, click), (1.6, accent)):
        begin = round(time_s * RATE)
        sounding = heard[begin : begin + sample.frames, 0]
        np.testing.assert_array_equal(sounding, sample.samples[: len(sounding), 0])


def test_of_two_sounds_one_is_heard_at_the_same_place_and_as_loud_as_asked() -> None:
    parts = [sound(seed) for seed in range(2)]
    pair = ComparedSound(lane(parts[0]), lane(parts[1]), (0.0, -6.0))
    assert (pair.frames, pair.expected_frames, pair.channels, pair.is_ended) == (64_000, 64_000, 2, True)
    np.testing.assert_array_equal(pair.read(0, 4_000), parts[0][:4_000])
    pair.choose(1)
    first = pair.read(4_000, 4_000)
    ramp = round(RAMP_S * RATE)
    np.testing.assert_allclose(first[ramp:], parts[1][4_000 + ramp : 8_000] * 10 ** (-6 / 20), rtol=1e-5)
    assert not np.array_equal(first[:ramp], parts[0][4_000 : 4_000 + ramp])
    pair.choose(0)
    pair.read(8_000, 1_000)
    np.testing.assert_array_equal(pair.read(9_000, 1_000), parts[0][9_000:10_000])


def test_switching_between_equal_sounds_is_not_heard() -> None:
    part = sound(0)
    pair = ComparedSound(lane(part), lane(part))
    pair.choose(1)
    np.testing.assert_allclose(pair.read(0, 2_000), part[:2_000], atol=1e-6)


def test_the_shorter_sound_is_silent_behind_its_end() -> None:
    pair = ComparedSound(lane(sound(0, 1_000)), lane(sound(1, 3_000)))
    assert (pair.frames, pair.expected_frames) == (3_000, 3_000)
    assert not pair.read(1_000, 2_000).any()
    pair.choose(1)
    assert pair.read(1_000, 2_000)[500:].any()


def test_two_rates_are_not_compared() -> None:
    with pytest.raises(ValueError, match="rate"):
        ComparedSound(lane(sound(0)), GrowingSound.of(Audio(sound(1), 44_100)))
