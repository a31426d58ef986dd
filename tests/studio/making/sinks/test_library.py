"""Takes on their way into a real library, also where their record cannot be made."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.engine.api import AudioBlock
from musicgen_studio.library.library import Library
from musicgen_studio.studio.making.make import make
from musicgen_studio.studio.making.order import Order, Sounds
from musicgen_studio.studio.making.record import Made, Record
from musicgen_studio.studio.making.sinks import library as library_sink
from musicgen_studio.studio.making.sinks.library import Kept, Naming
from tests.fake_engine import FakeEngine
from tests.studio.conftest import CHECKPOINT, OrderMaker


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        yield opened


def test_each_take_becomes_a_clip(library: Library, make_order: OrderMaker) -> None:
    order = make_order(takes=2)
    kept = Kept(library, order, CHECKPOINT, Naming("Night drive", parent="a" * 32))
    make(FakeEngine(), order.request(Sounds()), Event(), [kept])
    assert [clip.title for clip in kept.saved] == ["Night drive · take 1", "Night drive · take 2"]
    for take, clip in enumerate(kept.saved):
        assert library.get(clip.id) == clip
        assert (clip.seed, clip.parent, clip.is_complete, clip.frames) == (7 + take, "a" * 32, True, 64000)
        assert Record.from_json(clip.recipe).take == take


def test_a_take_that_never_sounded_is_no_clip(library: Library, make_order: OrderMaker) -> None:
    order = make_order(takes=2)
    kept = Kept(library, order, CHECKPOINT, Naming("Night drive"))

    class _OneBlock(FakeEngine):
        def stream(self, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
            yield next(super().stream(request, stop))

    make(_OneBlock(), order.request(Sounds()), Event(), [kept])
    assert [(clip.title, clip.is_complete, clip.frames) for clip in library.clips()] == [
        ("Night drive · take 1", False, 16000)
    ]


def test_a_take_whose_record_cannot_be_made_is_kept_all_the_same(
    library: Library, make_order: OrderMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_order: Order, made: Made) -> Record:
        raise RuntimeError(f"complete {made.is_complete}")

    monkeypatch.setattr(library_sink, "record_of", broken)
    order = make_order(takes=2)
    kept = Kept(library, order, CHECKPOINT, Naming("Night drive"))
    with pytest.raises(RuntimeError, match="complete True"):
        make(FakeEngine(), order.request(Sounds()), Event(), [kept])
    # The first take was whole when its record failed, the second is as it stood then.
    made = [(clip.recipe, clip.is_complete, clip.frames) for clip in kept.saved]
    assert made == [("", False, 64000), ("", False, 48000)]
    assert {clip.id for clip in library.clips()} == {clip.id for clip in kept.saved}
