"""All that a note view shows, as one value: where time and pitch lie, and what is under the pointer. Plain arithmetic.

Time runs on the waveform's `Viewport`, in milliseconds. Not for painting (`note_paint`) or events (`note_view`).
"""

from dataclasses import dataclass
from enum import Enum, auto
from math import ceil, floor

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from musicgen_studio.core.melody import PITCH_CLASSES, Floats, Melody, Note, PitchCurve
from musicgen_studio.ui.widgets.timeline import Beats, Viewport

PER_S = 1000  # of the viewport's frames: they are milliseconds
GUTTER = 40  # names of notes, at the left
RULER = 20
END_ROW = 12  # below the ruler: the handle of the melody's end
_CHROMA_ROW, _LOW_CHROMA_ROW = 12, 7  # pixels of a pitch class, and where there is little room
_ROOMY = 360  # height from which there is room
_FOOT = 4  # below the grid, so that the round corners cut nothing off
_REACH = 5.0  # pixels from an edge at which it can be taken
_SPAN = 18  # semitones that are shown at least
_MARGIN = 2  # above and below what is there
_MIDDLE = 60


class Grip(Enum):
    """What the pointer can take hold of."""

    EMPTY = auto()
    RULER = auto()
    END = auto()
    NOTE = auto()
    NOTE_START = auto()
    NOTE_END = auto()
    NAMES = auto()
    CHROMA = auto()


def pitch_range(melody: Melody, curve: PitchCurve | None) -> tuple[int, int]:
    """Return the lowest and highest semitone to show: what is there with room around it, an octave and a half or more.

    Args:
        melody: Its notes count.
        curve: Where it is voiced it counts too, apart from the few strays that any analysis has.
    """
    pitches = [note.pitch for note in melody.notes]
    if curve is not None and curve.is_voiced.any():
        pitches += [float(pitch) for pitch in np.percentile(curve.pitches[curve.is_voiced], (2, 98))]
    low = floor(min(pitches, default=_MIDDLE)) - _MARGIN
    high = ceil(max(pitches, default=_MIDDLE)) + _MARGIN
    missing = max(_SPAN - (high - low), 0)
    return max(low - missing // 2, 0), min(high + ceil(missing / 2), 127)


@dataclass(frozen=True, slots=True, eq=False)
class NoteScene:
    """What is shown, and where.

    Args:
        width: Of the widget, in pixels.
        height: Of the widget.
        view: The part of the time that is shown, in milliseconds.
        melody: The notes.
        curve: What was sung, or None.
        chroma: What the model sees, float32 `[frames, 12]`.
        chroma_rate_hz: Frames of it per second.
        low: Lowest semitone that is shown.
        high: Highest.
        playhead_s: A time.
        selected: Notes that are chosen.
        current: The one the keys go to, or None.
        beats: The grid if the tempo is known, counted in milliseconds.
        band: Corners of the area that is being drawn to choose notes, or None.
    """

    width: int
    height: int
    view: Viewport
    melody: Melody
    curve: PitchCurve | None
    chroma: Floats
    chroma_rate_hz: float
    low: int
    high: int
    playhead_s: float
    selected: frozenset[Note]
    current: Note | None
    beats: Beats | None
    band: tuple[QPointF, QPointF] | None = None

    @property
    def ruler(self) -> QRectF:
        """The ruler."""
        return QRectF(GUTTER, 0, max(self.width - GUTTER, 1), RULER)

    @property
    def end_row(self) -> QRectF:
        """The strip with the handle of the melody's end."""
        return QRectF(GUTTER, RULER, max(self.width - GUTTER, 1), END_ROW)

    @property
    def chroma_row(self) -> int:
        """Height of one pitch class."""
        return _CHROMA_ROW if self.height >= _ROOMY else _LOW_CHROMA_ROW

    @property
    def grid(self) -> QRectF:
        """The chroma grid: C at the bottom, B at the top."""
        height = self.chroma_row * PITCH_CLASSES
        return QRectF(GUTTER, self.height - height - _FOOT, max(self.width - GUTTER, 1), height)

    @property
    def roll(self) -> QRectF:
        """Where notes and pitch curve lie."""
        top = RULER + END_ROW
        return QRectF(GUTTER, top, max(self.width - GUTTER, 1), max(self.grid.top() - 6 - top, 1))

    @property
    def row(self) -> float:
        """Height of a semitone."""
        return self.roll.height() / (self.high - self.low + 1)

    def x(self, time_s: float) -> float:
        """Return where a time lies."""
        return GUTTER + self.view.x(time_s * PER_S)

    def time_s(self, x: float) -> float:
        """Return which time lies at `x`."""
        return self.view.frame(x - GUTTER) / PER_S

    def y(self, pitch: float) -> float:
        """Return where the middle of a pitch lies."""
        return self.roll.top() + (self.high - pitch + 0.5) * self.row

    def pitch(self, y: float) -> float:
        """Return which pitch lies at `y`, with its fraction; within what is shown."""
        pitch = self.high + 0.5 - (y - self.roll.top()) / self.row
        return min(max(pitch, float(self.low)), float(self.high))

    def block(self, note: Note) -> QRectF:
        """Return where a note lies."""
        left, right = self.x(note.onset_s), self.x(note.end_s)
        return QRectF(left, self.y(note.pitch) - self.row / 2, max(right - left, 3.0), self.row)

    def note_at(self, at: QPointF) -> Note | None:
        """Return the note under a point, the one drawn last where they overlap, or None."""
        hits = [note for note in self.melody.notes if self._reachable(note).contains(at)]
        return hits[-1] if hits else None

    def grip_at(self, at: QPointF) -> Grip:
        """Return what lies under a point."""
        if at.x() < GUTTER:
            return Grip.NAMES
        if at.y() < RULER + END_ROW:
            is_end = at.y() >= RULER and abs(at.x() - self.x(self.melody.duration_s)) <= 2 * _REACH
            return Grip.END if is_end else Grip.RULER
        if at.y() >= self.grid.top():
            return Grip.CHROMA
        note = self.note_at(at)
        return Grip.EMPTY if note is None else self._part(note, at.x())

    def notes_in(self, area: QRectF) -> frozenset[Note]:
        """Return the notes that an area touches."""
        return frozenset(note for note in self.melody.notes if self.block(note).intersects(area))

    def _reachable(self, note: Note) -> QRectF:
        """A thin note can be taken all the same."""
        block = self.block(note)
        more = max((10.0 - block.height()) / 2, 0.0)
        return block.adjusted(-2, -more, 2, more)

    def _part(self, note: Note, x: float) -> Grip:
        block = self.block(note)
        reach = min(_REACH, block.width() / 4)
        if x >= block.right() - reach:
            return Grip.NOTE_END
        return Grip.NOTE_START if x <= block.left() + reach else Grip.NOTE
