"""Live music in the program: the engine's thread plays it, the library keeps what was heard, the window looks on.

While it plays, its sound goes into an unfinished clip of the library: if the program is killed, the next start finds
it. When it ends, that becomes a clip if somebody wanted all of it kept, and is removed otherwise. What makes a kept
clip again is remembered by the library beside it. Not for making and pacing the music (`live`).
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol
from uuid import uuid4

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.live import LiveRequest, Mailbox, Steering, SteeringSource
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.engine.api import LiveChunk, LiveEngine
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.library import Library
from musicgen_studio.library.partial import PartialClip
from musicgen_studio.studio.arranging.live import LiveFacts, LiveOutput, LiveSession
from musicgen_studio.studio.arranging.live_kept import UnfinishedTape, remember
from musicgen_studio.studio.arranging.live_schedule import Schedule, Scheduled
from musicgen_studio.studio.making.engines import EngineChoice, LoadedEngine
from musicgen_studio.studio.making.live_record import LiveRecord
from musicgen_studio.studio.making.live_remake import remade


class HeardOutput(LiveOutput, Protocol):
    """An output that knows how much of its sound was taken by the device."""

    @property
    def taken_s(self) -> float:
        """How much the device has taken."""
        ...

    @property
    def latency_s(self) -> float:
        """How long after that it is heard."""
        ...

    def hear_out(self, stop: StopFlag) -> None:
        """Return when all that was written is heard, or soon after `stop` is set. Nothing is written any more."""
        ...


_MOST_TURNED = 200  # controls between two chunks: more than a mouse moves


class KnobToEar:
    """How long it takes from a control to its sound. One control at a time is followed; any thread.

    Args:
        sample_rate: Of the music.
        clock: Seconds that only grow.
    """

    def __init__(self, sample_rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = sample_rate, clock
        self.measured_s: list[float] = []
        """Each time from the control to the device, without the device's latency."""
        self._turned: tuple[tuple[Steering, float], ...] = ()  # what was asked for and when, since the last followed
        self._followed: tuple[float, float] | None = None  # where in the music it is obeyed, and when it was asked for

    @property
    def is_free(self) -> bool:
        """Whether no control is followed at the moment."""
        return not self._turned and self._followed is None

    def turn(self, steering: Steering) -> None:
        """Note that something is asked for now; to be called just before.

        While somebody drags, most of what is asked for is replaced before music is made of it: the first that is made
        is followed.
        """
        if self._followed is None:
            self._turned = (*self._turned[1 - _MOST_TURNED :], (steering, self._clock()))

    def made(self, chunk: LiveChunk) -> None:
        """Note a chunk that was made."""
        asked_s = next((asked_s for steering, asked_s in self._turned if steering is chunk.steering), None)
        if asked_s is not None and self._followed is None:
            self._followed, self._turned = (chunk.obeys / self._rate, asked_s), ()

    def look(self, taken_s: float) -> None:
        """Note how much of the sound the device has taken by now."""
        followed = self._followed
        if followed is not None and taken_s >= followed[0]:
            self.measured_s = [*self.measured_s[-99:], self._clock() - followed[1]]
            self._followed = None


class LivePlay:
    """One time of playing live. The engine's thread performs it, the window's thread does all else.

    Args:
        library: Where its clips go.
        choice: The engine.
        mailbox: Carries over what is asked for.
        open_output: Opens where it is heard; is called in the engine's thread.
        seed: Start of the random numbers.
        schedule: The prompts by the minute, instead of those in the mailbox.
        fade_in_s: How long it fades in.
    """

    def __init__(
        self,
        library: Library,
        choice: EngineChoice,
        mailbox: Mailbox,
        open_output: Callable[[], AbstractContextManager[HeardOutput]],
        seed: int = 0,
        schedule: Schedule | None = None,
        fade_in_s: float = 0.0,
    ) -> None:
        self.choice, self.mailbox = choice, mailbox
        self.is_over = False
        self.problem: UserProblem | None = None
        """Why it ended, if that was not wanted."""
        self.keeps_all = False
        """Whether all of it becomes a clip when it ends."""
        self.kept: Clip | None = None
        """What became of all of it, once it is over."""
        self.latency_s = 0.0
        self._is_on_the_bar = False
        self._library, self._open_output, self._seed = library, open_output, seed
        self._schedule, self._fade_in_s = schedule, fade_in_s
        self._session: LiveSession | None = None
        self._ear: KnobToEar | None = None
        self._output: HeardOutput | None = None
        self._loaded: LoadedEngine | None = None
        self._is_to_stop = False

    @property
    def facts(self) -> LiveFacts | None:
        """How it goes; None before it plays."""
        return None if self._session is None else self._session.facts

    @property
    def knob_to_ear_s(self) -> float | None:
        """The last measured time from a control to its sound, without the device's latency; None before there is one.

        To be read some dozens of times a second: reading it is what measures.
        """
        ear, output = self._ear, self._output
        if ear is None or output is None:
            return None
        ear.look(output.taken_s)
        return ear.measured_s[-1] if ear.measured_s else None

    def ask(self, steering: Steering) -> None:
        """Ask for something else from now on."""
        if steering == self.mailbox.steering:
            return
        before = self.mailbox.steering
        is_quick = (steering.prompts, steering.melody) == (before.prompts, before.melody)
        if self._ear is not None and is_quick and not self._is_on_the_bar and self._schedule is None:
            self._ear.turn(steering)
        self.mailbox.put(steering)

    def turn_on_the_bar(self, *, is_on: bool) -> None:
        """Let prompts and weights change on the next bar from now on, or at once."""
        self._is_on_the_bar = is_on
        if self._session is not None:
            self._session.bar.turn(is_on=is_on)

    def stop(self, fade_s: float = 1.0) -> None:
        """Let it fade out."""
        self._is_to_stop = True
        if self._session is not None:
            self._session.fade_out(fade_s)

    def end_with_the_phrase(self) -> None:
        """Let it end where four bars end."""
        if self._session is not None:
            self._session.end_with_the_phrase()

    def keep_last(self, seconds: float = 30.0) -> Clip | None:
        """Put the last of what was heard into the library; None if there is nothing. Takes a moment.

        Raises:
            UserProblem: If the disk does not take it.
        """
        session, loaded = self._session, self._loaded
        kept = None if session is None else session.keep(seconds)
        if kept is None or loaded is None:
            return None
        clip = self._library.add(_clip_of(kept.record, kept.audio.frames), kept.audio)
        remember(self._library, clip, kept.record)
        return clip

    # The engine's thread.

    def perform(self, loaded: LoadedEngine, stop: StopFlag) -> None:
        """Play until it is stopped.

        Raises:
            UserProblem: If it cannot be played, or not any more.
        """
        engine = loaded.engine
        if not isinstance(engine, LiveEngine):
            raise UserProblem("This engine cannot play live.", "It makes whole clips.", "Choose another checkpoint.")
        self._loaded = loaded
        with self._open_output() as output:
            self._output, self._ear = output, KnobToEar(engine.info.sample_rate)
            self.latency_s = output.latency_s
            session = LiveSession(
                engine,
                loaded.checkpoint,
                LiveRequest(self._seed),
                self._source(engine.info.frame_rate_hz),
                output,
                self._fade_in_s,
                on_chunk=lambda chunk: self._hear(chunk, stop),
            )
            session.bar.holds_weights = self._schedule is None
            begun = begun_clip(session, loaded, self.mailbox.steering, self._seed)
            tape, partial = unfinished(self._library, session, begun)
            self._session = session
            session.bar.turn(is_on=self._is_on_the_bar)
            if self._is_to_stop:
                session.fade_out(0.0)
            try:
                session.run()
                if not session.was_cut_off:
                    output.hear_out(stop)  # the end of a fade lies in what is still unheard
            finally:
                tape.close()
                self._finish(session, tape, partial)
            if self.kept is not None and tape.problem is not None:
                raise tape.problem  # what came after is not in it

    def ended(self, problem: UserProblem | None) -> None:
        """Note that it is over. Always called."""
        self.problem, self.is_over = problem, True

    def _source(self, frame_rate_hz: float) -> SteeringSource:
        return self.mailbox if self._schedule is None else Scheduled(self._schedule, self.mailbox, frame_rate_hz)

    def _hear(self, chunk: LiveChunk, stop: StopFlag) -> None:
        assert self._ear is not None
        self._ear.made(chunk)
        if stop.is_set() and self._session is not None:
            self._session.fade_out(0.0)

    def _finish(self, session: LiveSession, tape: UnfinishedTape, partial: PartialClip) -> None:
        if not (self.keeps_all and partial.frames):
            tape.abandon()
            return
        record = session.record(0, partial.frames)  # None once too much was asked for since the beginning
        title = partial.clip.title if record is None else _title(record.prompts)
        clip = replace(partial.clip, title=title, frames=partial.frames, is_complete=tape.problem is None)
        self.kept = tape.finish(clip, record)


class LiveAgain:
    """A kept clip made again from its record, for the engine's thread.

    Args:
        library: Where it goes.
        clip: What is to be made again.
        record: Of it.
        choice: The engine.
    """

    def __init__(self, library: Library, clip: Clip, record: LiveRecord, choice: EngineChoice) -> None:
        self.choice = replace(choice, checkpoint=record.checkpoint.folder, precision=record.precision)
        self.is_over = False
        self.problem: UserProblem | None = None
        self.kept: Clip | None = None
        """What was made, once it is over."""
        self._library, self._clip, self._record = library, clip, record

    def perform(self, loaded: LoadedEngine, stop: StopFlag) -> None:
        """Make it.

        Raises:
            UserProblem: If the checkpoint is another, or the record cannot be used.
        """
        record = self._record
        if loaded.checkpoint.sha256 != record.checkpoint.sha256 or not isinstance(loaded.engine, LiveEngine):
            raise UserProblem(
                "The checkpoint is not the one that made the music.",
                f"The clip was made with {record.checkpoint.id}.",
                "Bring that checkpoint back to where it was.",
            )
        pieces = [piece.samples for piece in remade(loaded.engine, record, stop)]
        if not pieces or stop.is_set():
            return
        audio = Audio(np.concatenate(pieces), record.sample_rate)
        made = replace(_clip_of(record, audio.frames), title=self._clip.title, parent=self._clip.id)
        self.kept = self._library.add(made, audio)
        remember(self._library, self.kept, record)

    def ended(self, problem: UserProblem | None) -> None:
        """Note that it is over. Always called."""
        self.problem, self.is_over = problem, True


def _title(prompts: tuple[str, ...]) -> str:
    return f"Live · {', '.join(prompt or '…' for prompt in prompts)}"[:100]


def unfinished(library: Library, session: LiveSession, begun: Clip) -> tuple[UnfinishedTape, PartialClip]:
    """Keep what a session makes from now on in an unfinished clip, and what makes that again.

    Args:
        library: Gets it.
        session: Not running yet.
        begun: What the clip is until it is finished.

    Raises:
        UserProblem: If the disk does not take it.
    """
    partial = library.begin(begun)
    tape = UnfinishedTape(library, partial, lambda frames: session.record(0, frames) if frames else None)
    session.add_tape(tape)
    return tape, partial


def begun_clip(session: LiveSession, loaded: LoadedEngine, steering: Steering, seed: int) -> Clip:
    """Return the clip that a session's music is until it ends."""
    info = session.info
    return Clip(
        id=uuid4().hex,
        title=_title(steering.prompts),
        origin=Origin.GENERATED,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        frames=1,
        sample_rate=info.sample_rate,
        channels=info.channels,
        prompt=", ".join(steering.prompts),
        seed=seed,
        checkpoint=loaded.checkpoint.id,
        licence=loaded.checkpoint.licence,
        is_complete=False,
    )


def _clip_of(record: LiveRecord, frames: int) -> Clip:
    return Clip(
        id=uuid4().hex,
        title=_title(record.prompts),
        origin=Origin.GENERATED,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        frames=frames,
        sample_rate=record.sample_rate,
        channels=record.channels,
        prompt=", ".join(record.prompts),
        seed=record.seed,
        checkpoint=record.checkpoint.id,
        licence=record.licence,
    )
