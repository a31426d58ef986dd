"""The lane of passages: blocks in the order of time, dragged at their edges, carried to another place, written over.

An edge moves between its neighbours, the end of a morph within its passage; a block that is carried takes the place it
is let go at. Places fall on beats of the sound below where they are known, else on bars of the stated tempo, or on
tenths of a second, with Alt anywhere. A double click, or Enter, writes in the block. Setters are silent; a signal tells
the plan that a hand has made. Not for what a plan may be (`core.plan`), nor for making music of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QLineEdit, QSizePolicy, QWidget

from musicgen_studio.core.plan import Plan
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue
from musicgen_studio.ui.widgets.passage_paint import paint_lane
from musicgen_studio.ui.widgets.passage_scene import PER_S, LaneGrip, LaneScene
from musicgen_studio.ui.widgets.timeline import Viewport

_ROOM = 1.06
"""The lane shows so much of a plan's length: beyond the end there is room to drag it to."""

_LOW, _HIGH = 28, 48
_FIELD_WIDTH = 160.0
_CURSORS = {
    LaneGrip.EDGE: Qt.CursorShape.SizeHorCursor,
    LaneGrip.MORPH: Qt.CursorShape.SizeHorCursor,
    LaneGrip.PART: Qt.CursorShape.OpenHandCursor,
}


@dataclass(slots=True)
class _Drag:
    """The left button is held."""

    grip: LaneGrip
    number: int
    at: QPointF
    plan: Plan  # as it was
    has_moved: bool = False


class PassageLane(QWidget):
    """The lane. Main thread.

    Args:
        parent: As for any widget.
    """

    plan_changed = Signal(object)
    """A hand has made another plan of it."""
    chosen_changed = Signal(int)
    """Another passage is chosen, by its number."""
    menu_requested = Signal(object, float)
    """(where on the screen, which moment in seconds): what can be done with the passage there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        accessible.install()
        self._plan: Plan | None = None
        self._chosen: int | None = None
        self._around: tuple[Viewport, float] | None = None  # the view that is followed, and its frames per second
        self._view = Viewport()  # the lane's own
        self.beats: Callable[[], TempoMap | None] = lambda: None
        """Returns the beats of the sound that is followed; None if nobody knows them."""
        self._drag: _Drag | None = None
        self._lifted: tuple[int, float] | None = None
        self._pointed_s = 0.0
        self._field = self._make_field()
        self.setAccessibleName(self.tr("Passages"))
        self.setAccessibleDescription(
            self.tr("Left and Right choose a passage, with Shift they move where it begins; Enter writes its words.")
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_plan(self, plan: Plan | None) -> None:
        """Show a plan; what is chosen stays, if it is still there."""
        if plan == self._plan:
            return
        self._field.hide()
        self._plan, self._drag, self._lifted = plan, None, None
        if plan is None or (self._chosen is not None and self._chosen >= len(plan.parts)):
            self._chosen = None if plan is None else len(plan.parts) - 1
        self._refit()

    def plan(self) -> Plan | None:
        """Return what is shown."""
        return self._plan

    def chosen(self) -> int | None:
        """Return the number of the passage that is chosen, or None."""
        return self._chosen

    def choose(self, number: int | None) -> None:
        """Choose a passage. Silent."""
        self._chosen = number
        self.update()

    def follow(self, view: Viewport | None, per_s: float = PER_S) -> None:
        """Lie as another view does, which has a ruler; None is a view and a ruler of its own.

        Args:
            view: The part of a sound that is shown above or below.
            per_s: Its frames per second.
        """
        self._around = None if view is None else (view, per_s)
        self.setFixedHeight(self.sizeHint().height())
        self._refit()

    @property
    def pointed_s(self) -> float:
        """The moment that was pointed at last, for splitting there."""
        return self._pointed_s

    @Slot()
    def write(self) -> None:
        """Write in the block of the chosen passage."""
        if self._plan is None or self._chosen is None:
            return
        self._place_field()
        self._field.setText(self._plan.parts[self._chosen].prompt)
        self._field.show()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._field.setSelection(len(self._field.text()), -len(self._field.text()))  # all; their beginning is seen

    # Screen readers

    def spoken_value(self) -> SpokenValue:
        """Return which passage is chosen, in words."""
        role = QAccessible.Role.Slider
        if self._plan is None:
            return SpokenValue(role, self.tr("empty"))
        number, count = self._chosen or 0, len(self._plan.parts)
        part = self._plan.parts[number]
        words = self.tr("passage {0} of {1}, {2}, from {3} s")
        text = words.format(number + 1, count, part.prompt or self.tr("no words"), f"{part.start_s:.1f}")
        return SpokenValue(role, text, number, 0, count - 1, 1)

    def set_spoken_value(self, value: float) -> None:
        """Choose a passage, as a screen reader asked."""
        if self._plan is not None:
            self._choose(min(max(round(value), 0), len(self._plan.parts) - 1))

    # Events

    def sizeHint(self) -> QSize:
        """Return a size that suits a window."""
        return QSize(640, _LOW if self._around is not None else _HIGH)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme or type."""
        self.update()
        super().changeEvent(event)

    def resizeEvent(self, event: QEvent) -> None:
        """Show all of the plan, as before."""
        self._refit()
        if not self._field.isHidden():
            self._place_field()
        super().resizeEvent(event)  # type: ignore[arg-type]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the lane."""
        painter = QPainter(self)
        around = self.palette().color(self.backgroundRole())
        if self._plan is None:
            painter.fillRect(self.rect(), around)
            return
        paint_lane(painter, self._scene(self._plan), self.tr("no words"), around)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.current().focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            row = self._scene(self._plan).row
            painter.drawRoundedRect(row.adjusted(1, 1, -1, -1), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what is there, and take hold of it."""
        if self._plan is None:
            event.ignore()
            return
        scene, at = self._scene(self._plan), event.position()
        grip, number = scene.grip_at(at)
        self._pointed_s = min(max(scene.time_s(at.x()), 0.0), self._plan.end_s)
        if grip is LaneGrip.NOTHING:
            return
        self._choose(min(number, len(self._plan.parts) - 1))
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = _Drag(grip, number, at, self._plan)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a drag, or show what could be taken hold of."""
        drag, at = self._drag, event.position()
        if self._plan is None:
            return
        if drag is None:
            grip, number = self._scene(self._plan).grip_at(at)
            self.setCursor(_CURSORS.get(grip, Qt.CursorShape.ArrowCursor))
            self.setToolTip(self._tip(grip, number))
            return
        if not drag.has_moved and abs(at.x() - drag.at.x()) < QApplication.startDragDistance():
            return
        drag.has_moved = True
        is_free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        self._drag_to(drag, at, is_free)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: what was made of the plan is told."""
        drag, self._drag = self._drag, None
        if event.button() != Qt.MouseButton.LeftButton or drag is None:
            return
        self._lifted = None
        self._refit()
        if drag.has_moved and self._plan is not None and self._plan != drag.plan:
            self.plan_changed.emit(self._plan)
            accessible.tell_value(self)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Write in the block."""
        if event.button() == Qt.MouseButton.LeftButton and self._chosen is not None:
            self._drag = None
            self.write()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the passage under the pointer, or of the chosen one."""
        if self._plan is None or self._chosen is None:
            return
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            block = self._scene(self._plan).block(self._chosen)
            self._pointed_s = (self._plan.edge_s(self._chosen) + self._plan.edge_s(self._chosen + 1)) / 2
            self.menu_requested.emit(self.mapToGlobal(block.center().toPoint()), self._pointed_s)
        else:
            self.menu_requested.emit(event.globalPos(), self._pointed_s)

    def event(self, event: QEvent) -> bool:
        """Keep the keys that the lane lives on from the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._does(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, move an edge, write; Esc takes back a drag."""
        if not self._does(event) or self._plan is None:
            super().keyPressEvent(event)
            return
        key, number = event.key(), self._chosen or 0
        step = 1 if key == Qt.Key.Key_Right else -1
        if key == Qt.Key.Key_Escape:
            self._take_back()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self._choose(number)
            self.write()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            edge = max(number, 1)
            self._change(self._plan.with_edge(edge, self._plan.edge_s(edge) + step * self._plan.step_s))
        else:
            self._choose(min(max(number + step, 0), len(self._plan.parts) - 1))

    def _does(self, event: QKeyEvent) -> bool:
        """Tell whether a key is one that the lane lives on."""
        others = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() == Qt.Key.Key_Escape:
            return self._drag is not None
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return others in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and not others

    # Gestures

    def _drag_to(self, drag: _Drag, at: QPointF, is_free: bool) -> None:
        scene = replace(self._scene(drag.plan), lifted=None)
        time_s = scene.time_s(at.x())
        if drag.grip is LaneGrip.EDGE:
            self._plan = drag.plan.with_edge(drag.number, time_s if is_free else self._snapped_s(drag.plan, time_s))
        elif drag.grip is LaneGrip.MORPH:
            begins_s = drag.plan.edge_s(drag.number)
            ends_s = time_s if is_free else begins_s + self._snapped_length_s(drag.plan, begins_s, time_s)
            self._plan = drag.plan.with_morph(drag.number, ends_s - begins_s)
        else:
            self._carry(drag, at, scene)

    def _snapped_s(self, plan: Plan, time_s: float) -> float:
        """Return the place nearest to a moment: a beat of the sound below, else what the plan says."""
        beats = None if self._around is None else self.beats()
        return plan.snapped_s(time_s) if beats is None else beats.nearest_beat_s(time_s)

    def _snapped_length_s(self, plan: Plan, begins_s: float, ends_s: float) -> float:
        beats = None if self._around is None else self.beats()
        return plan.snapped_s(ends_s - begins_s) if beats is None else beats.nearest_beat_s(ends_s) - begins_s

    def _carry(self, drag: _Drag, at: QPointF, scene: LaneScene) -> None:
        """Put the block where its middle is among the others."""
        by = at.x() - drag.at.x()
        middle_s = scene.time_s(scene.block(drag.number).center().x() + by)
        others = [number for number in range(len(drag.plan.parts)) if number != drag.number]
        middles_s = [(drag.plan.edge_s(number) + drag.plan.edge_s(number + 1)) / 2 for number in others]
        to = sum(middle < middle_s for middle in middles_s)
        self._plan, self._chosen = drag.plan.moved(drag.number, to), to
        placed = replace(self._scene(self._plan), lifted=None).block(to)
        self._lifted = (to, scene.block(drag.number).left() + by - placed.left())

    def _take_back(self) -> None:
        if self._drag is not None:
            self._plan, self._chosen = self._drag.plan, self._drag.number
        self._drag = self._lifted = None
        self._refit()

    def _change(self, plan: Plan) -> None:
        if plan != self._plan:
            self.set_plan(plan)
            self.plan_changed.emit(plan)

    def _choose(self, number: int) -> None:
        if number != self._chosen:
            self._chosen = number
            self.update()
            self.chosen_changed.emit(number)
            accessible.tell_value(self)

    def _tip(self, grip: LaneGrip, number: int) -> str:
        if self._plan is None or grip is LaneGrip.NOTHING:
            return ""
        if grip is LaneGrip.PART:
            return self._plan.parts[number].prompt
        if grip is LaneGrip.MORPH:
            return self.tr("Drag how long the music takes to go over")
        is_end = number == len(self._plan.parts)
        return self.tr("Drag where the piece ends") if is_end else self.tr("Drag where the passage begins")

    # Writing

    def _make_field(self) -> QLineEdit:
        field = QLineEdit(self)
        field.setAccessibleName(self.tr("Words of the passage"))
        field.setToolTip(self.tr("Enter takes the words, Esc leaves them as they were"))
        field.hide()
        field.editingFinished.connect(self._take_words)
        field.installEventFilter(self)
        return field

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Let Esc leave the field without a change."""
        is_key = event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if watched is self._field and is_key and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress and self._plan is not None and self._chosen is not None:
                self._field.setText(self._plan.parts[self._chosen].prompt)
                self._close_field()
            event.accept()
            return True
        return super().eventFilter(self._field, event)

    def _place_field(self) -> None:
        """Put the field over its block, wide enough to write in."""
        if self._plan is None or self._chosen is None:
            return
        block = self._scene(self._plan).block(self._chosen)
        left = min(max(block.left(), 0.0), self.width() - _FIELD_WIDTH)
        width = min(max(min(block.right(), self.width()) - left, _FIELD_WIDTH), self.width() - left)
        self._field.setGeometry(QRectF(left, block.top(), width, block.height()).toAlignedRect())

    @Slot()
    def _take_words(self) -> None:
        if self._field.isHidden() or self._plan is None or self._chosen is None:
            return
        words = " ".join(self._field.text().split())
        self._close_field()
        self._change(self._plan.with_prompt(self._chosen, words))

    def _close_field(self) -> None:
        self._field.hide()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # Arithmetic

    def _scene(self, plan: Plan) -> LaneScene:
        view, per_s = (self._view, float(PER_S)) if self._around is None else self._around
        return LaneScene(
            self.width(), self.height(), plan, view, per_s, self._chosen, self._around is None, self._lifted
        )

    def _refit(self) -> None:
        """Show all of the plan, with some room behind; not while something is dragged, or it would run away."""
        if self._plan is not None and self._drag is None:
            ratio = self.devicePixelRatioF()
            total = round(self._plan.end_s * PER_S * _ROOM)
            self._view = Viewport().resized(total, round(max(self.width(), 1) * ratio), ratio).fit()
        self.update()
