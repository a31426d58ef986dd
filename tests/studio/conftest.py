"""What the studio's tests order."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.engine.api import Engine
from musicgen_studio.studio.making.make import make
from musicgen_studio.studio.making.order import CheckpointRecord, Order, Sounds
from musicgen_studio.studio.making.sink import Sink
from musicgen_studio.studio.making.sinks.folder import Folder, SavedClip

CHECKPOINT = CheckpointRecord("starter", "cd" * 32, "free to use for anything", "starter")

OrderMaker = Callable[..., Order]


@pytest.fixture
def make_order() -> OrderMaker:
    """Builds an order for one prompt of two seconds, in float and left as it comes; keywords change it."""

    def make(prompts: tuple[str, ...] = ("happy rock",), **changes: Any) -> Order:
        return replace(Order(prompts, duration_s=2.0, seed=7), **changes)

    return make


def made(
    engine: Engine,
    order: Order,
    folder: Path,
    *sinks: Sink,
    stop: StopFlag | None = None,
    sounds: Sounds | None = None,
    only: tuple[int, int] | None = None,
) -> list[SavedClip]:
    """Make what was ordered into a folder, and return the clips."""
    clips: list[SavedClip] = []
    request = order.request(sounds or Sounds())
    make(engine, request, stop or Event(), [*sinks, Folder(folder, order, CHECKPOINT, clips.append, only)])
    return clips
