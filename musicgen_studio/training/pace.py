"""How far a training is, when it ends, when it saves, and the line that tells a person.

The end is a number of steps, or minutes of training in all if those are given: the learning rate's fall then fits into
a machine that is only lent for a while. A single run may end earlier (`stop_after_min`); the next one goes on.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from musicgen_studio.core.stopping import StopFlag

Report = Callable[[str], None]
"""Takes a line for the person."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What ends a run.

    Args:
        stop: Set by Ctrl-C: save and end.
        minutes: Minutes of training a stage gets in all, over all runs; None takes the steps of the settings.
        stop_after_min: Minutes after which this run saves and ends; None never.
    """

    stop: StopFlag
    minutes: float | None = None
    stop_after_min: float | None = None

    def is_over(self, started_s: float) -> bool:
        """Tell whether a run that began at a time (`time.monotonic`) has to save and end now."""
        limit = self.stop_after_min
        return self.stop.is_set() or (limit is not None and time.monotonic() - started_s > 60 * limit)


class StageClock:
    """The clock of one stage.

    Args:
        name: Of the stage, for the person.
        steps: How many steps it takes, unless minutes are given.
        done_steps: How many were done by runs before.
        done_s: How long those took.
        limits: What ends it.
        report: Takes a line.
        save_every_s: Seconds between saved states.
        started_s: When the whole run began (`time.monotonic`), for `stop_after_min`.
    """

    def __init__(
        self,
        name: str,
        steps: int,
        done_steps: int,
        done_s: float,
        limits: Limits,
        report: Report,
        save_every_s: float,
        started_s: float,
    ) -> None:
        self.step = done_steps
        self._name, self._steps, self._limits, self._report = name, steps, limits, report
        self._save_every_s, self._started_s = save_every_s, started_s
        self._began_s = self._saved_s = self._told_s = time.monotonic()
        self._done_s, self._done_steps = done_s, done_steps

    @property
    def trained_s(self) -> float:
        """Seconds of training in this stage, runs before included."""
        return self._done_s + time.monotonic() - self._began_s

    @property
    def fraction(self) -> float:
        """How much of the stage is done, 0 to 1."""
        if self._limits.minutes is not None:
            return min(self.trained_s / (60 * self._limits.minutes), 1.0)
        return min(self.step / max(self._steps, 1), 1.0)

    @property
    def is_done(self) -> bool:
        """Whether the stage is complete."""
        return self.fraction >= 1.0

    @property
    def must_pause(self) -> bool:
        """Whether this run has to end now although the stage is not complete."""
        return self._limits.is_over(self._started_s)

    def is_time_to_save(self) -> bool:
        """Tell whether a state should be saved now; it is assumed to happen."""
        now = time.monotonic()
        if now - self._saved_s < self._save_every_s:
            return False
        self._saved_s = now
        return True

    def tell(self, loss: str | Callable[[], str], *, at_least_every_s: float = 5.0) -> None:
        """Say how far it is, if enough time has passed since the last word.

        Args:
            loss: What there is to say about the loss; a function is asked only if it is said.
            at_least_every_s: Seconds of silence before the next line.
        """
        now = time.monotonic()
        if now - self._told_s < at_least_every_s and not self.is_done:
            return
        self._told_s = now
        rate = (self.step - self._done_steps) / max(now - self._began_s, 1e-9)
        left = duration(self._left_s(rate))
        said = loss if isinstance(loss, str) else loss()
        speed = f"{rate:.2f} steps/s, {duration(1000 / rate) if rate > 0 else duration(math.inf)} per 1,000"
        self._report(f"{self._name}: step {self.step}, {self.fraction:.0%}; {said}; {speed}; {left} left")

    def _left_s(self, rate: float) -> float:
        """Return the seconds left at this run's speed in steps a second: runs before may have had another machine."""
        if self._limits.minutes is not None:
            return max(60 * self._limits.minutes - self.trained_s, 0.0)
        steps = max(self._steps - self.step, 0)
        return steps / rate if rate > 0 else math.inf if steps else 0.0


def duration(seconds: float) -> str:
    """Return a time in words a person reads at a glance, such as `3 min`."""
    if not math.isfinite(seconds):
        return "unknown time"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def learning_rate(fraction: float, warm_up: float, warm_down: float) -> float:
    """Return the factor on the learning rate: up, level, then straight down to 0 at the end.

    Args:
        fraction: How much of the training is done, 0 to 1.
        warm_up: Share in which it rises.
        warm_down: Share in which it falls.
    """
    rising = fraction / warm_up if warm_up > 0 else 1.0
    falling = (1.0 - fraction) / warm_down if warm_down > 0 else 1.0
    return max(min(rising, falling, 1.0), 0.0)
