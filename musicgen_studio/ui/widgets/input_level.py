"""One channel of an input: how loud it is now, how loud it was, and whether it was too loud until somebody says so."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue
from musicgen_studio.ui.widgets.level_bar import SILENT, LevelDisplay, paint_bar

_HEIGHT, _BAR = 18, 8
_LIGHT_WIDTH = 40


class InputLevel(LevelDisplay):
    """A thin bar with the held peak and a light that says CLIP.

    Args:
        name: Of the channel, for screen readers.
        parent: As for any widget.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Level of {0}").format(name),
            self.tr("How loud it is. CLIP says it was too loud: turn the input down, then click to reset."),
            parent,
        )
        self._level = SILENT

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
        return self.spoken(level_db, self.tr(", too loud") if is_clipped else "")

    def sizeHint(self) -> QSize:
        """Return room for the bar and the light."""
        return QSize(140, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return room that still shows something."""
        return QSize(72, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw bar and light."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(1, (self.height() - _BAR) / 2, max(self.width() - _LIGHT_WIDTH - 6, 1), _BAR)
        paint_bar(painter, area, self._level)
        if self._level[2]:
            self._paint_light(painter)
        self.paint_focus(painter, 4)

    def _paint_light(self, painter: QPainter) -> None:
        colours = theme.current()
        light = QRectF(self.width() - _LIGHT_WIDTH, 1, _LIGHT_WIDTH - 1, self.height() - 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.danger))
        painter.drawRoundedRect(light, 4, 4)
        painter.setFont(theme.font(theme.SMALL_PX))
        painter.setPen(QColor(colours.on_danger))
        painter.drawText(light, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextDontClip), self.tr("CLIP"))
