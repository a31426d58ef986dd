"""Recording sessions: on inputs and outputs that the test turns by hand, and on a library with real files."""

import errno
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.clip import Origin
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.library import Library
from musicgen_studio.sound.devices import SoundDevice
from musicgen_studio.sound.metronome import Metronome
from musicgen_studio.sound.output import Fill, SoundOutput
from musicgen_studio.studio.humming.recording import RecordingSession
from musicgen_studio.studio.humming.recording_state import Phase, RecordingSetup, RecordingState
from musicgen_studio.studio.program.settings import Settings
from tests.fake_inputs import RATE, FakeInput, FakeInputs, counted, microphone

_AT_ONCE = RecordingSetup(count_in_bars=0)
_GONE = UserProblem("The microphone is gone.", "It was unplugged.", "Plug it in.")
_SPEAKER = SoundDevice("speaker", "test", 0, 2, 48000, is_default_input=False, is_default_output=True)


class _FakeOutput:
    """An `SoundOutput` that the test lets ask."""

    name = "speaker"
    rate = 48000
    channels = 2
    latency_s = 0.2
    underflows = 0
    is_awake = True

    def __init__(self) -> None:
        self.fill: Fill | None = None
        self.problem: UserProblem | None = None
        self.is_closed = False

    def play(self, fill: Fill | None) -> None:
        """Take what to ask."""
        self.fill = fill

    def advance(self) -> bool:
        """It has a clock of its own: the test."""
        return False

    def fault(self, patience: float = 1.0) -> UserProblem | None:  # noqa: ARG002
        """Return what the test said."""
        return self.problem

    def close(self) -> None:
        """Note it."""
        self.is_closed = True

    def ask(self, frames: int, delay_s: float, now_s: float) -> Samples:
        """Ask for sound as a device does."""
        assert self.fill is not None
        out = np.empty((frames, 2), np.float32)
        self.fill(out, delay_s, now_s)
        return out


class _FakeOutputs:
    """A `SoundSystem` with one speaker, or none."""

    def __init__(self) -> None:
        self.present: list[SoundDevice] = []
        self.refusal: UserProblem | None = None
        self.opened: list[_FakeOutput] = []

    def devices(self) -> list[SoundDevice]:
        """Return what is there."""
        return self.present

    def refresh(self) -> bool:
        """Nothing changes."""
        return True

    def open(self, device: SoundDevice, latency_s: float = 0.15) -> SoundOutput:  # noqa: ARG002
        """Open it, or not."""
        assert device in self.present
        if self.refusal is not None:
            raise self.refusal
        self.opened.append(_FakeOutput())
        return self.opened[-1]


class _Desk:
    """A session, and everything around it."""

    def __init__(self, library: Library, present: list[SoundDevice]) -> None:
        self.now_s = 1000.0
        self.library = library
        self.inputs = FakeInputs(present, lambda: self.now_s)
        self.outputs = _FakeOutputs()
        self.session = RecordingSession(library, self.inputs, self.outputs, lambda: self.now_s)
        self.given = 0

    def until(self, holds: Callable[[RecordingState], bool]) -> RecordingState:
        """Ask as the window does, until something is so."""
        pause, end_s = threading.Event(), monotonic() + 20
        while not holds(state := self.session.poll()):
            assert monotonic() < end_s, state
            pause.wait(0.002)
        return state

    def arm(self, setup: RecordingSetup = _AT_ONCE) -> FakeInput:
        """Arm, and return the input that is open then."""
        before = len(self.inputs.opened)
        self.session.arm(setup)
        self.until(lambda _state: len(self.inputs.opened) > before)  # first, or it may be armed as it was before
        self.until(lambda state: state.phase is Phase.ARMED)
        self.given = 0
        return self.source

    @property
    def source(self) -> FakeInput:
        """The input that was opened last."""
        return self.inputs.opened[-1]

    def give(self, duration_s: float) -> None:
        """Let time pass and counted frames come in."""
        frames = round(duration_s * RATE)
        self.now_s += duration_s
        self.source.come(counted(self.given, frames, self.source.channels))
        self.given += frames

    def record(self, duration_s: float = 1.0) -> None:
        """Begin at once, and let so much come in."""
        self.session.record()
        self.until(lambda state: state.phase is Phase.RECORDING)
        self.give(duration_s)
        self.until(lambda state: state.recorded_s == pytest.approx(duration_s, abs=1e-3))

    def stop(self) -> RecordingState:
        """End the take, and wait until it is kept."""
        takes = len(self.session.poll().takes)
        self.session.stop()
        return self.until(lambda state: len(state.takes) > takes)

    def samples(self, take: int = -1) -> Samples:
        """Return the sound of a take, from its file."""
        return self.library.read(self.session.poll().takes[take].id).samples


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as library:
        yield library


@pytest.fixture
def desk(library: Library) -> Iterator[_Desk]:
    desk = _Desk(library, [microphone("other", 1), microphone(is_default=True)])
    yield desk
    desk.session.close()


# --- inputs ---


def test_without_an_input_the_session_says_so(library: Library) -> None:
    desk = _Desk(library, [_SPEAKER])
    assert desk.session.poll() == RecordingState()
    desk.session.look()
    assert desk.until(lambda state: state.inputs is not None).problem is None
    desk.session.arm(RecordingSetup())
    state = desk.until(lambda state: state.problem is not None)
    assert (state.phase, state.inputs) == (Phase.OFF, ())
    assert state.problem is not None
    assert "no microphone" in state.problem.what
    desk.session.record()
    desk.session.close()
    assert library.clips() == []


def test_without_portaudio_the_session_says_so(desk: _Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[SoundDevice]:
        raise _GONE

    monkeypatch.setattr(desk.inputs, "devices", broken)
    desk.session.look()
    assert desk.until(lambda state: state.inputs is not None).problem is _GONE
    desk.session.arm(_AT_ONCE)
    assert desk.until(lambda state: state.phase is Phase.OFF).inputs == ()


def test_an_input_that_is_not_there_is_named_and_no_other_is_taken(desk: _Desk) -> None:
    desk.session.arm(RecordingSetup(device="gone|test"))
    state = desk.until(lambda state: state.problem is not None)
    assert state.problem is not None
    assert '"gone"' in state.problem.what
    assert state.inputs is not None
    assert [each.name for each in state.inputs] == ["other", "mic"]
    assert desk.inputs.opened == []


def test_the_wanted_input_is_opened_and_a_change_closes_it(desk: _Desk) -> None:
    first = desk.arm()
    assert desk.session.poll().device == microphone(is_default=True)
    desk.arm(replace(_AT_ONCE, device="other|test"))
    assert desk.session.poll().device == microphone("other", 1)
    assert first.is_closed
    desk.session.disarm()
    state = desk.until(lambda state: state.phase is Phase.OFF)
    assert desk.source.is_closed
    assert (state.device, state.peaks) == (None, ())


def test_a_device_plugged_in_while_armed_is_listed_at_once(desk: _Desk) -> None:
    desk.arm()
    desk.inputs.present.append(microphone("new"))
    desk.session.devices_changed()
    desk.until(lambda state: state.inputs is not None and len(state.inputs) == 3)
    desk.until(lambda state: state.phase is Phase.ARMED)
    desk.arm(replace(_AT_ONCE, device="new|test"))
    assert [each.is_closed for each in desk.inputs.opened] == [True, True, False]


def test_a_device_plugged_in_while_recording_is_listed_afterwards(desk: _Desk) -> None:
    desk.arm()
    desk.record()
    desk.inputs.present.append(microphone("new"))
    desk.session.devices_changed()
    desk.stop()
    assert not desk.source.is_closed
    desk.arm(replace(_AT_ONCE, device="new|test"))
    assert len(desk.samples()) == RATE


def test_looking_for_devices_waits_until_nobody_plays(desk: _Desk) -> None:
    desk.inputs.is_blocked = True
    desk.inputs.present.append(microphone("new"))
    desk.session.devices_changed()
    desk.until(lambda state: state.inputs is not None and len(state.inputs) == 2)
    desk.inputs.is_blocked = False
    desk.now_s += 2
    desk.until(lambda state: state.inputs is not None and len(state.inputs) == 3)


# --- levels ---


def test_levels_are_seen_channel_by_channel_while_armed(desk: _Desk) -> None:
    source = desk.arm()
    assert desk.session.poll().clipped == (False, False)
    source.come(np.array([[0.25, -1.0]], np.float32))
    seen = [0.0, 0.0]

    def is_seen(state: RecordingState) -> bool:
        seen[:] = [max(pair) for pair in zip(seen, state.peaks, strict=True)]
        return seen == [0.25, 1.0]

    desk.until(is_seen)
    assert desk.session.poll().peaks == (0, 0)
    assert desk.session.poll().clipped == (False, True)
    desk.session.reset_clip()
    assert desk.session.poll().clipped == (False, False)


@pytest.mark.parametrize(("channel", "factor"), [(0, 0.75), (1, 1.0), (2, 0.5), (9, 0.5)])
def test_the_wanted_channel_is_recorded(desk: _Desk, channel: int, factor: float) -> None:
    desk.arm(replace(_AT_ONCE, channel=channel))
    desk.record()
    desk.stop()
    np.testing.assert_array_equal(desk.samples(), counted(0, RATE) * np.float32(factor))


# --- takes ---


def test_a_take_is_what_came_in_and_is_in_the_library(desk: _Desk) -> None:
    desk.arm()
    desk.give(0.5)
    desk.record(2.5)
    live = desk.session.samples_since(0)
    assert desk.session.take_rate == RATE
    np.testing.assert_array_equal(live, counted(4000, 20000))
    np.testing.assert_array_equal(desk.session.samples_since(15000), live[15000:])
    assert desk.session.samples_since(99999).shape == (0, 1)
    state = desk.stop()
    assert (state.phase, state.problem, state.heard_problem) == (Phase.ARMED, None, None)
    clip = state.takes[0]
    assert (clip.title, clip.origin, clip.is_complete, clip.tempo_bpm) == ("Hum 1", Origin.RECORDED, True, None)
    assert desk.library.clips() == [clip]
    np.testing.assert_array_equal(desk.samples(), live)
    np.testing.assert_array_equal(desk.session.samples_since(0), live)


def test_every_second_of_a_take_is_on_the_disk(desk: _Desk) -> None:
    desk.arm()
    desk.record(3.25)
    part = next((desk.library.folder / "unfinished").iterdir())
    assert part.stat().st_size >= 3 * RATE * 4


def test_several_takes_are_kept(desk: _Desk) -> None:
    desk.arm()
    for _ in range(3):
        desk.record()
        desk.stop()
    assert [clip.title for clip in desk.session.poll().takes] == ["Hum 1", "Hum 2", "Hum 3"]
    np.testing.assert_array_equal(desk.samples(1), counted(RATE, RATE))


def test_a_discarded_take_leaves_nothing(desk: _Desk) -> None:
    desk.arm()
    desk.record()
    desk.session.discard()
    desk.until(lambda state: state.phase is Phase.ARMED)
    assert desk.library.clips() == []
    assert list((desk.library.folder / "unfinished").iterdir()) == []
    desk.record()
    assert desk.stop().takes[0].title == "Hum 1"


def test_a_lost_device_loses_no_take_and_another_goes_on(desk: _Desk) -> None:
    source = desk.arm()
    desk.record()
    source.come(counted(desk.given, 800, 2))
    source.problem = _GONE
    state = desk.until(lambda state: state.phase is Phase.OFF)
    assert state.problem is _GONE
    assert source.is_closed
    assert not state.takes[0].is_complete
    np.testing.assert_array_equal(desk.samples(), counted(0, RATE + 800))
    desk.arm(replace(_AT_ONCE, device="other|test"))
    assert desk.session.poll().problem is None
    desk.record()
    assert desk.stop().takes[1].is_complete


def test_a_device_lost_in_the_count_in_leaves_nothing(desk: _Desk) -> None:
    source = desk.arm(RecordingSetup())
    desk.session.record()
    desk.until(lambda state: state.phase is Phase.COUNT_IN)
    desk.inputs.present = []
    source.problem = _GONE

    def is_off(state: RecordingState) -> bool:
        desk.now_s += 0.01  # it is looked for a second time
        return state.phase is Phase.OFF

    state = desk.until(is_off)
    assert (state.takes, state.problem) == ((), _GONE)
    assert list((desk.library.folder / "unfinished").iterdir()) == []


def test_an_input_that_only_seemed_lost_in_the_count_in_is_opened_again_and_the_take_begins(
    desk: _Desk, caplog: pytest.LogCaptureFixture
) -> None:
    source = desk.arm(RecordingSetup())
    desk.session.record()
    desk.until(lambda state: state.phase is Phase.COUNT_IN)
    source.problem = _GONE
    desk.until(lambda _: len(desk.inputs.opened) == 2)
    desk.given = 0
    desk.give(3.0)
    state = desk.until(lambda state: state.phase is Phase.RECORDING)
    assert state.problem is None
    assert source.is_closed
    assert len(desk.inputs.opened) == 2
    assert "lost an input" in caplog.text


def test_an_input_that_stands_still_again_and_again_before_a_take_is_not_called_lost(desk: _Desk) -> None:
    desk.arm()
    for turn in range(5):
        desk.inputs.opened[turn].problem = _GONE

        def is_open_again(_state: RecordingState, wanted: int = turn + 2) -> bool:
            desk.now_s += 0.01
            return len(desk.inputs.opened) == wanted

        desk.until(is_open_again)
    desk.given = 0
    desk.give(0.5)
    state = desk.until(lambda state: any(state.peaks))
    assert (state.phase, state.problem) == (Phase.ARMED, None)
    desk.session.record()
    desk.until(lambda state: state.phase is Phase.RECORDING)
    desk.give(1.0)
    desk.until(lambda state: state.recorded_s > 0.9)
    assert desk.stop().takes[0].is_complete


def test_overruns_are_counted_from_the_beginning_of_the_take(desk: _Desk) -> None:
    desk.arm().overruns = 5
    desk.record()
    desk.source.overruns = 7
    desk.give(0.1)
    desk.until(lambda state: state.overruns == 2)


def test_overruns_before_an_input_was_opened_again_are_not_the_takes(desk: _Desk) -> None:
    source = desk.arm(RecordingSetup())
    source.overruns = 5
    desk.session.record()
    desk.until(lambda state: state.phase is Phase.COUNT_IN)
    source.problem = _GONE
    desk.until(lambda _: len(desk.inputs.opened) == 2)
    desk.given = 0
    desk.give(3.0)
    assert desk.until(lambda state: state.recorded_s > 0).overruns == 0
    desk.source.overruns = 2
    desk.give(0.1)
    desk.until(lambda state: state.overruns == 2)


def test_closing_and_arming_anew_keep_the_take(desk: _Desk) -> None:
    desk.arm()
    desk.record()
    desk.arm(replace(_AT_ONCE, device="other|test"))
    desk.record()
    desk.session.close()
    assert [clip.frames for clip in desk.library.clips()] == [RATE, RATE]
    assert all(each.is_closed for each in desk.inputs.opened)


def test_what_the_disk_does_not_take_is_kept_until_it_does(desk: _Desk) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    desk.arm()
    desk.record()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", full)
        desk.give(1.5)
        problem = desk.until(lambda state: state.problem is not None).problem
        assert problem is not None
        assert "full" in problem.why
        desk.session.stop()
        desk.until(lambda state: state.phase is Phase.SAVING)
        desk.give(0.5)  # comes too late
        desk.session.stop()
        assert desk.until(lambda state: state.peaks[0] > 0).phase is Phase.SAVING
    assert desk.stop().phase is Phase.ARMED
    np.testing.assert_array_equal(desk.samples(), counted(0, 5 * RATE // 2))


def test_a_disk_that_is_full_from_the_start_records_nothing(desk: _Desk) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    desk.arm()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", full)
        desk.session.record()
        assert desk.until(lambda state: state.problem is not None).phase is Phase.ARMED
    desk.record()
    desk.stop()


# --- the count-in ---


@pytest.mark.parametrize("offset_ms", [0.0, 125.0, -125.0])
def test_a_silent_count_in_is_timed_and_the_take_begins_at_its_end(desk: _Desk, offset_ms: float) -> None:
    desk.arm(RecordingSetup(latency_offset_ms=offset_ms, metronome=Metronome(120, 3), count_in_bars=2))
    desk.session.record()
    state = desk.until(lambda state: state.heard_problem is not None)
    assert state.heard_problem is not None
    assert "heard" in state.heard_problem.what
    assert (state.phase, state.beat) == (Phase.COUNT_IN, None)
    desk.give(0.3)  # of which 0.25 s come before the first beat
    assert desk.until(lambda state: state.beat is not None).beat == pytest.approx(-5.9)
    for _ in range(58):  # 2.9 s
        desk.give(0.05)
    assert desk.until(lambda state: state.phase is Phase.COUNT_IN).beat == pytest.approx(-0.1)
    for _ in range(4):
        desk.give(0.05)
    desk.until(lambda state: state.phase is Phase.RECORDING)
    desk.give(0.2)
    desk.until(lambda state: state.recorded_s == pytest.approx(0.35 - offset_ms / 1000))
    desk.stop()
    assert desk.samples()[0, 0] * 65536 == pytest.approx((3.25 + offset_ms / 1000) * RATE, abs=1)
    assert desk.session.poll().takes[0].tempo_bpm == 120
    assert desk.session.poll().beat is None


def test_what_begins_before_anything_came_in_begins_with_silence(desk: _Desk) -> None:
    desk.arm(replace(_AT_ONCE, latency_offset_ms=-250))
    desk.record(0.0)
    desk.give(0.5)
    desk.until(lambda state: state.recorded_s == pytest.approx(0.75))
    desk.stop()
    np.testing.assert_array_equal(desk.samples()[2000:], counted(0, 4000))
    assert not desk.samples()[:2000].any()


def _click_in(desk: _Desk, **changes: object) -> _FakeOutput:
    """Begin to record with a metronome that is heard, and return where."""
    desk.outputs.present = [_SPEAKER]
    desk.arm(replace(RecordingSetup(metronome=Metronome(120, 2), clicks_recording=True), **changes))  # type: ignore[arg-type]
    desk.session.record()
    desk.until(lambda state: state.phase is Phase.COUNT_IN)
    return desk.outputs.opened[-1]


def test_the_take_begins_when_the_output_lets_the_first_beat_be_heard(desk: _Desk) -> None:
    output = _click_in(desk)
    heard = [output.ask(4800, 0.2, desk.now_s)]
    for _ in range(14):  # a bar of 1 s and 0.25 s, heard 0.2 s late
        desk.give(0.1)
        heard.append(output.ask(4800, 0.2, desk.now_s))
    assert desk.until(lambda state: state.beat is not None).beat == pytest.approx(-0.1, abs=0.01)
    desk.give(0.2)
    desk.until(lambda state: state.phase is Phase.RECORDING)
    desk.give(0.5)
    desk.until(lambda state: state.recorded_s == pytest.approx(0.65))
    desk.stop()
    assert desk.samples()[0, 0] * 65536 == pytest.approx(1.45 * RATE, abs=1)
    loud = np.flatnonzero(np.abs(np.concatenate(heard)[:, 0]) > 0.05) / 48000
    assert sorted({round(moment * 2 - 0.5) / 2 + 0.25 for moment in loud}) == [0.25, 0.75, 1.25]
    assert output.is_closed
    assert output.fill is None


def test_a_lost_output_does_not_end_the_count_in(desk: _Desk) -> None:
    output = _click_in(desk)
    output.ask(4800, 0.2, desk.now_s)
    output.problem = _GONE
    assert desk.until(lambda state: state.heard_problem is not None).heard_problem is _GONE
    assert output.is_closed
    for _ in range(16):
        desk.give(0.1)
    assert desk.until(lambda state: state.phase is Phase.RECORDING).problem is None
    desk.give(0.1)
    desk.stop()


def test_an_output_that_refuses_leaves_a_silent_count_in(desk: _Desk) -> None:
    desk.outputs.present = [_SPEAKER]
    desk.outputs.refusal = _GONE
    desk.arm(RecordingSetup())
    desk.session.record()
    desk.until(lambda state: state.heard_problem is _GONE)
    desk.give(0.3)  # more than the 0.25 s before the first beat
    assert desk.until(lambda state: state.beat is not None).heard_problem is _GONE


def test_an_output_that_fails_before_it_asks_leaves_a_silent_count_in(desk: _Desk) -> None:
    _click_in(desk).problem = _GONE
    desk.until(lambda state: state.heard_problem is _GONE)
    desk.give(0.3)
    assert desk.until(lambda state: state.beat is not None).beat == pytest.approx(-1.9)


def test_a_beat_is_not_seen_before_the_reason_why_it_is_not_heard(desk: _Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The window looks while the session has begun the beats, and has not yet said how it stands."""
    output, read = _click_in(desk), desk.source.read
    has_begun, may_go_on = threading.Event(), threading.Event()

    def held_up() -> Samples:
        if output.is_closed:
            has_begun.set()
            assert may_go_on.wait(20)
        return read()

    monkeypatch.setattr(desk.source, "read", held_up)
    output.problem = _GONE
    assert has_begun.wait(20)
    desk.give(0.3)  # into the first beat
    between = desk.session.poll()
    may_go_on.set()
    assert (between.phase, between.beat, between.heard_problem) == (Phase.COUNT_IN, None, None)
    assert desk.until(lambda state: state.beat is not None).heard_problem is _GONE


def test_an_output_that_never_asks_can_be_left(desk: _Desk) -> None:
    _click_in(desk)
    desk.give(0.1)
    desk.session.stop()
    assert desk.until(lambda state: state.phase is Phase.ARMED).takes == ()
    assert list((desk.library.folder / "unfinished").iterdir()) == []


def test_where_nothing_is_to_be_heard_no_output_is_opened(desk: _Desk) -> None:
    desk.outputs.present = [_SPEAKER]
    desk.arm(RecordingSetup(clicks_before=False))
    desk.session.record()
    desk.until(lambda state: state.phase is Phase.COUNT_IN)
    desk.give(0.3)
    assert desk.until(lambda state: state.beat is not None).heard_problem is None
    assert desk.outputs.opened == []


# --- hearing oneself ---


def _heard_by(desk: _Desk, frames: int) -> Samples:
    """Let the output ask until it is given what came in."""
    return desk.outputs.opened[-1].ask(frames, 0.03, desk.now_s)


def test_nobody_is_heard_unless_wanted(desk: _Desk) -> None:
    desk.outputs.present = [_SPEAKER]
    desk.arm()
    assert desk.outputs.opened == []
    assert desk.source.listener is None


def test_one_hears_oneself_from_arming_on_until_it_is_off(desk: _Desk) -> None:
    desk.outputs.present = [_SPEAKER]
    desk.arm(replace(_AT_ONCE, monitors_input=True))
    desk.give(0.1)
    assert _heard_by(desk, 480).any()
    desk.record(0.1)
    assert _heard_by(desk, 480).any()  # recording goes on beside it
    desk.stop()
    desk.give(0.1)
    assert _heard_by(desk, 480).any()  # ready for the next take
    desk.session.disarm()
    desk.until(lambda state: state.phase is Phase.OFF)
    assert desk.outputs.opened[-1].is_closed


def test_clicks_are_heard_with_it(desk: _Desk) -> None:
    desk.outputs.present = [_SPEAKER]
    desk.arm(RecordingSetup(metronome=Metronome(120, 2), monitors_input=True))
    speaker = desk.outputs.opened[-1]
    desk.session.record()
    desk.until(lambda state: state.phase is Phase.COUNT_IN)
    clicks = speaker.ask(48000, 0.03, desk.now_s)
    assert clicks.any()
    desk.source.come(np.full((4800, desk.source.channels), 0.5, np.float32))
    both = speaker.ask(4800, 0.03, desk.now_s)
    assert both.mean() == pytest.approx(0.5, abs=0.05)
    assert len(desk.outputs.opened) == 1  # one device, not two


def test_a_lost_output_is_told_and_the_microphone_stays(desk: _Desk) -> None:
    desk.outputs.present = [_SPEAKER]
    desk.arm(replace(_AT_ONCE, monitors_input=True))
    desk.outputs.opened[-1].problem = _GONE
    state = desk.until(lambda state: state.heard_problem is not None)
    assert state.phase is Phase.ARMED
    desk.record(0.1)
    assert desk.stop().takes


def test_without_an_output_it_is_told(desk: _Desk) -> None:
    desk.arm(replace(_AT_ONCE, monitors_input=True))
    problem = desk.session.poll().heard_problem
    assert problem is not None
    assert "Nothing can be heard" in problem.what


# --- setups ---


def test_a_setup_is_what_the_settings_say() -> None:
    settings = Settings(
        input_device="mic|test",
        input_channel=0,
        recording_offset_ms=-20.0,
        metronome_bpm=90.0,
        beats_per_bar=3,
        count_in_bars=2,
        clicks_before=False,
        clicks_recording=True,
        output_device="speaker|test",
        monitors_input=True,
    )
    wanted = RecordingSetup("mic|test", 0, -20.0, Metronome(90, 3), 2, False, True, "speaker|test", True)
    assert RecordingSetup.of(settings) == wanted
    assert RecordingSetup.of(Settings()) == RecordingSetup()


@pytest.mark.parametrize("change", [{"channel": -1}, {"latency_offset_ms": 501.0}, {"count_in_bars": 9}])
def test_a_setup_checks_itself(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        RecordingSetup(**change)  # type: ignore[arg-type]
