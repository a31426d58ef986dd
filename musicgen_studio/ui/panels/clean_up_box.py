"""Switches for cleaning up notes that were sung: octaves, pitches, grid, short ones. One value in, one value out."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from musicgen_studio.core.melody import NOTE_NAMES, Key
from musicgen_studio.dsp.notes import CleanUp
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.widgets.flow_layout import FlowLayout
from musicgen_studio.ui.widgets.number_box import inset

MAX_MINIMUM_MS = 500
_DETECTED = ""


class CleanUpBox(QWidget):
    """The switches. Main thread."""

    changed = Signal(object)  # CleanUp

    def __init__(self) -> None:
        super().__init__()
        self._clean_up = CleanUp()
        self._tempo_bpm = 120.0
        self._build()
        flow = FlowLayout(self, 2 * GRID)
        for part in (self._fold, self._group(self.tr("Snap"), self._snap), self._key):
            flow.addWidget(part)
        flow.addWidget(self._group(self.tr("Grid"), self._grid))
        flow.addWidget(self._group(self.tr("Shortest"), self._minimum))
        self.set_values(CleanUp(), Key(0, is_minor=False), 120.0)

    def values(self) -> CleanUp:
        """Return what is set."""
        return self._clean_up

    def set_values(self, clean_up: CleanUp, detected: Key, tempo_bpm: float) -> None:
        """Show values. Emits nothing.

        Args:
            clean_up: What is done.
            detected: The key the notes seem to stand in.
            tempo_bpm: Of the grid.
        """
        self._clean_up, self._tempo_bpm = clean_up, tempo_bpm
        with (
            QSignalBlocker(self._fold),
            QSignalBlocker(self._snap),
            QSignalBlocker(self._key),
            QSignalBlocker(self._grid),
            QSignalBlocker(self._minimum),
        ):
            self._fold.setChecked(clean_up.fold_octaves)
            self._snap.setCurrentIndex(self._snap.findData(clean_up.snap))
            self._key.setItemText(0, self.tr("Found: {0}").format(detected.name))
            self._key.setCurrentIndex(0 if clean_up.key is None else self._key.findData(clean_up.key.name))
            self._key.setEnabled(clean_up.snap == "key")
            self._grid.setCurrentIndex(self._nearest_grid(clean_up.quantise_to_s))
            self._minimum.setValue(round(clean_up.minimum_note_s * 1000))

    def _build(self) -> None:
        self._fold = QCheckBox(self.tr("Fold octaves"))
        self._fold.setFixedHeight(32)  # as high as what stands beside it
        self._fold.setToolTip(self.tr("Notes far above or below the others come back by whole octaves"))
        self._snap = _choice(
            {"off": self.tr("Off"), "semitone": self.tr("Semitones"), "key": self.tr("Key")},
            self.tr("Snap pitches"),
            self.tr("Move each pitch to the nearest semitone, or to the nearest note of a key"),
        )
        keys = {_DETECTED: ""} | {key.name: key.name for key in _keys()}
        self._key = _choice(keys, self.tr("Key"), self.tr("The key that pitches snap to"))
        self._grid = _choice(
            {
                0.0: self.tr("Off"),
                1.0: self.tr("Quarters"),
                0.5: self.tr("Eighths"),
                1 / 3: self.tr("Triplets"),
                0.25: self.tr("Sixteenths"),
            },
            self.tr("Grid"),
            self.tr("Move beginnings and ends onto the metronome's grid"),
        )
        self._minimum = QSpinBox()
        self._minimum.setRange(0, MAX_MINIMUM_MS)
        self._minimum.setSingleStep(10)
        self._minimum.setSuffix(" " + self.tr("ms"))
        self._minimum.setKeyboardTracking(False)
        self._minimum.setFixedWidth(84)
        self._minimum.setAccessibleName(self.tr("Shortest note"))
        self._minimum.setToolTip(self.tr("Shorter notes are left out"))
        set_look(self._minimum, Look.NUMBER)
        inset(self._minimum)
        self._fold.setAccessibleName(self._fold.text())
        self._fold.toggled.connect(self._tell)
        self._minimum.valueChanged.connect(self._tell)
        for box in (self._snap, self._key, self._grid):
            box.currentIndexChanged.connect(self._tell)

    def _group(self, text: str, field: QWidget) -> QWidget:
        group = QWidget()
        row = QHBoxLayout(group)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        label = QLabel(text)
        label.setBuddy(field)
        row.addWidget(label)
        row.addWidget(field)
        return group

    def _nearest_grid(self, step_s: float | None) -> int:
        if step_s is None:
            return 0
        beats = step_s * self._tempo_bpm / 60
        return min(range(1, self._grid.count()), key=lambda row: abs(float(self._grid.itemData(row)) - beats))

    def _step_s(self) -> float | None:
        """The step stays what it was until another grid is chosen, though the metronome has another tempo by now."""
        before = self._clean_up.quantise_to_s
        if self._grid.currentIndex() == self._nearest_grid(before):
            return before
        beats = float(self._grid.currentData())
        return beats * 60 / self._tempo_bpm if beats else None

    @Slot()
    def _tell(self) -> None:
        key = self._key.currentData()
        self._clean_up = replace(
            self._clean_up,
            fold_octaves=self._fold.isChecked(),
            snap=self._snap.currentData(),
            key=next((each for each in _keys() if each.name == key), None),
            quantise_to_s=self._step_s(),
            minimum_note_s=self._minimum.value() / 1000,
        )
        self._key.setEnabled(self._clean_up.snap == "key")
        self.changed.emit(self._clean_up)


def _keys() -> list[Key]:
    return [Key(tonic, is_minor) for is_minor in (False, True) for tonic in range(len(NOTE_NAMES))]


def _choice(choices: dict[object, str] | dict[str, str] | dict[float, str], name: str, tip: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    for value, text in choices.items():
        box.addItem(text or str(value), value)
    return box
