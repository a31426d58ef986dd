"""What live music is played with: a real engine with a small checkpoint, on one core, as in the program."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from musicgen_studio.compute.threads import one_thread
from musicgen_studio.engine.musicgen import MusicGen, load_engine


@pytest.fixture
def on_one_core() -> Iterator[None]:
    """Let torch work on one core, as it does beside the sound."""
    with one_thread():
        yield


@pytest.fixture(scope="module")
def engine(melody_checkpoint: Path) -> MusicGen:
    """An engine that follows melodies, with random weights."""
    return load_engine(melody_checkpoint, "cpu", "float32")
