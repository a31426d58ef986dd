"""Tempo, bars and key of a clip, to be read and corrected: typed, tapped, doubled, halved, the downbeat put in place.

What is asked for comes out as a changed `Analysis`; every change confirms it. Not for finding it out (`analysis`).
"""

from time import monotonic

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.melody import PITCH_CLASSES, Key
from musicgen_studio.core.tapping import Taps
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.widgets.number_box import inset
from musicgen_studio.ui.widgets.segments import Segments
from musicgen_studio.ui.widgets.tall_area import open_below
from musicgen_studio.ui.widgets.timeline import Snap

MIN_TYPED_BPM, MAX_TYPED_BPM = 20.0, 400.0
MAX_BEATS_PER_BAR = 16


class TempoCard(QFrame):
    """The card. It opens under whatever asked for it, and closes when something else is clicked. Main thread.

    Args:
        parent: Qt's owner.
    """

    changed = Signal(object)  # Analysis
    snap_chosen = Signal(str)  # a `Snap`
    metronome_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        set_look(self, Look.CARD)
        self.setAccessibleName(self.tr("Tempo, bars and key"))
        self._analysis = Analysis()
        self._duration_s = 0.0
        self._playhead_s = 0.0
        self._taps = Taps()
        self._said = plain_label(look=Look.MUTED, wraps=True)
        self._build_tempo()
        self._build_bars()
        self._build_rest()
        self._lay_out()
        self.set_analysis(None, 0.0)

    def set_analysis(self, analysis: Analysis | None, duration_s: float, *, is_heard: bool = True) -> None:
        """Show what is known of a clip. Emits nothing.

        Args:
            analysis: It, or None for nothing.
            duration_s: Length of the clip; 0 for none.
            is_heard: False while it is still being found out.
        """
        self._analysis, self._duration_s = analysis or Analysis(), duration_s
        known = self._analysis
        with (
            QSignalBlocker(self._tempo),
            QSignalBlocker(self._beats),
            QSignalBlocker(self._key),
            QSignalBlocker(self._locked),
        ):
            self._tempo.setValue(MIN_TYPED_BPM if known.bpm is None else known.bpm)
            self._beats.setValue(4 if known.tempo_map is None else known.tempo_map.beats_per_bar)
            self._key.setCurrentIndex(0 if known.key is None else 1 + 12 * known.key.is_minor + known.key.tonic)
            self._locked.setChecked(known.is_locked)
        for widget in (self._double, self._halve, self._downbeat, self._beats, self._metronome):
            widget.setEnabled(known.tempo_map is not None)
        self._said.setText(self._say(is_heard))
        self.setEnabled(duration_s > 0)

    def set_playhead(self, seconds: float) -> None:
        """Say where the playhead stands: there a bar can be made to begin."""
        self._playhead_s = seconds

    def set_snap(self, snap: Snap) -> None:
        """Show what is snapped to. Emits nothing."""
        self._snap.set_value(snap)

    def set_metronome(self, is_on: bool) -> None:
        """Show whether the metronome is heard. Emits nothing."""
        with QSignalBlocker(self._metronome):
            self._metronome.setChecked(is_on)

    def open_under(self, anchor: QWidget) -> None:
        """Open below a widget, inside the screen."""
        open_below(self, anchor)
        self._tempo.setFocus(Qt.FocusReason.PopupFocusReason)
        self._tempo.selectAll()

    def _build_tempo(self) -> None:
        self._tempo = QDoubleSpinBox(
            decimals=2, minimum=MIN_TYPED_BPM, maximum=MAX_TYPED_BPM, suffix=f" {self.tr('bpm')}"
        )
        self._tempo.setSpecialValueText(self.tr("no beat"))
        inset(self._tempo)
        self._tempo.setKeyboardTracking(False)
        self._tempo.setAccessibleName(self.tr("Tempo"))
        self._tempo.setToolTip(self.tr("Beats per minute; the first downbeat stays where it is"))
        self._tempo.valueChanged.connect(self._type_tempo)
        self._tap = self._button(self.tr("Tap"), self.tr("Tap along with the music, four times or more"))
        self._tap.pressed.connect(self._tap_tempo)
        self._double = self._button("× 2", self.tr("Twice as fast: a beat more between any two"))
        self._double.clicked.connect(lambda: self._give(self._analysis.doubled()))
        self._halve = self._button("÷ 2", self.tr("Half as fast: every other beat"))
        self._halve.clicked.connect(lambda: self._give(self._analysis.halved()))

    def _build_bars(self) -> None:
        self._beats = QSpinBox(minimum=1, maximum=MAX_BEATS_PER_BAR)
        inset(self._beats)
        self._beats.setKeyboardTracking(False)
        self._beats.setAccessibleName(self.tr("Beats per bar"))
        self._beats.setToolTip(self.tr("How many beats a bar has"))
        self._beats.valueChanged.connect(lambda beats: self._give(self._analysis.with_metre(beats)))
        self._downbeat = self._button(
            self.tr("Bar begins here"), self.tr("Let a bar begin at the playhead; all beats move along")
        )
        self._downbeat.clicked.connect(lambda: self._give(self._analysis.with_downbeat(self._playhead_s)))

    def _build_rest(self) -> None:
        self._key = QComboBox()
        self._key.addItem(self.tr("no key"), None)
        for is_minor in (False, True):
            for tonic in range(PITCH_CLASSES):
                key = Key(tonic, is_minor)
                self._key.addItem(key.name, key)
        self._key.setAccessibleName(self.tr("Key"))
        self._key.setToolTip(self.tr("Choose the key if another one was found"))
        self._key.currentIndexChanged.connect(lambda: self._give(self._analysis.with_key(self._key.currentData())))
        self._snap = Segments(
            (
                (Snap.OFF, self.tr("Nothing"), self.tr("Everything stays where it is put"), ""),
                (Snap.BEAT, self.tr("Beats"), self.tr("Selections, loops and the playhead fall on beats"), ""),
                (Snap.BAR, self.tr("Bars"), self.tr("Selections, loops and the playhead fall on bars"), ""),
            )
        )
        self._snap.setAccessibleName(self.tr("Snap to"))
        self._snap.chosen.connect(self.snap_chosen)
        self._metronome = QCheckBox(self.tr("Metronome over the clip"))
        self._metronome.setAccessibleName(self._metronome.text())
        self._metronome.setToolTip(self.tr("Hear whether the beats are right; it is in no file"))
        self._metronome.toggled.connect(self.metronome_toggled)
        self._locked = QCheckBox(self.tr("Confirmed"))
        self._locked.setAccessibleName(self._locked.text())
        self._locked.setToolTip(self.tr("What is confirmed is never found out anew"))
        self._locked.toggled.connect(lambda is_on: self._give(self._analysis.locked(is_on)))

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        tempo, bars = QHBoxLayout(), QHBoxLayout()
        for row, widgets in (
            (tempo, (self._tempo, self._tap, self._halve, self._double)),
            (bars, (self._beats, self._downbeat)),
        ):
            row.setSpacing(GRID)
            for widget in widgets:
                row.addWidget(widget)
        form = QFormLayout()
        form.setVerticalSpacing(2 * GRID)
        form.addRow(self.tr("Tempo"), tempo)
        form.addRow(self.tr("Beats per bar"), bars)
        form.addRow(self.tr("Key"), self._key)
        form.addRow(self.tr("Snap to"), self._snap)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self._said)
        column.addLayout(form)
        column.addWidget(self._metronome)
        column.addWidget(self._locked)

    def _say(self, is_heard: bool) -> str:
        known = self._analysis
        if not is_heard:
            return self.tr("Listening for the beat…")
        if known.is_locked:
            return self.tr("Set by you.")
        if known.tempo_map is None:
            return self.tr("No beat was found. Type or tap a tempo if there is one.")
        if known.other_bpms:
            return self.tr("It may be half or twice as fast: choose with ÷ 2 and × 2.")
        if not known.has_sure_tempo:
            return self.tr("This is a guess: listen with the metronome, and correct it.")
        if not known.has_sure_bars:
            return self.tr("The tempo is sure; where the bars begin is a guess.")
        return self.tr("Found by listening.")

    def _give(self, analysis: Analysis) -> None:
        self.set_analysis(analysis, self._duration_s)
        self.changed.emit(analysis)

    @Slot(float)
    def _type_tempo(self, bpm: float) -> None:
        if bpm > MIN_TYPED_BPM:
            self._give(self._analysis.with_bpm(bpm, self._duration_s))

    @Slot()
    def _tap_tempo(self) -> None:
        bpm = self._taps.tap(monotonic())
        if bpm is not None:
            self._give(self._analysis.with_bpm(min(max(bpm, MIN_TYPED_BPM + 1), MAX_TYPED_BPM), self._duration_s))
