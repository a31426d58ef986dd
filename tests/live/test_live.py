"""A minute of live music on a tiny checkpoint: memory stays, and a few kills lose nothing."""

import sys
from pathlib import Path

import pytest

from musicgen_studio.compute.threads import one_thread
from musicgen_studio.engine.musicgen import load_engine
from tests.live.kills import kills
from tests.live.soak import soak


def test_memory_stays(text_checkpoint: Path, melody_checkpoint: Path) -> None:
    for folder in (text_checkpoint, melody_checkpoint):
        with one_thread():
            soaked = soak(load_engine(folder, "cpu", "float32"), 60.0, is_fast=True)
        assert soaked.music_s == pytest.approx(60.0)
        assert soaked.growth_mb < 30


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_kills_lose_nothing(text_checkpoint: Path) -> None:
    assert kills(text_checkpoint, 4) == []
