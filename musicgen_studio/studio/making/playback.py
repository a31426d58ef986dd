"""Hearing music while it is made, without a gap: when to begin on a machine whose speed is not known yet.

Music made at `speed` × real time can be played through from the moment when only as much is missing as playing leaves
time for: made ≥ wanted · (1 - speed). A machine faster than real time begins at once, a slow one waits as long as it
must.

    maker's thread: write() ─► held back until it lasts ─► queue ─► our thread: player.write(), which waits

The queue is what keeps a player's full buffer from slowing the music down. Not for devices (`sound.player`).
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from queue import SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Protocol, Self

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem

RESERVE_S = 0.2  # what one slow step may cost
_JOIN_S = 0.1  # Ctrl-C is seen between two waits; on Windows nothing interrupts one


class OpenPlayer(Protocol):
    """An open sound device, as `sound.player` gives it."""

    def write(self, audio: Audio) -> None:
        """Queue sound; may wait for room."""
        ...

    def finish(self) -> None:
        """Return when everything queued has been heard."""
        ...

    def stop(self) -> None:
        """Let `write` and `finish` return at once. Any thread."""
        ...


class LivePlayback:
    """Plays a run while it is made, first take by first take.

    A device that fails does not keep the music from being made: `problem` then says why, and the rest is not heard.
    A context manager: leaving it cuts the sound off, so call `finish` before to hear it out. For one thread.

    Args:
        open_player: Opens a device; it is used in a thread of this object's own.
        wanted_s: Seconds of sound that will come, all clips together.
        given_s: Seconds at the beginning that need not be made, being continued. They say nothing about speed.
        clock: Seconds that only grow. They count from here, so the wait for the first block is part of the speed.
    """

    def __init__(
        self,
        open_player: Callable[[], AbstractContextManager[OpenPlayer]],
        wanted_s: float,
        given_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.problem: UserProblem | None = None
        self._open_player = open_player
        self._wanted_s = wanted_s
        self._given_s = given_s
        self._clock = clock
        self._start_s = clock()
        self._arrived_s = 0.0
        self._held: list[Audio] = []
        self._queue: SimpleQueue[Audio | None] = SimpleQueue()
        self._cut = Event()
        self._player: OpenPlayer | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._cut.set()
        if self._player is not None:
            self._player.stop()
        self._wait()

    def write(self, audio: Audio) -> None:
        """Take the next block; it is heard now or later. Never waits."""
        self._arrived_s += audio.duration_s
        if self._thread is not None:
            self._queue.put(audio)
            return
        self._held.append(audio)
        if self._lasts():
            self._begin()

    def finish(self) -> None:
        """Play everything that came and return when it has been heard."""
        if self._thread is None and self._held:
            self._begin()
        self._wait()

    def _lasts(self) -> bool:
        """Tell whether playing could begin now and never run dry."""
        elapsed_s = self._clock() - self._start_s
        made_s = self._arrived_s - self._given_s
        if made_s <= 0 or elapsed_s <= 0:
            return False
        speed = made_s / elapsed_s
        return self._arrived_s >= self._wanted_s * (1 - speed) + RESERVE_S

    def _begin(self) -> None:
        for audio in self._held:
            self._queue.put(audio)
        self._held.clear()
        self._thread = Thread(target=self._play, name="playback", daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        self._queue.put(None)
        while self._thread is not None and self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def _play(self) -> None:
        try:
            with self._open_player() as player:
                self._player = player  # before `_cut` is looked at: whoever cuts either finds it or is seen here
                while (audio := self._queue.get()) is not None and not self._cut.is_set():
                    player.write(audio)
                if not self._cut.is_set():
                    player.finish()
        except UserProblem as problem:
            self.problem = problem
