"""The chroma a model sees, against transformers' extractor, and how far one follows another."""

import numpy as np
import pytest

from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import CHROMA_RATE_HZ, Floats, Melody, Note
from musicgen_studio.dsp import chroma as module
from musicgen_studio.dsp.chroma import chroma, follows, mono_chroma, similarity, wished_chroma
from musicgen_studio.dsp.tones import tones
from tests.dsp.melodies import example_hum, example_line, made_up, sung, written

RATE = 32000


def extracted(samples: Floats) -> Floats:
    """Return what transformers makes of mono samples `[frames]`, or of stereo ones `[frames, 2]`."""
    make_torchaudio_importable()
    import torch
    from transformers import MusicgenMelodyFeatureExtractor

    extractor = MusicgenMelodyFeatureExtractor()
    sound = samples if samples.ndim == 1 else torch.from_numpy(samples.T.copy())[None]
    made = extractor(sound, sampling_rate=RATE, truncation=False, return_tensors="np")["input_features"][0]
    return np.asarray(made, np.float32)


def music(seconds: float) -> Floats:
    """Return a band: four voices and a drum, mono samples."""
    random = np.random.default_rng(3)
    voices = [tones(made_up(seed)[0], RATE).samples[:, 0] for seed in range(4)]
    mix = sum(np.resize(voice, round(seconds * RATE)) for voice in voices)
    beat = np.exp(-np.arange(RATE // 2) / 800) * random.standard_normal(RATE // 2) * 0.3
    return (mix + np.resize(beat, len(np.asarray(mix)))).astype(np.float32)


def noise(frames: int, level: float = 0.1) -> Floats:
    return (np.random.default_rng(frames).standard_normal(frames) * level).astype(np.float32)


def hummed() -> Floats:
    return sung(*made_up(1), rate=RATE).samples[:, 0]


SOUNDS = {
    "hum": hummed(),
    "music": music(12.0),
    "noise": noise(6 * RATE),
    "quiet noise": noise(RATE, 1e-5),
    "one frame": noise(1),
    "short": noise(5000),
    "short and odd": noise(16383),
    "a window": noise(16384),
    "just over": noise(16385),
    "silence": np.zeros(2 * RATE, np.float32),
    "silence after a note": np.concatenate([noise(20000), np.zeros(60000, np.float32)]),
    "clipped": np.sign(np.sin(np.arange(RATE) * 0.05)).astype(np.float32),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_it_is_transformers(name: str) -> None:
    made = mono_chroma(SOUNDS[name])
    assert made.dtype == np.float32
    np.testing.assert_array_equal(made, extracted(SOUNDS[name]))


def test_stereo_is_averaged_as_transformers_does_it() -> None:
    stereo = np.stack([hummed(), noise(len(hummed()), 0.02)], axis=1)
    np.testing.assert_array_equal(chroma(Audio(stereo, RATE)), extracted(stereo.mean(axis=1)))


def test_the_filters_are_librosas() -> None:
    from librosa.filters import chroma as chroma_filters

    theirs = chroma_filters(sr=RATE, n_fft=16384, tuning=0, n_chroma=12).astype(np.float32)
    np.testing.assert_array_equal(module._filters(RATE, 16384), theirs)


def test_another_rate_gives_the_same_chroma() -> None:
    melody = written("A4 C5 E4:2", 0.5)
    np.testing.assert_array_equal(chroma(tones(melody, 48000)), chroma(tones(melody, RATE)))


def test_no_sound_at_all_is_no_melody() -> None:
    assert chroma(Audio(np.zeros((0, 1), np.float32), RATE)).argmax(axis=1).tolist() == [0] * 5


def test_similarity_is_the_mean_cosine() -> None:
    one_hot = np.eye(12, dtype=np.float32)
    assert similarity(one_hot[[0, 4, 7, 9]], one_hot[[0, 4, 7, 2]]) == pytest.approx(0.75)
    assert similarity(one_hot[[0, 4]], one_hot[[0, 4, 7, 9]]) == 1.0
    assert similarity(one_hot[:0], one_hot) == 0.0
    soft = np.array([[1, 1, 0]], np.float32)
    assert similarity(soft, np.array([[1, 0, 0]], np.float32)) == pytest.approx(0.5**0.5)


def test_a_melody_follows_itself_and_no_other() -> None:
    notes, hum = example_hum()
    assert follows(notes, hum) > 0.9
    assert follows(hum, hum) == 1.0
    assert follows(example_line(), hum) < 0.5


def test_what_is_wished_repeats_or_ends() -> None:
    short = Melody((Note(0.0, 1.0, 69),), 1.0)
    for melody in (short, tones(short, RATE)):
        assert wished_chroma(melody, 4.0).argmax(axis=1).tolist() == [9] * 32
        assert wished_chroma(melody, 4.0, repeats=False).argmax(axis=1).tolist() == [9] * 8


def test_what_comes_after_a_melody_that_ends_does_not_count() -> None:
    short = Melody((Note(0.0, 2.0, 69),), 2.0)
    free = Audio(np.concatenate([tones(short, RATE).samples, noise(4 * RATE)[:, None]]), RATE)
    assert follows(short, free, repeats=False) == 1.0
    assert follows(short, free, repeats=True) < 0.8


def test_the_rate_is_that_of_the_checkpoints() -> None:
    assert CHROMA_RATE_HZ == 7.8125
    assert len(mono_chroma(np.zeros(30 * RATE, np.float32))) == 235
