"""Work on a GPU that is recorded once and then repeated with a single call: CUDA graphs.

A step of the model is some hundred small operations. Started one by one they take ten times as long to start as to
run; a recorded step is started as a whole. Recorded work uses the same memory at every repetition: what it reads and
writes are tensors that stay where they are, and the numbers it counts by lie on the GPU too.

Where there is no CUDA the work itself is the repetition. It runs once beforehand there, too, as it does for a
recording, so that tests without a GPU see what recording would do.
Source: PyTorch's notes on CUDA graphs, and `torch.cuda.graph`, which also empties the allocator's cache each time.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache

import torch
from torch import Tensor

Work = Callable[[], None]


class GraphRecorder:
    """Records pieces of work that run one after the other and share their intermediate memory.

    Args:
        device: Where the work runs.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._first: torch.cuda.CUDAGraph | None = None

    def repeatable(self, work: Work, counters: Sequence[Tensor]) -> Work:
        """Return what repeats some work.

        Args:
            work: Reads and writes tensors that stay where they are, never waits for the GPU, and does the same again
                when it is run again after its counters were set back.
            counters: What the work counts up. It runs once before it is recorded; they are then set back.
        """
        # It loads kernels and work space, which cannot be done while recording.
        self.run(lambda: _run_and_set_back(work, counters))
        return self.recorded(work)

    @property
    def can_record(self) -> bool:
        """Whether there is CUDA where the work runs."""
        return self._device.type == "cuda"

    def run(self, work: Work) -> None:
        """Run work where it would be recorded, now."""
        if not self.can_record:
            work()
            return
        with _on_recording_stream():
            work()

    def recorded(self, work: Work) -> Work:
        """Return what repeats some work that has run already. It does not run now.

        Raises:
            RuntimeError: Of CUDA, if the work does what cannot be recorded.
        """
        if not self.can_record:
            return work
        graph = torch.cuda.CUDAGraph()
        with _on_recording_stream():
            self._record(graph, work)
        self._first = self._first or graph
        return graph.replay  # holds the recording: it goes when this does

    def _record(self, graph: torch.cuda.CUDAGraph, work: Work) -> None:
        # Recordings that never run at the same time share memory: that of the first, which is therefore kept.
        pool = None if self._first is None else self._first.pool()
        # What other threads do on the GPU meanwhile does not belong here, and does no harm.
        graph.capture_begin(pool=pool, capture_error_mode="thread_local")
        try:
            work()
        except BaseException:
            with suppress(RuntimeError):  # that the recording is broken is known; what broke it is told
                graph.capture_end()
            raise
        graph.capture_end()


class Recordings:
    """Repeatable work by what it was recorded for. The one not used for longest gives way to a new one.

    Args:
        device: Where the work runs.
        limit: How many are kept.
    """

    def __init__(self, device: torch.device, limit: int) -> None:
        self._device = device
        self._limit = limit
        self._kept: OrderedDict[Hashable, Work] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    def get(self, key: Hashable, record: Callable[[], Work]) -> Work:
        """Return what was recorded for a key; record it if it is not there."""
        if key not in self._kept:
            work = record()
            if len(self._kept) == self._limit:
                if self._device.type == "cuda":
                    torch.cuda.synchronize(self._device)  # it may still be under way
                self._kept.popitem(last=False)
            self._kept[key] = work
        self._kept.move_to_end(key)
        return self._kept[key]


def _run_and_set_back(work: Work, counters: Sequence[Tensor]) -> None:
    before = [counter.clone() for counter in counters]
    work()
    for counter, value in zip(counters, before, strict=True):
        counter.copy_(value)


@contextmanager
def _on_recording_stream() -> Iterator[None]:
    stream, current = _recording_stream(), torch.cuda.current_stream()
    stream.wait_stream(current)
    with torch.cuda.stream(stream):
        yield
    current.wait_stream(stream)


@cache
def _recording_stream() -> torch.cuda.Stream:
    """Return the one stream on which all is recorded: cuBLAS keeps work space for every stream it has seen."""
    return torch.cuda.Stream()  # type: ignore[no-untyped-call]
