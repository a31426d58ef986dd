"""The chroma the model sees, against transformers' extractor."""

from pathlib import Path

import numpy as np
import pytest
import torch

from musicgen_studio.core.audio import Audio
from musicgen_studio.engine.checkpoint import Affine, ChromaConfig
from musicgen_studio.engine.melody import ChromaConditioner
from musicgen_studio.paths import resources_dir
from tests.engine.reference import melody_features

CONFIG = ChromaConfig(bins=12, length=94, n_fft=16384, hop_frames=4096, sample_rate=32000)
STARTER: Path = resources_dir() / "starter"


@pytest.fixture(scope="module")
def conditioner() -> ChromaConditioner:
    return ChromaConditioner(CONFIG, Affine(torch.eye(12), torch.zeros(12)))


def notes(pitches_hz: list[float], duration_s: float, rate: int = 32000, channels: int = 1) -> Audio:
    t = np.arange(round(duration_s * rate / len(pitches_hz))) / rate
    sound = np.concatenate([np.sin(2 * np.pi * pitch * t) for pitch in pitches_hz]).astype(np.float32)
    return Audio(np.repeat(sound[:, None] * 0.5, channels, axis=1), rate)


@pytest.mark.parametrize("duration_s", [0.2, 0.6, 3.0, 12.0])
def test_chroma_is_transformers(conditioner: ChromaConditioner, duration_s: float) -> None:
    melody = notes([220.0, 330.0, 440.0], duration_s)
    expected = melody_features(STARTER, melody)["input_features"][0]
    chroma = conditioner.chroma(conditioner.prepared(melody))
    assert chroma.shape == (94, 12)
    assert torch.equal(chroma, expected.repeat(94, 1)[:94])


def test_each_note_is_its_pitch_class(conditioner: ChromaConditioner) -> None:
    chroma = conditioner.chroma(conditioner.prepared(notes([440.0, 261.63], 12.0)))
    assert (chroma.sum(dim=1) == 1).all()
    assert chroma[5:40].argmax(dim=1).eq(9).all()  # A
    assert chroma[52:88].argmax(dim=1).eq(0).all()  # C


def test_another_rate_and_stereo_give_the_same_chroma(conditioner: ChromaConditioner) -> None:
    one = conditioner.chroma(conditioner.prepared(notes([220.0, 330.0], 6.0)))
    other = conditioner.chroma(conditioner.prepared(notes([220.0, 330.0], 6.0, rate=44100, channels=2)))
    assert torch.equal(one, other)


def test_no_melody_is_pitch_class_0_throughout(conditioner: ChromaConditioner) -> None:
    assert conditioner.null_chroma().argmax(dim=1).eq(0).all()
    assert conditioner.null_chroma().sum() == 94


def test_states_are_the_projected_chroma() -> None:
    weight, bias = torch.randn(5, 12), torch.randn(5)
    conditioner = ChromaConditioner(CONFIG, Affine(weight, bias))
    states = conditioner.states(conditioner.null_chroma())
    torch.testing.assert_close(states, (weight[:, 0] + bias).expand(94, 5))
