"""A step of training that is recorded once and then repeated with a single call, where there is CUDA.

A step of a small network is some thousand small operations, and a graphics card waits for each to be started. Here is
the one place that decides: where there is CUDA the first few steps are taken as they are, which makes gradients and the
optimizers' states and chooses kernels, the next is recorded, and all others repeat it. Elsewhere, and where recording
fails, every step is taken as it is; what is computed is the same.

A step that may be recorded asks the device for nothing: what it reads and tells lies in tensors that stay where they
are, learning rates too (`muon.steered`). Not for recording itself: that is the engine's `Recorder`.
"""

from collections.abc import Callable
from typing import Protocol

from musicgen_studio.engine.model.cuda.graphs import Work

_AS_IT_IS = 3


class Records(Protocol):
    """What records work: `engine.model.cuda.graphs.Recorder`."""

    @property
    def can_record(self) -> bool:
        """Whether work can be recorded where it runs."""

    def run(self, work: Work) -> None:
        """Run work where it would be recorded."""

    def recorded(self, work: Work) -> Work:
        """Return what repeats some work that has run; it does not run."""


class RecordedStep:
    """One kind of step, for batches of one shape.

    Args:
        work: Takes the step.
        recorder: Records it.
        report: Takes a line if it cannot be recorded.
    """

    def __init__(self, work: Work, recorder: Records, report: Callable[[str], None]) -> None:
        self._work, self._recorder, self._report = work, recorder, report
        self._taken = 0
        self._again: Work | None = None

    def __call__(self) -> None:
        """Take a step."""
        if self._taken == _AS_IT_IS and self._recorder.can_record:
            self._again = self._record()
        self._taken += 1
        if self._again is None:
            self._recorder.run(self._work)
        else:
            self._again()

    def _record(self) -> Work | None:
        try:
            return self._recorder.recorded(self._work)
        except RuntimeError as error:  # of CUDA: an operation that cannot be recorded; nothing of it has run
            self._report(f"steps are not recorded, which makes them slower: {error}")
            return None
