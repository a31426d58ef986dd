"""Recording a hum: input, channels and levels, one large button for what comes next, and the pitch as it is sung.

It shows what it is given and asks for the rest. Not for recording (`studio.recording`) or for the notes that come of it
(`melody_editor`).
"""

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QRadioButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.core.melody import PitchCurve
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import SoundDevice
from musicgen_studio.sound.meter import Level
from musicgen_studio.sound.recorder import channels_to_open
from musicgen_studio.studio.humming.recording_state import Phase, RecordingState
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.clip_words import clock
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.panels.metronome_row import MetronomeRow
from musicgen_studio.ui.widgets.fold_box import FoldBox
from musicgen_studio.ui.widgets.input_level import InputLevel
from musicgen_studio.ui.widgets.key_button import KeyButton
from musicgen_studio.ui.widgets.pitch_trace import PitchTrace
from musicgen_studio.ui.widgets.problem_note import ProblemNote
from musicgen_studio.ui.window.shortcuts import Bindings, KeyMap

MIXED = 0  # the channel that stands for all of them
_SEEN_ROWS, _ROW_PX = 4, 24
_QUIET_DB, _LOUD_DB = -30.0, -3.0
_LIVE = (Phase.ARMED, Phase.COUNT_IN, Phase.RECORDING)


class RecorderBox(QWidget):
    """The recorder. Main thread.

    Args:
        keys: The table of keys.
    """

    arm_requested = Signal()
    disarm_requested = Signal()
    record_requested = Signal()
    stop_requested = Signal()
    discard_requested = Signal()
    clip_reset_requested = Signal()
    device_chosen = Signal(str)  # `name|host api`, empty for the system's
    channel_chosen = Signal(int)  # from 1; 0 is all, mixed
    monitoring_chosen = Signal(bool)  # whether what comes in is heard at once
    seen_wanted = Signal(object)  # QWidget that is to be scrolled into view

    def __init__(self, keys: KeyMap) -> None:
        super().__init__()
        self._bindings = Bindings(self, keys)
        self._keys = keys
        self._state = RecordingState()
        self._channel = 1
        self._channel_count = 0
        self._levels: list[InputLevel] = []
        self._radios: dict[int, QRadioButton] = {}
        self._held_db = -200.0
        self._build_input()
        self._build_actions()
        self._trace = PitchTrace()
        self.metronome = MetronomeRow()
        self._metronome_fold = FoldBox(self.tr("METRONOME"))
        self._metronome_fold.set_content(self.metronome)
        self._lay_out()
        self._show()

    # What is shown

    def set_inputs(self, inputs: Sequence[SoundDevice], chosen: str, channel: int) -> None:
        """Offer these inputs.

        Args:
            inputs: What can be recorded from.
            chosen: `name|host api` of the one to use, empty for the system's.
            channel: Which of its channels, from 1; 0 is all.
        """
        names = {"": self.tr("The system's input")}
        names |= {f"{device.name}|{device.host_api}": f"{device.name} ({device.host_api})" for device in inputs}
        if chosen not in names:
            names[chosen] = self.tr("{0} (not there now)").format(chosen.partition("|")[0])
        with QSignalBlocker(self._device):
            self._device.clear()
            for key, name in names.items():
                self._device.addItem(name, key)
            self._device.setCurrentIndex(self._device.findData(chosen))
        self._channel = channel
        device = _chosen_device(inputs, chosen)
        self._offer_channels(0 if device is None else channels_to_open(device, channel))

    def set_monitoring(self, is_on: bool) -> None:
        """Show whether what comes in is heard at once. Emits nothing."""
        with QSignalBlocker(self._monitoring):
            self._monitoring.setChecked(is_on)
        self._show()

    def set_state(self, state: RecordingState, levels: Sequence[Level]) -> None:
        """Show where the recording stands.

        Args:
            state: What the session says.
            levels: Of each open channel; none while nothing is open.
        """
        if levels and len(levels) != self._channel_count:
            self._offer_channels(len(levels))
        before, self._state = self._state, state
        for number, bar in enumerate(self._levels):
            level = levels[number] if number < len(levels) else Level()
            bar.set_level(level.level_db, level.held_db, level.is_clipped)
        heard = levels if self._channel == MIXED else levels[self._channel - 1 : self._channel]
        self._held_db = max((level.held_db for level in heard), default=-200.0)
        if before.phase != state.phase:
            self._begin_phase(state.phase)
        if state.problem is not before.problem or state.heard_problem is not before.heard_problem:
            self._problem.set_problem(state.problem or state.heard_problem)
        self._show()

    def append_pitch(self, curve: PitchCurve) -> None:
        """Show the newest pitch."""
        self._trace.append(curve)

    def set_busy(self, words: str) -> None:
        """Say what is done with the last take, such as looking for its notes; empty for nothing."""
        self._busy = words
        self._show()

    def set_keys(self, keys: KeyMap) -> None:
        """Use other keys from now on."""
        self._keys = keys
        self._bindings.set_keys(keys)
        self._show()

    @Slot()
    def act(self) -> None:
        """Do what the large button says: get ready, record, stop."""
        phase = self._state.phase
        if phase in (Phase.RECORDING, Phase.COUNT_IN, Phase.SAVING):
            (self.discard_requested if phase is Phase.COUNT_IN else self.stop_requested).emit()
        elif phase is Phase.ARMED:
            self.record_requested.emit()
        elif phase is Phase.OFF:
            self.arm_requested.emit()

    # Building

    def _build_input(self) -> None:
        self._device = QComboBox()
        self._device.setAccessibleName(self.tr("Input"))
        self._device.setToolTip(self.tr("What is recorded from: a microphone or an interface"))
        self._device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._device.setMinimumContentsLength(12)
        self._device.currentIndexChanged.connect(lambda: self.device_chosen.emit(self._device.currentData()))
        self._channels = QWidget()
        self._channel_grid = QGridLayout(self._channels)
        self._channel_grid.setContentsMargins(0, 0, 0, 0)
        self._channel_grid.setVerticalSpacing(0)
        self._channel_grid.setHorizontalSpacing(2 * GRID)
        self._channel_grid.setColumnStretch(1, 1)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._choose_channel)
        self._channel_area = QScrollArea()
        self._channel_area.setWidgetResizable(True)
        self._channel_area.setFrameShape(QFrame.Shape.NoFrame)
        self._channel_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._channel_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._channel_area.setWidget(self._channels)
        self._monitoring = QCheckBox(self.tr("Hear yourself"))
        self._monitoring.setAccessibleName(self._monitoring.text())
        self._monitoring.setToolTip(
            self.tr("Play what the microphone hears at once. An interface that can do this itself is quicker")
        )
        self._monitoring.toggled.connect(self.monitoring_chosen)
        self._headphones = plain_label(
            self.tr("Wear headphones: from loudspeakers the microphone would hear itself."), Look.MUTED, wraps=True
        )
        self._problem = ProblemNote()

    def _build_actions(self) -> None:
        self._busy = ""
        self._is_wanted = False
        self._words = plain_label(wraps=True)
        set_look(self._words, Look.STRONG)
        self._advice = plain_label(look=Look.MUTED, wraps=True)
        self._said = ("", "")  # by the button
        self._button = KeyButton()
        self._button.setMinimumHeight(36)
        self._button.setIconSize(QSize(18, 18))
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self.act)
        self._off = self._small("close", self.tr("Switch the microphone off"))
        self._off.clicked.connect(self.disarm_requested)
        self._discard = self._small("trash", self.tr("Throw this recording away and be ready again"))
        self._discard.clicked.connect(self.discard_requested)

    def _small(self, picture: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(picture))
        button.setIconSize(QSize(18, 18))
        button.setFixedHeight(36)
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._button, 1)
        row.addWidget(self._discard)
        row.addWidget(self._off)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._device)
        column.addWidget(self._channel_area)
        column.addWidget(self._monitoring)
        column.addWidget(self._headphones)
        column.addWidget(self._words)
        column.addWidget(self._advice)
        column.addWidget(self._trace)
        column.addLayout(row)
        column.addWidget(self._problem)
        column.addWidget(self._metronome_fold)

    def _offer_channels(self, count: int) -> None:
        """Lay out a row for each channel: its number and its level."""
        if count == self._channel_count:
            self._check_channel()
            return
        for widget in (*self._radios.values(), *self._levels):
            self._channel_grid.removeWidget(widget)
            widget.deleteLater()
        self._channel_count, self._levels, self._radios = count, [], {}
        for number in range(1, count + 1):
            name = self.tr("Channel {0}").format(number)
            self._add_radio(number, name, self.tr("Record channel {0}").format(number))
            bar = InputLevel(name)
            bar.reset_requested.connect(self.clip_reset_requested)
            self._levels.append(bar)
            self._channel_grid.addWidget(bar, number, 1)
        if count > 1:
            self._add_radio(MIXED, self.tr("All channels, mixed"), self.tr("Record all channels together"))
        rows = count + (count > 1)
        self._channel_area.setFixedHeight(min(rows, _SEEN_ROWS) * _ROW_PX)
        self._channel_area.setVisible(count > 0)
        self._check_channel()

    def _add_radio(self, channel: int, name: str, tip: str) -> None:
        radio = QRadioButton(name)
        radio.setAccessibleName(name)
        radio.setToolTip(tip)
        radio.setFixedHeight(_ROW_PX)
        self._group.addButton(radio, channel)
        self._radios[channel] = radio
        if channel == MIXED:
            self._channel_grid.addWidget(radio, self._channel_count + 1, 0, 1, 2)
        else:
            self._channel_grid.addWidget(radio, channel, 0)

    def _check_channel(self) -> None:
        radio = self._radios.get(self._channel) or self._radios.get(1)
        if radio is not None:
            radio.setChecked(True)

    @Slot(int)
    def _choose_channel(self, channel: int) -> None:
        self._channel = channel
        self.channel_chosen.emit(channel)

    # Words for every state

    def _begin_phase(self, phase: Phase) -> None:
        if phase is Phase.COUNT_IN:
            self._trace.clear(self.tr("Counting in"))
        elif phase is Phase.RECORDING:
            self._trace.clear(self.tr("Sing or hum one voice"))
        if phase in _LIVE:
            self._is_wanted = True

    def _show(self) -> None:
        phase = self._state.phase
        can_record = self._state.inputs is None or bool(self._state.inputs) or phase is not Phase.OFF
        words, advice = self._in_words(phase, can_record)
        for label, text in ((self._words, words), (self._advice, advice)):
            if label.text() != text:
                label.setText(text)
                label.setVisible(bool(text))
        for part in (self._device, self._monitoring, self._button, self._metronome_fold):
            part.setVisible(can_record)
        self._headphones.setVisible(can_record and self._monitoring.isChecked())
        self._channel_area.setVisible(can_record and self._channel_count > 0)
        for part in (self._device, self._monitoring):
            part.setEnabled(phase in (Phase.OFF, Phase.ARMED))
        self._trace.setVisible(phase in (Phase.COUNT_IN, Phase.RECORDING))
        self._off.setVisible(phase is Phase.ARMED)
        self._discard.setVisible(phase is Phase.RECORDING)
        self._show_button(phase)
        if self._is_wanted:
            self._is_wanted = False
            self.seen_wanted.emit(self._button)

    def _show_button(self, phase: Phase) -> None:
        text, picture, tip = {
            Phase.OFF: (self.tr("Get ready"), "microphone", self.tr("Switch the microphone on and look at its level")),
            Phase.OPENING: (self.tr("Opening …"), "microphone", self.tr("The microphone is being opened")),
            Phase.ARMED: (self.tr("Record"), "record", self.tr("Begin to record, after the count-in if there is one")),
            Phase.COUNT_IN: (self.tr("Cancel"), "close", self.tr("Do not record after all")),
            Phase.RECORDING: (self.tr("Stop"), "stop", self.tr("End the recording and keep it")),
            Phase.SAVING: (self.tr("Save again"), "redo", self.tr("Try once more to write the recording to the disk")),
        }[phase]
        said = text, self._keys.label("record")
        if said == self._said:
            return
        self._said = said
        self._button.say(*said)
        self._button.setIcon(icon(picture, "danger" if picture in ("record", "stop") else "text"))
        self._button.setEnabled(phase is not Phase.OPENING)
        self._bindings.tip(self._button, "record", tip)

    def _in_words(self, phase: Phase, can_record: bool) -> tuple[str, str]:
        """Say where things stand and what to do, in a line each."""
        if not can_record:
            return self.tr("No microphone or other input was found."), self.tr(
                "Plug one in: it appears here by itself. Sound files, MIDI files and the keyboard on the screen work "
                "without one: choose File, MIDI or Notes above."
            )
        if self._busy:
            return self._busy, ""
        recorded = clock(self._state.recorded_s)
        match phase:
            case Phase.ARMED:
                return self._level_words(), self.tr("It listens and does not record yet.")
            case Phase.COUNT_IN:
                return self._count_in_words(), self.tr("Recording begins with the first beat of the next bar.")
            case Phase.RECORDING:
                lost = self.tr("The computer was too slow: a piece of the sound was lost.")
                return self.tr("Recording {0}").format(recorded), lost if self._state.overruns else ""
            case Phase.SAVING:
                return self.tr("The recording of {0} is not saved yet.").format(recorded), ""
            case Phase.OPENING:
                return self.tr("Opening the microphone …"), ""
        return "", self.tr("Hum or sing a tune; the music follows it. First you see the level, then you record.")

    def _level_words(self) -> str:
        if self._held_db < _QUIET_DB:
            return self.tr("Ready. Sing: the level is still low.")
        if self._held_db > _LOUD_DB:
            return self.tr("Ready, but too loud: turn it down.")
        return self.tr("Ready. The level is good.")

    def _count_in_words(self) -> str:
        beat = self._state.beat
        if beat is None:
            return self.tr("Counting in …")
        return self.tr("Counting in: {0}").format(max(ceil(-beat), 1))

    def problem(self) -> UserProblem | None:
        """Return what is said to stand in the way."""
        return self._state.problem or self._state.heard_problem


def _chosen_device(inputs: Sequence[SoundDevice], chosen: str) -> SoundDevice | None:
    for device in inputs:
        if device.is_default_input if not chosen else f"{device.name}|{device.host_api}" == chosen:
            return device
    return None
