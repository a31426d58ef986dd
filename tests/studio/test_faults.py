"""What nobody foresaw, at every step of loading, making, saving and recording: told once, and nothing ends by it.

Each fault lasts as long as the first job or take. The next one has to be made as if nothing had happened, by an engine
loaded anew, and no sound that was there is lost, at the latest after the next start.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from time import monotonic
from typing import Any

import numpy as np
import pytest

from musicgen_studio.engine.api import EngineInfo
from musicgen_studio.library.library import Library
from musicgen_studio.library.partial import PartialClip
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.sound.metronome import ClickTrack
from musicgen_studio.studio.arranging import composing
from musicgen_studio.studio.humming.recording import RecordingSession
from musicgen_studio.studio.humming.recording_state import Phase, RecordingSetup, RecordingState
from musicgen_studio.studio.making import record
from musicgen_studio.studio.making.engines import EngineChoice, LoadedEngine
from musicgen_studio.studio.making.order import CheckpointRecord, Order
from musicgen_studio.studio.making.queue import (
    DeviceLost,
    EngineChanged,
    FaultFound,
    Job,
    JobEnded,
    JobEvent,
    JobLoop,
    JobStarted,
    JobState,
)
from musicgen_studio.studio.making.record import Record
from musicgen_studio.studio.making.sinks.pace import Stopwatch
from tests.dsp.melodies import written
from tests.fake_engine import FakeEngine
from tests.fake_inputs import RATE, FakeInput, FakeInputs, counted, microphone

RECORD = CheckpointRecord("starter", "0" * 64, "free", "starter")
CHOICE = EngineChoice()
OTHER = EngineChoice(precision="int8")
JOB_FRAMES = 64000


class Fault:
    """Lets functions fail until it is mended."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.is_mended = False
        self.met = threading.Event()
        self._patch = patch

    def meet(self) -> None:
        """Fail, unless it is mended."""
        if not self.is_mended:
            self.met.set()
            raise RuntimeError("nobody foresaw this")

    def at(self, owner: object, name: str) -> None:
        """Let a function of a class or a module fail."""
        whole = getattr(owner, name)

        def failing(*args: Any, **kwargs: Any) -> Any:
            self.meet()
            return whole(*args, **kwargs)

        self._patch.setattr(owner, name, property(failing) if isinstance(whole, property) else failing)


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Fault:
    """One that is not met anywhere yet."""
    return Fault(monkeypatch)


# --- making ---


class _Engine(FakeEngine):
    """An engine that may fail in saying what it is."""

    on_info: Callable[[], None] = staticmethod(lambda: None)

    @property
    def info(self) -> EngineInfo:
        self.on_info()
        return super().info


class Studio:
    """A running loop in which a fault may be met."""

    def __init__(self, library: Library, fault: Fault) -> None:
        self.fault = fault
        self.events: SimpleQueue[JobEvent] = SimpleQueue()
        self.loads: list[EngineChoice] = []
        self.lost: set[str] = set()
        self.fails_at: Callable[[object], bool] = lambda _moment: False
        self.loop = JobLoop(
            self._load,
            library,
            self._tell,
            give_memory_back=lambda: self._meet("memory"),
            is_usable=lambda device: device not in self.lost,
        )
        self.thread = threading.Thread(target=self.loop.run, daemon=True)
        self.thread.start()

    def _meet(self, moment: object) -> None:
        if self.fails_at(moment):
            self.fault.meet()

    def _load(self, choice: EngineChoice) -> LoadedEngine:
        self._meet("load")
        self.loads.append(choice)
        engine = _Engine(before_block=self._meet)
        engine.on_info = lambda: self._meet("info")
        return LoadedEngine(engine, RECORD)

    def _tell(self, event: JobEvent) -> None:
        self._meet(type(event))
        self.events.put(event)

    def until(self, kind: type) -> list[JobEvent]:
        """Return the events up to the next of a kind."""
        heard: list[JobEvent] = []
        while not heard or not isinstance(heard[-1], kind):
            heard.append(self.events.get(timeout=20))
        return heard

    def make(self, job: Job) -> JobEnded:
        """Return how a job ended."""
        self.loop.submit(job)
        ended = self.until(JobEnded)[-1]
        assert isinstance(ended, JobEnded)
        return ended

    def close(self) -> bool:
        """End the loop; tell whether it did."""
        self.loop.quit()
        self.thread.join(20)
        return not self.thread.is_alive()


def job(choice: EngineChoice = CHOICE) -> Job:
    """A job of two takes with a melody, so that everything is done that can be done."""
    return composing.new_job(Order(("calm",), duration_s=2.0, takes=2), choice, written("A4 C5", 0.5))


def _at_moment(wanted: object) -> Callable[[Studio], None]:
    def place(studio: Studio) -> None:
        studio.fails_at = lambda moment: moment == wanted

    return place


def _at(owner: object, name: str) -> Callable[[Studio], None]:
    return lambda studio: studio.fault.at(owner, name)


# Where each fault is met, and how many takes have sound by then.
MAKING: dict[str, tuple[Callable[[Studio], None], int]] = {
    "load": (_at_moment("load"), 0),
    "load: what it says of itself": (_at_moment("info"), 0),
    "load: tell": (_at_moment(EngineChanged), 0),
    "make: ask": (_at(FakeEngine, "stream"), 0),
    "make: first block": (_at_moment(0), 0),
    "make: later block": (_at_moment(2), 2),
    "make: prepare to be heard": (_at(GrowingSound, "__init__"), 0),
    "make: tell the first sound": (_at_moment(JobStarted), 0),
    "make: be heard": (_at(GrowingSound, "append"), 1),
    "make: count": (_at(Stopwatch, "block"), 1),
    "save: begin": (_at(Library, "begin"), 0),
    "save: append": (_at(PartialClip, "append"), 0),
    "save: finish": (_at(PartialClip, "finish"), 2),
    "record: how it follows its melody": (_at(record, "follows"), 2),
    "record: values": (_at(Record, "__init__"), 2),
    "record: text": (_at(Record, "to_json"), 2),
}


@pytest.mark.parametrize("step", MAKING)
def test_a_fault_while_a_job_is_made_fails_that_job_alone(tmp_path: Path, fault: Fault, step: str) -> None:
    with Library(tmp_path / "library") as library:
        studio = Studio(library, fault)
        place, takes = MAKING[step]
        place(studio)
        failed = studio.make(job())
        assert failed.job.state is JobState.FAILED
        assert failed.job.problem is None
        assert "nobody foresaw this" in (failed.bug or "")
        assert studio.loop.facts is None
        fault.is_mended = True
        loads = len(studio.loads)
        done = studio.make(job())
        assert (done.job.state, done.bug, len(studio.loads)) == (JobState.DONE, None, loads + 1)
        assert [clip.frames for clip in done.clips] == [JOB_FRAMES] * 2
        assert studio.close()
    with Library(tmp_path / "library") as library:
        library.reconcile()
        kept = {clip.id for clip in library.clips()} - {clip.id for clip in done.clips}
        assert len(kept) == takes
        assert all(np.any(library.read(clip_id).samples) for clip_id in kept)


@pytest.mark.parametrize("moment", [JobEnded, FaultFound, "memory", "load"])
def test_a_fault_outside_a_job_does_not_end_the_queue(tmp_path: Path, fault: Fault, moment: object) -> None:
    with Library(tmp_path / "library") as library:
        studio = Studio(library, fault)
        studio.fails_at = lambda now: now == moment or (moment is FaultFound and now == "load")
        studio.loop.warm_up(CHOICE)
        studio.loop.submit(job())
        studio.loop.submit(job(OTHER))  # for which the first engine is let go
        assert fault.met.wait(20)
        fault.is_mended = True
        last = studio.loop.submit(job())
        ended = studio.until(JobEnded)[-1]
        while isinstance(ended, JobEnded) and ended.job.id != last:
            ended = studio.until(JobEnded)[-1]
        assert isinstance(ended, JobEnded)
        assert ended.job.state is JobState.DONE
        assert studio.close()


def test_a_fault_while_warming_up_is_told(tmp_path: Path, fault: Fault) -> None:
    with Library(tmp_path / "library") as library:
        studio = Studio(library, fault)
        studio.fails_at = lambda moment: moment == "load"
        studio.loop.warm_up(CHOICE)
        (told,) = studio.until(FaultFound)
        assert isinstance(told, FaultFound)
        assert "nobody foresaw this" in told.bug
        assert studio.close()


def test_a_device_that_no_longer_answers_is_given_up_and_the_rest_made_on_the_cpu(tmp_path: Path, fault: Fault) -> None:
    wanted = replace(CHOICE, device="cuda", precision="float16")
    with Library(tmp_path / "library") as library:
        studio = Studio(library, fault)
        studio.lost = {"cuda", "cpu"}  # the fake engine says that it runs on the CPU
        studio.fails_at = lambda moment: moment in (2, "memory")  # whose memory does not come back either
        studio.loop.submit(job(wanted))
        events = studio.until(JobEnded)
        assert [type(event) for event in events[-3:]] == [EngineChanged, DeviceLost, JobEnded]
        fault.is_mended = True
        studio.make(job(wanted))
        assert studio.loads == [wanted, EngineChoice(device="cpu")]
        studio.fails_at = lambda moment: moment == "load"
        fault.is_mended = False
        studio.loop.submit(job(OTHER))
        assert DeviceLost() not in studio.until(JobEnded)  # it is told once
        assert studio.close()


# --- recording ---


class Desk:
    """A recording session in which a fault may be met."""

    def __init__(self, library: Library) -> None:
        self.now_s = 1000.0
        self.bugs: list[str] = []
        self.inputs = FakeInputs([microphone(is_default=True)], lambda: self.now_s)
        self.session = RecordingSession(library, self.inputs, clock=lambda: self.now_s, on_bug=self.bugs.append)

    def until(self, holds: Callable[[RecordingState], bool]) -> RecordingState:
        """Ask as the window does, until something is so."""
        pause, end_s = threading.Event(), monotonic() + 20
        while not holds(state := self.session.poll()):
            assert monotonic() < end_s, state
            pause.wait(0.002)
        return state

    def record(self) -> None:
        """Do all that makes a take, as far as it goes."""
        takes = len(self.session.poll().takes)
        told = len(self.bugs)
        self.session.arm(RecordingSetup(count_in_bars=0))
        self.until(lambda state: state.phase is Phase.ARMED or len(self.bugs) > told)
        self.session.record()
        self.until(lambda state: state.phase is Phase.RECORDING or len(self.bugs) > told)
        if self.bugs[told:]:
            return
        self.now_s += 1.0
        self.inputs.opened[-1].come(counted(0, RATE, 2))
        self.until(lambda state: state.recorded_s == 1.0 or len(self.bugs) > told)
        self.session.stop()
        self.until(lambda state: len(state.takes) > takes or len(self.bugs) > told)


RECORDING = {
    "find inputs": (FakeInputs, "devices"),
    "open": (FakeInputs, "open"),
    "listen": (FakeInput, "read"),
    "when it was": (FakeInput, "frame_at"),
    "ask for faults": (FakeInput, "fault"),
    "close": (FakeInput, "close"),
    "begin a take": (Library, "begin"),
    "count in": (ClickTrack, "begin_unheard"),
    "append": (PartialClip, "append"),
    "finish": (PartialClip, "finish"),
}


@pytest.mark.parametrize("step", RECORDING)
def test_a_fault_while_recording_ends_that_take_alone(tmp_path: Path, fault: Fault, step: str) -> None:
    with Library(tmp_path / "library") as library:
        desk = Desk(library)
        fault.at(*RECORDING[step])
        desk.record()
        desk.session.disarm()
        desk.until(lambda _state: bool(desk.bugs))
        fault.is_mended = True
        assert "nobody foresaw this" in desk.bugs[0]
        state = desk.until(lambda state: state.phase is Phase.OFF)
        assert state.problem is not None
        kept = len(state.takes)
        desk.record()
        state = desk.session.poll()
        assert len(state.takes) == kept + 1
        assert state.problem is None
        assert state.takes[-1].frames == RATE
        desk.session.close()
        assert len(desk.bugs) == 1
    with Library(tmp_path / "library") as library:
        library.reconcile()
        assert len(library.clips()) == (2 if step in ("close", "finish") else 1)


def test_a_session_ends_also_where_that_goes_wrong(tmp_path: Path, fault: Fault) -> None:
    with Library(tmp_path / "library") as library:
        desk = Desk(library)
        desk.session.arm(RecordingSetup(count_in_bars=0))
        desk.until(lambda state: state.phase is Phase.ARMED)
        fault.at(FakeInput, "close")
        desk.session.close()
        assert "nobody foresaw this" in desk.bugs[0]
