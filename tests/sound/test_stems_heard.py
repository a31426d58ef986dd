"""Four stems played on a real device: what comes back is the clip, and with one of them solo it is that stem."""

import threading

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import resample
from musicgen_studio.separation.masks import open_separator
from musicgen_studio.sound.devices import SoundDevice
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.sound.mixing import LaneLevel, StemMix
from musicgen_studio.sound.transport import Transport
from tests.sound.conftest import RATE, Recording
from tests.sound.signals import similarity

LENGTH_S, PART_S, MADE_AT = 5.0, 0.5, 32_000
ALIKE = 0.999
ON, SOLO = LaneLevel(), LaneLevel(is_solo=True)


def band(seconds: float) -> Audio:
    """Noise on the beats, a low tone that changes each bar, a tune and a chord: something for every stem."""
    time_s = np.arange(round(seconds * MADE_AT)) / MADE_AT
    beat = time_s % 0.48
    drums = np.random.default_rng(0).standard_normal(len(time_s)) * np.exp(-beat * 30)
    bass = np.sin(2 * np.pi * np.where(time_s // 1.92 % 2, 55.0, 73.4) * time_s) * np.exp(-beat * 3)
    tune = np.array([440.0, 523.3, 587.3, 659.3, 784.0, 659.3, 587.3, 523.3])[(time_s / 0.24).astype(int) % 8]
    lead = sum(np.sin(2 * np.pi * tune * time_s * partial) / partial for partial in (1, 2, 3))
    chord = sum(np.sin(2 * np.pi * pitch * time_s) for pitch in (220.0, 261.6, 329.6))
    mix = 0.1 * drums + 0.15 * bass + 0.1 * lead * np.exp(-(time_s % 0.24) * 6) + 0.03 * chord
    return Audio(mix.astype(np.float32)[:, np.newaxis], MADE_AT)


@pytest.fixture(scope="module")
def clip() -> Audio:
    return band(LENGTH_S)


@pytest.fixture(scope="module")
def stems(clip: Audio) -> dict[str, Audio]:
    """The clip as the shipped separator takes it apart."""
    separator = open_separator(None)
    sounds = separator.separate(clip, threading.Event(), lambda _share: None)
    return dict(zip(separator.info.stems, sounds, strict=True))


def _played(stems: dict[str, Audio], levels: list[LaneLevel], device: SoundDevice, recording: Recording) -> Samples:
    """Play the stems from beginning to end, and return the first channel of what came back."""
    _play(stems, levels, device, recording)
    recording.wait_for_more(0.5)
    return recording.samples()[:, 0]


def _play(stems: dict[str, Audio], levels: list[LaneLevel], device: SoundDevice, recording: Recording) -> None:
    lanes = []
    for audio in stems.values():
        lane = GrowingSound(audio.sample_rate, audio.channels, audio.frames)
        lane.append(audio.samples)
        lane.end()
        lanes.append(lane)
    mix = StemMix(lanes)
    mix.set_levels(levels)
    mix.read(0, 1)  # a level that changes is approached: this one is there from the beginning
    transport = Transport()
    try:
        transport.choose_device(device)
        transport.load(mix, lambda: None)
        transport.play()
        while (state := transport.poll()).is_playing:
            recording.wait_for_more(0.05)
    finally:
        transport.close()
    assert state.problem is None


def _likeness(heard: Samples, audio: Audio) -> float:
    """Return how like a sound what was heard is, part by part, wherever each came back: three quarters are no liker.

    A machine that is busy lets the sound break off within many parts; what is asked is what is heard, not that.
    """
    original = resample(audio, RATE).samples[:, 0]
    parts = np.array_split(original, round(LENGTH_S / PART_S))
    return float(np.quantile([similarity(heard, part) for part in parts], 0.75))


def test_with_all_lanes_on_what_comes_back_is_the_clip(
    clip: Audio, stems: dict[str, Audio], device: SoundDevice, recording: Recording
) -> None:
    assert _likeness(_played(stems, [ON] * 4, device, recording), clip) > ALIKE


@pytest.mark.parametrize("name", ["drums", "bass"])
def test_a_lane_that_is_solo_is_that_stem(
    clip: Audio, stems: dict[str, Audio], device: SoundDevice, recording: Recording, name: str
) -> None:
    heard = _played(stems, [SOLO if each == name else ON for each in stems], device, recording)
    assert _likeness(heard, stems[name]) > ALIKE
    assert _likeness(heard, clip) < ALIKE - 0.02
