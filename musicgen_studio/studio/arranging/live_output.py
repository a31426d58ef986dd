"""Hearing live music: a sound device, fed so that little is ever waiting. Not for devices (`sound.player`)."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.sound.devices import SoundDevice
from musicgen_studio.sound.output import LATENCY_S
from musicgen_studio.sound.player import Player, open_player
from musicgen_studio.studio.arranging.live_lead import LEAD_S

_LONGEST_S = 0.005  # between two looks at a device, whose clock is its own
_LEAST_S = 1e-6  # less would not move a clock of doubles


class PlayerOutput:
    """An open player; implements `live.LiveOutput`.

    Args:
        player: Opened with a preroll of not more than the lead.
        volume: Tells how loud it is to be, 0 silent to 1 as it is; asked for each piece. It is recorded as it was made.
    """

    def __init__(self, player: Player, volume: Callable[[], float] = lambda: 1.0) -> None:
        self._player, self._volume = player, volume
        self._gain = volume()

    @property
    def breaks(self) -> int:
        """How often the sound broke off."""
        return self._player.underruns

    @property
    def taken_s(self) -> float:
        """How much the device has taken."""
        return self._player.taken_s

    @property
    def latency_s(self) -> float:
        """How long after that it is heard."""
        return self._player.latency_s

    @property
    def unheard_s(self) -> float:
        """How much waits beyond what the device takes at a time, which is gone in a moment."""
        return inf if self._player.buffering else max(self._player.buffered_s - self._player.taken_at_once_s, 0.0)

    def write(self, audio: Audio) -> None:
        """Queue sound, as loud as is wished; from one loudness to another it goes over within the piece."""
        before, self._gain = self._gain, self._volume()
        if before == self._gain == 1.0:
            self._player.write(audio)
        else:
            gains = np.linspace(before, self._gain, audio.frames, dtype=np.float32)
            self._player.write(Audio(audio.samples * gains[:, None], audio.sample_rate))

    def wait(self, lead_s: float, stop: threading.Event) -> None:
        """Return when no more than so much is unheard. After a break as much is gathered before it is heard again.

        Raises:
            UserProblem: If the device is lost or has stalled.
        """
        self._player.set_preroll(lead_s)
        while (left_s := self.unheard_s - lead_s) > 0 and left_s != inf:
            self._player.check_device()  # one that is gone takes nothing any more, and says so to nobody
            if stop.wait(min(left_s, _LONGEST_S)):
                return

    def hear_out(self, stop: StopFlag) -> None:
        """Return when all that was written is heard, or soon after `stop` is set. Nothing is written any more.

        Raises:
            UserProblem: If the device is lost or has stalled.
        """
        self._player.finish(stop)


@contextmanager
def open_output(
    device: SoundDevice | None = None, volume: Callable[[], float] = lambda: 1.0, *, finishes: bool = False
) -> Iterator[PlayerOutput]:
    """Open a device for live music.

    Args:
        device: Where to play, or None for the system's default.
        volume: As in `PlayerOutput`.
        finishes: Whether what is still unheard at the end is heard.

    Raises:
        UserProblem: If there is none, or it cannot be played on.
    """
    with open_player(device, LEAD_S, latency_s=LATENCY_S) as player:
        yield PlayerOutput(player, volume)
        if finishes:
            player.finish()


class ClockOutput:
    """A device that is not there: it takes sound as a clock goes, from the first sound on; implements `LiveOutput`.

    Args:
        preroll_s: How much it gathers before it begins, at first and whenever it ran dry.
        clock: Seconds that only grow.
        sleep: Waits so many seconds; `threading.Event.wait` is asked for that if None.
    """

    def __init__(
        self,
        preroll_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._preroll_s, self._clock, self._sleep = preroll_s, clock, sleep
        self.breaks = 0
        self.latency_s = 0.0
        self._written_s = self._taken_s = 0.0
        self._since_s: float | None = None  # when what was taken by then was taken; None while it gathers

    @property
    def taken_s(self) -> float:
        """How much it has taken."""
        self._take()
        return self._taken_s

    @property
    def unheard_s(self) -> float:
        """How much waits."""
        taken_s = self.taken_s
        return inf if self._since_s is None else self._written_s - taken_s

    def write(self, audio: Audio) -> None:
        """Queue sound."""
        self._take()
        self._written_s += audio.duration_s
        if self._since_s is None and self._written_s - self._taken_s >= self._preroll_s:
            self._since_s = self._clock()

    def wait(self, lead_s: float, stop: threading.Event) -> None:
        """Return when no more than so much is unheard. After a break as much is gathered before it goes on."""
        self._preroll_s = lead_s
        while (left_s := self.unheard_s - lead_s) > _LEAST_S and left_s != inf:
            if self._sleep is not None:
                self._sleep(left_s)
            elif stop.wait(left_s):
                return

    def hear_out(self, stop: StopFlag) -> None:
        """Return when all that was written is taken; at once if `stop` is set."""
        if (left_s := self.unheard_s) != inf and not stop.is_set():
            (self._sleep or time.sleep)(left_s)

    def _take(self) -> None:
        if self._since_s is None:
            return
        now_s = self._clock()
        self._taken_s, self._since_s = self._taken_s + now_s - self._since_s, now_s
        if self._taken_s > self._written_s:
            self._taken_s, self._since_s = self._written_s, None
            self.breaks += 1
