"""A full graphics card: what the person is told, and that nothing is held on to."""

import weakref
from pathlib import Path
from threading import Event

import pytest
import torch
from torch import Tensor

from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.model.cuda.memory import explained_when_full
from musicgen_studio.engine.model.protocol import Memory
from musicgen_studio.engine.musicgen import load_engine
from musicgen_studio.errors import UserProblem
from tests.engine.model.cuda.gpu import CUDA, needs_gpu


def test_a_full_card_is_a_problem_with_a_way_out() -> None:
    with pytest.raises(UserProblem) as raised, explained_when_full():
        raise torch.OutOfMemoryError("CUDA out of memory")
    for way_out in ("fewer takes", "shorter", "smaller checkpoint", "cpu"):
        assert way_out in raised.value.what_to_do
    assert isinstance(raised.value.__cause__, torch.OutOfMemoryError)


def test_other_errors_pass() -> None:
    with pytest.raises(RuntimeError, match="a bug"), explained_when_full():
        raise RuntimeError("a bug")


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

    def full(x: Tensor, memory: Memory) -> Tensor:
        if memory.length > 5:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(x, memory)

    monkeypatch.setattr(engine.decoder, "forward", full)
    with pytest.raises(UserProblem, match="graphics card's memory is full"):
        list(engine.stream(order, Event()))
    monkeypatch.undo()
    assert list(engine.stream(order, Event()))[-1].is_last


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
