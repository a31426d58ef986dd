"""Changes on the bar in live music: what is asked for waits for the next downbeat, said in frames.

    what is asked for ─► OnTheBar ─► the engine
                            │  other prompts are read beside those that sound, silent until the bar
                            └─ BarsHeard: the beat net on the last seconds, in its own thread; else the stated tempo

What the engine is given is what it obeys at the next chunk, so the record needs nothing new: it holds the frame at
which the change came. A chunk is as fine as it gets: half of one, 0.05 s, beside the bar at most. Guidance, temperature
and melody do not wait, nor do prompts that cannot all be read beside what sounds: four at a time can. Not for where the
music ends (`live_ending`), nor for bars of clips (`analysis`).
"""

import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from math import ceil

from musicgen_studio.core.analysis import SURE
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.live import MAX_VOICES, Steering, SteeringSource
from musicgen_studio.core.tempo_map import MAX_BPM, MIN_BPM, TempoMap
from musicgen_studio.engine.api import LiveChunk
from musicgen_studio.studio.arranging.analysing import asked_bpm

HEARD_S = 12.0
"""How much is listened to: some bars, and 0.07 s of one core."""

FEWEST_S = 4.0
EVERY_S = 4.0
"""So often it is listened to, as long as changes are to come on the bar."""

_BEATS_PER_BAR = 4  # of a tempo that is stated
_NICE = 10  # for the thread that listens, where threads have a priority of their own


class BarsHeard:
    """Where the bars of live music lie. Any thread.

    Args:
        recent: Returns the first audio frame and the sound `[frames, channels]` of the last so many frames.
        sample_rate: In Hz.
    """

    def __init__(self, recent: Callable[[int], tuple[int, Samples]], sample_rate: int) -> None:
        self._recent, self._rate = recent, sample_rate
        self._heard: tuple[float, TempoMap] | None = None  # where the map begins in the music, and it
        self._over: threading.Event | None = None  # of the thread that listens
        self._has_ended = False
        self._turning = threading.Lock()

    def listen(self) -> None:
        """Hear where the bars are by now; takes a moment."""
        from musicgen_studio.analysis.bars import find_bars  # late: it loads the net's library
        from musicgen_studio.analysis.counting import shipped_counting
        from musicgen_studio.analysis.frames import frames_of
        from musicgen_studio.analysis.network import hear, shipped_net

        first, samples = self._recent(round(HEARD_S * self._rate))
        net = shipped_net()
        if net is None or len(samples) < FEWEST_S * self._rate:
            return
        frames = frames_of(Audio(samples, self._rate))
        found = None if frames.is_silent else find_bars(hear(frames.bands, net), frames.bands, shipped_counting())
        self._heard = None if found is None else (first / self._rate, found.tempo_map)

    def next_s(self, time_s: float, stated_bpm: float | None) -> float | None:
        """Return when the first bar begins that does not begin before a time; None if nobody knows.

        Args:
            time_s: In the music.
            stated_bpm: The tempo that is asked for. What is heard counts if that is sure, or none is asked for.
        """
        heard = self._heard
        if heard is not None and (heard[1].confidence >= SURE or stated_bpm is None):
            begins_s, grid = heard
            return begins_s + grid.bar_s(ceil(grid.bar_at(time_s - begins_s) - 1e-6))
        if stated_bpm is None or not MIN_BPM <= stated_bpm <= MAX_BPM:
            return None
        bar_s = _BEATS_PER_BAR * 60 / stated_bpm
        return ceil(time_s / bar_s - 1e-6) * bar_s

    def turn(self, *, is_on: bool) -> None:
        """Begin to listen every few seconds, or stop that."""
        with self._turning:
            if (is_on and not self._has_ended) is (self._over is not None):
                return
            if self._over is not None:
                self._over.set()
                self._over = None
                return
            self._over = threading.Event()
            threading.Thread(target=self._listen_again, args=(self._over,), name="live bars", daemon=True).start()

    def end(self) -> None:
        """Stop listening for good: the music is over, whatever somebody still turns."""
        self._has_ended = True
        self.turn(is_on=False)

    def _listen_again(self, over: threading.Event) -> None:
        if sys.platform == "linux":  # elsewhere this would be the whole process
            with suppress(OSError):  # it then listens as eagerly as the others work
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + _NICE)
        while not over.is_set():
            self.listen()
            over.wait(EVERY_S)


class OnTheBar:
    """What is asked for, prompts and weights not before the bar; implements `SteeringSource`.

    As long as it is not on, everything passes. Of the running thread, but for `turn`.

    Args:
        rest: Says what is asked for.
        bars: Knows the bars.
        frame_rate_hz: Codec frames per second.
        chunk_frames: How many are made at a time.
    """

    holds_weights = True
    """Whether other weights of the same prompts wait, too; not for those that go over little by little."""

    def __init__(self, rest: SteeringSource, bars: BarsHeard, frame_rate_hz: float, chunk_frames: int) -> None:
        self._rest, self.bars = rest, bars
        self._rate_hz, self._chunk_frames = frame_rate_hz, chunk_frames
        self.is_on = False
        self.due_frame: int | None = None
        """The codec frame at which what waits will come, None if nothing waits or it is still being read."""
        self._given: Steering | None = None
        self._wanted: Steering | None = None  # waits
        self._told: tuple[str, ...] = ()  # what the window that sounds was told
        self._lag_frames = 0

    def turn(self, *, is_on: bool) -> None:
        """Let changes come on the bar from now on, or at once."""
        self.is_on = is_on
        self.bars.turn(is_on=is_on)

    def read(self, frame: int) -> Steering:
        """Return what the music is to obey from a frame on."""
        asked = self._rest.read(frame)
        if self._given is None or not self.is_on or self._passes(self._given, asked):
            return self._give(asked)
        if self._wanted is None or not _sounds_like(self._wanted, asked):
            self.due_frame = None
        self._wanted = asked
        beside = _beside(self._given, asked)
        if not set(asked.prompts) <= set(beside.prompts):
            return self._give(asked)  # there is no room to read all of it silently beside what sounds
        if self.due_frame is None and set(asked.prompts) <= set(self._told):
            self.due_frame = self._next_bar(frame, asked)
            if self.due_frame is None:
                return self._give(asked)
        if self.due_frame is not None and frame >= self.due_frame:
            return self._give(asked)
        self._given = replace(
            beside, guidance_scale=asked.guidance_scale, temperature=asked.temperature, melody=asked.melody
        )
        return self._given

    def made(self, chunk: LiveChunk, sample_rate: int) -> None:
        """Learn from what was made: which prompts a window was told, and how much later all of it obeys."""
        if chunk.opened is not None:
            self._told = chunk.opened.told.prompts
        self._lag_frames = round(chunk.obeys * self._rate_hz / sample_rate) - chunk.frame
        if chunk.problem is not None and self._wanted is not None:
            self._give(self._wanted)  # it cannot be read: nothing is to wait for

    def waits_s(self, frame: int) -> float | None:
        """Return how long what was asked for still waits at a frame; None if nothing does, 0 while it is being read."""
        if self._wanted is None:
            return None
        return 0.0 if self.due_frame is None else max(self.due_frame - frame, 0) / self._rate_hz

    def _give(self, asked: Steering) -> Steering:
        self._given, self._wanted, self.due_frame = asked, None, None
        return asked

    def _passes(self, given: Steering, asked: Steering) -> bool:
        if given.prompts == asked.prompts and not self.holds_weights:
            return True
        return _sounds_like(given, asked) and set(given.prompts) <= set(asked.prompts)

    def _next_bar(self, frame: int, asked: Steering) -> int | None:
        """Return the chunk that comes nearest to the next bar."""
        said = {asked_bpm(prompt) for prompt in asked.prompts} - {None}
        earliest = frame + self._lag_frames - self._chunk_frames / 2
        bar_s = self.bars.next_s(earliest / self._rate_hz, said.pop() if len(said) == 1 else None)
        if bar_s is None:
            return None
        chunks = (bar_s * self._rate_hz - self._lag_frames - frame) / self._chunk_frames
        return frame + max(round(chunks), 0) * self._chunk_frames


def _mix(steering: Steering) -> dict[str, float]:
    shares = steering.shares(len(steering.prompts))
    return {prompt: round(share, 6) for prompt, share in zip(steering.prompts, shares, strict=True) if share > 0}


def _sounds_like(one: Steering, other: Steering) -> bool:
    return _mix(one) == _mix(other)


def _beside(given: Steering, asked: Steering) -> Steering:
    """Return what sounds now, with the prompts that are to come beside it, silent."""
    now = _mix(given)
    coming = [prompt for prompt in dict.fromkeys(asked.prompts) if prompt not in now]
    kept = _loudest(now, max(MAX_VOICES - len(coming), 1))
    prompts = (*kept, *coming)[:MAX_VOICES]
    return replace(given, prompts=prompts, weights=tuple(now.get(prompt, 0.0) for prompt in prompts))


def _loudest(mix: dict[str, float], most: int) -> Sequence[str]:
    """Return so many of the prompts that count, in their order."""
    chosen = sorted(mix, key=mix.__getitem__, reverse=True)[:most]
    return [prompt for prompt in mix if prompt in chosen]
