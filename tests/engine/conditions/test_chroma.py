"""The chroma the model sees, of sound and of notes: repeated, ended, sliding with the window, after an opening."""

from pathlib import Path
from threading import Event

import numpy as np
import pytest
import torch

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.tones import tones
from musicgen_studio.engine.checkpoint.values import Affine, ChromaConfig
from musicgen_studio.engine.conditions.chroma import ChromaConditioner
from musicgen_studio.engine.musicgen import MusicGen, load_engine
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


# In a run. The tiny checkpoint's window is 2 s, 16 rows of chroma, and each further window begins 1.2 s later.

PROMPT = "calm piano"
D_THEN_G = Melody((Note(0.0, 0.5, 62), Note(0.5, 0.5, 67)), 1.0)


@pytest.fixture(scope="module")
def engine(melody_checkpoint: Path) -> MusicGen:
    return load_engine(melody_checkpoint, "cpu", "float32")


def rows(engine: MusicGen, start: int, duration_s: float = 1.0, **values: object) -> list[int]:
    """Return the pitch classes a window is told: D and G are 2 and 7, no melody is 0."""
    assert engine._melody is not None
    run = engine._prepared(GenerationRequest((PROMPT,), duration_s, **values))  # type: ignore[arg-type]
    chroma = run.conditions._chroma(engine._melody, 0, start)
    assert chroma.shape == (16, 12)
    assert chroma.sum(dim=1).eq(1).all()
    return [int(row) for row in chroma.argmax(dim=1)]


def sound(engine: MusicGen, **values: object) -> bytes:
    request = GenerationRequest((PROMPT,), 0.5, temperature=0.0, **values)  # type: ignore[arg-type]
    return b"".join(block.audio.samples.tobytes() for block in engine.stream(request, Event()))


def test_notes_repeat_or_end(engine: MusicGen) -> None:
    assert rows(engine, 0, melody=D_THEN_G) == [2] * 4 + [7] * 4 + [2] * 4 + [7] * 4
    assert rows(engine, 0, melody=D_THEN_G, melody_repeats=False) == [2] * 4 + [7] * 6 + [0] * 6


def test_sound_repeats_or_ends(engine: MusicGen) -> None:
    hum = tones(D_THEN_G, 32000)
    assert rows(engine, 0, melody=hum)[:16] == rows(engine, 0, melody=D_THEN_G)
    assert rows(engine, 0, melody=hum, melody_repeats=False) == rows(engine, 0, melody=D_THEN_G, melody_repeats=False)


def test_notes_slide_with_the_window_as_sound_does(engine: MusicGen) -> None:
    long = Melody.of([Note(1.2 * step, 1.2, pitch) for step, pitch in enumerate((62.0, 67.0, 69.0, 64.0))])
    for start in (0, 60, 120):
        told = rows(engine, start, 5.0, melody=long)
        heard = rows(engine, start, 5.0, melody=tones(long, 32000))
        assert sum(one == other for one, other in zip(told, heard, strict=True)) >= 15, start
    assert rows(engine, 60, 5.0, melody=long)[1:9] == [7] * 8


@pytest.mark.parametrize("as_sound", [False, True])
def test_over_an_opening_the_window_is_told_the_opening(engine: MusicGen, as_sound: bool) -> None:
    opening = tones(Melody((Note(0.0, 2.0, 69),), 2.0), 32000)
    melody = tones(D_THEN_G, 32000) if as_sound else D_THEN_G
    told = rows(engine, 0, continuation=opening, melody=melody)  # the window's first 0.8 s are the opening
    assert told[:6] == [9] * 6
    assert told[8:10] == [2, 2]
    assert told[11:14] == [7, 7, 7]


def test_an_opening_and_a_melody_that_ends(engine: MusicGen) -> None:
    opening = tones(Melody((Note(0.0, 2.0, 69),), 2.0), 32000)
    short = Melody((Note(0.0, 0.4, 62),), 0.4)
    told = rows(engine, 0, continuation=opening, melody=short, melody_repeats=False)
    assert told[:6] == [9] * 6
    assert told[-2:] == [0, 0]


def test_notes_and_their_tones_give_the_same_music(engine: MusicGen) -> None:
    assert sound(engine, melody=D_THEN_G) == sound(engine, melody=tones(D_THEN_G, 32000))


def test_two_melodies_and_none_give_different_music(engine: MusicGen) -> None:
    other = Melody((Note(0.0, 1.0, 69),), 1.0)
    assert len({sound(engine, melody=melody) for melody in (D_THEN_G, other, None)}) == 3


def test_notes_of_nothing_are_no_melody(engine: MusicGen) -> None:
    assert sound(engine, melody=Melody((), 1.0)) == sound(engine)


def test_two_melodies_give_different_music_with_the_starter() -> None:
    starter = load_engine(STARTER, "cpu")
    other = Melody((Note(0.0, 1.0, 69),), 1.0)
    assert sound(starter, melody=D_THEN_G) != sound(starter, melody=other)
