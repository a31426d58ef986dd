"""The page where notes are looked at and changed: the note view, clean-up, a keyboard, and what becomes of them.

It shows a melody and tells every edit; the owner keeps and undoes it. Not for recording (`recorder_box`).
"""

from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from musicgen_studio.core.melody import Floats, Key, Melody, Note, PitchCurve
from musicgen_studio.dsp.notes import CleanUp
from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, HEAD_PX, Look, set_look
from musicgen_studio.ui.panels.clean_up_box import CleanUpBox
from musicgen_studio.ui.panels.clip_words import clock
from musicgen_studio.ui.panels.labels import ElidedLabel, plain_label
from musicgen_studio.ui.widgets.flow_layout import FlowLayout
from musicgen_studio.ui.widgets.fold_box import FoldBox
from musicgen_studio.ui.widgets.note_view import NEW_NOTE_S, NoteView
from musicgen_studio.ui.widgets.piano_keys import PianoKeys
from musicgen_studio.ui.widgets.segments import Segments

_ROOMY_PX = 640  # height in which everything can be open
AS_SUNG, AS_NOTES = "sung", "notes"


@dataclass(frozen=True, slots=True, eq=False)
class EditorView:
    """What the page shows.

    Args:
        title: Where the melody comes from.
        melody: Its notes, cleaned up.
        clean_up: How.
        key: The key they seem to stand in.
        chroma: What the model sees, float32 `[frames, 12]` at 7.8125 Hz.
        tempo_bpm: Of the grid: the melody's, else the metronome's.
        as_sung: Whether the model is given the sound; else the notes.
        has_sound: Whether there is a sound to be given.
    """

    title: str
    melody: Melody
    clean_up: CleanUp
    key: Key
    chroma: Floats
    tempo_bpm: float
    as_sung: bool
    has_sound: bool


class MelodyEditor(QWidget):
    """The page. Main thread."""

    edited = Signal(object, str)  # Melody, what was done
    drafted = Signal(object)  # Melody, while the mouse is held
    clean_up_changed = Signal(object)  # CleanUp
    as_sung_chosen = Signal(bool)
    play_requested = Signal(float)  # what the model hears, from this time on, or stop
    sound_requested = Signal(float)  # one note, by its pitch
    export_requested = Signal()
    drag_requested = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title = ElidedLabel(Look.TITLE)
        self._title.setFixedHeight(HEAD_PX)
        self._facts = ElidedLabel(Look.MUTED)
        self._tempo_bpm = 120.0
        self._folds_itself = True
        self.notes = NoteView()
        self._keys = PianoKeys()
        self._clean_up = CleanUpBox()
        self._build_actions()
        self._build_tools()
        self._build_keys()
        self._lay_out()
        self._connect()

    def show_melody(self, view: EditorView) -> None:
        """Show a melody."""
        self._title.setText(view.title)
        self._title.setToolTip(f"<qt>{escape(view.title)}</qt>")
        count = len(view.melody.notes)
        notes = self.tr("1 note") if count == 1 else self.tr("{0} notes").format(count)
        facts = [notes, clock(view.melody.duration_s), view.key.name if count else ""]
        self._facts.setText(" · ".join(fact for fact in facts if fact))
        self._facts.setToolTip(f"<qt>{escape(self._facts.text())}</qt>")
        self._tempo_bpm = view.tempo_bpm
        self.notes.set_melody(view.melody)
        self.notes.set_chroma(view.chroma)
        self.notes.set_grid(view.clean_up.quantise_to_s, view.clean_up.grid_start_s)
        self._clean_up.set_values(view.clean_up, view.key, view.tempo_bpm)
        self._as.set_value(AS_SUNG if view.as_sung else AS_NOTES)
        self._as.setVisible(view.has_sound)
        self._as_words.setVisible(view.has_sound)
        for button in (self._play, self._export, self._drag):
            button.setEnabled(bool(view.melody.notes) or view.as_sung)
        self._drag.setEnabled(bool(view.melody.notes))
        self._export.setEnabled(bool(view.melody.notes))

    def set_sound(self, curve: PitchCurve | None, peaks: PeakPyramid | None, sample_rate: int = 1) -> None:
        """Show another recording behind the notes; see `NoteView.set_sound`."""
        self.notes.set_sound(curve, peaks, sample_rate)

    def set_playing(self, time_s: float | None) -> None:
        """Say where what the model hears is being played; None if it is not."""
        self._play.setIcon(icon("play" if time_s is None else "stop"))
        self._play.setText(self.tr("Play what the model hears") if time_s is None else self.tr("Stop"))
        self._play.setAccessibleName(self._play.text())
        if time_s is not None:
            self.notes.set_playhead(time_s)

    def focus_notes(self) -> None:
        """Let the keys go to the notes."""
        self.notes.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Let Esc close the page before it cancels what is being made."""
        is_esc = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_esc and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, leave it to the notes, until somebody opens or closes the fold."""
        if self._folds_itself:
            self._fold.set_open(event.size().height() >= _ROOMY_PX)
            self._folds_itself = True  # it was not somebody
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    # Building

    def _build_actions(self) -> None:
        self._play = self._button("play", self.tr("Play what the model hears"), self.tr("Simple tones (Space)"))
        self._export = self._button("download", self.tr("Export MIDI…"), self.tr("Write the notes as a MIDI file"))
        self._drag = _DragButton(self.tr("MIDI"))
        self._drag.setToolTip(self.tr("Drag this into another program: the notes as a MIDI file. A click exports it"))
        self._drag.setAccessibleName(self.tr("Drag the notes out as MIDI"))
        self._done = QPushButton(self.tr("Done"))
        self._done.setAccessibleName(self._done.text())
        self._done.setToolTip(self.tr("Back to the clip (Esc)"))
        self._done.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _build_tools(self) -> None:
        self._pencil = self._button("edit", self.tr("Draw"), self.tr("Draw notes with the mouse; else it selects them"))
        self._pencil.setCheckable(True)
        self._delete = self._button("trash", self.tr("Delete"), self.tr("Delete the selected notes (Del)"))
        self._fit = self._button("fit", "", self.tr("Show all notes"))
        self._fit.setAccessibleName(self._fit.toolTip())
        self._as_words = plain_label(self.tr("The model hears it"), Look.MUTED)
        self._as = Segments(
            (
                (AS_NOTES, self.tr("as notes"), self.tr("The notes below, cleaned up as you like"), "note"),
                (AS_SUNG, self.tr("as sung"), self.tr("The recording itself, untouched by any edit"), "microphone"),
            )
        )

    def _build_keys(self) -> None:
        self._lower = self._button("minus", "", self.tr("An octave lower (Z)"))
        self._higher = self._button("plus", "", self.tr("An octave higher (X)"))
        self._rest = self._button("to-end", self.tr("Rest"), self.tr("Go on by a step without a note"))
        for button in (self._lower, self._higher):
            button.setAccessibleName(button.toolTip())

    def _button(self, picture: str, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(picture))
        button.setIconSize(QSize(16, 16))
        button.setText(text)
        if text:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        names = QVBoxLayout()
        names.setSpacing(GRID)
        names.addWidget(self._title)
        names.addWidget(self._facts)
        head.addLayout(names, 1)
        head.addWidget(self._done, 0, Qt.AlignmentFlag.AlignTop)
        keys = QHBoxLayout()
        keys.setSpacing(GRID)
        keys.addWidget(self._lower)
        keys.addWidget(self._keys, 1)
        keys.addWidget(self._higher)
        keys.addWidget(self._rest)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addLayout(head)
        column.addWidget(_flow(self._play, self._export, self._drag, self._pencil, self._delete, self._fit))
        column.addWidget(self.notes, 1)
        heard = QHBoxLayout()
        heard.setSpacing(2 * GRID)
        heard.addWidget(self._as_words)
        heard.addWidget(self._as, 1)
        column.addLayout(heard)
        self._fold = FoldBox(self.tr("CLEAN UP"))
        self._fold.set_content(self._clean_up)
        self._fold.toggled.connect(self._keep_fold)
        column.addWidget(self._fold)
        column.addLayout(keys)

    def _connect(self) -> None:
        notes = self.notes
        notes.edited.connect(self.edited)
        notes.drafted.connect(self.drafted)
        notes.note_touched.connect(self.sound_requested)
        notes.play_requested.connect(self._ask_play)
        self._play.clicked.connect(self._ask_play)
        self._export.clicked.connect(self.export_requested)
        self._drag.clicked.connect(self.export_requested)
        self._drag.drag_requested.connect(self.drag_requested)
        self._done.clicked.connect(self.closed)
        self._pencil.toggled.connect(notes.set_pencil)
        self._delete.clicked.connect(notes.delete_selected)
        self._fit.clicked.connect(notes.fit)
        self._clean_up.changed.connect(self.clean_up_changed)
        self._as.chosen.connect(lambda key: self.as_sung_chosen.emit(key == AS_SUNG))
        self._keys.pressed.connect(self._enter)
        self._lower.clicked.connect(lambda: self._keys.set_first(self._keys.first() - 12))
        self._higher.clicked.connect(lambda: self._keys.set_first(self._keys.first() + 12))
        self._rest.clicked.connect(lambda: self._step(self._step_s()))

    @Slot()
    def _keep_fold(self) -> None:
        self._folds_itself = False

    @Slot()
    def _ask_play(self) -> None:
        self.play_requested.emit(self.notes.playhead())

    @Slot(int)
    def _enter(self, pitch: int) -> None:
        """Put a note at the playhead and go on behind it."""
        self.sound_requested.emit(float(pitch))
        start_s, step_s = self.notes.playhead(), self._step_s()
        self._step(step_s)
        self.notes.add_note(Note(start_s, step_s, float(pitch)))

    def _step(self, by_s: float) -> None:
        self.notes.set_playhead(self.notes.playhead() + by_s)

    def _step_s(self) -> float:
        """How long a note from the keyboard is: a step of the grid, else a beat."""
        return self._clean_up.values().quantise_to_s or 60 / self._tempo_bpm or NEW_NOTE_S


class _DragButton(QToolButton):
    """A button that can be dragged away."""

    drag_requested = Signal()

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setIcon(icon("drag-handle"))
        self.setIconSize(QSize(16, 16))
        self.setText(text)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        set_look(self, Look.QUIET)
        self._is_pressed = False
        self._at = self.rect().center()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may begin."""
        self._is_pressed = event.button() == Qt.MouseButton.LeftButton
        self._at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin to drag."""
        if not self._is_pressed:  # it is being dragged, and no button any more
            return
        if (event.position().toPoint() - self._at).manhattanLength() < QApplication.startDragDistance():
            super().mouseMoveEvent(event)
            return
        self._is_pressed = False
        self.setDown(False)
        self.drag_requested.emit()


def _flow(*widgets: QWidget) -> QWidget:
    place = QWidget()
    flow = FlowLayout(place, GRID)
    for widget in widgets:
        flow.addWidget(widget)
    return place
