"""What the studio's tests order."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import Engine, StopFlag
from musicgen_studio.files.sound import SoundFormat
from musicgen_studio.studio.making.make import make
from musicgen_studio.studio.making.order import Order
from musicgen_studio.studio.making.record import CheckpointRecord
from musicgen_studio.studio.making.sink import Sink
from musicgen_studio.studio.making.sinks.folder import Folder, SavedClip

CHECKPOINT = CheckpointRecord("starter", "cd" * 32, "free to use for anything", "starter")

OrderMaker = Callable[..., Order]


@pytest.fixture
def make_order(tmp_path: Path) -> OrderMaker:
    """Builds an order for one prompt of two seconds, in float and left as it comes; keywords change it."""

    def make(prompts: tuple[str, ...] = ("happy rock",), takes: int = 1, together: int = 1, **changes: Any) -> Order:
        request = GenerationRequest(prompts, duration_s=2.0, seed=7, takes=takes, together=together)
        order = Order(request, CHECKPOINT, tmp_path, sound_format=SoundFormat.WAV32F, loudness_lufs=None)
        return replace(order, **changes)

    return make


def made(engine: Engine, order: Order, stop: StopFlag, *sinks: Sink) -> list[SavedClip]:
    """Make what was ordered into its folder, and return the clips."""
    clips: list[SavedClip] = []
    make(engine, order.request, stop, [*sinks, Folder(order, clips.append)])
    return clips
