"""All that a waveform view shows, as one value, and what lies under the pointer. Not for painting or events."""

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF

from musicgen_studio.core.marks import Marks
from musicgen_studio.ui.widgets.timeline import Beats, Viewport

ROW_HEIGHT = 20  # of a ruler
LANE_HEIGHT = 16  # of the loop region's strip
HANDLE_WIDTH, HANDLE_HEIGHT = 32, 20  # by which a selection is dragged out
FLAG_HEIGHT, FLAG_ROOM, FLAG_ROWS = 20, 28.0, 3  # of a fault's flag; room for its icon and edges
QUIET_WIDTH = 20.0  # of a mark without words
_FLAGS_TOP = 26.0  # of the waveform is left to the flags of what begins there
_REACH = 5  # pixels from an edge at which it can be taken

Span = tuple[int, int]  # first frame, frame after the last


class Grip(Enum):
    """What the pointer can take hold of."""

    BODY = auto()
    RULER = auto()
    LOOP_LANE = auto()
    LOOP_START = auto()
    LOOP_END = auto()
    LOOP_REGION = auto()
    SELECTION_START = auto()
    SELECTION_END = auto()
    SELECTION_HANDLE = auto()
    FAULT = auto()
    DOWNBEAT = auto()


@dataclass(frozen=True, slots=True)
class FaultView:
    """Something broken in the sound, with what can be done about it.

    Args:
        span: First frame, and where music goes on; both the same at the end of the sound.
        text: What it is and what a click does, such as `stops · Mend`.
        width: Of the words, in pixels.
        is_quiet: Whether only a small mark is shown, which says its words under the pointer.
    """

    span: Span
    text: str
    width: float
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown, and where.

    Args:
        width: Of the widget, in pixels.
        height: Of the widget.
        view: The part of the sound that is shown.
        sample_rate: In Hz.
        made_frames: What is there.
        playhead: A frame.
        selection: First frame and the one after the last, or None.
        loop: The loop region likewise.
        beats: The grid, if the tempo is known.
        markers: Frames where a continuation begins.
        marks: What the musician has marked, in order.
        tallness: By how much the waveform is drawn taller than it is.
        faults: What is broken, in the order of time.
    """

    width: int
    height: int
    view: Viewport
    sample_rate: int
    made_frames: int
    playhead: int
    selection: Span | None
    loop: Span | None
    beats: Beats | None
    markers: tuple[int, ...]
    marks: Marks = ()
    tallness: float = 1.0
    faults: tuple[FaultView, ...] = ()

    @property
    def seconds_row(self) -> QRectF:
        """The ruler in seconds."""
        return QRectF(0, 0, self.width, ROW_HEIGHT)

    @property
    def beats_row(self) -> QRectF:
        """The ruler in bars and beats; of no height if the tempo is not known."""
        return QRectF(0, ROW_HEIGHT, self.width, ROW_HEIGHT if self.beats else 0)

    @property
    def loop_lane(self) -> QRectF:
        """The strip the loop region lies in."""
        return QRectF(0, self.beats_row.bottom(), self.width, LANE_HEIGHT)

    @property
    def body(self) -> QRectF:
        """The waveform."""
        top = self.loop_lane.bottom()
        return QRectF(0, top, self.width, max(self.height - top, 1))

    @property
    def handle(self) -> QRectF | None:
        """The selection's handle, or None if the selection is too narrow on the screen to carry it."""
        if self.selection is None:
            return None
        left = max(self.view.x(self.selection[0]), 0.0)
        right = min(self.view.x(self.selection[1]), float(self.width))
        if right - left < HANDLE_WIDTH + 4 * _REACH:
            return None
        return QRectF(
            round((left + right - HANDLE_WIDTH) / 2),
            self.body.bottom() - HANDLE_HEIGHT - 12,
            HANDLE_WIDTH,
            HANDLE_HEIGHT,
        )

    def fault_flag(self, number: int) -> QRectF:
        """Return where the flag of a fault lies: from where it begins, inside the view; neighbours a line lower.

        A quiet one lies at the bottom. One whose words the next in its line would cover has none: `QUIET_WIDTH`.
        """
        fault = self.faults[number]
        step = FLAG_HEIGHT + 2
        rows = min(max(int((self.body.height() - _FLAGS_TOP) // step), 1), FLAG_ROWS)
        width = QUIET_WIDTH if fault.is_quiet or self._is_crowded(number, rows) else fault.width + FLAG_ROOM
        left = min(max(self.view.x(fault.span[0]), 0.0), max(self.width - width - 2, 0.0))
        if fault.is_quiet:
            return QRectF(round(left) + 1, self.body.bottom() - step, width, FLAG_HEIGHT)
        top = min(_FLAGS_TOP, max(self.body.height() - step, 0.0))
        return QRectF(round(left) + 1, self.body.top() + top + number % rows * step, width, FLAG_HEIGHT)

    def fault_at(self, at: QPointF) -> int | None:
        """Return the number of the fault whose flag lies under a point, or None."""
        there = [number for number in range(len(self.faults)) if self._is_seen(number)]
        return next((number for number in reversed(there) if self.fault_flag(number).contains(at)), None)

    def _is_crowded(self, number: int, rows: int) -> bool:
        """Tell whether the next flag in the same line begins before a fault's words end."""
        if number + rows >= len(self.faults) or (following := self.faults[number + rows]).is_quiet:
            return False
        fault = self.faults[number]
        return self.view.x(following.span[0]) < max(self.view.x(fault.span[0]), 0.0) + fault.width + FLAG_ROOM

    def _is_seen(self, number: int) -> bool:
        return self.view.is_seen(*self.faults[number].span)

    def grip_at(self, at: QPointF) -> Grip:
        """Return what lies under a point."""
        if at.y() < self.loop_lane.top():
            return Grip.DOWNBEAT if self._is_at_downbeat(at) else Grip.RULER
        loop = self._edge(self.loop, at.x())
        if at.y() < self.body.top():
            if loop is not None:
                return (Grip.LOOP_START, Grip.LOOP_END)[loop]
            return Grip.LOOP_REGION if self._is_in(self.loop, at.x()) else Grip.LOOP_LANE
        if self.fault_at(at) is not None:
            return Grip.FAULT
        if self.handle is not None and self.handle.contains(at):
            return Grip.SELECTION_HANDLE
        selection = self._edge(self.selection, at.x())
        if selection is not None:
            return (Grip.SELECTION_START, Grip.SELECTION_END)[selection]
        return (Grip.LOOP_START, Grip.LOOP_END)[loop] if loop is not None else Grip.BODY

    def is_in_selection(self, at: QPointF) -> bool:
        """Return whether a point lies in the selected part of the waveform."""
        return at.y() >= self.body.top() and self._is_in(self.selection, at.x())

    def _is_at_downbeat(self, at: QPointF) -> bool:
        if self.beats is None or at.y() < self.beats_row.top():
            return False
        return abs(self.view.x(self.beats.first_downbeat) - at.x()) <= _REACH

    def _is_in(self, span: Span | None, x: float) -> bool:
        return span is not None and self.view.x(span[0]) <= x <= self.view.x(span[1])

    def _edge(self, span: Span | None, x: float) -> int | None:
        if span is None:
            return None
        distances = [abs(self.view.x(frame) - x) for frame in span]
        nearest = distances.index(min(distances))
        return nearest if distances[nearest] <= _REACH else None
