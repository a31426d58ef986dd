"""Recording a hum in the window: the recorder's box and the session behind it, and the pitch while it is sung.

The session is asked at every frame of the screen while it is at work, and seldom while it is not. Not for the notes
that come of a take (`melodies`).
"""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.dsp.pitch import PitchStream, SwiftTracker
from musicgen_studio.sound.meter import Level, PeakMeter
from musicgen_studio.studio.humming.recording_state import Phase, RecordingSetup, RecordingState
from musicgen_studio.studio.program.background import ErrandDone
from musicgen_studio.studio.program.settings import Settings
from musicgen_studio.ui.panels.metronome_row import MetronomeValues
from musicgen_studio.ui.panels.recorder_box import RecorderBox
from musicgen_studio.ui.window.services import Services

POLL_MS, IDLE_MS = 33, 250
_AT_ONCE_S = 0.2  # of sound that is analysed between two looks: after a pause it catches up in steps


class Recording(QObject):
    """Runs the recorder. Main thread.

    Args:
        services: The program behind the window.
        box: What the musician sees of it.
        parent: Qt's owner.
    """

    take_recorded = Signal(object)  # Clip
    settings_changed = Signal()

    def __init__(self, services: Services, box: RecorderBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services, self._session, self._box = services, services.recording, box
        self._state = RecordingState()
        self._meters: list[PeakMeter] = []
        self._make_stream: Callable[[], PitchStream | None] | None = None
        self._is_making = False
        self._stream: PitchStream | None = None
        self._analysed = 0  # frames of the take
        self._connect()
        self._timer = QTimer(self, interval=IDLE_MS)
        self._timer.timeout.connect(self.poll)
        self._timer.start()

    @property
    def phase(self) -> Phase:
        """What the session is doing."""
        return self._state.phase

    @Slot(bool)
    def attend(self, is_seen: bool) -> None:
        """Look what can be recorded from when the recorder comes into view; let the microphone go when it leaves."""
        if is_seen:
            self._session.look()
        elif self._state.phase in (Phase.OPENING, Phase.ARMED, Phase.COUNT_IN):
            self._session.disarm()

    def use_settings(self) -> None:
        """Show what the settings say."""
        settings = self._services.settings
        self._box.metronome.set_values(
            MetronomeValues(
                settings.metronome_bpm,
                settings.count_in_bars,
                settings.clicks_before,
                settings.clicks_recording,
                settings.clicks_playing,
            )
        )
        self._box.set_inputs(self._state.inputs or (), settings.input_device, settings.input_channel)
        self._box.set_monitoring(settings.monitors_input)

    def close(self) -> None:
        """Stop polling."""
        self._timer.stop()

    @Slot()
    def poll(self) -> None:
        """Bring the screen up to what is heard."""
        before, state = self._state, self._session.poll()
        self._state = state
        if state.inputs != before.inputs:
            settings = self._services.settings
            self._box.set_inputs(state.inputs or (), settings.input_device, settings.input_channel)
        if state.phase is not before.phase:
            self._begin_phase(state.phase)
        if state.phase is Phase.RECORDING:
            self._follow_pitch()
        self._box.set_state(state, self._levels(state))
        for clip in state.takes[len(before.takes) :]:
            self.take_recorded.emit(clip)

    def _connect(self) -> None:
        box, session = self._box, self._session
        box.arm_requested.connect(self._arm)
        box.disarm_requested.connect(session.disarm)
        box.record_requested.connect(session.record)
        box.stop_requested.connect(session.stop)
        box.discard_requested.connect(session.discard)
        box.clip_reset_requested.connect(self._reset_clip)
        box.device_chosen.connect(self._choose_device)
        box.channel_chosen.connect(self._choose_channel)
        box.monitoring_chosen.connect(self._choose_monitoring)
        box.metronome.changed.connect(self._set_metronome)

    @Slot()
    def _arm(self) -> None:
        if self._make_stream is None and not self._is_making:  # loading the network takes a moment
            self._is_making = True
            words = self.tr("Get ready to follow the pitch")
            self._services.background.run(words, _stream_maker, self._keep_stream, self._miss_stream)
        self._session.arm(RecordingSetup.of(self._services.settings))
        self._timer.setInterval(POLL_MS)

    def _keep_stream(self, make_stream: Callable[[], PitchStream | None]) -> None:
        self._is_making = False
        self._make_stream = make_stream

    def _miss_stream(self, _errand: ErrandDone) -> None:
        self._is_making = False  # the take is recorded without; the next time it is tried again

    @Slot(str)
    def _choose_device(self, device: str) -> None:
        self._set(replace(self._services.settings, input_device=device, input_channel=1))

    @Slot(int)
    def _choose_channel(self, channel: int) -> None:
        self._set(replace(self._services.settings, input_channel=channel))

    @Slot(bool)
    def _choose_monitoring(self, is_on: bool) -> None:
        self._set(replace(self._services.settings, monitors_input=is_on))

    @Slot(object)
    def _set_metronome(self, values: MetronomeValues) -> None:
        self._set(
            replace(
                self._services.settings,
                metronome_bpm=values.tempo_bpm,
                count_in_bars=values.count_in_bars,
                clicks_before=values.clicks_before,
                clicks_recording=values.clicks_recording,
                clicks_playing=values.clicks_playing,
            )
        )

    def _set(self, settings: Settings) -> None:
        """Put settings into force; an open microphone is opened anew with them."""
        self._services.use(settings)
        if self._state.phase is Phase.ARMED:
            self._session.arm(RecordingSetup.of(settings))
        self.settings_changed.emit()

    @Slot()
    def _reset_clip(self) -> None:
        self._session.reset_clip()
        for meter in self._meters:
            meter.reset_clip()

    def _begin_phase(self, phase: Phase) -> None:
        self._timer.setInterval(IDLE_MS if phase is Phase.OFF else POLL_MS)
        if phase is Phase.RECORDING:
            self._analysed = 0
            self._stream = None if self._make_stream is None else self._make_stream()
        if phase in (Phase.OFF, Phase.OPENING):
            self._meters = []

    def _follow_pitch(self) -> None:
        """Analyse what was sung since the last look."""
        rate = self._session.take_rate
        if self._stream is None or not rate:
            return
        samples = self._session.samples_since(self._analysed)[: round(_AT_ONCE_S * rate), 0]
        if len(samples):
            self._analysed += len(samples)
            self._box.append_pitch(self._stream.feed(samples, rate))

    def _levels(self, state: RecordingState) -> list[Level]:
        if len(self._meters) != len(state.peaks):
            self._meters = [PeakMeter() for _ in state.peaks]
        now_s = monotonic()
        return [
            replace(meter.feed((peak, peak), now_s)[0], is_clipped=is_clipped)
            for meter, peak, is_clipped in zip(self._meters, state.peaks, state.clipped, strict=True)
        ]


def _stream_maker() -> Callable[[], PitchStream | None]:
    """Load the network, and return what makes a stream with it. A tracker of its own: one serves one thread only.

    Without the network's runtime there is no live pitch: pYIN would be too slow beside the window.
    """
    try:
        tracker = SwiftTracker()
    except ImportError:
        return lambda: None
    return lambda: PitchStream(tracker)
