"""A sink that tells how far a run is and how long it will take. Not for showing it (`cli.output`, `ui`)."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from musicgen_studio.engine.api import AudioBlock
from musicgen_studio.studio.making.sink import Begun, Sink

_LEAST_S = 0.25  # of music, or a second of waiting: what is measured of less says "10 s left" of what takes three
_LEAST_WAIT_S = 1.0
_LESS_THAN_ALL = 0.99  # of fills that are made, and not handed over before it is known which fits best


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. Seconds of music count over all prompts and takes, without the sound that is continued.

    Args:
        prompt: The prompt at work, from 0; of those made together the last.
        prompts: How many there are.
        made_s: Seconds of music made; of fills as much of them as is made of the longer ones they are cut from.
        wanted_s: Seconds of music ordered.
        elapsed_s: Seconds since the start of the run.
        speed: "× real time", of the music since the first block: what came before it says nothing about what is to
            come. With little more than that it is made_s / elapsed_s where that is 1 or more, or all is made: it cannot
            have been slower. Else 0.0, not known. Fills come whole, all at once at the end: theirs is known then.
        left_s: Seconds to wait at this pace, None as long as it is not measured.
    """

    prompt: int
    prompts: int
    made_s: float
    wanted_s: float
    elapsed_s: float
    speed: float
    left_s: float | None


class Stopwatch(Sink):
    """Counts the music made and the time it took, which begins here.

    Args:
        on_progress: Told after each block.
        clock: Seconds that only grow.
    """

    def __init__(self, on_progress: Callable[[Progress], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._on_progress = on_progress
        self._clock = clock
        self._start_s = clock()
        self._made_s = self._wanted_s = self._given_s = 0.0
        self._prompts = 1
        self._at_work = 0
        self._come_whole = False
        self._ahead_s = 0.0  # made of what comes whole, not handed over yet
        self._share: tuple[float, float] | None = None  # when that was first told, and how much of it was made
        self._first: tuple[float, float] | None = None  # when the first block of new music came, and how much it was

    def begin(self, begun: Begun) -> None:
        """See how much is wanted."""
        request = begun.request
        self._prompts = len(request.prompts)
        self._wanted_s = self._prompts * request.takes * request.duration_s
        # What is continued comes back at once; counting it would promise a speed that is not there.
        self._given_s = begun.given_s
        self._come_whole = request.aligned

    def under_way(self, share: float, wanted_s: float) -> None:
        """Tell how far what comes whole is, and how long it will take from what it took since this was first told."""
        now_s = self._clock()
        first_s, first = self._share = self._share or (now_s, share)
        is_known = first < share < 1 and now_s - first_s >= _LEAST_WAIT_S
        left_s = (1 - share) * (now_s - first_s) / (share - first) if is_known else None
        self._ahead_s = min(share, _LESS_THAN_ALL) * wanted_s
        elapsed_s = now_s - self._start_s
        self._on_progress(Progress(0, self._prompts, self._ahead_s, wanted_s, elapsed_s, 0.0, left_s))

    def block(self, block: AudioBlock) -> None:
        """Count a block, and tell."""
        begin_s = block.start_frame / block.audio.sample_rate
        end_s = begin_s + block.audio.duration_s
        self._made_s = min(self._made_s + max(0.0, end_s - max(begin_s, self._given_s)), self._wanted_s)
        now_s = self._clock()
        elapsed_s = now_s - self._start_s
        if self._first is None and self._made_s > 0:
            self._first = now_s, self._made_s
        speed, left_s = self._speed(now_s, elapsed_s)
        self._at_work = max(self._at_work, block.prompt)
        made_s = max(self._made_s, self._ahead_s)
        self._on_progress(Progress(self._at_work, self._prompts, made_s, self._wanted_s, elapsed_s, speed, left_s))

    def _speed(self, now_s: float, elapsed_s: float) -> tuple[float, float | None]:
        """Return the speed and the seconds left, as `Progress` has them."""
        first_s, first_made_s = self._first or (now_s, self._made_s)
        made_s, took_s = self._made_s - first_made_s, now_s - first_s
        if not self._come_whole and made_s > 0 and took_s > 0 and (made_s >= _LEAST_S or took_s >= _LEAST_WAIT_S):
            speed = made_s / took_s
            return speed, (self._wanted_s - self._made_s) / speed
        at_least = self._made_s / elapsed_s if elapsed_s > 0 else 0.0
        is_all = 0 < self._wanted_s <= self._made_s
        is_known = is_all or (at_least >= 1 and not self._come_whole)
        return at_least if is_known else 0.0, 0.0 if is_all else None
