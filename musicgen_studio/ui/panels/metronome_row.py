"""The metronome beside the recorder: how fast, how long it counts in, and when it is heard."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from musicgen_studio.sound.metronome import MAX_COUNT_IN_BARS, MAX_TEMPO_BPM, MIN_TEMPO_BPM
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.widgets.number_box import NumberBox, inset


@dataclass(frozen=True, slots=True)
class MetronomeValues:
    """What the row says.

    Args:
        tempo_bpm: Beats per minute.
        count_in_bars: Bars before the recording.
        clicks_before: Whether it is heard in them.
        clicks_recording: Whether it is heard while recording.
        clicks_playing: Whether it is heard while a recording is played.
    """

    tempo_bpm: float = 120.0
    count_in_bars: int = 1
    clicks_before: bool = True
    clicks_recording: bool = False
    clicks_playing: bool = False


class MetronomeRow(QWidget):
    """Tempo, count-in and three switches. Main thread."""

    changed = Signal(object)  # MetronomeValues

    def __init__(self) -> None:
        super().__init__()
        self._tempo = NumberBox()
        self._tempo.setRange(MIN_TEMPO_BPM, MAX_TEMPO_BPM)
        self._tempo.setDecimals(1)
        self._bars = QSpinBox()
        self._bars.setRange(0, MAX_COUNT_IN_BARS)
        self._bars.setSpecialValueText(self.tr("none"))
        for box, name, tip in (
            (self._tempo, self.tr("Tempo"), self.tr("Beats per minute of the metronome")),
            (self._bars, self.tr("Count-in"), self.tr("Bars that are counted before the recording begins")),
        ):
            set_look(box, Look.NUMBER)
            inset(box)
            box.setAlignment(Qt.AlignmentFlag.AlignRight)
            box.setFixedWidth(96)
            box.setAccessibleName(name)
            box.setToolTip(tip)
            box.setKeyboardTracking(False)
            box.valueChanged.connect(self._tell)
        self._tempo.setSuffix(" " + self.tr("bpm"))
        self._bars.valueChanged.connect(self._name_bars)
        self._before = self._switch(self.tr("In the count-in"), self.tr("Hear the metronome in the bars before"))
        self._recording = self._switch(
            self.tr("While recording"),
            self.tr("Hear it while you sing. With loudspeakers the microphone hears it, too"),
        )
        self._playing = self._switch(self.tr("While playing"), self.tr("Hear it when a recording is played"))
        self._lay_out()
        self.set_values(MetronomeValues())

    def values(self) -> MetronomeValues:
        """Return what is set."""
        return MetronomeValues(
            self._tempo.value(),
            self._bars.value(),
            self._before.isChecked(),
            self._recording.isChecked(),
            self._playing.isChecked(),
        )

    def set_values(self, values: MetronomeValues) -> None:
        """Show values. Emits nothing."""
        parts = (self._tempo, self._bars, self._before, self._recording, self._playing)
        for part in parts:
            part.blockSignals(True)
        self._tempo.setValue(values.tempo_bpm)
        self._bars.setValue(values.count_in_bars)
        self._name_bars(values.count_in_bars)
        self._before.setChecked(values.clicks_before)
        self._recording.setChecked(values.clicks_recording)
        self._playing.setChecked(values.clicks_playing)
        for part in parts:
            part.blockSignals(False)

    @Slot(int)
    def _name_bars(self, bars: int) -> None:
        self._bars.setSuffix(" " + (self.tr("bar") if bars == 1 else self.tr("bars")))

    def _switch(self, text: str, tip: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setAccessibleName(self.tr("Metronome: {0}").format(text))
        box.setToolTip(tip)
        box.toggled.connect(self._tell)
        return box

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(0, 1)
        for row, (text, field) in enumerate(((self.tr("Tempo"), self._tempo), (self.tr("Count-in"), self._bars))):
            label = QLabel(text)
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(grid)
        column.addWidget(plain_label(self.tr("The metronome is heard"), Look.MUTED))
        for switch in (self._before, self._recording, self._playing):
            column.addWidget(switch)

    @Slot()
    def _tell(self) -> None:
        self.changed.emit(self.values())
