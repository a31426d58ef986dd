"""What the displays of a level have in common: the bar with its zones and the held peak, and resetting the clip light.

They draw what they are given; holding and falling are measured elsewhere (`sound`).
"""

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue

Level = tuple[float, float, bool]
"""Level in dBFS, held peak in dBFS, and whether it was too loud since the last reset."""

FLOOR_DB = -60.0
SILENT: Level = (-200.0, -200.0, False)
_MID_DB, _HIGH_DB = -12.0, -3.0


class LevelDisplay(QWidget):
    """A widget that shows levels, and asks for a reset of its clip light by click or key.

    Args:
        name: For screen readers.
        tip: The tool tip.
        parent: As for any widget.
    """

    reset_requested = Signal()
    """The clip light was clicked, or Space or Enter pressed."""

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        accessible.install()
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def spoken(self, level_db: float, clipped: str) -> SpokenValue:
        """Return a level in words.

        Args:
            level_db: In dBFS.
            clipped: What is said after it, such as `, too loud`.
        """
        text = self.tr("silent") if level_db <= FLOOR_DB else self.tr("{0:.0f} decibels").format(level_db)
        value = min(max(level_db, FLOOR_DB), 0.0)
        return SpokenValue(QAccessible.Role.Indicator, text + clipped, value, FLOOR_DB, 0.0)

    def set_spoken_value(self, value: float) -> None:
        """Take nothing: a level cannot be set."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Reset the light."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_requested.emit()

    def event(self, event: QEvent) -> bool:
        """Take the keys that press it before they count as keys of the window, where Space plays."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _presses(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Reset the light."""
        if _presses(event):
            self.reset_requested.emit()
        else:
            super().keyPressEvent(event)

    def paint_focus(self, painter: QPainter, radius: float) -> None:
        """Draw the ring that says where the keys go, if they go here."""
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.current().focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)


def paint_bar(painter: QPainter, area: QRectF, level: Level) -> None:
    """Draw a bar with its zones, and a line where the peak is held."""
    colours = theme.current()
    painter.setPen(QPen(QColor(colours.border), 1))
    painter.setBrush(QColor(colours.field))
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    inner = area.adjusted(1.5, 1.5, -1.5, -1.5)
    end = inner.left() + share(level[0]) * inner.width()
    zones = ((FLOOR_DB, colours.meter_low), (_MID_DB, colours.meter_mid), (_HIGH_DB, colours.meter_high))
    for from_db, ink in zones:
        left = inner.left() + share(from_db) * inner.width()
        if end > left:
            painter.fillRect(QRectF(left, inner.top(), end - left, inner.height()), QColor(ink))
    if level[1] > FLOOR_DB:
        x = inner.left() + share(level[1]) * inner.width()
        painter.fillRect(QRectF(x - 2, inner.top(), 2, inner.height()), QColor(colours.text))


def share(level_db: float) -> float:
    """Return the place of a level on a bar, 0 to 1."""
    return min(max(1.0 - level_db / FLOOR_DB, 0.0), 1.0)


def _presses(event: QKeyEvent) -> bool:
    keys = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier and event.key() in keys
