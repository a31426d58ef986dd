"""The stems of a clip as lanes under its waveform: what each is, how loud it is heard, its own waveform.

They follow the large waveform's zoom and its playhead, and scroll where the window has no room for all. Not for
separating (`studio.arranging.stems`) or mixing (`sound.mixing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.sound.mixing import LaneLevel, gains
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import ElidedLabel, plain_label
from musicgen_studio.ui.widgets.picture_button import picture_button
from musicgen_studio.ui.widgets.tall_area import TallArea
from musicgen_studio.ui.widgets.timeline import Viewport
from musicgen_studio.ui.widgets.waveform_tiles import WaveformTiles, lane_middles

LANE_HEIGHT = 40
LOWEST_DB, HIGHEST_DB = -30, 6
"""At the lowest place of its slider a lane is silent."""

_NAME_WIDTH = 64


class Notes(Enum):
    """How far the notes of the stems are found, as MIDI."""

    NONE = auto()
    LISTENING = auto()
    READY = auto()


@dataclass(frozen=True, slots=True)
class StemView:
    """One stem as it is shown.

    Args:
        id: Of its clip in the library.
        name: Such as `drums`.
        peaks: Its peaks; they may still be growing.
    """

    id: str
    name: str
    peaks: PeakPyramid


class StemLanes(QWidget):
    """The lanes, one below the other, and what stands above them. Main thread.

    Args:
        parent: Qt's owner.
    """

    levels_changed = Signal(list)  # a `LaneLevel` for each stem, in order
    drag_requested = Signal(list)  # ids of the stems that are dragged out of the window
    notes_requested = Signal()  # the notes are to be listened for
    notes_drag_requested = Signal()  # they are dragged out of the window
    closed = Signal()
    """The stems are to be hidden, and the clip to be heard as it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Stems"))
        self._lanes: list[_Lane] = []
        self._said = ElidedLabel(Look.MUTED)  # it may be long, and must not press the other columns together
        self._all = self._button(
            "drag-handle", self.tr("Drag all stems"), self.tr("Drag all stems into another program")
        )
        self._all.pressed.connect(self._press_all)
        self._notes = self._button("note", "", "")
        self._notes.setText(self.tr("MIDI"))
        self._notes.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._notes_are = Notes.NONE
        self._notes.pressed.connect(self._press_notes)
        self._notes.clicked.connect(self._click_notes)
        self.set_notes(Notes.NONE)
        self._hide = self._button("close", self.tr("Hide stems"), self.tr("Hide the stems, and hear the clip as it is"))
        self._hide.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(plain_label(self.tr("STEMS"), look=Look.SECTION))
        head.addWidget(self._said, 1)
        head.addWidget(self._notes)
        head.addWidget(self._all)
        head.addWidget(self._hide)
        page = QWidget()
        self._rows = QVBoxLayout(page)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(GRID)
        area = TallArea(page)
        area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(area)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def set_stems(self, stems: Sequence[StemView], separator: str = "") -> None:
        """Show other stems, all heard as they are.

        Args:
            stems: Which; none hides the lanes.
            separator: What took the clip apart and what it has learnt from, in words.
        """
        for lane in self._lanes:
            self._rows.removeWidget(lane)
            lane.deleteLater()
        self._lanes = [_Lane(stem) for stem in stems]
        for lane in self._lanes:
            lane.changed.connect(self._tell)
            lane.drag_requested.connect(partial(self._drag, lane))
            self._rows.addWidget(lane)
        self._said.setText(separator)
        self._said.setToolTip(separator)
        self.setVisible(bool(stems))

    def set_notes(self, notes: Notes) -> None:
        """Say how far the notes are found: they are asked for by the button first, then dragged by it."""
        name, tip = {
            Notes.NONE: (
                self.tr("Find the notes"),
                self.tr("Listen for the notes of all stems; then drag them from here as MIDI"),
            ),
            Notes.LISTENING: (self.tr("Finding the notes"), self.tr("The notes are being listened for…")),
            Notes.READY: (self.tr("Drag the notes"), self.tr("Drag the notes into another program as MIDI")),
        }[notes]
        self._notes_are = notes
        self._notes.setEnabled(notes is not Notes.LISTENING)
        self._notes.setIcon(icon("drag-handle" if notes is Notes.READY else "note"))
        self._notes.setAccessibleName(name)
        self._notes.setToolTip(tip)

    def set_view(self, view: Viewport) -> None:
        """Show the part of time that the large waveform shows."""
        for lane in self._lanes:
            lane.strip.set_range(view.start_frame, min(view.end_frame, float(view.total_frames)))

    def set_playhead(self, frame: int) -> None:
        """Say where the playhead is."""
        for lane in self._lanes:
            lane.strip.set_playhead(frame)

    def sounds_grew(self) -> None:
        """Show what was appended to the peaks since."""
        for lane in self._lanes:
            lane.strip.grew()

    def levels(self) -> list[LaneLevel]:
        """Return how each lane is heard, in order."""
        return [lane.level() for lane in self._lanes]

    def _button(self, picture: str, name: str, tip: str) -> QToolButton:
        button = picture_button(picture, name)
        button.setToolTip(tip)
        return button

    @Slot()
    def _press_all(self) -> None:
        self._all.setDown(False)  # the receiver takes the mouse from here on
        self.drag_requested.emit([lane.stem.id for lane in self._lanes])

    @Slot()
    def _press_notes(self) -> None:
        if self._notes_are is Notes.READY:
            self._notes.setDown(False)  # the receiver takes the mouse from here on
            self.notes_drag_requested.emit()

    @Slot()
    def _click_notes(self) -> None:
        if self._notes_are is Notes.NONE:
            self.notes_requested.emit()

    @Slot()
    def _tell(self) -> None:
        levels = self.levels()
        for lane, gain in zip(self._lanes, gains(levels), strict=True):
            lane.strip.set_heard(gain > 0)
        self.levels_changed.emit(levels)

    def _drag(self, lane: "_Lane") -> None:
        self.drag_requested.emit([lane.stem.id])


class _Lane(QWidget):
    """One stem: its name, mute, solo, level, waveform."""

    changed = Signal()
    drag_requested = Signal()

    def __init__(self, stem: StemView) -> None:
        super().__init__()
        self.stem = stem
        name = stem.name.capitalize()
        self._name = plain_label(name)
        self._name.setFixedWidth(_NAME_WIDTH)
        self._mute = self._letter("M", self.tr("Mute {0}").format(name), self.tr("Silence it"))
        self._solo = self._letter(
            "S", self.tr("Solo {0}").format(name), self.tr("Hear only it, and others that are solo")
        )
        self._level = QSlider(Qt.Orientation.Horizontal)
        self._level.setRange(LOWEST_DB, HIGHEST_DB)
        self._level.setValue(0)
        self._level.setFixedWidth(72)
        self._level.setAccessibleName(self.tr("Level of {0}").format(name))
        self._level.valueChanged.connect(self._say_level)
        self._level.valueChanged.connect(self.changed)
        self._say_level()
        self.strip = _Strip(stem.peaks, self.tr("Waveform of {0}").format(name))
        self.strip.drag_requested.connect(self.drag_requested)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        for column, widget in enumerate((self._name, self._mute, self._solo, self._level, self.strip)):
            grid.addWidget(widget, 0, column)
        grid.setColumnStretch(4, 1)
        self.setFixedHeight(LANE_HEIGHT)

    def level(self) -> LaneLevel:
        """Return how it is heard."""
        is_lowest = self._level.value() == LOWEST_DB
        return LaneLevel(float(self._level.value()), self._mute.isChecked() or is_lowest, self._solo.isChecked())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Bring the level back to 0 dB."""
        if self._level.geometry().contains(event.position().toPoint()):
            self._level.setValue(0)

    def _letter(self, letter: str, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(letter)
        button.setCheckable(True)
        button.setAccessibleName(name)
        button.setToolTip(tip)
        button.setFixedSize(26, 26)
        set_look(button, Look.QUIET)
        button.toggled.connect(self.changed)
        return button

    @Slot()
    def _say_level(self) -> None:
        value = self._level.value()
        self._level.setToolTip(self.tr("Silent") if value == LOWEST_DB else self.tr("{0:+d} dB").format(value))


class _Strip(QWidget):
    """A stem's waveform. By it the stem is dragged out of the window."""

    drag_requested = Signal()

    def __init__(self, peaks: PeakPyramid, name: str) -> None:
        super().__init__()
        self._peaks = peaks
        self._tiles = WaveformTiles()
        self._tiles.set_peaks(peaks)
        self._range = (0.0, float(max(peaks.frames, 1)))
        self._playhead = 0
        self._is_heard = True
        self._pressed: QPoint | None = None
        self.setAccessibleName(name)
        self.setToolTip(self.tr("Drag it into another program"))
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_range(self, start: float, end: float) -> None:
        """Show these frames."""
        if (start, end) != self._range and end > start:
            self._range = (start, end)
            self.update()

    def set_playhead(self, frame: int) -> None:
        """Move the playhead."""
        if frame != self._playhead:
            self._playhead = frame
            self.update()

    def set_heard(self, is_heard: bool) -> None:
        """Show whether it is heard, or silenced by its own button or another's solo."""
        if is_heard != self._is_heard:
            self._is_heard = is_heard
            self.update()

    def grew(self) -> None:
        """Show what was appended to the peaks."""
        self._tiles.grew()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        self.update()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it."""
        colours, painter, area = theme.current(), QPainter(self), QRectF(self.rect())
        painter.fillRect(area, QColor(colours.field))
        view = self._view()
        for middle in lane_middles(self._peaks.channels, area.height()):
            painter.fillRect(QRectF(0, round(middle), area.width(), 1), QColor(colours.grid_strong))
        self._tiles.paint(painter, area, view, colours.waveform if self._is_heard else colours.muted, area)
        x = view.x(self._playhead)
        if 0 <= x <= area.width():
            painter.fillRect(QRectF(round(x), 0, 1, area.height()), QColor(colours.playhead))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag, perhaps."""
        self._pressed = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it out once the pointer has moved."""
        if self._pressed is None:
            return
        moved = event.position().toPoint() - self._pressed
        if moved.manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None  # before the receiver's own event loop takes the mouse
            self.drag_requested.emit()

    def _view(self) -> Viewport:
        ratio = self.devicePixelRatioF()
        columns = max(round(self.width() * ratio), 1)
        start, end = self._range
        zoom = (end - start) / columns
        return Viewport(max(self._peaks.frames, round(end)), columns, ratio, zoom, round(start / zoom))
