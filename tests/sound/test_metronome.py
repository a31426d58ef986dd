"""The metronome: its sounds, where they fall, and when the count-in ends.

`python -m tests.sound.test_metronome` writes the sounds anew.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.files.sound import SoundFormat, read, write
from musicgen_studio.sound.metronome import Clicks, ClickTrack, Metronome, click_file, with_clicks

_FILE_RATE = 48000
_PITCHES_HZ = {True: 1760.0, False: 1174.66}  # A6 and D6: both clearly heard over a voice, a fifth apart
_RATE = 8000


def _made(is_accent: bool) -> Audio:
    """Return a sine that dies away within 40 ms, as it lies in `resources/metronome`."""
    time_s = np.arange(round(0.04 * _FILE_RATE)) / _FILE_RATE
    tone = np.sin(2 * np.pi * _PITCHES_HZ[is_accent] * time_s) * np.exp(-time_s / 0.008) * (1 - time_s / 0.04)
    return Audio((0.5 * tone).astype(np.float32)[:, np.newaxis], _FILE_RATE)


def write_sounds() -> None:
    """Write both sounds to where the program finds them."""
    for is_accent in (True, False):
        write(click_file(is_accent), _made(is_accent), SoundFormat.WAV16)


@pytest.mark.parametrize("is_accent", [True, False])
def test_the_shipped_sounds_are_those_made_here(is_accent: bool) -> None:
    shipped, made = read(click_file(is_accent)), _made(is_accent)
    assert (shipped.sample_rate, shipped.channels, shipped.frames) == (_FILE_RATE, 1, made.frames)
    np.testing.assert_allclose(shipped.samples, made.samples, atol=2 / 32768)
    assert click_file(is_accent).stat().st_size < 5000


@pytest.mark.parametrize(("tempo_bpm", "beats_per_bar"), [(19.9, 4), (401, 4), (float("nan"), 4), (120, 0), (120, 17)])
def test_a_metronome_that_nobody_can_follow_is_refused(tempo_bpm: float, beats_per_bar: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        Metronome(tempo_bpm, beats_per_bar)


def _onsets(samples: Samples) -> list[int]:
    """Return where clicks begin: the first sound after 30 ms of silence."""
    loud = np.flatnonzero(np.abs(samples[:, 0]) > 0.02)
    return [int(loud[0]), *(int(b) for a, b in pairwise(loud) if b - a > 0.03 * _RATE)]


def test_clicks_fall_on_the_beats_and_the_first_of_a_bar_is_another() -> None:
    out = np.zeros((4 * _RATE, 2), np.float32)
    Clicks(Metronome(90, 3), _RATE).add_to(out, 0)
    assert _onsets(out) == pytest.approx([beat * _RATE * 60 / 90 for beat in range(6)], abs=2)
    beats = [out[round(beat * _RATE * 60 / 90) :][:300, 0] for beat in range(6)]
    np.testing.assert_allclose(beats[0], beats[3], atol=1e-4)
    assert not np.allclose(beats[0], beats[1], atol=0.05)
    np.testing.assert_array_equal(out[:, 0], out[:, 1])


@given(pieces=st.lists(st.integers(1, 3000), min_size=1, max_size=20), tempo_bpm=st.floats(20, 400))
def test_in_pieces_they_are_the_same(pieces: list[int], tempo_bpm: float) -> None:
    clicks = Clicks(Metronome(tempo_bpm, 4), _RATE, beat_0_frame=5000)
    whole = np.zeros((sum(pieces), 1), np.float32)
    clicks.add_to(whole, 0)
    parts, start = [], 0
    for frames in pieces:
        part = np.zeros((frames, 1), np.float32)
        clicks.add_to(part, start)
        parts.append(part)
        start += frames
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_a_take_with_clicks_is_another_sound_and_the_take_stays() -> None:
    take = Audio(np.full((_RATE, 1), 0.1, np.float32), _RATE)
    clicked = with_clicks(take, Metronome(120))
    assert (take.samples == np.float32(0.1)).all()
    assert _onsets(clicked.samples - take.samples) == pytest.approx([0, _RATE // 2], abs=2)


@pytest.mark.parametrize("is_heard_before", [True, False])
@pytest.mark.parametrize("is_heard_after", [True, False])
def test_what_is_heard_before_and_after_are_two_switches(is_heard_before: bool, is_heard_after: bool) -> None:
    track = ClickTrack(Metronome(120, 4), 1, is_heard_before, is_heard_after, _RATE)
    out = np.full((round(4.5 * _RATE), 2), np.nan, np.float32)
    track.fill(out, 0.1, 50.0)
    assert track.beat_0_s == pytest.approx(52.35)
    beats = [*range(-4, 0)] * is_heard_before + [*range(5)] * is_heard_after
    heard = _onsets(out) if beats else []
    assert heard == pytest.approx([(2.25 + beat / 2) * _RATE for beat in beats], abs=2)


def test_without_a_count_in_or_clicks_beat_0_is_at_once() -> None:
    track = ClickTrack(Metronome(120, 4), 0, is_heard_before=True, is_heard_after=False, rate=_RATE)
    assert track.beat_0_s is None
    assert track.beat(3.0) is None
    track.begin_unheard(3.0)
    assert track.beat_0_s == 3.0
    assert track.beat(4.0) == 2.0


def test_nobody_counts_more_beats_than_are_heard() -> None:
    track = ClickTrack(Metronome(120, 4), 1, is_heard_before=True, is_heard_after=False, rate=_RATE)
    track.fill(np.empty((_RATE // 10, 1), np.float32), 0.15, 10.0)
    assert track.beat(10.3) is None, "the first of four clicks is heard at 10.4"
    assert track.beat(10.45) == pytest.approx(-3.9)


def test_one_late_call_does_not_move_the_beat() -> None:
    track = ClickTrack(Metronome(60, 2), 1, is_heard_before=True, is_heard_after=True, rate=_RATE)
    for call in range(9):
        late_s = 0.5 if call == 3 else 0.001 * (call % 2)
        track.fill(np.empty((_RATE // 10, 1), np.float32), 0.15, 10 + call / 10 + late_s)
    assert track.beat_0_s == pytest.approx(12.4, abs=0.002)
    assert track.beat(10.5) == pytest.approx(-1.9, abs=0.002)


if __name__ == "__main__":
    Path(click_file(True)).parent.mkdir(exist_ok=True)
    write_sounds()


def test_beats_are_counted_by_the_devices_clock_though_its_calls_are_late() -> None:
    """Under load most calls are late, by up to a second and a half: the count neither jumps back nor begins late."""
    rate, piece_s, delay_s = 48_000, 0.05, 0.15
    track = ClickTrack(Metronome(120.0), 1, True, False, rate)
    late_s = np.random.default_rng(1).uniform(0.0, 1.5, 200) * (np.arange(200) % 5 > 0)
    told, out = [], np.empty((round(piece_s * rate), 1), np.float32)
    for call in range(200):
        now_s = 100.0 + call * piece_s + late_s[call]
        track.fill(out, delay_s, now_s)
        told.append(track.beat(now_s))
    beats = [beat for beat in told if beat is not None]
    assert beats == sorted(beats)
    assert track.beat_0_s == pytest.approx(100.0 + delay_s + 0.25 + 4 * 0.5, abs=0.05)
