"""The waveform: hear where you are, choose a part, set a loop, while the sound is still being made.

A click places the playhead, a drag selects, Ctrl+drag scrubs; the strip above the waveform holds the loop region, whose
edges may be dragged while it plays. In the ruler of bars the first downbeat can be dragged, and all bars with it. The
wheel pans, Ctrl+wheel and two fingers zoom at the pointer. Setters are silent; signals tell what the musician did. Not
for playing, nor for keeping the sound.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QGestureEvent, QPinchGesture, QSizePolicy, QWidget

from musicgen_studio.core.marks import Marks
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue
from musicgen_studio.ui.widgets.playhead import HEAD
from musicgen_studio.ui.widgets.timeline import Beats, Snap, Viewport
from musicgen_studio.ui.widgets.waveform_paint import Spectrum, fault_font, paint_empty, paint_frame, paint_scene
from musicgen_studio.ui.widgets.waveform_scene import FaultView, Grip, Scene, Span
from musicgen_studio.ui.widgets.waveform_tiles import WaveformTiles
from musicgen_studio.ui.widgets.zoomed_view import ZoomedView

_SEEK_S, _LARGE_SEEK_S = 0.1, 1.0  # arrow keys, where there is no beat to go by
_MIN_LOOP_S = 0.01
MOST_TALLNESS = 64.0

_CURSORS = {
    Grip.LOOP_START: Qt.CursorShape.SizeHorCursor,
    Grip.LOOP_END: Qt.CursorShape.SizeHorCursor,
    Grip.SELECTION_START: Qt.CursorShape.SizeHorCursor,
    Grip.SELECTION_END: Qt.CursorShape.SizeHorCursor,
    Grip.LOOP_REGION: Qt.CursorShape.OpenHandCursor,
    Grip.SELECTION_HANDLE: Qt.CursorShape.OpenHandCursor,
    Grip.FAULT: Qt.CursorShape.PointingHandCursor,
    Grip.DOWNBEAT: Qt.CursorShape.SizeHorCursor,
}


@dataclass(slots=True)
class _Drag:
    """The left button is held."""

    grip: Grip
    at: QPointF
    frame: int  # under the pointer at the beginning, snapped
    selection: Span | None
    loop: Span | None
    beats: Beats | None
    is_scrub: bool = False
    has_moved: bool = False


class WaveformView(ZoomedView):
    """The waveform of one sound. All positions are frames of it.

    Args:
        parent: As for any widget.
    """

    seek_requested = Signal(int)
    """The playhead was placed at this frame."""
    scrub_requested = Signal(int)
    """The sound around this frame is to be heard, while Ctrl+drag goes on."""
    selection_changed = Signal(object)
    """(first frame, frame after the last), or None."""
    loop_changed = Signal(object)
    """The loop region likewise."""
    play_requested = Signal(int)
    """It is to be played from this frame on: a double click."""
    sound_changed = Signal()
    """There is another sound, more of it, or its length is another."""
    fault_clicked = Signal(int)
    """Something is to be done about a fault, by its number: its flag was clicked."""
    downbeat_dragged = Signal(float)
    """The first bar was dragged: one is to begin at so many seconds."""
    drag_requested = Signal()
    """The selection is being dragged out of the program; the mouse is the receiver's from here on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        accessible.install()
        self._peaks: PeakPyramid | None = None
        self._instead: PeakPyramid | None = None
        self._tiles = WaveformTiles()
        self._sample_rate = 1
        self._expected_frames = 0
        self._made_frames = 0
        self._playhead = 0
        self._selection: Span | None = None
        self._loop: Span | None = None
        self._beats: Beats | None = None
        self._snap = Snap.OFF
        self._follows = True
        self._markers: tuple[int, ...] = ()
        self._marks: Marks = ()
        self._faults: tuple[FaultView, ...] = ()
        self._tallness = 1.0
        self._spectrum: Spectrum | None = None
        self._drag: _Drag | None = None
        self._empty_text = self.tr("Your music appears here while it is being made.")
        self.setAccessibleName(self.tr("Waveform"))
        self.setAccessibleDescription(
            self.tr("Arrow keys move the playhead, with Shift in large steps; Home and End go to the ends.")
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.grabGesture(Qt.GestureType.PinchGesture)

    # What is shown

    def set_sound(self, peaks: PeakPyramid | None, sample_rate: int, expected_frames: int) -> None:
        """Show another sound, all of it, with nothing selected.

        Args:
            peaks: Its peaks, to be appended to while it grows, or None for an empty view.
            sample_rate: In Hz, above 0.
            expected_frames: Length it will have; the part still to come is hatched.

        Raises:
            ValueError: If the rate is not above 0.
        """
        if sample_rate <= 0:
            raise ValueError(f"sample_rate must be above 0 Hz, got {sample_rate}")
        self._peaks, self._sample_rate, self._expected_frames = peaks, sample_rate, expected_frames
        self._instead = None
        self._made_frames = peaks.frames if peaks else 0
        self._tiles.set_peaks(peaks)
        self._selection = self._loop = self._drag = self._beats = None
        self._markers, self._marks, self._faults, self._playhead, self._spectrum = (), (), (), 0, None
        self._show(self._resized_view().fit())
        self.update()
        self.sound_changed.emit()

    def sound_grew(self) -> None:
        """Show what was appended to the peaks since."""
        if self._peaks is None or self._instead is not None or self._peaks.frames == self._made_frames:
            return
        old, self._made_frames = self._made_frames, self._peaks.frames
        self._tiles.grew()
        grown = self._resized_view()
        if grown != self._view:
            self._show(grown)
        left, right = self._view.x(old), self._view.x(self._made_frames)
        self.update(QRectF(left - 2, 0, right - left + 4, self.height()).toAlignedRect())
        self.sound_changed.emit()

    def show_instead(self, peaks: PeakPyramid | None) -> None:
        """Draw another sound in this one's place: where it stands, what is selected and looped stays.

        Args:
            peaks: Of a sound of the same rate; None is the clip's own again.
        """
        self._instead = peaks
        shown = self.peaks()
        self._made_frames = shown.frames if shown else 0
        self._tiles.set_peaks(shown)
        self.update()
        self.sound_changed.emit()

    def set_expected(self, expected_frames: int) -> None:
        """Say how long the sound will be after all, such as when its making was cancelled.

        Args:
            expected_frames: The new length; what is there already stays.
        """
        self._expected_frames = expected_frames
        self._show(self._resized_view())
        self.update()
        self.sound_changed.emit()

    def set_playhead(self, frame: int) -> None:
        """Move the playhead; repaints two thin strips. If it leaves the view at the right, the view turns the page.

        Args:
            frame: Where to; kept within the sound.
        """
        frame = min(max(frame, 0), self._total_frames())
        if frame == self._playhead:
            return
        old, self._playhead = self._playhead, frame
        was_seen = 0 <= self._view.x(old) <= self.width()
        if self._follows and was_seen and self._view.x(frame) > self.width() and self._drag is None:
            self._show(self._view.panned(self._view.x(frame) - self.width() * 0.05))
            return
        self.update(self._playhead_strip(old))
        self.update(self._playhead_strip(frame))

    def playhead(self) -> int:
        """Return where the playhead is."""
        return self._playhead

    def set_selection(self, selection: Span | None) -> None:
        """Select a part.

        Args:
            selection: First frame and the one after the last, or None.
        """
        self._selection = self._checked(selection)
        self.update()

    def selection(self) -> Span | None:
        """Return the selected part: first frame and the one after the last, or None."""
        return self._selection

    @Slot()
    def select_all(self) -> None:
        """Select all that is made."""
        self._select(0, self._made_frames)

    @Slot()
    def select_none(self) -> None:
        """Select nothing."""
        self._select(0, 0)

    def set_loop(self, loop: Span | None) -> None:
        """Set the loop region.

        Args:
            loop: First frame and the one after the last, or None.
        """
        self._loop = self._checked(loop)
        self.update()

    def loop(self) -> Span | None:
        """Return the loop region: first frame and the one after the last, or None."""
        return self._loop

    def set_tempo_map(self, tempo_map: TempoMap | None) -> None:
        """Show bars and beats.

        Args:
            tempo_map: When they are; None if that is not known.
        """
        self._beats = Beats(tempo_map, self._sample_rate) if tempo_map is not None else None
        self.update()

    def beats(self) -> Beats | None:
        """Return the bars and beats that are shown, or None."""
        return self._beats

    def set_snap(self, snap: Snap) -> None:
        """Let what the musician places fall on the nearest beat or bar, if the tempo is known."""
        self._snap = snap

    def set_follow(self, on: bool) -> None:
        """Turn the page when the playhead leaves the view. On by default."""
        self._follows = on

    def set_markers(self, markers: list[int]) -> None:
        """Mark where a continuation begins.

        Args:
            markers: Frames.
        """
        self._markers = tuple(markers)
        self.update()

    def set_marks(self, marks: Marks) -> None:
        """Show the musician's marks, numbered in this order.

        Args:
            marks: In order.
        """
        self._marks = marks
        self.update()

    def set_faults(self, faults: Sequence[tuple[Span, str]], quiet: Collection[int] = ()) -> None:
        """Show what is broken.

        Args:
            faults: In the order of time: first frame and where music goes on; what it is, and what a click does.
            quiet: Numbers of those that get a small mark, with the words under the pointer.
        """
        letters = QFontMetricsF(fault_font())
        self._faults = tuple(
            FaultView(span, text, letters.horizontalAdvance(text), number in quiet)
            for number, (span, text) in enumerate(faults)
        )
        self.update()

    def faults(self) -> list[tuple[Span, str]]:
        """Return what is shown to be broken."""
        return [(fault.span, fault.text) for fault in self._faults]

    def peaks(self) -> PeakPyramid | None:
        """Return the peaks of what is drawn, or None without a sound."""
        return self._peaks if self._instead is None else self._instead

    def set_spectrum(self, spectrum: Spectrum | None) -> None:
        """Show a picture of what sounds when in place of the waveform; None is the waveform again."""
        self._spectrum = spectrum
        self.update()

    # Zoom

    def tallness(self) -> float:
        """Return by how much the waveform is drawn taller than it is, 1 to `MOST_TALLNESS`."""
        return self._tallness

    def zoom_taller(self) -> None:
        """Draw the waveform twice as tall, so that quiet music uses the height, too."""
        self._set_tallness(self._tallness * 2)

    def zoom_flatter(self) -> None:
        """Draw it half as tall, down to what it is."""
        self._set_tallness(self._tallness / 2)

    def _set_tallness(self, tallness: float) -> None:
        self._tallness = min(max(tallness, 1.0), MOST_TALLNESS)
        self.update()

    def viewport(self) -> Viewport:
        """Return which part is in view."""
        return self._view

    def show_part(self, view: Viewport) -> None:
        """Show a part, such as one made from `viewport()`."""
        self._show(view)

    def zoom_in(self) -> None:
        """Show half as much, around the playhead if it is in view."""
        self._show(self._view.zoomed(2.0, self._zoom_centre()))

    def zoom_out(self) -> None:
        """Show twice as much."""
        self._show(self._view.zoomed(0.5, self._zoom_centre()))

    def zoom_to_selection(self) -> None:
        """Show the selection, or all if nothing is selected."""
        self._show(self._view.showing(*self._selection) if self._selection else self._view.fit())

    def fit(self) -> None:
        """Show everything."""
        self._show(self._view.fit())

    # Screen readers

    def spoken_value(self) -> SpokenValue:
        """Return the playhead in seconds, as a slider."""
        now_s, total_s = self._playhead / self._sample_rate, self._total_frames() / self._sample_rate
        if self._peaks is None:
            return SpokenValue(QAccessible.Role.Slider, self.tr("empty"))
        text = self.tr("playhead {now} of {total} seconds").format(now=f"{now_s:.1f}", total=f"{total_s:.1f}")
        return SpokenValue(QAccessible.Role.Slider, text, now_s, 0.0, total_s, _SEEK_S)

    def set_spoken_value(self, value: float) -> None:
        """Place the playhead at so many seconds, as a screen reader asked."""
        self._seek(round(value * self._sample_rate))

    # Events

    def sizeHint(self) -> QSize:
        """Return a width that suits a window, and the least height: it takes what others leave."""
        return QSize(640, self.minimumHeight())

    def event(self, event: QEvent) -> bool:
        """Zoom by two fingers on a pad or a screen."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._show(self._view.zoomed(1.0 + event.value(), event.position().x()))
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                centre = self.mapFromGlobal(pinch.centerPoint().toPoint())
                self._show(self._view.zoomed(pinch.scaleFactor(), centre.x()))
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what was asked for."""
        self._follow_screen()
        painter = QPainter(self)
        if self._total_frames() == 0 or self._peaks is None:
            paint_empty(painter, QRectF(self.rect()), self._empty_text)
        else:
            paint_scene(painter, self._scene(), self._tiles, self._peaks.channels, QRectF(event.rect()), self._spectrum)
        paint_frame(painter, QRectF(self.rect()), self.palette().color(self.backgroundRole()), self.hasFocus())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        if event.button() != Qt.MouseButton.LeftButton or self._total_frames() == 0:
            event.ignore()
            return
        grip, frame = self._scene().grip_at(event.position()), self._view.frame(event.position().x())
        is_body = grip in (Grip.BODY, Grip.SELECTION_START, Grip.SELECTION_END, Grip.LOOP_START, Grip.LOOP_END)
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if alt and self._scene().is_in_selection(event.position()):
            grip = Grip.SELECTION_HANDLE
        self._drag = _Drag(grip, event.position(), self._snapped(frame), self._selection, self._loop, self._beats)
        if grip == Grip.RULER:
            self._seek(self._snapped(frame))
        elif is_body and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._drag.is_scrub = True
            self._scrub(frame)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a gesture, or show what could be taken hold of."""
        drag, at = self._drag, event.position()
        if drag is None:
            shape = _CURSORS.get(self._scene().grip_at(at)) if self._total_frames() else None
            self.setCursor(shape or Qt.CursorShape.ArrowCursor)
            fault = self._scene().fault_at(at) if self._faults else None
            self.setToolTip("" if fault is None else self._faults[fault].text)
            return
        if not drag.has_moved and abs(at.x() - drag.at.x()) + abs(at.y() - drag.at.y()) < _drag_distance(drag):
            return
        drag.has_moved = True
        if not 0 <= at.x() <= self.width():
            self._show(self._view.panned(at.x() if at.x() < 0 else at.x() - self.width()))
        self._drag_to(drag, self._view.frame(at.x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a gesture; one without movement is a click."""
        drag, self._drag = self._drag, None
        if event.button() != Qt.MouseButton.LeftButton or drag is None or drag.is_scrub:
            return
        if drag.has_moved:
            if drag.grip is Grip.DOWNBEAT:
                self.downbeat_dragged.emit(self._view.frame(event.position().x()) / self._sample_rate)
            return
        if drag.grip is Grip.FAULT:
            number = self._scene().fault_at(event.position())
            if number is not None:
                self.fault_clicked.emit(number)
            return
        if drag.grip in (Grip.RULER, Grip.LOOP_LANE, Grip.LOOP_REGION, Grip.SELECTION_HANDLE):
            return
        if drag.grip is Grip.DOWNBEAT:
            self._seek(drag.frame)
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._select(self._playhead, drag.frame)
        else:
            self._select(0, 0)
            self._seek(drag.frame)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Play from there; on the ruler, zoom to the selection and from there back to all."""
        if self._total_frames() == 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        grip = self._scene().grip_at(event.position())
        if grip == Grip.BODY and not event.modifiers():
            self._seek(self._snapped(self._view.frame(event.position().x())))
            self.play_requested.emit(self._playhead)
            return
        if grip != Grip.RULER:
            self.mousePressEvent(event)
            return
        selected = self._view.showing(*self._selection) if self._selection else self._view.fit()
        self._show(self._view.fit() if self._view == selected else selected)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the playhead; Esc takes back a gesture."""
        large = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        others = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        targets = {
            Qt.Key.Key_Left: self._stepped(-1, large),
            Qt.Key.Key_Right: self._stepped(1, large),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self._made_frames,
        }
        if event.key() == Qt.Key.Key_Escape and self._drag is not None:
            self._take_back(self._drag)
        elif event.key() in targets and not others and self._total_frames():
            self._seek(targets[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    # Gestures

    def _drag_to(self, drag: _Drag, frame: int) -> None:
        snapped = self._snapped(frame)
        match drag.grip:
            case _ if drag.is_scrub:
                self._scrub(frame)
            case Grip.RULER:
                self._seek(snapped)
            case Grip.BODY:
                self._select(drag.frame, snapped)
            case Grip.SELECTION_START | Grip.SELECTION_END if drag.selection:
                self._select(drag.selection[drag.grip == Grip.SELECTION_START], snapped)
            case Grip.SELECTION_HANDLE:
                self._drag = None  # before the receiver's own event loop takes the mouse
                self.drag_requested.emit()
            case Grip.LOOP_LANE:
                self._set_loop_by_hand(drag.frame, snapped)
            case Grip.LOOP_START | Grip.LOOP_END if drag.loop:
                self._set_loop_by_hand(drag.loop[drag.grip == Grip.LOOP_START], snapped)
            case Grip.LOOP_REGION if drag.loop:
                self._move_loop(drag.loop, frame - self._view.frame(drag.at.x()))
            case Grip.DOWNBEAT if drag.beats:
                self.set_tempo_map(drag.beats.tempo_map.with_bar_at(frame / self._sample_rate))

    def _seek(self, frame: int) -> None:
        self.set_playhead(min(frame, self._made_frames))
        self.seek_requested.emit(self._playhead)
        accessible.tell_value(self)

    def _scrub(self, frame: int) -> None:
        self.set_playhead(min(frame, self._made_frames))
        self.scrub_requested.emit(self._playhead)

    def _select(self, one: int, other: int) -> None:
        start, end = sorted((min(one, self._made_frames), min(other, self._made_frames)))
        selection = (start, end) if start < end else None
        if selection != self._selection:
            self.set_selection(selection)
            self.selection_changed.emit(selection)

    def _set_loop_by_hand(self, one: int, other: int) -> None:
        loop = (min(one, other), max(one, other))
        if loop != self._loop and loop[1] - loop[0] >= _MIN_LOOP_S * self._sample_rate:
            self.set_loop(loop)
            self.loop_changed.emit(loop)

    def _move_loop(self, loop: Span, by_frames: int) -> None:
        length = loop[1] - loop[0]
        start = min(max(self._snapped(loop[0] + by_frames), 0), self._total_frames() - length)
        self._set_loop_by_hand(start, start + length)

    def _take_back(self, drag: _Drag) -> None:
        self._drag = None
        if drag.grip is Grip.DOWNBEAT and drag.beats is not None:
            self.set_tempo_map(drag.beats.tempo_map)
        if drag.selection != self._selection:
            self.set_selection(drag.selection)
            self.selection_changed.emit(drag.selection)
        if drag.loop != self._loop:
            self.set_loop(drag.loop)
            self.loop_changed.emit(drag.loop)

    # Arithmetic

    def _scene(self) -> Scene:
        return Scene(
            self.width(), self.height(), self._view, self._sample_rate, self._made_frames, self._playhead,
            self._selection, self._loop, self._beats, self._markers, self._marks, self._tallness,
            self._faults,
        )  # fmt: skip

    def _total_frames(self) -> int:
        return max(self._expected_frames, self._made_frames) if self._peaks is not None else 0

    def _checked(self, span: Span | None) -> Span | None:
        if span is None:
            return None
        start, end = max(span[0], 0), min(span[1], self._total_frames())
        return (start, end) if start < end else None

    def _snapped(self, frame: int) -> int:
        if self._snap is Snap.OFF or self._beats is None:
            return frame
        return min(max(self._beats.nearest(frame, self._snap), 0), self._total_frames())

    def _stepped(self, direction: int, large: bool) -> int:
        if self._snap is not Snap.OFF and self._beats is not None:
            return max(self._beats.nearest(self._playhead, Snap.BAR if large else self._snap, direction), 0)
        return max(self._playhead + round(direction * (_LARGE_SEEK_S if large else _SEEK_S) * self._sample_rate), 0)

    def _zoom_centre(self) -> float:
        x = self._view.x(self._playhead)
        return x if 0 <= x <= self.width() else self.width() / 2

    def _playhead_strip(self, frame: int) -> QRect:
        x = self._view.x(frame)
        return QRectF(x - HEAD - 2, 0, 2 * HEAD + 4, self.height()).toAlignedRect()


def _drag_distance(drag: _Drag) -> int:
    return 0 if drag.is_scrub or drag.grip == Grip.RULER else QApplication.startDragDistance()
