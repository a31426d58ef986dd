"""Recording a hum: arm, look at the level, record to a count-in, stop, and have it in the library.

    window's thread: arm(), record(), stop(), … ─► queue ─► our thread ─┬─ input: open, read, close
                     poll() ◄── what is shown ◄────────────────────────┤  clicks: open, close
                     samples_since() ◄── growing sound ◄───────────────┴─ library: on disk every second

Not for devices (`sound`) nor for finding the notes (`dsp`), and without callbacks: the window asks.

A take begins where beat 0 is heard: the output tells when that is, the input which of its frames was sounded then. What
came in shortly before is kept for that. If the device goes, what there is by then is the take; if the program dies, the
library finds it at the next start. What goes wrong unforeseen ends the take and is told; the session goes on.
"""

import logging
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.library import Library
from musicgen_studio.sound.devices import SoundDevice
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.sound.input_levels import InputLevels
from musicgen_studio.sound.losses import Losses
from musicgen_studio.sound.metronome import ClickTrack
from musicgen_studio.sound.monitor import chosen_channel
from musicgen_studio.sound.output import PortAudioSystem, SoundSystem
from musicgen_studio.sound.recorder import Input, InputSystem, PortAudioInputs, channels_to_open
from musicgen_studio.studio.humming.accompaniment import Accompaniment
from musicgen_studio.studio.humming.growing_take import GrowingTake
from musicgen_studio.studio.humming.inputs import wanted_input
from musicgen_studio.studio.humming.pre_roll import PreRoll
from musicgen_studio.studio.humming.recording_state import Phase, RecordingSetup, RecordingState
from musicgen_studio.studio.humming.take import new_take

_LOG = logging.getLogger("musicgen_studio")

_TICK_S = 0.01  # part of how far what is seen lags behind what is sung
_RETRY_S = 1.0
_TAKE_PATIENCE = 4.0  # to give up a take is worse than to wait for the rest of it


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the thread last said, and what the window looks at itself at every frame of the screen.

    Args:
        state: How the session stood.
        levels: Of what comes in.
        clicks: The beats, if it was known by then when they are: what the thread finds out later belongs to a later
            state, such as why they are not heard.
    """

    state: RecordingState = field(default_factory=RecordingState)
    levels: InputLevels = field(default_factory=lambda: InputLevels(0))
    clicks: ClickTrack | None = None


class RecordingSession:
    """Records takes into a library, one after the other.

    All methods belong to the window's thread and return at once; `close` waits.

    Args:
        library: Where the takes go.
        inputs: What can be recorded from.
        outputs: Where the metronome can be heard.
        clock: Seconds that only grow, the same as the inputs' and outputs'.
        on_bug: Told, in a thread of the session's own, the traceback of what no user can mend.
    """

    def __init__(
        self,
        library: Library,
        inputs: InputSystem | None = None,
        outputs: SoundSystem | None = None,
        clock: Callable[[], float] = time.monotonic,
        on_bug: Callable[[str], None] = lambda _bug: None,
    ) -> None:
        self._library = library
        self._inputs = PortAudioInputs() if inputs is None else inputs
        self._clock = clock
        self._on_bug = on_bug
        self._orders: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._shown = _Shown()
        self._sound: GrowingSound | None = None  # of the take being made, or the last one
        # The thread's own.
        self._state = RecordingState()
        self._setup = RecordingSetup()
        self._levels = InputLevels(0)
        self._input: Input | None = None
        self._pre_roll = PreRoll()
        self._heard = Accompaniment(PortAudioSystem() if outputs is None else outputs, clock, self._tell_unheard)
        self._take: GrowingTake | None = None
        self._must_refresh = False
        self._losses = Losses()
        self._again: tuple[UserProblem, float] | None = None  # what the input was lost by, when to open it anew
        self._refresh_after_s = clock()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    # --- the window's thread ---

    def look(self) -> None:
        """Find out what can be recorded from."""
        self._orders.put(self._look)

    def devices_changed(self) -> None:
        """Say that a device came or went. It is looked for as soon as nothing plays or records on a device."""
        self._orders.put(self._note_change)

    def arm(self, setup: RecordingSetup) -> None:
        """Open the input, so that its level is seen. If another is open, it is closed, and its take kept."""
        self._orders.put(lambda: self._arm(setup))

    def disarm(self) -> None:
        """Close the input. A take in the making is kept."""
        self._orders.put(self._disarm)

    def record(self) -> None:
        """Begin a take, after the count-in if there is one. Only when armed, else nothing happens."""
        pressed_s = self._clock()
        self._orders.put(lambda: self._record(pressed_s))

    def stop(self) -> None:
        """End the take and keep it; in the count-in there is none yet. Where it could not be saved, try again."""
        self._orders.put(self._stop)

    def discard(self) -> None:
        """End the take and throw it away."""
        self._orders.put(self._discard)

    def reset_clip(self) -> None:
        """Put the clip lights out."""
        self._shown.levels.reset_clip()

    def poll(self) -> RecordingState:
        """Return what to show now. Cheap: to be called at every frame of the screen."""
        shown = self._shown
        beat = None if shown.clicks is None else shown.clicks.beat(self._clock())
        return replace(shown.state, peaks=shown.levels.take_peaks(), clipped=shown.levels.clipped, beat=beat)

    @property
    def take_rate(self) -> int:
        """Frames per second of `samples_since`, in Hz; 0 before the first take."""
        return 0 if self._sound is None else self._sound.sample_rate

    def samples_since(self, frame: int) -> Samples:
        """Return the take being made, or the last one, from a frame on, without copying or waiting.

        Args:
            frame: From 0. Each take begins at 0 again.

        Returns:
            float32 [frames, 1], read-only; nothing if it has not got there.
        """
        sound = self._sound
        return np.empty((0, 1), np.float32) if sound is None else sound.read(frame, max(sound.frames - frame, 0))

    def close(self) -> None:
        """Keep a take in the making and close all devices. Returns when that is done; nothing may be called after."""
        self._orders.put(self._end)
        self._thread.join()

    # --- our thread ---

    def _run(self) -> None:
        while not self._is_closing:
            order = self._next_order()
            try:
                if order is not None:
                    order()
                self._step()
            except Exception:  # noqa: BLE001 - the take has failed, not the session
                self._give_up(traceback.format_exc())
            self._publish()

    def _publish(self) -> None:
        clicks = self._heard.clicks
        is_known = clicks is not None and clicks.beat_0_s is not None
        self._shown = _Shown(self._state, self._levels, clicks if is_known else None)

    def _give_up(self, bug: str) -> None:
        """After a bug: let the devices go, keep the take, and be ready to be armed again."""
        source, output = self._input, self._heard.drop()
        self._input = None
        if output is not None:
            _attempt(output.close)
        if source is not None:
            _attempt(source.close)
        _attempt(self._close_input)
        if self._take is not None:
            self._take.is_cut_off = True
        if not _attempt(self._stop):
            self._take = None  # it is on disk as far as it came, and the next start finds it
        if self._take is None:  # else the disk's problem is more urgent
            self._show(Phase.OFF, _gave_up())
        self._publish()  # before it is told: who hears of it may look
        _attempt(lambda: self._on_bug(bug))

    def _next_order(self) -> Callable[[], None] | None:
        try:
            return self._orders.get(timeout=self._patience_s())
        except Empty:
            return None

    def _patience_s(self) -> float | None:
        if self._input is not None:
            return _TICK_S
        return _RETRY_S / 4 if self._must_refresh else None

    def _step(self) -> None:
        """Take in what came, and go on to what is due."""
        if self._input is not None:
            self._heard.advance()
            if self._again is None:
                self._follow(self._input)
            elif self._clock() >= self._again[1]:
                self._open_again(self._again[0], self._input)
        if self._must_refresh and self._input is None and self._clock() >= self._refresh_after_s:
            self._refresh()

    def _follow(self, source: Input) -> None:
        if self._state.phase is Phase.COUNT_IN:
            self._begin_if_due(source)
        self._take_in(source)
        fault = source.fault(_TAKE_PATIENCE if self._state.phase is Phase.RECORDING else self._losses.patience)
        if fault is not None:
            self._lose(fault, source)

    def _show(self, phase: Phase | None = None, problem: UserProblem | None = None) -> None:
        phase = self._state.phase if phase is None else phase
        self._state = replace(self._state, phase=phase, problem=self._state.problem if problem is None else problem)

    def _tell_unheard(self, problem: UserProblem) -> None:
        self._state = replace(self._state, heard_problem=problem)

    def _end(self) -> None:
        try:
            self._disarm()
        finally:
            self._is_closing = True

    # --- devices ---

    def _look(self) -> None:
        try:
            self._find_inputs()
        except UserProblem as problem:
            self._show(problem=problem)

    def _find_inputs(self) -> tuple[SoundDevice, ...]:
        inputs: tuple[SoundDevice, ...] = ()
        try:
            inputs = tuple(device for device in self._inputs.devices() if device.inputs)
        finally:
            self._state = replace(self._state, inputs=inputs)
        return inputs

    def _note_change(self) -> None:
        self._must_refresh = True
        if self._state.phase is Phase.ARMED:  # PortAudio looks only while nothing is open
            self._close_input()
            self._refresh()
            self._open_input()

    def _refresh(self) -> None:
        try:
            self._must_refresh = not self._inputs.refresh()
        except UserProblem:  # no PortAudio, so nothing to look for: listing says so
            self._must_refresh = False
        self._refresh_after_s = self._clock() + _RETRY_S
        self._look()

    def _arm(self, setup: RecordingSetup) -> None:
        self._disarm()
        if self._take is not None:  # it could not be saved
            return
        self._setup = setup
        self._losses.forget()
        self._state = replace(self._state, problem=None, heard_problem=None)
        if self._must_refresh:
            self._refresh()
        self._open_input()

    def _open_input(self) -> None:
        self._show(Phase.OPENING)
        self._shown = _Shown(self._state)
        try:
            device = wanted_input(self._find_inputs(), self._setup.device)
            source = self._inputs.open(device, channels_to_open(device, self._setup.channel))
        except UserProblem as problem:
            self._show(Phase.OFF, problem)
            return
        self._input, self._levels = source, InputLevels(source.channels)
        self._pre_roll.begin(source.rate)
        self._state = replace(self._state, phase=Phase.ARMED, device=device)
        self._heard.let_in(source, self._setup)

    def _disarm(self) -> None:
        self._stop()
        self._close_input()
        if self._state.phase is not Phase.SAVING:
            self._show(Phase.OFF)

    def _close_input(self) -> None:
        self._again = None
        self._heard.let_out(self._input)
        if self._input is not None:
            self._input.close()
        self._input, self._levels, self._pre_roll = None, InputLevels(0), PreRoll()
        self._state = replace(self._state, device=None)

    def _lose(self, fault: UserProblem, lost: Input) -> None:
        """Keep what there is of the take. To go on, somebody has to `arm` a device.

        Before a take begins nothing is lost yet: the input is opened anew, as perhaps only the computer stood still.
        """
        _LOG.warning("lost an input to record from: %s", fault)
        if self._state.phase in (Phase.ARMED, Phase.COUNT_IN):
            lost.close()
            self._try_again(fault, was_awake=lost.is_awake)
            return
        if self._take is not None:
            self._take.is_cut_off = True
        self._give_up_input(fault)

    def _try_again(self, fault: UserProblem, *, was_awake: bool) -> None:
        now_s = self._clock()
        wait_s = self._losses.note(now_s, was_awake=was_awake)
        if wait_s is None:
            self._give_up_input(fault)
        else:
            self._again = fault, now_s + wait_s

    def _give_up_input(self, fault: UserProblem) -> None:
        self._disarm()
        if self._state.phase is Phase.OFF:  # else the disk's problem is more urgent
            self._show(problem=fault)
        self._must_refresh = True  # it may be gone from the list

    def _open_again(self, fault: UserProblem, lost: Input) -> None:
        """Open the very input that was lost anew, and go on."""
        self._again = None
        try:
            self._inputs.refresh()  # unless something else is open
            device = next((found for found in self._inputs.devices() if found == self._state.device), None)
            source = None if device is None else self._inputs.open(device, lost.channels)
            refusal = "it is not listed any more"
        except UserProblem as problem:
            source, refusal = None, str(problem)
        if source is None:
            _LOG.warning("it cannot be opened again: %s", refusal)
            self._try_again(fault, was_awake=False)
            return
        _LOG.info("it was opened again")
        self._input = source
        if self._take is not None:  # nothing of it has come yet: what the input before had lost is not lost to it
            self._take.overruns = source.overruns
        self._pre_roll.begin(source.rate)
        self._heard.follow(source)

    # --- the take ---

    def _record(self, pressed_s: float) -> None:
        if self._input is None or self._state.phase is not Phase.ARMED:
            return
        self._state = replace(self._state, problem=None, heard_problem=None, recorded_s=0.0, overruns=0)
        is_to_metronome = self._setup.has_clicks or self._setup.count_in_bars > 0
        clip = new_take(self._library, self._input.rate, self._setup.metronome.tempo_bpm if is_to_metronome else None)
        try:
            self._take = GrowingTake(self._library.begin(clip), self._input.overruns)
            self._heard.start_clicks(self._setup, pressed_s)
        except UserProblem as problem:
            self._discard()
            self._show(problem=problem)
            return
        self._sound = self._take.sound
        self._show(Phase.COUNT_IN)

    def _begin_if_due(self, source: Input) -> None:
        """Begin the take once its first frame has been sounded."""
        assert self._take is not None
        clicks = self._heard.clicks
        beat_0_s = None if clicks is None else clicks.beat_0_s
        if beat_0_s is None:
            return
        begins_s = beat_0_s + self._setup.latency_offset_ms / 1000
        if self._clock() < max(begins_s, beat_0_s):
            return
        self._take.start_frame = source.frame_at(begins_s)
        self._show(Phase.RECORDING)
        for frame, samples in self._pre_roll.take():
            self._keep(frame, samples)

    def _take_in(self, source: Input) -> None:
        samples = source.read()
        self._levels.feed(samples)
        if not len(samples):
            return
        frame, chosen = self._pre_roll.count(len(samples)), self._chosen(samples)
        if self._state.phase is Phase.RECORDING:
            self._keep(frame, chosen)
        else:
            self._pre_roll.keep(frame, chosen)

    def _chosen(self, samples: Samples) -> Samples:
        return chosen_channel(samples, self._setup.channel)

    def _keep(self, frame: int, samples: Samples) -> None:
        assert self._take is not None
        assert self._input is not None
        try:
            self._take.feed(frame, samples)
        except UserProblem as problem:
            self._show(problem=problem)
        recorded_s = self._take.sound.frames / self._take.sound.sample_rate
        overruns = self._input.overruns - self._take.overruns
        self._state = replace(self._state, recorded_s=recorded_s, overruns=overruns)

    def _stop(self) -> None:
        if self._take is None:
            return
        if self._input is not None and self._state.phase is Phase.RECORDING:
            self._take_in(self._input)
        self._heard.stop_clicks()
        take = self._take
        if take.sound.frames == 0:
            self._discard()
            return
        if not take.sound.is_ended:
            take.sound.end()
        self._show(Phase.SAVING)
        try:
            clip = take.partial.finish(replace(take.partial.clip, is_complete=not take.is_cut_off))
        except UserProblem as problem:
            self._show(problem=problem)
            return
        self._take = None
        self._state = replace(self._state, takes=(*self._state.takes, clip))
        self._show_idle()

    def _discard(self) -> None:
        self._heard.stop_clicks()
        take, self._take = self._take, None
        if take is not None:
            if not take.sound.is_ended:
                take.sound.end()
            try:
                take.partial.abandon()
            except UserProblem as problem:
                self._show(problem=problem)
            self._show_idle()

    def _show_idle(self) -> None:
        self._show(Phase.OFF if self._input is None else Phase.ARMED)


def _attempt(step: Callable[[], object]) -> bool:
    """Do what may fail once more after a fault. Tells whether it went well."""
    try:
        step()
    except Exception:  # noqa: BLE001 - the first fault is the one that is told
        _LOG.error("fault after a fault\n%s", traceback.format_exc())
        return False
    return True


def _gave_up() -> UserProblem:
    return UserProblem(
        "The recording was broken off.",
        "Something happened in the program that it did not foresee.",
        "Choose the input again. What was recorded is in the library, at the latest after the next start.",
    )
