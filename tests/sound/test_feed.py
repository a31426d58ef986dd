"""The feed, asked by hand as an output would: every sample is looked at.

At 1000 Hz in and out nothing is resampled, a frame is a millisecond and says which it is (`count_up`), a fade has 5.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import resample
from musicgen_studio.sound.feed import Feed
from musicgen_studio.sound.growing import GrowingSound
from tests.sound.signals import count_up, music

_FADE = 5


class Card:
    """A sound card with a clock of its own, to which the feed must be kept topped up."""

    def __init__(self, feed: Feed, rate: int = 1000, channels: int = 1, delay_s: float = 0.0) -> None:
        self.now_s = 100.0
        self._feed, self._rate, self._channels, self._delay_s = feed, rate, channels, delay_s

    def ask(self, frames: int) -> Samples:
        """Take the next frames."""
        self._feed.top_up()
        out = np.full((frames, self._channels), np.nan, np.float32)
        self._feed.fill(out, self._delay_s, self.now_s)
        self.now_s += frames / self._rate
        return out

    def numbers(self, frames: int, at_once: int = 50) -> list[int]:
        """Take the next frames, so many at a time, and say which they are."""
        parts = [self.ask(min(at_once, frames - done)) for done in range(0, frames, at_once)]
        return [round(float(value)) for value in np.concatenate(parts)[:, 0]]

    @property
    def position(self) -> float:
        """What is heard now."""
        return self._feed.position(self.now_s)


def _counting(frames: int) -> GrowingSound:
    return GrowingSound.of(Audio(count_up(frames), 1000))


def _playing(sound: GrowingSound, frame: int = 0, loop: tuple[int, int] | None = None) -> Feed:
    feed = Feed(sound, 1000, 1)
    feed.set_loop(loop)
    feed.go_to(frame)
    feed.top_up()
    feed.release()
    return feed


def _from(first: int, count: int) -> list[int]:
    """The numbers of frames from this one on."""
    return list(range(first + 1, first + count + 1))


@pytest.mark.parametrize("at_once", [1, 37, 250])
def test_a_sound_is_played_as_it_is_and_then_over(at_once: int) -> None:
    feed = _playing(_counting(1000))
    card = Card(feed)
    assert card.numbers(1000, at_once) == _from(0, 1000)
    assert not feed.has_run_dry
    assert feed.is_over(card.now_s)
    assert card.position == 1000
    assert card.numbers(100) == [0] * 100
    assert not feed.has_run_dry


def test_it_is_silent_while_held() -> None:
    feed = _playing(_counting(1000))
    feed.hold()
    card = Card(feed)
    assert not card.ask(100).any()
    assert card.position == 0
    feed.release()
    assert card.numbers(50) == _from(0, 50)


@pytest.mark.parametrize("loop", [(100, 350), (0, 1000), (990, 1000), (300, 333)])
def test_a_loop_has_no_seam(loop: tuple[int, int]) -> None:
    card = Card(_playing(_counting(1000), 50, loop=loop) if loop[0] > 50 else _playing(_counting(1000), 0, loop=loop))
    first = 50 if loop[0] > 50 else 0
    expected = _from(first, loop[1] - first)
    while len(expected) < 3000:
        expected += _from(loop[0], loop[1] - loop[0])
    heard = card.numbers(3000)
    assert heard[_FADE:] == expected[_FADE:3000]


def test_a_loop_has_no_seam_when_it_is_resampled() -> None:
    rate, frequency = 32000, 500  # 64 frames a period, of which the loop has 125
    time_s = np.arange(3 * rate) / rate
    sound = GrowingSound.of(Audio(np.sin(2 * np.pi * frequency * time_s).astype(np.float32)[:, np.newaxis], rate))
    feed = Feed(sound, 44100, 1)
    feed.set_loop((6400, 14400))
    feed.go_to(0)
    feed.top_up()
    feed.release()
    card = Card(feed, 44100)
    heard = np.concatenate([card.ask(1653) for _ in range(100)])[:, 0]
    expected = np.sin(2 * np.pi * frequency * np.arange(len(heard)) / 44100)
    np.testing.assert_allclose(heard[200:], expected[200:], atol=1e-4)


def test_a_resampled_sound_is_what_resampling_the_whole_gives() -> None:
    clip = music(1.0)
    feed = Feed(GrowingSound.of(clip), 44100, 2)
    feed.go_to(0)
    feed.top_up()
    feed.release()
    card, wanted = Card(feed, 44100, 2), resample(clip, 44100).samples
    heard = np.concatenate([card.ask(441) for _ in range(100)])
    np.testing.assert_allclose(heard[: len(wanted)], wanted, atol=1e-6)


@pytest.mark.parametrize("frame", [1, 400, 15999, 16000, 31000])
def test_a_place_in_a_resampled_sound_is_right_from_its_first_sample(frame: int) -> None:
    clip = music(1.0)
    feed = Feed(GrowingSound.of(clip), 64000, 2)  # so that every frame lies on one of the output
    feed.go_to(frame)
    feed.top_up()
    feed.release()
    heard, wanted = Card(feed, 64000, 2).ask(1000), resample(clip, 64000).samples[2 * frame :][:1000]
    fade = 320
    np.testing.assert_allclose(heard[fade:], wanted[fade:1000], atol=2e-4)
    assert heard[0] == pytest.approx(0)


def test_another_place_is_heard_after_one_call_and_shown_at_once() -> None:
    feed = _playing(_counting(10_000))
    card = Card(feed, delay_s=0.1)
    card.numbers(200)
    feed.go_to(5000)
    assert card.position == 5000
    heard = card.numbers(150)
    assert heard[:50] == _from(200, 50)  # what the output may have been reading
    assert heard[50 + _FADE :] == _from(5000, 100)[_FADE:]
    assert card.position == pytest.approx(5000, abs=1)
    card.numbers(200)
    assert card.position == pytest.approx(5200, abs=1)


def test_many_places_between_two_calls() -> None:
    feed = _playing(_counting(10_000))
    card = Card(feed)
    card.numbers(200)
    for frame in range(1000, 3000, 10):
        feed.go_to(frame)
        feed.top_up()
    heard = card.numbers(2000)
    assert heard[-100:] == _from(heard[-100] - 1, 100)
    assert feed.position(card.now_s) == pytest.approx(heard[-1], abs=1)
    assert heard[-1] == pytest.approx(2990 + 2000, abs=300)  # as far as the ring had room before the card moved on


def test_a_loop_is_changed_while_it_plays() -> None:
    feed = _playing(_counting(10_000), 0, loop=(0, 1000))
    card = Card(feed)
    card.numbers(900)
    feed.set_loop((500, 2000))
    assert card.numbers(1000)[100:] == _from(1000, 900)
    feed.set_loop((500, 2500))
    assert card.numbers(700)[100:] == [*_from(2000, 500), *_from(500, 100)]
    feed.set_loop(None)
    assert card.numbers(3000)[-1] == 600 + 3000


def test_a_loop_that_ends_before_the_place_is_entered_at_once() -> None:
    feed = _playing(_counting(10_000))
    card = Card(feed)
    card.numbers(1000)
    feed.set_loop((200, 600))
    heard = card.numbers(100)
    assert heard[50 + _FADE :] == _from(200, 50)[_FADE:]


def test_a_loop_that_ends_just_ahead_of_the_place_is_not_run_out_of() -> None:
    feed = _playing(_counting(10_000))
    card = Card(feed)
    card.numbers(200)
    feed.set_loop((100, 230))  # the output may have been reading up to 250
    heard = card.numbers(500)
    assert heard[:50] == _from(200, 50)
    assert heard[50 + _FADE : 180] == _from(100, 130)[_FADE:]
    assert max(heard[180:]) == 230


def test_a_loop_beyond_the_end_ends_there() -> None:
    card = Card(_playing(_counting(500), 0, loop=(100, 9000)))
    assert card.numbers(900) == [*_from(0, 500), *_from(100, 400)]


def test_a_loop_behind_the_end_is_none() -> None:
    feed = _playing(_counting(500), 0, loop=(600, 9000))
    card = Card(feed)
    assert card.numbers(600) == [*_from(0, 500), *[0] * 100]
    assert feed.is_over(card.now_s)


def test_the_gain_changes_without_a_jump() -> None:
    rate = 1000
    sound = GrowingSound.of(Audio(np.ones((10_000, 1), np.float32), rate))
    feed = _playing(sound)
    card = Card(feed, delay_s=0.15)
    card.numbers(400)
    places = []
    heard = []
    for gain in np.linspace(1, 0.2, 20):
        feed.set_gain(float(gain))
        heard.append(card.ask(50))
        places.append(card.position)
    heard.append(card.ask(50))
    steps = np.abs(np.diff(np.concatenate(heard)[:, 0]))
    assert steps.max() < 0.02
    assert heard[-1][-1] == pytest.approx(0.2)
    assert np.diff(places) == pytest.approx(50, abs=1)


def test_fading_out_ends_it() -> None:
    feed = _playing(_counting(10_000))
    card = Card(feed)
    card.numbers(300)
    feed.fade_out()
    heard = card.numbers(200)
    assert heard[:50] == _from(300, 50)
    assert heard[50 : 50 + _FADE] == [351, 264, 176, 88, 0]
    assert not any(heard[55:])
    assert feed.is_over(card.now_s)
    assert not feed.has_run_dry
    feed.go_to(700)
    assert card.numbers(100)[_FADE:] == _from(700, 100)[_FADE:]


def test_a_sound_that_is_not_made_in_time_goes_on_where_it_broke_off() -> None:
    sound = GrowingSound(1000, 1, 1000)
    sound.append(count_up(1000)[:300])
    feed = _playing(sound)
    card = Card(feed)
    assert card.numbers(300) == _from(0, 300)
    assert not feed.has_run_dry
    assert not any(card.numbers(100))
    assert feed.has_run_dry
    assert card.position == 300
    feed.hold()
    sound.append(count_up(1000)[300:])
    sound.end()
    assert not any(card.numbers(100))
    feed.release()
    assert card.numbers(700) == _from(300, 700)
    assert not feed.has_run_dry
    assert feed.is_over(card.now_s)


def test_a_place_that_is_not_made_yet() -> None:
    sound = GrowingSound(1000, 1, 1000)
    sound.append(count_up(1000)[:300])
    feed = _playing(sound, 600)
    feed.hold()
    card = Card(feed)
    assert not any(card.numbers(100))
    assert feed.next_frame == 600
    sound.append(count_up(1000)[300:])
    feed.top_up()
    feed.release()
    assert card.numbers(100) == _from(600, 100)
    assert card.position == 700


def test_the_position_is_what_is_heard_and_never_goes_back() -> None:
    feed = _playing(_counting(100_000), 0, loop=None)
    card, random = Card(feed, delay_s=0.12), np.random.default_rng(0)
    last, given = 0.0, 0
    for _ in range(200):
        frames = int(random.integers(1, 80))
        card._delay_s = 0.12 + random.uniform(-0.01, 0.01)
        card.ask(frames)
        given += frames
        for ahead_s in (0, 0.01, 0.02):
            position = feed.position(card.now_s + ahead_s)
            assert position >= last
            last = position
            assert position == pytest.approx(max(given - 120 + ahead_s * 1000, 0), abs=32)
    assert feed.position(card.now_s + 9) == given  # not further than the output was given


def test_the_position_goes_round_with_the_loop() -> None:
    feed = _playing(_counting(1000), 0, loop=(200, 500))
    card = Card(feed, delay_s=0.1)
    card.numbers(550)
    assert card.position == pytest.approx(450, abs=1)
    card.numbers(100)
    assert card.position == pytest.approx(250, abs=1)


def test_the_peaks_are_of_what_was_heard_since() -> None:
    samples = np.zeros((2000, 2), np.float32)
    samples[500] = (0.5, -1.5)
    feed = Feed(GrowingSound.of(Audio(samples, 1000)), 1000, 2)
    feed.set_gain(0.1)
    feed.go_to(0)
    feed.top_up()
    feed.release()
    card = Card(feed, channels=2, delay_s=0.1)
    seen = []
    for _ in range(20):
        card.ask(50)
        seen.append(feed.take_peaks(card.now_s))
    assert seen[11:13] == [(0, 0), (0.5, 1.5)]
    assert seen.count((0.5, 1.5)) <= 2
    assert feed.take_peaks(card.now_s) == (0, 0)


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("ask"), st.integers(1, 300)),
            st.tuples(st.just("go"), st.integers(0, 1000)),
            st.tuples(st.just("loop"), st.integers(0, 900)),
            st.tuples(st.just("gain"), st.integers(0, 1)),
            st.tuples(st.just("grow"), st.integers(0, 200)),
            st.tuples(st.just("fade"), st.just(0)),
        ),
        max_size=40,
    )
)
def test_whatever_is_done_it_plays_frames_of_the_sound(steps: list[tuple[str, int]]) -> None:
    sound = GrowingSound(1000, 1, 1000)
    sound.append(count_up(300))
    feed = _playing(sound)
    card, made = Card(feed), 300
    for what, value in steps:
        if what == "ask":
            heard = card.ask(value)
            assert heard.min() >= 0
            assert heard.max() <= made + 1e-3
            feed.take_peaks(card.now_s)
        elif what == "go":
            feed.go_to(value)
        elif what == "loop":
            feed.set_loop((value, value + 50) if value else None)
        elif what == "gain":
            feed.set_gain(value)
        elif what == "grow" and made + value <= 1000:
            sound.append(count_up(made + value)[made:])
            made += value
        elif what == "fade":
            feed.fade_out()
        assert 0 <= card.position <= 1000
