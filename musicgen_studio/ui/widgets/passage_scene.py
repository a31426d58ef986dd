"""What a lane of passages shows, where it lies, and what is under the pointer. Not for painting or events."""

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF

from musicgen_studio.core.plan import Plan
from musicgen_studio.ui.widgets.timeline import Viewport

RULER_HEIGHT = 16
PER_S = 1000
"""In the lane's own view a frame is a millisecond: no sound is there yet to say how long one is."""

_REACH = 5  # pixels from an edge at which it can be taken
_GAP = 1.0  # between blocks


class LaneGrip(Enum):
    """What the pointer can take hold of."""

    NOTHING = auto()
    PART = auto()
    EDGE = auto()
    MORPH = auto()


@dataclass(frozen=True, slots=True)
class LaneScene:
    """A lane.

    Args:
        width: Of the widget, in pixels.
        height: Of the widget.
        plan: What is shown.
        view: The part of the time that is shown.
        per_s: How many of the view's frames make a second.
        chosen: Number of the passage that is chosen, or None.
        has_ruler: Whether the lane has a ruler of its own.
        lifted: The passage that is carried by the pointer, and by how many pixels, or None.
    """

    width: int
    height: int
    plan: Plan
    view: Viewport
    per_s: float
    chosen: int | None = None
    has_ruler: bool = False
    lifted: tuple[int, float] | None = None

    @property
    def ruler(self) -> QRectF:
        """The ruler; of no height where there is none."""
        return QRectF(0, 0, self.width, RULER_HEIGHT if self.has_ruler else 0)

    @property
    def row(self) -> QRectF:
        """Where the blocks lie."""
        top = self.ruler.bottom() + _GAP
        return QRectF(0, top, self.width, max(self.height - top - _GAP, 1))

    def x(self, time_s: float) -> float:
        """Return where a moment lies."""
        return self.view.x(time_s * self.per_s)

    def time_s(self, x: float) -> float:
        """Return which moment lies at a place; beyond the end, too."""
        view = self.view
        return (x * view.ratio + view.first_column) * view.frames_per_column / self.per_s

    def block(self, number: int) -> QRectF:
        """Return where a passage lies."""
        left, right = self.x(self.plan.edge_s(number)), self.x(self.plan.edge_s(number + 1))
        by = self.lifted[1] if self.lifted is not None and self.lifted[0] == number else 0.0
        return QRectF(left + _GAP + by, self.row.top(), max(right - left - 2 * _GAP, 2.0), self.row.height())

    def morph(self, number: int) -> QRectF | None:
        """Return where the music goes over into a passage; None where it is cut."""
        part = self.plan.parts[number]
        if not part.morph_s:
            return None
        block = self.block(number)
        width = self.x(part.start_s + part.morph_s) - self.x(part.start_s)
        return QRectF(block.left(), block.top(), min(width, block.width()), block.height())

    def grip_at(self, at: QPointF) -> tuple[LaneGrip, int]:
        """Return what lies under a point, and its number: of an edge that of the passage that begins there."""
        if not self.row.top() <= at.y() <= self.row.bottom():
            return LaneGrip.NOTHING, 0
        plan = self.plan
        edges = {number: abs(self.x(plan.edge_s(number)) - at.x()) for number in range(1, len(plan.parts) + 1)}
        nearest = min(edges, key=lambda number: edges[number])
        if edges[nearest] <= _REACH:
            return LaneGrip.EDGE, nearest
        for number in range(1, len(plan.parts)):
            morph = self.morph(number)
            if morph is not None and abs(morph.right() - at.x()) <= _REACH:
                return LaneGrip.MORPH, number
        time_s = self.time_s(at.x())
        return (LaneGrip.PART, plan.part_at(time_s)) if 0 <= time_s <= plan.end_s else (LaneGrip.NOTHING, 0)
