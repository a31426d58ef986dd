"""A full graphics card: what the person is told, and that nothing is held on to; and giving memory back."""

import platform
import subprocess
import sys
import weakref
from functools import partial
from pathlib import Path
from threading import Event

import pytest
import torch
from torch import Tensor

from musicgen_studio.compute.memory import explained_when_full, give_memory_back
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import whole_clips
from musicgen_studio.engine.model.protocol import KVCache
from musicgen_studio.engine.musicgen import load_engine
from musicgen_studio.errors import UserProblem
from tests.gpu import CUDA, needs_gpu

LIBRARIES_SAY = [
    "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
    "CUDA error: out of memory",
]


def test_a_full_card_is_a_problem_with_a_way_out() -> None:
    with pytest.raises(UserProblem) as raised, explained_when_full():
        raise torch.OutOfMemoryError("CUDA out of memory")
    for way_out in ("fewer takes", "shorter", "smaller checkpoint", "cpu"):
        assert way_out in raised.value.what_to_do
    assert isinstance(raised.value.__cause__, torch.OutOfMemoryError)


@pytest.mark.parametrize("said", LIBRARIES_SAY)
def test_the_libraries_have_other_words_for_it(said: str) -> None:
    with pytest.raises(UserProblem, match="memory is full"), explained_when_full():
        raise RuntimeError(said)


@pytest.mark.parametrize("said", ["a bug", "CUDA error: device-side assert triggered", "the queue is out of memory"])
def test_other_errors_pass(said: str) -> None:
    with pytest.raises(RuntimeError, match=said), explained_when_full():
        raise RuntimeError(said)


def test_giving_back_reaches_the_graphics_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the calls are looked at; what they do, on a card, below."""
    called: list[str] = []
    monkeypatch.setattr("torch.cuda.is_initialized", lambda: True)
    monkeypatch.setattr("torch.cuda.empty_cache", lambda: called.append("emptied"))
    give_memory_back()
    assert called == ["emptied"]


_PAGES_OF_A_THREAD = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
import torch
from musicgen_studio.compute.memory import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
def blocks(count):
    for _ in range(count):
        torch.zeros(10_000_000)  # 40 MB, freed at once
with ThreadPoolExecutor(1) as pool:
    pool.submit(blocks, 10).result()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    pool.submit(blocks, 20).result()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep memory by themselves")
def test_memory_that_is_kept_is_not_mapped_anew() -> None:
    """Not in this process, which would keep all of it until it ends."""
    given_back, kept = (
        int(subprocess.check_output([sys.executable, "-c", _PAGES_OF_A_THREAD, how])) for how in ("given back", "kept")
    )
    assert given_back > 1000
    assert kept < given_back / 10


def test_what_only_refers_to_itself_is_given_back_too() -> None:
    class Model:
        def __init__(self) -> None:
            self.itself = self

    gone = weakref.ref(Model())
    give_memory_back()
    assert gone() is None


@needs_gpu
def test_an_engine_s_memory_on_a_card_comes_back(text_checkpoint: Path) -> None:
    """All but the work space that CUDA's libraries keep. The engine is made a gigabyte larger, to be told apart."""
    make = partial(load_engine, text_checkpoint, "cuda", "float32")
    list(make().stream(GenerationRequest(("calm piano",), 2.0, takes=2), Event()))  # libraries take theirs
    give_memory_back()
    before = torch.cuda.mem_get_info()[0]
    engine = make()
    engine.ballast = torch.empty(1 << 30, dtype=torch.uint8, device=CUDA)  # type: ignore[attr-defined]
    list(engine.stream(GenerationRequest(("calm piano",), 2.0, takes=2), Event()))
    assert before - torch.cuda.mem_get_info()[0] > 1 << 30
    del engine
    give_memory_back()
    assert before - torch.cuda.mem_get_info()[0] < 1 << 26


def test_what_the_failed_work_held_is_given_back() -> None:
    held: list[weakref.ref[Tensor]] = []
    released: list[bool] = []

    def work() -> None:
        tensor = torch.zeros(3)
        held.append(weakref.ref(tensor))
        raise torch.OutOfMemoryError("CUDA out of memory")

    def release() -> None:
        released.append(held[0]() is None)

    with pytest.raises(UserProblem), explained_when_full(release):
        work()
    assert released == [True]


def test_a_request_that_does_not_fit_is_explained(text_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = load_engine(text_checkpoint, "cpu", "float32")
    forward, order = engine.decoder.forward, GenerationRequest(("calm piano",), 0.5)

    def full(x: Tensor, cache: KVCache) -> Tensor:
        if cache.length > 5:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(x, cache)

    monkeypatch.setattr(engine.decoder, "forward", full)
    with pytest.raises(UserProblem, match="graphics card's memory is full"):
        list(engine.stream(order, Event()))
    monkeypatch.undo()
    assert list(engine.stream(order, Event()))[-1].is_last


def test_fills_that_do_not_fit_where_they_are_scored_are_explained(
    text_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = load_engine(text_checkpoint, "cpu", "float32")
    (sound,) = whole_clips(engine, GenerationRequest(("calm piano",), 0.5))

    def full(_x: Tensor, _cache: KVCache) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(engine.decoder, "forward", full)
    with pytest.raises(UserProblem, match="graphics card's memory is full"):
        engine.score(GenerationRequest(("calm piano",), 0.5, after=sound), [sound], Event())


@needs_gpu
def test_after_a_full_card_the_memory_is_free_again() -> None:
    before = torch.cuda.mem_get_info()[0]

    def work() -> None:
        held = [torch.empty(1 << 30, dtype=torch.uint8, device=CUDA)]
        while True:
            held.append(torch.empty(1 << 40, dtype=torch.uint8, device=CUDA))

    with pytest.raises(UserProblem, match="free again"), explained_when_full():
        work()
    assert before - torch.cuda.mem_get_info()[0] < 1 << 28
