"""Recording: where there is no GPU the work itself is the repetition; where there is one, a graph."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from musicgen_studio.engine.model.cuda.graphs import GraphRecorder, Recordings
from tests.gpu import CUDA, needs_gpu


class Summing:
    """Work: adds a table's rows to a total, one after the other."""

    def __init__(self, device: torch.device) -> None:
        self.table = torch.arange(12.0, device=device).view(4, 3)
        self.total = torch.zeros(3, device=device)
        self.row = torch.zeros(1, dtype=torch.int64, device=device)

    def __call__(self) -> None:
        """Write the next row to the total; the same again when the row is set back."""
        self.total.copy_(self.table.index_select(0, self.row)[0] * 2)
        self.row.add_(1)


def totals(device: torch.device) -> list[Tensor]:
    work = Summing(device)
    again = GraphRecorder(device).repeatable(work, [work.row])
    made = []
    for _ in range(4):
        again()
        made.append(work.total.cpu().clone())
    return made


def test_without_a_gpu_the_work_is_done_each_time() -> None:
    assert torch.equal(torch.stack(totals(torch.device("cpu"))), torch.arange(12.0).view(4, 3) * 2)


@pytest.mark.parametrize("device", [torch.device("cpu"), pytest.param(CUDA, marks=needs_gpu)], ids=str)
def test_work_runs_once_for_its_recording_and_its_counters_are_set_back(device: torch.device) -> None:
    work = Summing(device)
    work.row.fill_(2)
    GraphRecorder(device).repeatable(work, [work.row])
    assert torch.equal(work.total.cpu(), torch.tensor([12.0, 14.0, 16.0]))
    assert work.row.item() == 2


@needs_gpu
def test_recorded_work_is_the_same_work() -> None:
    assert torch.equal(torch.stack(totals(CUDA)), torch.stack(totals(torch.device("cpu"))))


@needs_gpu
def test_recordings_share_memory_and_do_not_disturb_each_other() -> None:
    first, second = Summing(CUDA), Summing(CUDA)
    recorder = GraphRecorder(CUDA)
    one, other = (recorder.repeatable(work, [work.row]) for work in (first, second))
    one()
    other()
    one()
    assert torch.equal(first.total.cpu(), torch.tensor([6.0, 8.0, 10.0]))
    assert torch.equal(second.total.cpu(), torch.tensor([0.0, 2.0, 4.0]))


@needs_gpu
def test_work_that_cannot_be_recorded_says_why() -> None:
    row = torch.zeros(1, dtype=torch.int64, device=CUDA)

    def waiting() -> None:
        row.add_(1)
        if torch.cuda.is_current_stream_capturing():
            raise ValueError("the reason")

    with pytest.raises(ValueError, match="the reason"):
        GraphRecorder(CUDA).repeatable(waiting, [row])
    work = Summing(CUDA)  # recording goes on working
    GraphRecorder(CUDA).repeatable(work, [work.row])()
    assert torch.equal(work.total.cpu(), torch.tensor([0.0, 2.0, 4.0]))


@pytest.mark.parametrize("device", [torch.device("cpu"), pytest.param(CUDA, marks=needs_gpu)], ids=str)
def test_only_so_many_recordings_are_kept(device: torch.device) -> None:
    """The one not used for longest gives way; what is left still works."""
    recorder, kept, made = GraphRecorder(device), Recordings(device, limit=2), list[str]()
    works = {name: Summing(device) for name in "abc"}

    def get(name: str) -> None:
        def record() -> Callable[[], None]:
            made.append(name)
            return recorder.repeatable(works[name], [works[name].row])

        kept.get(name, record)()

    for name in "abacab":
        get(name)
    assert made == ["a", "b", "c", "b"]
    assert len(kept) == 2
    assert [works[name].row.item() for name in "abc"] == [3, 2, 1]
