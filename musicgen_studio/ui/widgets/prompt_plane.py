"""A plane on which up to four prompts lie, and a puck: the nearer it is to a prompt, the more of that is heard.

The mouse drags the puck, and so do the arrow keys; Home puts it into the middle. A prompt counts by 1 / distance²
(`core.live.weights_on_plane`). Not for what the weights do.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleValueChangeEvent, QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from musicgen_studio.core.live import weights_on_plane
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue

PLACES = (
    ((0.5, 0.5),),
    ((0.0, 0.5), (1.0, 0.5)),
    ((0.0, 1.0), (1.0, 1.0), (0.5, 0.0)),
    ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)),
)
"""Where one, two, three or four prompts lie, from the left and from above."""

STEP, SMALL_STEP = 0.05, 0.01
_EDGE_PX, _PUCK_PX, _LEAST_PX, _MOST_PX = 34, 11, 7, 24
_MIDDLE = (0.5, 0.5)
_MOVES = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_WITH = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class PromptPlane(QWidget):
    """The plane. Main thread."""

    weights_changed = Signal(tuple)
    """What each prompt counts, together 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        accessible.install()
        self._prompts: tuple[str, ...] = ("",)
        self._puck = _MIDDLE
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(220, 150)
        self.setAccessibleName(self.tr("Plane of prompts"))
        self.setToolTip(self.tr("Drag the puck, or move it by the arrow keys (Shift: a little); Home is the middle"))

    def sizeHint(self) -> QSize:
        """Return how large it likes to be: low enough for what stands below it; it takes what room there is."""
        return QSize(420, 150)

    def set_prompts(self, prompts: Sequence[str]) -> None:
        """Let these lie on it, one to four; the puck goes to the middle if there are more or fewer."""
        if len(prompts) != len(self._prompts):
            self._puck = _MIDDLE
        self._prompts = tuple(prompts)
        self.update()
        self.weights_changed.emit(self.weights())

    def weights(self) -> tuple[float, ...]:
        """Return what each prompt counts, together 1, to a thousandth."""
        return tuple(round(each, 3) for each in weights_on_plane(self._puck, PLACES[len(self._prompts) - 1]))

    def puck(self) -> tuple[float, float]:
        """Return where the puck is, from the left and from above, 0 to 1."""
        return self._puck

    def move_puck(self, x: float, y: float) -> None:
        """Put the puck somewhere; from the left and from above, 0 to 1."""
        self._puck = (min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
        self.update()
        QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, self.weights()[0]))
        self.weights_changed.emit(self.weights())

    def spoken_value(self) -> SpokenValue:
        """Return the levels in words."""
        words = self.tr("{0}: {1} percent")
        told = [
            words.format(prompt or self.tr("anything"), round(100 * weight))
            for prompt, weight in zip(self._prompts, self.weights(), strict=True)
        ]
        return SpokenValue(QAccessible.Role.Slider, ", ".join(told), self.weights()[0], 0.0, 1.0, STEP)

    def set_spoken_value(self, value: float) -> None:
        """Move along the line between the first two prompts."""
        self.move_puck(1.0 - value, self._puck[1])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the puck."""
        self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move it."""
        self._drag(event)

    def event(self, event: QEvent) -> bool:
        """Take the keys that move the puck before they count as keys of the window, which move the playhead."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the puck."""
        if not _is_ours(event):
            super().keyPressEvent(event)
            return
        if event.key() == Qt.Key.Key_Home:
            self.move_puck(*_MIDDLE)
            return
        step = SMALL_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        right, down = _MOVES[Qt.Key(event.key())]
        self.move_puck(self._puck[0] + step * right, self._puck[1] + step * down)

    def paintEvent(self, _event: object) -> None:
        """Draw prompts, lines that say how much each counts, and the puck."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.border), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(frame, 6, 6)
        puck = self._point(*self._puck)
        for number, (weight, place) in enumerate(zip(self.weights(), PLACES[len(self._prompts) - 1], strict=True)):
            self._draw_prompt(painter, number, weight, self._point(*place), puck)
        painter.setPen(QPen(QColor(colours.text), 2))
        painter.setBrush(QColor(colours.accent))
        painter.drawEllipse(puck, _PUCK_PX, _PUCK_PX)

    def _draw_prompt(self, painter: QPainter, number: int, weight: float, at: QPointF, puck: QPointF) -> None:
        colours = theme.current()
        painter.setPen(QPen(QColor(colours.accent), 1 + 4 * weight))
        painter.drawLine(at, puck)
        radius = _LEAST_PX + (_MOST_PX - _LEAST_PX) * weight
        painter.setPen(QPen(QColor(colours.accent), 1.5))
        painter.setBrush(QColor(colours.panel))
        painter.drawEllipse(at, radius, radius)
        painter.setPen(QColor(colours.text))
        words = f"{number + 1} · {round(100 * weight)} %"
        is_above = at.y() < puck.y() and at.y() - radius > 22  # the line to the puck goes down from there
        is_above = is_above or (at.y() >= puck.y() and at.y() + radius > self.height() - 22)
        line = QRectF(at.x() - 60, at.y() + (-radius - 20 if is_above else radius + 2), 120, 18)
        line.moveLeft(min(max(line.left(), 4.0), self.width() - 124.0))
        side = Qt.AlignmentFlag.AlignHCenter
        if line.left() <= 4.0:
            side = Qt.AlignmentFlag.AlignLeft
        elif line.left() >= self.width() - 124.0:
            side = Qt.AlignmentFlag.AlignRight
        painter.drawText(line, side, words)

    def _drag(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            place = event.position()
            across, down = self.width() - 2 * _EDGE_PX, self.height() - 2 * _EDGE_PX
            self.move_puck((place.x() - _EDGE_PX) / max(across, 1), (place.y() - _EDGE_PX) / max(down, 1))

    def _point(self, x: float, y: float) -> QPointF:
        return QPointF(_EDGE_PX + x * (self.width() - 2 * _EDGE_PX), _EDGE_PX + y * (self.height() - 2 * _EDGE_PX))


def _is_ours(event: QKeyEvent) -> bool:
    """Tell whether a key moves the puck."""
    return not event.modifiers() & ~_WITH and (event.key() in _MOVES or event.key() == Qt.Key.Key_Home)
