"""What lies between a sound and the output that asks for it: where to go on, and which frame is heard right now.

    GrowingSound ─► cursor (loop) ─► resampler ─► gain ─► ring ─► output's thread: fill ─► heard a moment later

Not for devices (`output`) and not for deciding when to play (`transport`).

The ring is kept short, and a change of mind, be it another place, loop or gain, replaces what lies in it from a few
milliseconds ahead of the output on, crossfaded. So it is heard as soon as the latency allows, and never clicks.
What was written is logged with its place in the source; the place heard is looked up there.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.dsp.resample import StreamResampler
from musicgen_studio.sound.output import with_channels
from musicgen_studio.sound.playable import PlayableSound
from musicgen_studio.sound.ring import Ring

SHORTEST_LOOP_S = 0.01

_AHEAD_S = 0.25  # how much is kept ready: more than the longest pause of whoever calls `top_up`
_RING_S = 4.0  # room for what is replaced before the output gets there
_PIECE_S = 0.02
_FADE_S = 0.005
_MARGIN_S = 0.05
_LOG_LENGTH = 1024  # pieces: seconds more than anything asks for
_RUN_UP_S = 0.02  # what the resampler needs to hear before a place to be right there


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of the ring and what it is of: frames from `frame` on, with the peaks left and right."""

    index: float
    frame: int
    frames: int
    peaks: tuple[float, float]


class Feed:
    """Feeds one output with one sound. `fill` belongs to the output's thread, all else to one thread at a time.

    At first it is held and has nothing to play: `go_to` says where to begin, `release` lets it be heard.

    Args:
        sound: What to play, growing or finished.
        rate: The output's, in Hz, above 0.
        channels: The output's.
    """

    def __init__(self, sound: PlayableSound, rate: int, channels: int) -> None:
        self._sound = sound
        self._rate = rate
        self._channels = channels
        self._ratio = rate / sound.sample_rate  # output frames per source frame
        self._ring = Ring(round(_RING_S * rate), channels)
        self._fade = np.linspace(0, 1, max(2, round(_FADE_S * rate)), dtype=np.float32)[:, np.newaxis]
        self._loop: tuple[int, int] | None = None
        self._gain = np.float32(1)
        self._is_held = True
        # The cursor: what is rendered next.
        self._resampler: StreamResampler | None = None
        self._skip = 0
        self._frame = 0
        self._index = 0.0
        self._is_all_rendered = True
        # What is asked for and not done yet.
        self._is_stale = False
        self._goal: int | None = None
        self._must_enter = False  # whether a place that the loop no longer reaches is left for its start
        # What is heard.
        self._log: deque[_Stretch] = deque([_Stretch(0, 0, 0, (0, 0))], maxlen=_LOG_LENGTH)
        self._floor = 0
        self._heard = 0.0
        self._metered = 0.0
        self._seen_underruns = 0
        self._report = (0.0, 0, 0, 0.0)  # (asked at s, ring index after it, frames given, delay in s)
        self._largest_call_frames = 0

    # --- the output's thread ---

    def fill(self, out: Samples, delay_s: float, now_s: float) -> None:
        """Fill `out`, float32 [frames, channels], whose first frame is heard `delay_s` after `now_s`."""
        self._largest_call_frames = max(self._largest_call_frames, len(out))
        if self._is_held:
            out.fill(0)
            return
        given = self._ring.read_into(out)
        if given:
            self._report = (now_s, self._ring.frames_read, given, delay_s)

    def fade_into(self, out: Samples, delay_s: float, now_s: float) -> None:
        """Add what would be heard next to `out`, fading; nothing is to be heard of it after that."""
        tail = np.empty_like(out[: len(self._fade)])
        self.fill(tail, delay_s, now_s)
        out[: len(tail)] += tail * np.linspace(1, 0, len(tail), dtype=np.float32)[:, np.newaxis]

    # --- asking ---

    @property
    def is_held(self) -> bool:
        """Whether the output gets silence, and what is ready is kept for later."""
        return self._is_held

    def hold(self) -> None:
        """Give silence until `release`."""
        self._is_held = True

    def release(self) -> None:
        """Let what is ready be heard."""
        self._seen_underruns = self._ring.underruns
        self._is_held = False

    def go_to(self, frame: int) -> None:
        """Go on from this source frame, at the next `top_up`."""
        self._goal, self._is_stale = frame, True

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Repeat these source frames, end excluded; at the next `top_up`. A place behind them goes to their start."""
        if self._goal is None and loop is not None and self.next_frame >= loop[1]:
            self._goal = loop[0]
        self._loop, self._is_stale, self._must_enter = loop, True, loop is not None

    def set_gain(self, gain: float) -> None:
        """Make it so loud, 1 as it is, at the next `top_up`."""
        self._gain, self._is_stale = np.float32(gain), True

    def fade_out(self) -> None:
        """End here, fading."""
        if self._ring.room < len(self._fade):
            self.hold()
            return
        at, _ = self._cut()
        leaving = self._leaving(at)
        self._forget_from(at)
        self._ring.splice(at, leaving)
        self._ring.close()
        self._is_all_rendered = True
        self._is_stale, self._goal = False, None

    def top_up(self) -> None:
        """Do what was asked for, and make enough ready for the next moments, as far as there is sound."""
        if self._is_stale and self._splice():
            self._is_stale, self._goal, self._must_enter = False, None, False
        while not self._is_all_rendered and self._ring.available < _AHEAD_S * self._rate:
            if self._ring.room < _AHEAD_S * self._rate:
                return
            piece = self._render()
            if piece is None:
                return
            self._ring.write(piece)
            if self._is_all_rendered:
                self._ring.close()

    # --- being asked ---

    @property
    def next_frame(self) -> int:
        """The source frame that the output is given next."""
        if self._goal is not None:
            return self._goal
        pending = self._ring.pending_jump
        return int(self._frame_at(self._ring.frames_read if pending is None else pending[1]))

    @property
    def has_run_dry(self) -> bool:
        """Whether the output has asked for more than there was since `release`."""
        return self._ring.underruns > self._seen_underruns

    def is_over(self, now_s: float) -> bool:
        """Whether all of it has been heard, the end of the sound or of `fade_out`."""
        return not self._is_stale and self._ring.drained and self._heard_index(now_s) >= self._ring.frames_read

    def position(self, now_s: float) -> float:
        """Return the source frame that is heard now; that of `go_to` until it is."""
        if self._goal is not None:
            return self._goal
        return self._frame_at(self._heard_index(now_s))

    def take_peaks(self, now_s: float) -> tuple[float, float]:
        """Return the peaks, left and right, of what was heard since the last call, whatever the gain."""
        since, heard = self._metered, self._heard_index(now_s)
        self._metered = heard
        touched = [each.peaks for each in self._log if self._end_of(each) > since and each.index < heard]
        while len(self._log) > 1 and self._log[1].index <= heard:
            self._log.popleft()
        if heard <= since or not touched:
            return 0.0, 0.0
        return max(left for left, _ in touched), max(right for _, right in touched)

    # --- what is heard ---

    def _heard_index(self, now_s: float) -> float:
        asked_s, index, given, delay_s = self._report
        ago = given + (delay_s - (now_s - asked_s)) * self._rate
        whole = int(max(ago, 0))
        heard = self._ring.index_before(index, whole)
        # Never back: delays tremble. And from a new place on as if it were heard already: so a playhead goes there.
        self._heard = max(self._heard, heard, self._floor)
        return self._heard

    def _frame_at(self, index: float) -> float:
        stretch = next((each for each in reversed(self._log) if each.index <= index), self._log[0])
        return stretch.frame + min(max(index - stretch.index, 0) / self._ratio, stretch.frames)

    def _end_of(self, stretch: _Stretch) -> float:
        return stretch.index + stretch.frames * self._ratio

    # --- replacing what lies ready ---

    def _cut(self) -> tuple[int, int]:
        """Return where the output shall leave the ring's content, and the index of what it would hear there."""
        pending = self._ring.pending_jump
        if pending is not None:
            return pending
        # It may be reading right now. A call that is longer still is jumped in the middle of, or at once.
        margin = 0 if self._is_held else min(self._largest_call_frames, round(_MARGIN_S * self._rate))
        at = min(self._ring.frames_read + margin, self._ring.frames_written)
        return at, at

    def _splice(self) -> bool:
        if self._ring.room < 2 * _AHEAD_S * self._rate:
            return False  # the output is late; once it has moved on
        at, heard_there = self._cut()
        frame = self._in_loop(int(self._frame_at(heard_there))) if self._goal is None else self._goal
        leaving, start = self._leaving(at), self._ring.frames_written
        self._forget_from(at)
        self._begin(frame, start)
        entering = self._render_some(len(self._fade))
        self._ring.splice(at, self._crossfaded(leaving, entering, frame))
        if self._goal is not None:
            self._floor = start
        if self._is_all_rendered:
            self._ring.close()
        return True

    def _in_loop(self, frame: int) -> int:
        """Return where to go on instead of a place: the start of a new loop that ended before the cut could be made."""
        loop = self._usable_loop(self._sound.is_ended) if self._must_enter else None
        return loop[0] if loop is not None and frame >= loop[1] else frame

    def _leaving(self, at: int) -> Samples:
        """Return what is left of the content at a cut, fading."""
        pending = self._ring.pending_jump
        end = self._ring.frames_written if pending is None else pending[1]
        if self._is_held:
            end = at
        content = self._ring.peek(at, min(len(self._fade), end - at))
        return content * self._fade[::-1][: len(content)]

    def _crossfaded(self, leaving: Samples, entering: Samples, frame: int) -> Samples:
        if len(entering) < len(leaving):
            entering = np.concatenate([entering, np.zeros_like(leaving[len(entering) :])])
        entering = entering.copy()
        if len(leaving) or frame:  # a beginning is played as it is
            rising = self._fade[: len(entering)]
            entering[: len(rising)] *= rising
            entering[: len(leaving)] += leaving
        return entering

    def _forget_from(self, index: int) -> None:
        while len(self._log) > 1 and self._log[-1].index >= index:
            self._log.pop()

    # --- rendering ---

    def _begin(self, frame: int, index: int) -> None:
        """Let the next piece be that of a source frame, heard at this index of the ring."""
        self._frame, self._index = frame, float(index)
        self._is_all_rendered = False
        self._log.append(_Stretch(index, frame, 0, (0, 0)))
        self._resampler = StreamResampler(self._sound.sample_rate, self._rate, self._channels)
        self._skip = 0
        run_up_frames = min(frame, round(_RUN_UP_S * self._sound.sample_rate))
        run_up = self._sound.read(frame - run_up_frames, run_up_frames)
        if len(run_up) == run_up_frames:  # else the place is not made yet, let alone heard
            self._skip = round(run_up_frames * self._ratio)
            self._resample(run_up)

    def _render_some(self, frames: int) -> Samples:
        """Return at least so many frames, as long as there is sound."""
        pieces = [np.empty((0, self._channels), np.float32)]
        while sum(map(len, pieces)) < frames and not self._is_all_rendered:
            piece = self._render()
            if piece is None:
                break
            pieces.append(piece)
        return np.concatenate(pieces)

    def _render(self) -> Samples | None:
        """Return the next piece, None if it is not made yet. It may be empty: the resampler looks ahead."""
        is_ended = self._sound.is_ended  # before the frames: then there are no more
        loop = self._usable_loop(is_ended)
        end = loop[1] if loop is not None and self._frame < loop[1] else self._sound.frames
        wanted = min(round(_PIECE_S * self._sound.sample_rate), max(end - self._frame, 0))
        samples = self._sound.read(self._frame, wanted)
        self._log_next(samples)
        if loop is not None and (self._frame == loop[1] or (is_ended and self._frame >= self._sound.frames)):
            self._frame = loop[0]
        elif is_ended and self._frame >= self._sound.frames:
            self._is_all_rendered = True
            return self._gain * np.concatenate([self._resample(samples), self._resample(None)])
        elif not len(samples):
            return None
        return self._gain * self._resample(samples)

    def _usable_loop(self, is_ended: bool) -> tuple[int, int] | None:
        if self._loop is None:
            return None
        start, end = self._loop
        if is_ended:
            end = min(end, self._sound.frames)
        return (start, end) if end - start >= int(SHORTEST_LOOP_S * self._sound.sample_rate) else None

    def _log_next(self, samples: Samples) -> None:
        if not len(samples):
            return
        loudest = np.abs(samples).max(axis=0)
        stretch = _Stretch(self._index, self._frame, len(samples), (float(loudest[0]), float(loudest[:2][-1])))
        self._log.append(stretch)
        self._frame += len(samples)
        self._index += len(samples) * self._ratio

    def _resample(self, samples: Samples | None) -> Samples:
        """Return what is ready of the next piece, or of the end: None. What came from the run-up is left out."""
        assert self._resampler is not None
        if samples is None:
            ready = self._resampler.flush()
        else:
            ready = self._resampler.push(with_channels(samples, self._channels))
        skipped = min(self._skip, len(ready))
        self._skip -= skipped
        return ready[skipped:]


class Handover:
    """Lets one feed follow another on the same output: what is heard of the first fades and is not cut off.

    Args:
        before: What is heard so far; nobody else uses it any more.
        after: What is to be heard.
    """

    def __init__(self, before: Feed, after: Feed) -> None:
        self._before: Feed | None = before
        self._after = after

    def fill(self, out: Samples, delay_s: float, now_s: float) -> None:
        """Fill `out` as `Feed.fill` does. On the output's thread."""
        self._after.fill(out, delay_s, now_s)
        before, self._before = self._before, None
        if before is not None:
            before.fade_into(out, delay_s, now_s)
