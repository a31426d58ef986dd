"""Strokes of a small drum kit made of tones and noise, whose every stroke is known."""

import mir_eval
import numpy as np
import numpy.typing as npt
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Note
from musicgen_studio.dsp.drum_hits import HI_HAT, KICK, SNARE, find_hits
from musicgen_studio.errors import StoppedError

RATE = 44_100
_Sound = npt.NDArray[np.float64]


def _kick() -> _Sound:
    time_s = np.arange(RATE // 4) / RATE
    thump: _Sound = np.sin(2 * np.pi * (50 * time_s + 2 * (1 - np.exp(-time_s * 40)))) * np.exp(-time_s * 14)
    return thump


def _noise(low_hz: float, high_hz: float, fall: float) -> _Sound:
    noise = np.random.default_rng(3).standard_normal(RATE // 4)
    spectrum = np.fft.rfft(noise)
    hz = np.fft.rfftfreq(len(noise), 1 / RATE)
    spectrum[(hz < low_hz) | (hz > high_hz)] = 0
    sound: _Sound = np.fft.irfft(spectrum, len(noise)) * np.exp(-np.arange(len(noise)) / RATE * fall)
    return sound


def _kit() -> dict[int, _Sound]:
    time_s = np.arange(RATE // 4) / RATE
    body = np.sin(2 * np.pi * 230 * time_s) * np.exp(-time_s * 30) * 0.5
    return {KICK: _kick() * 0.8, SNARE: body + _noise(1000, 9000, 20) * 0.4, HI_HAT: _noise(6500, 16_000, 60) * 0.15}


def _played(strokes: list[tuple[float, int]], duration_s: float, channels: int = 1) -> Audio:
    sound, kit = np.zeros(round(duration_s * RATE)), _kit()
    for at_s, drum in strokes:
        part = sound[round(at_s * RATE) :][: RATE // 4]
        part += kit[drum][: len(part)]
    return Audio(np.repeat(sound.astype(np.float32)[:, np.newaxis], channels, axis=1), RATE)


def _beat(bars: int) -> list[tuple[float, int]]:
    """Return a rock beat at 120 bpm: hats in eighths, kick on 1 and 3, snare on 2 and 4."""
    strokes = []
    for bar in range(bars):
        strokes += [(0.3 + bar * 2 + eighth * 0.25, HI_HAT) for eighth in (1, 3, 5, 7)]
        strokes += [(0.3 + bar * 2 + beat * 0.5, drum) for beat, drum in enumerate((KICK, SNARE, KICK, SNARE))]
    return strokes


def _onsets_s(notes: tuple[Note, ...], drum: int) -> npt.NDArray[np.float64]:
    return np.array([note.onset_s for note in notes if note.pitch == drum])


@pytest.mark.parametrize("channels", [1, 2])
def test_a_beat_is_found_stroke_by_stroke(channels: int) -> None:
    strokes = _beat(8)
    found = find_hits(_played(strokes, 17.0, channels))
    assert [note.onset_s for note in found] == sorted(note.onset_s for note in found)
    for drum in (KICK, SNARE, HI_HAT):
        played_s = np.array(sorted(at_s for at_s, one in strokes if one == drum))
        f_measure, _, _ = mir_eval.onset.f_measure(played_s, _onsets_s(found, drum), window=0.03)
        assert f_measure >= 0.97, drum


def test_a_soft_stroke_is_softer() -> None:
    loud, soft = _played([(0.5, KICK)], 1.0), _played([(0.5, KICK)], 1.0)
    both = Audio(np.concatenate([loud.samples, soft.samples * np.float32(0.3)]), RATE)
    first, second = find_hits(both)
    assert first.velocity == 1.0
    assert second.velocity < 0.8


@pytest.mark.parametrize("frames", [1, 100, RATE])
def test_silence_has_no_strokes(frames: int) -> None:
    assert find_hits(Audio(np.zeros((frames, 1), np.float32), RATE)) == ()


@pytest.mark.parametrize("frames", [1, 300, 600, 1000])
def test_a_moment_of_sound_is_no_fault(frames: int) -> None:
    noise = np.random.default_rng(1).standard_normal((frames, 1), dtype=np.float32) * np.float32(0.1)
    assert all(note.onset_s <= frames / RATE for note in find_hits(Audio(noise, RATE)))


def test_it_can_be_stopped_and_says_how_far_it_is() -> None:
    told: list[float] = []
    find_hits(_played([(0.5, KICK)], 60.0), told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0

    def stop(_share: float) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        find_hits(_played([(0.5, KICK)], 1.0), stop)
