"""Pitch: at once, live, by the network and without it."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Floats, PitchCurve
from musicgen_studio.dsp import pitch
from musicgen_studio.dsp.pitch import (
    HOP_S,
    PitchStream,
    PitchTracker,
    PyinTracker,
    SwiftTracker,
    is_one_voice,
    pitch_tracker,
    track_pitch,
)
from musicgen_studio.dsp.resample import resample
from musicgen_studio.dsp.tones import tones
from tests.dsp.melodies import Voice, example_hum, made_up, sung, written

STEADY = written("A3 C4 E4", 0.8)
TRACKERS: list[PitchTracker] = [SwiftTracker(), PyinTracker()]


def cents_off(curve: PitchCurve, at_s: float, right: float) -> float:
    return float(abs(curve.pitches[round(at_s / HOP_S)] - right) * 100)


def silence(duration_s: float, rate: int = 16000) -> Audio:
    return Audio(np.zeros((round(duration_s * rate), 1), np.float32), rate)


@pytest.mark.parametrize("tracker", TRACKERS, ids=["swift", "pyin"])
def test_each_note_has_its_pitch(tracker: PitchTracker) -> None:
    curve = track_pitch(sung(STEADY, Voice("ah", vibrato_cents=0)), tracker)
    assert curve.hop_s == HOP_S
    assert curve.frames == round(2.4 / HOP_S)
    assert [cents_off(curve, at_s, right) < 30 for at_s, right in ((0.5, 57), (1.3, 60), (2.1, 64))] == [True] * 3


@pytest.mark.parametrize("tracker", TRACKERS, ids=["swift", "pyin"])
@pytest.mark.parametrize("frames", [0, 1, 255, 256, 1000])
def test_the_shortest_sounds_pass(tracker: PitchTracker, frames: int) -> None:
    curve = track_pitch(Audio(np.full((frames, 1), 0.1, np.float32), 16000), tracker)
    assert curve.frames == frames // 256


@pytest.mark.parametrize("tracker", TRACKERS, ids=["swift", "pyin"])
def test_silence_and_noise_have_no_pitch(tracker: PitchTracker) -> None:
    noise = np.random.default_rng(0).standard_normal((32000, 1)).astype(np.float32) * 0.1
    assert not track_pitch(silence(1.0), tracker).is_voiced.any()
    assert track_pitch(Audio(noise, 16000), tracker).is_voiced.mean() < 0.05


@pytest.mark.parametrize("rate", [8000, 44100, 96000])
def test_any_rate_and_channels_will_do(rate: int) -> None:
    voice = resample(sung(STEADY, Voice("reed", vibrato_cents=0)), rate)
    stereo = Audio(np.repeat(voice.samples, 2, axis=1), rate)
    assert cents_off(track_pitch(stereo), 1.3, 60) < 30


def test_a_quiet_hum_is_heard_like_a_loud_one() -> None:
    loud = sung(STEADY, Voice("hum", breath=0.0))
    quiet = Audio(loud.samples * np.float32(0.005), loud.sample_rate)
    assert track_pitch(quiet).is_voiced.sum() == pytest.approx(track_pitch(loud).is_voiced.sum(), rel=0.02)


def test_the_windows_of_pyin_join(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pitch, "_WINDOW_S", 0.8)
    curve = PyinTracker().track(tones(written("A4", 2.0), 16000).samples[:, 0])
    assert curve.frames == 125
    assert curve.is_voiced[10:115].all()
    np.testing.assert_allclose(curve.pitches[10:115], 69, atol=0.1)


def fed(samples: Floats, rate: int, size: int) -> tuple[PitchCurve, list[float]]:
    """Return what a stream says of samples fed in pieces, and after each how far it is behind, in seconds."""
    stream, curves, behind_s, told = PitchStream(), list[PitchCurve](), list[float](), 0
    for first in range(0, len(samples), size):
        piece = samples[first : first + size]
        curves.append(stream.feed(piece, rate))
        told += curves[-1].frames
        behind_s.append((first + len(piece)) / rate - (told - 1) * HOP_S)
    curves.append(stream.finish())
    f0_hz, confidence = (np.concatenate([getattr(curve, name) for curve in curves]) for name in ("f0_hz", "confidence"))
    return PitchCurve(HOP_S, f0_hz, confidence), behind_s


@pytest.mark.parametrize(("rate", "size"), [(48000, 480), (44100, 1024), (16000, 160), (48000, 7), (48000, 48000)])
def test_live_it_says_nearly_what_it_says_of_the_whole(rate: int, size: int) -> None:
    audio = resample(sung(STEADY, Voice("hum")), rate)
    live, _ = fed(audio.samples[:, 0], rate, size)
    whole = track_pitch(audio)
    assert abs(live.frames - whole.frames) <= 1
    both = min(live.frames, whole.frames)
    assert (live.is_voiced[:both] == whole.is_voiced[:both]).mean() > 0.97
    sure = live.is_voiced[:both] & whole.is_voiced[:both]
    assert np.percentile(np.abs(live.pitches[:both] - whole.pitches[:both])[sure], 95) < 0.15


def test_live_it_is_at_most_a_tenth_of_a_second_behind() -> None:
    audio = resample(sung(STEADY, Voice("hum")), 48000)
    _, behind_s = fed(audio.samples[:, 0], 48000, 256)
    assert max(behind_s[30:]) <= 0.100


def test_a_stream_keeps_its_rate_and_little_memory() -> None:
    stream = PitchStream()
    for _ in range(50):
        stream.feed(np.zeros(4800, np.float32), 48000)
    assert len(stream._heard) < 16000
    with pytest.raises(ValueError, match="rate must stay 48000"):
        stream.feed(np.zeros(10, np.float32), 44100)


def test_one_voice_is_told_from_several() -> None:
    hum = example_hum()[1]
    assert is_one_voice(track_pitch(hum), hum)
    chords = sum(tones(written(notes, 0.8), 16000).samples for notes in ("A3 C4 E4", "C4 E4 G4", "E4 G4 B4"))
    band = Audio(np.asarray(chords, np.float32), 16000)
    assert not is_one_voice(track_pitch(band), band)
    assert not is_one_voice(track_pitch(silence(1.0)), silence(1.0))


def test_each_timbre_is_one_voice() -> None:
    for seed in range(6):
        audio = sung(*made_up(seed), seed)
        assert is_one_voice(track_pitch(audio), audio), seed


def test_the_best_there_is_is_the_network() -> None:
    assert isinstance(pitch_tracker(), SwiftTracker)
    assert pitch_tracker() is pitch_tracker()


WITHOUT_RUNTIME = """
import sys
sys.modules["onnxruntime"] = None  # what a runtime that cannot be loaded looks like to an import
from musicgen_studio.dsp.pitch import PitchStream, pitch_tracker, track_pitch
from tests.dsp.melodies import Voice, found_in, sung, written
melody = written("A3 C4 E4 A4", 0.5, gap_s=0.06)
audio = sung(melody, Voice("hum"))
print(type(pitch_tracker()).__name__, [note.semitone for note in found_in(audio)])
stream = PitchStream()
print(stream.feed(audio.samples[:, 0], 16000).frames + stream.finish().frames)
"""


def test_without_its_runtime_the_notes_are_still_found() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_RUNTIME], capture_output=True, encoding="utf-8", check=False)
    assert done.stdout.splitlines() == ["PyinTracker [57, 60, 64, 69]", "125"], done.stderr


def test_voiced_frames_follow_a_glide() -> None:
    curve = track_pitch(sung(written("A3 A4", 0.8), Voice("reed", vibrato_cents=0, glide_s=0.4)))
    glide = curve.pitches[round(0.85 / HOP_S) : round(1.15 / HOP_S)]
    assert all(later > earlier for earlier, later in pairwise(glide))
