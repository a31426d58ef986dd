"""Notes to be looked at and changed: pitch curve, note blocks, and the chroma grid that the model sees, over the sound.

Blocks are moved in time and pitch, taken by their ends, drawn by a double click or with the pencil, and deleted. While
the mouse is held, `drafted` tells what would come of it; `edited` tells what did. Setters are silent. Not for keeping
or undoing an edit (`ui.melody`) and not for finding notes (`dsp`).
"""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from musicgen_studio.core.melody import CHROMA_RATE_HZ, PITCH_CLASSES, Floats, Melody, Note, PitchCurve, pitch_name
from musicgen_studio.dsp.peaks import PeakPyramid, Peaks
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue
from musicgen_studio.ui.widgets.note_edits import SHORTEST_S, added, found_again, moved, removed, resized, with_duration
from musicgen_studio.ui.widgets.note_paint import paint_notes
from musicgen_studio.ui.widgets.note_scene import GUTTER, PER_S, Grip, NoteScene, pitch_range
from musicgen_studio.ui.widgets.timeline import Beats, Viewport
from musicgen_studio.ui.widgets.waveform_paint import paint_frame
from musicgen_studio.ui.widgets.zoomed_view import ZoomedView

NEW_NOTE_S = 0.5  # where there is no grid
_ROOM_S = 1.0  # behind the end, to draw in
_LEAST_S = 4.0  # that are shown
_NUDGE_S = 0.05  # of a key, where there is no grid
_BEATS_PER_BAR = 4

_CURSORS = {
    Grip.NOTE: Qt.CursorShape.OpenHandCursor,
    Grip.NOTE_START: Qt.CursorShape.SizeHorCursor,
    Grip.NOTE_END: Qt.CursorShape.SizeHorCursor,
    Grip.END: Qt.CursorShape.SizeHorCursor,
}
_KEYS = frozenset(
    (
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_Delete,
        Qt.Key.Key_Backspace,
        Qt.Key.Key_Insert,
    )
)


@dataclass(slots=True)
class _Drag:
    """The left button is held."""

    grip: Grip
    at: QPointF
    note: Note | None
    melody: Melody  # before
    selected: frozenset[Note]
    has_moved: bool = False


class NoteView(ZoomedView):
    """The notes of one melody. Times are seconds.

    Args:
        parent: As for any widget.
    """

    drafted = Signal(object)
    """What the melody would be if the mouse were let go now."""
    edited = Signal(object, str)
    """The melody after an edit, and what was done, in words."""
    seek_requested = Signal(float)
    """The playhead was placed at this time."""
    note_touched = Signal(float)
    """A note was clicked, drawn or moved to this pitch; it may be sounded."""
    play_requested = Signal()
    """Space was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        accessible.install()
        self._melody = Melody((), 0.0)
        self._curve: PitchCurve | None = None
        self._peaks: PeakPyramid | None = None
        self._sample_rate = 1
        self._chroma: Floats = np.zeros((0, PITCH_CLASSES), np.float32)
        self._chroma_rate_hz = CHROMA_RATE_HZ
        self._range = pitch_range(self._melody, None)
        self._playhead_s = 0.0
        self._step_s: float | None = None
        self._step_start_s = 0.0
        self._selected: frozenset[Note] = frozenset()
        self._current: Note | None = None
        self._draws = False
        self._drag: _Drag | None = None
        self._band: tuple[QPointF, QPointF] | None = None
        self._sound: tuple[Viewport, tuple[Peaks, Peaks]] | None = None
        self._describe()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 180)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._show(self._resized_view())

    # What is shown

    def set_melody(self, melody: Melody) -> None:
        """Show these notes; what was chosen among the former ones stays chosen where it is found again."""
        chosen = self._selected & frozenset(melody.notes) or found_again(melody, self._selected)
        current = found_again(melody, [self._current]) if self._current is not None else frozenset()
        self._melody = melody
        self._choose(chosen, next(iter(current), None) if chosen else None)
        low, high = pitch_range(melody, self._curve)
        self._range = min(low, self._range[0]), max(high, self._range[1])  # it does not jump while notes are moved
        self._show(self._resized_view())
        self.update()

    def set_sound(self, curve: PitchCurve | None, peaks: PeakPyramid | None, sample_rate: int = 1) -> None:
        """Show another recording behind the notes, with all of it in view.

        Args:
            curve: What was sung, or None.
            peaks: Its sound, or None.
            sample_rate: Of the sound, in Hz.
        """
        self._curve, self._peaks, self._sample_rate = curve, peaks, sample_rate
        self._sound = None
        self._range = pitch_range(self._melody, curve)
        self._show(self._resized_view().fit())
        self.update()

    def set_chroma(self, chroma: Floats, rate_hz: float = CHROMA_RATE_HZ) -> None:
        """Show what the model sees.

        Args:
            chroma: float32 `[frames, 12]`.
            rate_hz: Frames per second.
        """
        self._chroma, self._chroma_rate_hz = chroma, rate_hz
        self.update()

    def set_grid(self, step_s: float | None, start_s: float = 0.0) -> None:
        """Let what is moved and drawn fall on a grid.

        Args:
            step_s: Its step, None for none.
            start_s: Where it begins.
        """
        self._step_s, self._step_start_s = step_s, start_s

    def set_pencil(self, on: bool) -> None:
        """Let a drag on an empty place draw a note, in place of choosing notes."""
        self._draws = on

    def set_playhead(self, time_s: float) -> None:
        """Move the playhead."""
        if time_s != self._playhead_s:
            scene = self._scene()
            old, self._playhead_s = scene.x(self._playhead_s), time_s
            for x in (old, scene.x(time_s)):
                self.update(QRectF(x - 8, 0, 16, self.height()).toAlignedRect())

    def playhead(self) -> float:
        """Return where the playhead is."""
        return self._playhead_s

    def melody(self) -> Melody:
        """Return what is shown, a gesture's draft included."""
        return self._melody

    def selected(self) -> frozenset[Note]:
        """Return the notes that are chosen."""
        return self._selected

    def select(self, notes: frozenset[Note]) -> None:
        """Choose notes of the melody."""
        self._choose(notes & frozenset(self._melody.notes), max(notes, key=lambda note: note.onset_s, default=None))

    def fit(self) -> None:
        """Show everything."""
        self._range = pitch_range(self._melody, self._curve)
        self._show(self._view.fit())
        self.update()

    def zoom_in(self) -> None:
        """Show half as much time."""
        self._show(self._view.zoomed(2.0, (self.width() - GUTTER) / 2))

    def zoom_out(self) -> None:
        """Show twice as much time."""
        self._show(self._view.zoomed(0.5, (self.width() - GUTTER) / 2))

    # Edits from outside

    def delete_selected(self) -> None:
        """Delete the chosen notes."""
        if self._selected:
            following = removed(self._melody, self._selected)
            words = self.tr("Delete {0} notes") if len(self._selected) > 1 else self.tr("Delete a note")
            self._finish(following, words.format(len(self._selected)), frozenset())

    def add_note(self, note: Note, words: str = "") -> None:
        """Add a note, chosen."""
        self._finish(added(self._melody, note), words or self.tr("Add {0}").format(pitch_name(note.pitch)), {note})

    # Screen readers

    def spoken_value(self) -> SpokenValue:
        """Return the note the keys go to, as a slider through the notes."""
        notes = self._melody.notes
        if not notes:
            return SpokenValue(QAccessible.Role.Slider, self.tr("no notes"))
        if self._current not in notes:
            return SpokenValue(QAccessible.Role.Slider, self.tr("{0} notes").format(len(notes)), 0, 0, len(notes), 1)
        number = notes.index(self._current) + 1
        text = self.tr("note {number} of {all}: {name}, from {start} to {end} seconds").format(
            number=number,
            all=len(notes),
            name=pitch_name(self._current.pitch),
            start=f"{self._current.onset_s:.2f}",
            end=f"{self._current.end_s:.2f}",
        )
        return SpokenValue(QAccessible.Role.Slider, text, number, 1, len(notes), 1)

    def set_spoken_value(self, value: float) -> None:
        """Choose a note by its number, as a screen reader asked."""
        if self._melody.notes:
            self._choose_number(round(value) - 1)

    # Events

    def sizeHint(self) -> QSize:
        """Return a size that suits a window."""
        return QSize(640, self.minimumHeight())

    def event(self, event: QEvent) -> bool:
        """Keep the keys that notes are edited with from being keys of the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._takes(event):
            event.accept()
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the scene."""
        self._follow_screen()
        painter = QPainter(self)
        paint_notes(painter, self._scene(), self._seen_sound())
        paint_frame(painter, QRectF(self.rect()), self.palette().color(self.backgroundRole()), self.hasFocus())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        scene, at = self._scene(), event.position()
        grip, note = scene.grip_at(at), scene.note_at(at)
        note = note if grip in (Grip.NOTE, Grip.NOTE_START, Grip.NOTE_END) else None
        if note is not None:
            self._click_note(note, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif grip in (Grip.RULER, Grip.CHROMA):
            self._seek(scene.time_s(at.x()))
        self._drag = _Drag(grip, at, note, self._melody, self._selected)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a gesture, or show what could be taken hold of."""
        drag, at = self._drag, event.position()
        if drag is None:
            self.setCursor(self._cursor_at(at))
            return
        if not drag.has_moved and (at - drag.at).manhattanLength() < QApplication.startDragDistance():
            return
        drag.has_moved = True
        self._drag_to(drag, at, free=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a gesture; one without movement is a click."""
        drag, self._drag = self._drag, None
        if event.button() != Qt.MouseButton.LeftButton or drag is None:
            return
        if self._band is not None:
            self._band = None
            self.update()
        elif drag.has_moved and self._melody is not drag.melody:
            self.edited.emit(self._melody, self._words_for(drag))
        elif drag.grip is Grip.EMPTY and not drag.has_moved:
            self._choose(frozenset(), None)
            self._seek(self._scene().time_s(drag.at.x()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Draw a note on an empty place."""
        scene, at = self._scene(), event.position()
        if event.button() != Qt.MouseButton.LeftButton or scene.grip_at(at) is not Grip.EMPTY:
            self.mousePressEvent(event)
            return
        self._draw_note(scene.time_s(at.x()), scene.pitch(at.y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, move, size, add and delete notes; Esc takes back a gesture."""
        if event.key() == Qt.Key.Key_Escape and self._drag is not None:
            self._take_back(self._drag)
        elif event.key() == Qt.Key.Key_Space and not event.modifiers():
            self.play_requested.emit()
        elif event.key() == Qt.Key.Key_A and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._choose(frozenset(self._melody.notes), self._current)
        elif not (self._takes(event) and self._act(Qt.Key(event.key()), event.modifiers())):
            super().keyPressEvent(event)

    # Gestures

    def _click_note(self, note: Note, adds: bool) -> None:
        if adds:
            self._choose(self._selected ^ {note}, note)
        elif note not in self._selected:
            self._choose(frozenset((note,)), note)
        else:
            self._choose(self._selected, note)
        self.note_touched.emit(note.pitch)

    def _drag_to(self, drag: _Drag, at: QPointF, free: bool) -> None:
        scene = self._scene()
        match drag.grip:
            case Grip.RULER | Grip.CHROMA:
                self._seek(scene.time_s(at.x()))
            case Grip.END:
                self._draft(with_duration(drag.melody, self._snapped(scene.time_s(at.x()), free)), self._selected)
            case Grip.NOTE if drag.note is not None:
                self._drag_notes(drag, drag.note, at, free)
            case Grip.NOTE_START | Grip.NOTE_END if drag.note is not None:
                self._drag_edge(drag, drag.note, self._snapped(scene.time_s(at.x()), free))
            case Grip.EMPTY if self._draws:
                self._drag_new(drag, at, free)
            case Grip.EMPTY:
                self._band = (drag.at, at)
                self._choose(scene.notes_in(QRectF(drag.at, at).normalized()), self._current)

    def _drag_notes(self, drag: _Drag, note: Note, at: QPointF, free: bool) -> None:
        scene = self._scene()
        by_s = scene.time_s(at.x()) - scene.time_s(drag.at.x())
        if self._step_s is not None and not free:
            by_s = self._snapped(note.onset_s + by_s, free) - note.onset_s
        by_semitones = round((drag.at.y() - at.y()) / scene.row)
        melody, shifted = moved(drag.melody, drag.selected or {note}, by_s, by_semitones)
        before = self._current
        self._draft(melody, shifted)
        if before is not None and by_semitones and before.semitone != note.semitone + by_semitones:
            self.note_touched.emit(note.pitch + by_semitones)
        self._current = next(iter(found_again(melody, [_placed(note, by_s, by_semitones)])), None)

    def _drag_edge(self, drag: _Drag, note: Note, time_s: float) -> None:
        start_s, end_s = (time_s, note.end_s) if drag.grip is Grip.NOTE_START else (note.onset_s, time_s)
        melody, changed = resized(drag.melody, note, start_s, end_s)
        self._draft(melody, frozenset((changed,)))
        self._current = changed

    def _drag_new(self, drag: _Drag, at: QPointF, free: bool) -> None:
        scene = self._scene()
        ends = sorted(self._snapped(scene.time_s(x), free) for x in (drag.at.x(), at.x()))
        note = Note(ends[0], max(ends[1] - ends[0], SHORTEST_S), float(round(scene.pitch(drag.at.y()))))
        self._draft(added(drag.melody, note), frozenset((note,)))
        self._current = note

    def _draw_note(self, time_s: float, pitch: float) -> None:
        step_s = self._step_s or NEW_NOTE_S
        onset_s = time_s
        if self._step_s is not None:
            onset_s = self._step_start_s + (time_s - self._step_start_s) // step_s * step_s
        note = Note(max(onset_s, 0.0), step_s, float(round(pitch)))
        self.note_touched.emit(note.pitch)
        self.add_note(note)

    def _draft(self, melody: Melody, selected: frozenset[Note]) -> None:
        self._melody, self._selected = melody, selected & frozenset(melody.notes)
        low, high = pitch_range(melody, self._curve)
        self._range = min(low, self._range[0]), max(high, self._range[1])
        self.update()
        self.drafted.emit(melody)

    def _finish(self, melody: Melody, words: str, selected: frozenset[Note] | set[Note]) -> None:
        self._melody = melody
        chosen = frozenset(selected)
        self._choose(chosen, max(chosen, key=lambda note: note.onset_s, default=None))
        self._show(self._resized_view())
        self.edited.emit(melody, words)

    def _take_back(self, drag: _Drag) -> None:
        self._drag = self._band = None
        self._draft(drag.melody, drag.selected)

    def _words_for(self, drag: _Drag) -> str:
        return {
            Grip.END: self.tr("Change the melody's length"),
            Grip.NOTE: self.tr("Move notes") if len(self._selected) > 1 else self.tr("Move a note"),
            Grip.NOTE_START: self.tr("Change a note's length"),
            Grip.NOTE_END: self.tr("Change a note's length"),
        }.get(drag.grip, self.tr("Draw a note"))

    # Keys

    def _takes(self, event: QKeyEvent) -> bool:
        others = event.modifiers() & ~_MODIFIERS
        if event.key() == Qt.Key.Key_Space:
            return not event.modifiers()
        if event.key() == Qt.Key.Key_Escape:
            return self._drag is not None
        return event.key() in _KEYS and not others

    def _act(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Do what a key says; tell whether there was anything to do."""
        ctrl = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_selected()
        elif key == Qt.Key.Key_Insert:
            self._draw_note(self._playhead_s, self._current.pitch if self._current else sum(self._range) / 2)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._choose_number(0 if key == Qt.Key.Key_Home else len(self._melody.notes) - 1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            semitones = PITCH_CLASSES if shift else 1
            self._nudge(0.0, semitones if key == Qt.Key.Key_Up else -semitones)
        elif ctrl:
            step_s = self._step_s or _NUDGE_S
            self._nudge(step_s if key == Qt.Key.Key_Right else -step_s, 0)
        elif shift:
            self._stretch(1 if key == Qt.Key.Key_Right else -1)
        else:
            self._choose_neighbour(1 if key == Qt.Key.Key_Right else -1)
        return True

    def _nudge(self, by_s: float, by_semitones: int) -> None:
        if not self._selected:
            return
        melody, shifted = moved(self._melody, self._selected, by_s, by_semitones)
        if by_semitones:
            self.note_touched.emit(min(shifted, key=lambda note: note.onset_s).pitch)
        self._finish(melody, self.tr("Move notes") if len(shifted) > 1 else self.tr("Move a note"), shifted)

    def _stretch(self, steps: int) -> None:
        note = self._current
        if note is None or note not in self._melody.notes:
            return
        end_s = note.end_s + steps * (self._step_s or _NUDGE_S)
        melody, changed = resized(self._melody, note, note.onset_s, end_s)
        self._finish(melody, self.tr("Change a note's length"), {changed})

    def _choose_neighbour(self, step: int) -> None:
        notes = self._melody.notes
        if self._current in notes:
            self._choose_number(notes.index(self._current) + step)
        elif notes:
            self._choose_number(0 if step > 0 else len(notes) - 1)

    def _choose_number(self, number: int) -> None:
        if self._melody.notes:
            note = self._melody.notes[min(max(number, 0), len(self._melody.notes) - 1)]
            self._choose(frozenset((note,)), note)
            self.note_touched.emit(note.pitch)

    # Arithmetic

    def _choose(self, notes: frozenset[Note], current: Note | None) -> None:
        if (notes, current) == (self._selected, self._current):
            return
        self._selected, self._current = notes, current
        self.update()
        accessible.tell_value(self)

    def _seek(self, time_s: float) -> None:
        self.set_playhead(time_s)
        self.seek_requested.emit(time_s)

    def _snapped(self, time_s: float, free: bool) -> float:
        if self._step_s is None or free:
            return max(time_s, 0.0)
        steps = round((time_s - self._step_start_s) / self._step_s)
        return max(self._step_start_s + steps * self._step_s, 0.0)

    def _cursor_at(self, at: QPointF) -> Qt.CursorShape:
        grip = self._scene().grip_at(at)
        if grip is Grip.EMPTY and self._draws:
            return Qt.CursorShape.CrossCursor
        return _CURSORS.get(grip, Qt.CursorShape.ArrowCursor)

    def _scene(self) -> NoteScene:
        tempo_bpm = self._melody.tempo_bpm
        return NoteScene(
            self.width(), self.height(), self._view, self._melody, self._curve, self._chroma, self._chroma_rate_hz,
            *self._range, self._playhead_s, self._selected, self._current,
            None if tempo_bpm is None else Beats.even(tempo_bpm, _BEATS_PER_BAR, PER_S), self._band,
        )  # fmt: skip

    def _seen_sound(self) -> tuple[Peaks, Peaks] | None:
        """The peaks in view, asked for again only when the view has changed."""
        if self._peaks is None or not self._peaks.frames:
            return None
        if self._sound is None or self._sound[0] != self._view:
            per_ms = self._sample_rate / PER_S
            start, end = self._view.start_frame * per_ms, self._view.end_frame * per_ms
            self._sound = self._view, self._peaks.query(start, max(end, start + 1), self._view.columns)
        return self._sound[1]

    def _gutter_px(self) -> int:
        return GUTTER

    def _total_frames(self) -> int:
        sound_s = self._peaks.frames / self._sample_rate if self._peaks is not None else 0.0
        return round(max(self._melody.duration_s + _ROOM_S, sound_s, _LEAST_S) * PER_S)

    def _describe(self) -> None:
        self.setAccessibleName(self.tr("Notes"))
        self.setAccessibleDescription(
            self.tr(
                "Left and Right choose a note, Up and Down move it by a semitone, with Shift by an octave. Ctrl with "
                "Left and Right moves it in time, Shift changes its length. Insert adds a note at the playhead, "
                "Delete removes the chosen ones, Space plays."
            )
        )
        self.setToolTip(
            self.tr(
                "Drag notes or their ends, double-click to draw, Del to delete. Alt leaves the grid aside.\n"
                "Below them is what the model sees: one pitch class at a time, C also where there is silence."
            )
        )


_MODIFIERS = (
    Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.KeypadModifier
)


def _placed(note: Note, by_s: float, by_semitones: int) -> Note:
    pitch = min(max(note.pitch + by_semitones, 0.0), 127.0)
    return Note(max(note.onset_s + by_s, 0.0), note.duration_s, pitch, note.velocity, note.confidence)
