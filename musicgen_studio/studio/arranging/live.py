"""Playing live: music that goes on until somebody stops it, made only a little ahead of what is heard.

    mailbox ─► engine: a chunk ─► fade ─► output (waits until little is left) ─► history, tapes
                   └─ what comes next reads a little while the chunk is heard

How far ahead is learned while it plays (`live_lead`). One thread runs it; any thread may stop it or keep what was
heard. Not for making it (`engine.live`), and not for what steers it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Protocol

from musicgen_studio.compute.priority import before_other_programs
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.live import LiveRequest, Steering, SteeringSource
from musicgen_studio.core.melody import Melody
from musicgen_studio.engine.api import EngineInfo, LiveChunk, LiveEngine
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.arranging.live_bars import BarsHeard, OnTheBar
from musicgen_studio.studio.arranging.live_ending import HEARD_S, phrase_end
from musicgen_studio.studio.arranging.live_history import RECENT_S, History
from musicgen_studio.studio.arranging.live_lead import LEAD_S, Lead
from musicgen_studio.studio.arranging.live_tape import Tape
from musicgen_studio.studio.making.live_record import FORMAT, KIND, KeptStretch, LiveRecord, asked_of, begin_of
from musicgen_studio.studio.making.live_remake import faded
from musicgen_studio.studio.making.order import CheckpointRecord
from musicgen_studio.studio.making.record import program_version

FADE_S = 3.0

_PACE_CHUNKS = 50

_FadeWish = tuple[int | None, float]  # the frame at which it is silent, None as soon as can be; how long it fades


class LiveOutput(Protocol):
    """Where live music is heard."""

    def write(self, audio: Audio) -> None:
        """Queue sound."""
        ...

    def wait(self, lead_s: float, stop: threading.Event) -> None:
        """Return when no more than so much is unheard, or at once when `stop` is set."""
        ...

    @property
    def breaks(self) -> int:
        """How often it had nothing to play."""
        ...

    @property
    def unheard_s(self) -> float:
        """How much waits beyond what is taken at a time; infinite while it gathers, when nothing can break off."""
        ...


class Unheard:
    """An output that plays nothing and never waits; implements `LiveOutput`."""

    breaks = 0
    unheard_s = inf

    def write(self, audio: Audio) -> None:
        """Forget the sound."""

    def wait(self, lead_s: float, stop: threading.Event) -> None:
        """Return at once."""


class Tapelike(Protocol):
    """What the sound is kept on, too."""

    def append(self, samples: Samples) -> None:
        """Add sound `[frames, channels]`."""
        ...


@dataclass(frozen=True, slots=True)
class LiveFacts:
    """How it goes. Any thread.

    Args:
        heard_s: How much was made.
        speed: Seconds of music per second of making, over the last chunks; 0 before there is one.
        lead_s: How far ahead it is made.
        breaks: How often the sound broke off.
        steering: What the last chunk was made by.
        problem: What could not be done last.
        waits_s: How long what was asked for still waits for its bar; None if nothing does, 0 while it is being read.
    """

    heard_s: float = 0.0
    speed: float = 0.0
    lead_s: float = LEAD_S
    breaks: int = 0
    steering: Steering | None = None
    problem: UserProblem | None = None
    waits_s: float | None = None


@dataclass(frozen=True, slots=True)
class LiveKept:
    """A stretch of what was heard.

    Args:
        audio: Its sound.
        record: What makes it again.
    """

    audio: Audio
    record: LiveRecord


class LiveSession:
    """Live music from its beginning to its end.

    Args:
        engine: What makes it.
        checkpoint: What the engine was loaded from.
        request: What stays as it is.
        source: Says what is asked for.
        output: Where it is heard.
        fade_in_s: How long it fades in.
        lead_s: How far ahead it is made at first.
        on_chunk: Told of each chunk as soon as its sound is on its way, in the running thread.
        clock: Seconds that only grow.

    Raises:
        UserProblem: If what is asked for at the beginning cannot be done.
    """

    def __init__(
        self,
        engine: LiveEngine,
        checkpoint: CheckpointRecord,
        request: LiveRequest,
        source: SteeringSource,
        output: LiveOutput,
        fade_in_s: float = 0.0,
        lead_s: float = LEAD_S,
        on_chunk: Callable[[LiveChunk], None] = lambda _chunk: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._checkpoint, self._request, self._output = engine, checkpoint, request, output
        self._info = engine.info
        self._rate = self._info.sample_rate
        self.history = History(self._rate, self._info.channels)
        bars = BarsHeard(self.history.recent, self._rate)
        self.bar = OnTheBar(source, bars, self._info.frame_rate_hz, request.chunk_frames)
        """Lets changes come on the bar, once that is turned on."""
        self._music = engine.live(request, self.bar)
        self._on_chunk, self._clock = on_chunk, clock
        self._tapes: Sequence[Tapelike] = ()
        self._fades = KeptStretch(0, 1, round(fade_in_s * self._rate))
        self._lead = Lead(lead_s)
        self._facts = LiveFacts(lead_s=lead_s)
        self._pace = deque[tuple[float, float]](maxlen=_PACE_CHUNKS)  # seconds of making and of music
        self._wish = threading.Lock()
        self._fade_wish: _FadeWish | None = None
        self._now = threading.Event()

    # Any thread.

    @property
    def info(self) -> EngineInfo:
        """What makes it."""
        return self._info

    @property
    def facts(self) -> LiveFacts:
        """How it goes."""
        return self._facts

    @property
    def was_cut_off(self) -> bool:
        """Whether somebody wanted it to stop at once, without a fade."""
        return self._now.is_set()

    def add_tape(self, tape: Tapelike) -> None:
        """Keep the sound on this, too, from the next chunk on."""
        self._tapes = (*self._tapes, tape)

    def fade_out(self, fade_s: float = FADE_S, at_frame: int | None = None) -> None:
        """Let it come to an end.

        Args:
            fade_s: How long it fades out; 0 stops at once.
            at_frame: The audio frame at which it is silent; None is as soon as it can be.
        """
        with self._wish:
            self._fade_wish = (at_frame, fade_s)
        if fade_s <= 0 and at_frame is None:
            self._now.set()

    def end_with_the_phrase(self) -> None:
        """Let it end where four bars end, some seconds away. Listening for it takes a thread of its own.

        Whoever fades it out meanwhile is obeyed.
        """
        with self._wish:
            before = self._fade_wish
        threading.Thread(target=self._find_end, args=(before,), name="end of the phrase", daemon=True).start()

    def _find_end(self, before: _FadeWish | None) -> None:
        first, samples = self.history.recent(round(HEARD_S * self._rate))
        end, fade_s = phrase_end(first, samples, self._rate, lambda: self.history.end)
        with self._wish:
            if self._fade_wish is before:
                self._fade_wish = (end, fade_s)

    def keep(self, seconds: float = 30.0) -> LiveKept | None:
        """Return the last of what was heard; None if there is nothing.

        Args:
            seconds: How much, up to `RECENT_S`.
        """
        first, samples = self.history.recent(round(min(seconds, RECENT_S) * self._rate))
        record = self.record(first, len(samples)) if len(samples) else None
        return None if record is None else LiveKept(Audio(samples, self._rate), record)

    def record(self, first: int, frames: int) -> LiveRecord | None:
        """Return what makes a stretch again; None if that is too long ago.

        Args:
            first: Its first audio frame, from the beginning of the music.
            frames: How many.
        """
        past = self.history.past(first)
        if past is None:
            return None
        melodies, request, info = list[Melody](), self._request, self._info
        begin = begin_of(past.state, melodies)
        asked = asked_of(past.steered, begin.prompts, melodies)
        return LiveRecord(
            kind=KIND,
            format=FORMAT,
            seed=request.seed,
            chunk_frames=request.chunk_frames,
            top_k=request.top_k,
            top_p=request.top_p,
            begin=begin,
            asked=asked,
            melodies=tuple(melodies),
            stretch=replace(self._fades, first=first, frames=frames),
            checkpoint=self._checkpoint,
            device=info.device,
            precision=info.precision,
            sample_rate=self._rate,
            channels=info.channels,
            program_version=program_version(),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            licence=self._checkpoint.licence,
        )

    # The running thread.

    def run(self, seconds: float | None = None, fade_out_s: float = 0.0) -> None:
        """Play until it was faded out.

        Args:
            seconds: How long it lasts if nobody stops it; None is without end.
            fade_out_s: How long it then fades out before.

        Raises:
            UserProblem: If the music cannot go on.
        """
        last = None if seconds is None else round(seconds * self._rate)
        if last is not None:
            self.fade_out(fade_out_s, last)
        is_unheard = isinstance(self._output, Unheard)
        try:
            with nullcontext() if is_unheard else before_other_programs():
                while not self._now.is_set() and not self._is_over():
                    self._output.wait(self._facts.lead_s, self._now)
                    if not self._now.is_set():
                        self._step()
        finally:
            self.bar.bars.end()

    def _is_over(self) -> bool:
        end = self._fades.fade_end
        return 0 <= end <= self.history.end

    def _step(self) -> None:
        begun_s = self._clock()
        chunk = self._music.chunk()
        self.bar.made(chunk, self._rate)
        self._settle_fade(chunk.start)
        heard = faded(chunk.samples, chunk.start, self._fades)
        if self._fades.fade_end >= 0:
            heard = heard[: max(self._fades.fade_end - chunk.start, 0)]
        unheard_s = self._output.unheard_s
        if len(heard):
            self._output.write(Audio(heard, self._rate))
        self.history.add(chunk, heard)
        self._on_chunk(chunk)
        for tape in self._tapes:
            tape.append(heard)
        self._music.ahead()
        self._pace.append((self._clock() - begun_s, len(chunk.samples) / self._rate))
        self._lead.note(self.history.end / self._rate, unheard_s, self._output.breaks)
        self._note(chunk)

    def _settle_fade(self, at: int) -> None:
        """Begin to fade out if that was asked for; a fade that has begun stays as it is."""
        with self._wish:
            wish = self._fade_wish
        if wish is None or 0 <= self._fades.fade_out <= at:
            return
        end, fade_s = wish
        lasts = round(fade_s * self._rate)
        first = at if end is None else max(end - lasts, at)
        self._fades = replace(self._fades, fade_out=first, fade_end=max(first + lasts if end is None else end, first))

    def _note(self, chunk: LiveChunk) -> None:
        before = self._facts
        making_s, music_s = (sum(each) for each in zip(*self._pace, strict=True))
        self._facts = LiveFacts(
            heard_s=self.history.end / self._rate,
            speed=music_s / making_s if making_s > 0 else 0.0,
            lead_s=self._lead.lead_s,
            breaks=self._output.breaks,
            steering=chunk.steering,
            problem=chunk.problem or (before.problem if chunk.steering == before.steering else None),
            waits_s=self.bar.waits_s(chunk.frame),
        )


def recorded(session: LiveSession, file: Path) -> Tape:
    """Keep what a session makes from now on in a WAV file, and what makes it again beside it.

    Args:
        session: Not running yet, or the record would begin between two chunks.
        file: Where to; it does not exist.

    Raises:
        UserProblem: If the file cannot be made.
    """
    first, info = session.history.end, session.info

    def described(frames: int) -> str | None:
        record = session.record(first, frames) if frames else None
        return None if record is None else record.to_json()

    tape = Tape(file, info.sample_rate, info.channels, described)
    session.add_tape(tape)
    return tape
