"""The collector: what each sink hears of a run, also where the engine or another sink fails at any moment."""

from collections.abc import Callable
from threading import Event

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import AudioBlock
from musicgen_studio.studio.making.make import make
from musicgen_studio.studio.making.sink import Begun, Sink, TakeEnded
from tests.fake_engine import FakeEngine

REQUEST = GenerationRequest(("a", "b"), duration_s=1.0, takes=2, together=2)
CALLS = 1 + 8 + 4  # begin, two blocks of four takes, four ends


class _Listener(Sink):
    """Notes what it hears, and raises at the calls whose numbers it is given, from 0."""

    def __init__(self, *fails_at: int) -> None:
        self.heard: list[str] = []
        self.ended: list[TakeEnded] = []
        self.begun: Begun | None = None
        self.error: Exception | None = None
        self._fails_at = fails_at

    def _note(self, what: str) -> None:
        self.heard.append(what)
        if len(self.heard) - 1 in self._fails_at:
            raise RuntimeError(f"call {len(self.heard) - 1}")

    def begin(self, begun: Begun) -> None:
        self.begun = begun
        self._note("begin")

    def block(self, block: AudioBlock) -> None:
        self._note(f"block {block.prompt} {block.take}")

    def take_ended(self, ended: TakeEnded) -> None:
        self.ended.append(ended)
        self._note(f"end {ended.prompt} {ended.take}")

    def failed(self, error: Exception) -> None:
        self.error = error
        self._note("failed")


def _blocks(request: GenerationRequest) -> dict[tuple[int, int], list[Audio]]:
    blocks: dict[tuple[int, int], list[Audio]] = {}
    for block in FakeEngine().stream(request, Event()):
        blocks.setdefault((block.prompt, block.take), []).append(block.audio)
    return blocks


def test_a_sink_hears_begin_every_block_and_the_end_of_each_take() -> None:
    listener = _Listener()
    engine = FakeEngine()
    make(engine, REQUEST, Event(), [listener])
    takes = [(prompt, take) for prompt in (0, 1) for take in (0, 1)]
    first = [f"block {prompt} {take}" for prompt, take in takes]
    second = [word for prompt, take in takes for word in (f"block {prompt} {take}", f"end {prompt} {take}")]
    assert listener.heard == ["begin", *first, *second]
    assert listener.begun == Begun(REQUEST, engine.info, 32000, 1, 0.0)
    assert listener.begun.expected_frames == 32000


def test_what_ends_is_the_takes_blocks_joined() -> None:
    listener = _Listener()
    make(FakeEngine(), REQUEST, Event(), [listener])
    blocks = _blocks(REQUEST)
    for ended in listener.ended:
        whole = np.concatenate([audio.samples for audio in blocks[ended.prompt, ended.take]])
        np.testing.assert_array_equal(ended.audio.samples, whole)
        assert ended.is_complete


def test_what_is_given_counts_to_each_take() -> None:
    listener = _Listener()
    given = Audio(np.full((16000, 1), 0.1, np.float32), 32000)
    make(FakeEngine(), GenerationRequest(("a",), duration_s=1.0, continuation=given), Event(), [listener])
    assert listener.begun is not None
    assert (listener.begun.given_s, listener.begun.expected_frames) == (0.5, 48000)
    assert listener.ended[0].audio.frames == 48000


def test_a_stop_ends_what_was_begun_and_is_no_fault() -> None:
    stop = Event()
    listener = _Listener()
    engine = FakeEngine(before_block=lambda made: stop.set() if made == 1 else None)
    make(engine, REQUEST, stop, [listener])
    assert [(ended.audio.duration_s, ended.is_complete) for ended in listener.ended] == [(0.5, False)] * 4
    assert listener.error is None


def test_a_stop_before_the_first_sound_is_no_begin() -> None:
    stop = Event()
    stop.set()
    listener = _Listener()
    make(FakeEngine(), REQUEST, stop, [listener])
    assert listener.heard == []


def _fail_at(step: int) -> Callable[[int], None]:
    def before_block(made: int) -> None:
        if made == step:
            raise RuntimeError("out of memory")

    return before_block


@pytest.mark.parametrize("step", [0, 1])
def test_a_fault_of_the_engine_is_told_once_all_takes_have_ended(step: int) -> None:
    listener = _Listener()
    with pytest.raises(RuntimeError, match="out of memory") as caught:
        make(FakeEngine(before_block=_fail_at(step)), REQUEST, Event(), [listener])
    assert listener.error is caught.value
    assert [ended.is_complete for ended in listener.ended] == [False] * 4 * step
    assert listener.heard[-1] == "failed"


@pytest.mark.parametrize("call", range(CALLS))
@pytest.mark.parametrize("is_first", [True, False])
def test_a_sink_that_fails_at_any_call_keeps_no_other_from_hearing_the_end(call: int, is_first: bool) -> None:
    failing, listener = _Listener(call), _Listener()
    sinks = [failing, listener] if is_first else [listener, failing]
    with pytest.raises(RuntimeError, match=f"call {call}$") as caught:
        make(FakeEngine(), REQUEST, Event(), sinks)
    for sink in sinks:
        assert sink.error is caught.value
        assert sink.heard[-1] == "failed"
        assert sink.heard.count("failed") == 1
    begun = {word.removeprefix("block ") for word in listener.heard if word.startswith("block")}
    ended = [word.removeprefix("end ") for word in listener.heard if word.startswith("end")]
    assert begun <= set(ended)
    assert len(ended) == len(set(ended))


def test_faults_that_follow_are_noted_on_the_first() -> None:
    always = _Listener(*range(3, 99))
    with pytest.raises(RuntimeError, match="call 3") as caught:
        make(FakeEngine(), REQUEST, Event(), [always, _Listener()])
    assert any("call 4" in note for note in caught.value.__notes__)
