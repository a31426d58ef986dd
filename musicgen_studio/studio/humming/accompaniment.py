"""What a singer hears while recording: the metronome, and the own voice as it comes in.

One output is open for both. If there is none, or it goes, the beats run on unheard, and why is kept to be told. Not for
what is recorded (`recording`).
"""

import logging
from collections.abc import Callable

from musicgen_studio.core.audio import Samples
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import DeviceName
from musicgen_studio.sound.metronome import ClickTrack
from musicgen_studio.sound.monitor import InputMonitor
from musicgen_studio.sound.output import LATENCY_S, Fill, SoundOutput, SoundSystem
from musicgen_studio.sound.recorder import Input
from musicgen_studio.studio.humming.recording_state import RecordingSetup

_LOG = logging.getLogger("musicgen_studio")

_SILENT_RATE = 48000
_MONITOR_LATENCY_S = 0.03
_PATIENCE = 4.0  # a beat that comes late is better than none


class Accompaniment:
    """Clicks and monitor of one recording session, in its thread.

    Args:
        outputs: Where they can be heard.
        clock: Seconds that only grow, the same as the outputs'.
        tell: Told why nothing is heard.

    Attributes:
        clicks: The beats that run, heard or not; None for none.
    """

    def __init__(self, outputs: SoundSystem, clock: Callable[[], float], tell: Callable[[UserProblem], object]) -> None:
        self.clicks: ClickTrack | None = None
        self._outputs, self._tell = outputs, tell
        self._clock = clock
        self._output: SoundOutput | None = None
        self._monitor: InputMonitor | None = None

    def let_in(self, source: Input, setup: RecordingSetup) -> None:
        """Let what comes in be heard, where that is wanted and possible."""
        if not setup.monitors_input:
            return
        output = self._output = self._open_output(setup, _MONITOR_LATENCY_S)
        if output is not None:
            self._monitor = InputMonitor(setup.channel, source.rate, output.rate)
            source.tap(self._monitor.listen)
            output.play(self._monitor.fill)

    def follow(self, source: Input) -> None:
        """Go on with an input that was opened anew."""
        if self._monitor is not None:
            source.tap(self._monitor.listen)

    def let_out(self, source: Input | None) -> None:
        """Let nothing that comes in be heard any more."""
        self._monitor = None
        if source is not None:
            source.tap(None)
        self._close_output()

    def start_clicks(self, setup: RecordingSetup, pressed_s: float) -> None:
        """Let beats run, heard where that is wanted and possible.

        Raises:
            UserProblem: If their sounds are damaged.
        """
        if self._output is None and setup.has_clicks:
            self._output = self._open_output(setup, LATENCY_S)
        output = self._output if setup.has_clicks else None
        rate = _SILENT_RATE if output is None else output.rate
        clicks = ClickTrack(setup.metronome, setup.count_in_bars, setup.clicks_before, setup.clicks_recording, rate)
        if output is None:
            clicks.begin_unheard(self._clock() if setup.has_clicks else pressed_s)
        else:
            output.play(_together(clicks, self._monitor))
        self.clicks = clicks

    def stop_clicks(self) -> None:
        """Let the beats end; what comes in is heard as before."""
        if self._monitor is None:
            self._close_output()
        elif self._output is not None:
            self._output.play(self._monitor.fill)
        self.clicks = None

    def advance(self) -> None:
        """Keep the output going, and see whether it is still there. Every few milliseconds."""
        if self._output is None:
            return
        fault = self._output.fault(_PATIENCE)
        if fault is not None:  # the beats go on as they were
            _LOG.warning("lost a device to hear the metronome on: %s", fault)
            self._tell(fault)
            self._close_output()
            if self.clicks is not None and self.clicks.beat_0_s is None:  # it has never asked
                self.clicks.begin_unheard(self._clock())
            return
        while self._output.advance():
            pass

    def drop(self) -> SoundOutput | None:
        """Know of nothing any more, after a bug; return the output that is still to be closed."""
        output, self._output = self._output, None
        self._monitor = self.clicks = None
        return output

    def _open_output(self, setup: RecordingSetup, latency_s: float) -> SoundOutput | None:
        problem: UserProblem | None = None
        try:
            devices = [device for device in self._outputs.devices() if device.outputs]
            wanted = DeviceName.parse(setup.output_device)
            chosen = [each for each in devices if each.key == wanted]
            for device in (*chosen, *(each for each in devices if each.is_default_output)):
                try:
                    return self._outputs.open(device, latency_s)
                except UserProblem as refusal:
                    problem = refusal if problem is None else problem
        except UserProblem as no_list:
            problem = no_list
        self._tell(_unheard() if problem is None else problem)
        return None

    def _close_output(self) -> None:
        output, self._output = self._output, None
        if output is not None:
            output.play(None)
            output.close()


def _together(clicks: ClickTrack, monitor: InputMonitor | None) -> Fill:
    """Return what lets clicks be heard, and the input with them if there is a monitor."""
    if monitor is None:
        return clicks.fill

    def fill(out: Samples, delay_s: float, now_s: float) -> None:
        clicks.fill(out, delay_s, now_s)
        monitor.add_to(out)

    return fill


def _unheard() -> UserProblem:
    return UserProblem(
        "Nothing can be heard here.",
        "The system lists no sound device that has an output.",
        "Plug one in or switch it on. Meanwhile watch the beats and the level on the screen.",
    )
