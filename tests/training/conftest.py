"""A training in small, music by FluidSynth where it must be, and sine tones elsewhere."""

import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import sound as audiofile
from musicgen_studio.training.music.corpus import Piece, lead_chroma
from musicgen_studio.training.music.score import Facts, Role, ScoreKey
from musicgen_studio.training.music.synth import SAMPLE_RATE, Synthesizer, find_synthesizer
from musicgen_studio.training.pace import Limits
from musicgen_studio.training.settings import HOP_SAMPLES, PRESETS, TrainingSettings
from musicgen_studio.training.workspace import Workspace, write_json, written_whole

TINY = PRESETS["tiny"]
CPU = torch.device("cpu")


def unlimited() -> Limits:
    """Limits that never end a run."""
    return Limits(threading.Event())


def keep_quiet(_line: str) -> None:
    """Take a line and say nothing."""


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Leave the processor to others."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def synthesizer() -> Synthesizer:
    """FluidSynth with a soundfont."""
    try:
        return find_synthesizer()
    except UserProblem as problem:
        pytest.skip(str(problem))


def tone(seconds: float, seed: int) -> Samples:
    """Return notes of decaying sine tones with clicks, mono `[frames]`, 32 kHz: something a codec can learn."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * 50) * HOP_SAMPLES
    sound = np.zeros(frames, np.float32)
    times = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    for start in range(0, frames, 8000):
        pitch = 220 * 2 ** (rng.integers(0, 24) / 12)
        note = 0.3 * np.sin(2 * np.pi * pitch * times) * np.exp(-6 * times)
        part = sound[start : start + len(note)]
        part += note[: len(part)].astype(np.float32)
        sound[start : start + 40] += rng.uniform(-0.3, 0.3, len(sound[start : start + 40])).astype(np.float32)
    return sound


def write_shard(folder: Path, pieces: int = 4, seconds: float = 4.0) -> None:
    """Write a shard of tones; every fourth piece, the first among them, is held out."""
    sounds = [tone(seconds, seed) for seed in range(pieces)]
    facts = Facts("rock", "happy", ScoreKey(0, is_major=True), 6, {Role.LEAD: "flute"}, 0, is_humming=False)
    frames = len(sounds[0]) // HOP_SAMPLES
    listed = [
        Piece(number, facts, number * frames, frames, 96, ((0, 500, 60),), number % 4 == 0, "happy rock")
        for number in range(pieces)
    ]
    folder.mkdir(parents=True)
    audiofile.write(
        folder / "shard-00000.flac", Audio(np.concatenate(sounds)[:, None], SAMPLE_RATE), audiofile.SoundFormat.FLAC
    )
    with written_whole(folder / "shard-00000.npz") as file:
        np.savez_compressed(file, chroma=np.concatenate([lead_chroma(sound) for sound in sounds]))
    write_json(folder / "shard-00000.json", {"pieces": [piece.to_json() for piece in listed]})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A training folder with a corpus of tones."""
    made = Workspace(tmp_path / "work")
    write_shard(made.corpus)
    return made


@pytest.fixture
def tiny() -> TrainingSettings:
    """The smallest settings."""
    return TINY
