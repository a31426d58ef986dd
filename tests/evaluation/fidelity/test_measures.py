"""What is measured of single clips: sounds and files alike, with their words."""

from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.evaluation.fidelity.embedders.musicnn import MusicnnEmbedder
from musicgen_studio.evaluation.fidelity.measures import clip_figures, sound_figures
from musicgen_studio.files.sound import SoundFormat, write


def test_sounds_and_files_have_the_same_figures(tmp_path: Path) -> None:
    tone = Audio((0.2 * np.sin(np.arange(96000) / 20)).astype(np.float32)[:, None], 32000)
    write(tmp_path / "tone.wav", tone, SoundFormat.WAV32F)
    of_sound, of_file, of_last = clip_figures(
        [tone, tmp_path / "tone.wav", tone], ["piano", "piano"], MusicnnEmbedder()
    )
    assert of_sound == pytest.approx(of_file)
    assert list(of_sound) == ["seconds", "lufs", "silence", "noise", "faults", "melody", "musicnn.agreement"]
    assert of_last["musicnn.agreement"] is None  # no words any more
    assert next(clip_figures([tone], None, MusicnnEmbedder()))["musicnn.agreement"] is None


def test_noise_tone_and_silence_are_told_apart() -> None:
    noise = Audio(np.random.default_rng(0).normal(0, 0.1, (64000, 1)).astype(np.float32), 32000)
    tone = Audio((0.2 * np.sin(np.arange(64000) / 20)).astype(np.float32)[:, None], 32000)
    silence = Audio(np.zeros((64000, 1), np.float32), 32000)
    assert sound_figures(noise)["noise"] == pytest.approx(0.56, abs=0.05)  # e to the minus Euler's constant
    assert (sound_figures(tone)["noise"] or 0.0) < 0.001
    assert sound_figures(silence) | {"seconds": 2.0} == {
        "seconds": 2.0,
        "lufs": None,
        "silence": 1.0,
        "noise": None,
        "faults": 0.0,
    }
