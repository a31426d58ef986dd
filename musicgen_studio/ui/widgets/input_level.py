"""One channel of an input: how loud it is now, how loud it was, and whether it was too loud until that is acknowledged.

It draws what it is given; holding and falling are measured elsewhere (`sound`).
"""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from musicgen_studio.ui import theme
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue
from musicgen_studio.ui.widgets.level_meter import FLOOR_DB

_HEIGHT, _BAR = 18, 8
_LIGHT_WIDTH = 40
_GOOD_DB, _HIGH_DB = -12.0, -3.0
_SILENT = (-200.0, -200.0, False)


class InputLevel(QWidget):
    """A thin bar with the held peak and a light that says CLIP.

    Args:
        name: Of the channel, for screen readers.
        parent: As for any widget.
    """

    reset_requested = Signal()
    """The clip light was clicked, or Space or Enter pressed."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        accessible.install()
        self._level = _SILENT
        self.setAccessibleName(self.tr("Level of {0}").format(name))
        self.setToolTip(self.tr("How loud it is. CLIP says it was too loud: turn the input down, then click to reset."))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_level(self, level_db: float, held_db: float, is_clipped: bool) -> None:
        """Show the present level.

        Args:
            level_db: In dBFS.
            held_db: The peak that is held, in dBFS.
            is_clipped: Whether it was too loud since the last reset.
        """
        level = (level_db, held_db, is_clipped)
        if level == self._level:
            return
        changed = is_clipped != self._level[2]
        self._level = level
        self.update()
        if changed:  # a screen reader would drown in every level
            accessible.tell_value(self)

    def spoken_value(self) -> SpokenValue:
        """Return the level in words."""
        level_db, _, is_clipped = self._level
        text = self.tr("silent") if level_db <= FLOOR_DB else self.tr("{0:.0f} decibels").format(level_db)
        if is_clipped:
            text = self.tr("{0}, too loud").format(text)
        return SpokenValue(QAccessible.Role.Indicator, text, min(max(level_db, FLOOR_DB), 0.0), FLOOR_DB, 0.0)

    def set_spoken_value(self, value: float) -> None:
        """Take nothing: a level cannot be set."""

    def sizeHint(self) -> QSize:
        """Return room for the bar and the light."""
        return QSize(140, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return room that still shows something."""
        return QSize(72, _HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Reset the light."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Reset the light."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.reset_requested.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw bar and light."""
        colours = theme.current()
        level_db, held_db, is_clipped = self._level
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(1, (self.height() - _BAR) / 2, max(self.width() - _LIGHT_WIDTH - 6, 1), _BAR)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        inner = area.adjusted(1.5, 1.5, -1.5, -1.5)
        end = inner.left() + _share(level_db) * inner.width()
        zones = ((FLOOR_DB, colours.meter_low), (_GOOD_DB, colours.meter_mid), (_HIGH_DB, colours.meter_high))
        for from_db, ink in zones:
            left = inner.left() + _share(from_db) * inner.width()
            if end > left:
                painter.fillRect(QRectF(left, inner.top(), end - left, inner.height()), QColor(ink))
        if held_db > FLOOR_DB:
            x = inner.left() + _share(held_db) * inner.width()
            painter.fillRect(QRectF(x - 2, inner.top() - 1, 2, inner.height() + 2), QColor(colours.text))
        self._paint_light(painter, is_clipped)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_light(self, painter: QPainter, is_clipped: bool) -> None:
        if not is_clipped:
            return
        colours = theme.current()
        light = QRectF(self.width() - _LIGHT_WIDTH, 1, _LIGHT_WIDTH - 1, self.height() - 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.danger))
        painter.drawRoundedRect(light, 4, 4)
        painter.setFont(theme.font(theme.SMALL_PX))
        painter.setPen(QColor(colours.on_danger))
        painter.drawText(light, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextDontClip), self.tr("CLIP"))


def _share(level_db: float) -> float:
    return min(max(1.0 - level_db / FLOOR_DB, 0.0), 1.0)
