"""The level meter: a bar for each channel with its held peak, and a light that says CLIP until it is reset."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.theme import Colours
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue
from musicgen_studio.ui.widgets.level_bar import FLOOR_DB, SILENT, Level, LevelDisplay, paint_bar, share

_TICKS_DB = ((0, -6, -12, -24, -36, -48), (0, -12, -24, -36, -48), (0, -24, -48), (0, -24), (0,))  # by room
_TICK_GAP = 8.0  # between numbers, in pixels
_BAR, _GAP = 9, 4
_NAME_WIDTH = 14
_LIGHT_WIDTH, _NARROW_LIGHT_WIDTH = 48, 14  # the narrow one has no room for a number
_NARROW_PX = 130


class LevelMeter(LevelDisplay):
    """Two bars, or one for mono, with a scale, the highest held peak in numbers and the clip light.

    Args:
        parent: As for any widget.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Level"), self.tr("Level in dB below full scale. Click to reset CLIP."), parent)
        self._levels: tuple[Level, ...] = (SILENT, SILENT)
        self._was_clipped = False

    def set_levels(self, levels: Sequence[Level]) -> None:
        """Show the present levels.

        Args:
            levels: For each channel: level in dBFS, held peak in dBFS, and whether it clipped since the last reset.
        """
        shown = tuple(levels) or (SILENT, SILENT)
        if shown == self._levels:
            return
        self._levels = shown
        self.update()
        if self.is_clipped() != self._was_clipped:  # a screen reader would drown in every level
            self._was_clipped = self.is_clipped()
            accessible.tell_value(self)

    def is_clipped(self) -> bool:
        """Return whether the clip light is on."""
        return any(clipped for _, _, clipped in self._levels)

    def spoken_value(self) -> SpokenValue:
        """Return the loudest channel in words."""
        level_db = max(level for level, _, _ in self._levels)
        return self.spoken(level_db, self.tr(", clipped") if self.is_clipped() else "")

    def sizeHint(self) -> QSize:
        """Return room for two bars, the scale and the light."""
        return QSize(240, 2 * _BAR + _GAP + 16)

    def minimumSizeHint(self) -> QSize:
        """Return room that still shows something."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw bars, scale and light."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.number_font())
        for channel, level in enumerate(self._levels):
            self._paint_bar(painter, channel, level, colours)
        self._paint_scale(painter, colours)
        self._paint_light(painter, colours)
        self.paint_focus(painter, theme.RADIUS)

    def _bar_area(self, channel: int) -> QRectF:
        height = 2 * _BAR + _GAP if len(self._levels) == 1 else _BAR
        width = max(self.width() - _NAME_WIDTH - self._light_width() - 2 * theme.GRID, 1)
        return QRectF(_NAME_WIDTH + 2, 2 + channel * (_BAR + _GAP), width, height)

    def _paint_bar(self, painter: QPainter, channel: int, level: Level, colours: Colours) -> None:
        area = self._bar_area(channel)
        painter.setPen(QColor(colours.muted))
        name = "" if len(self._levels) == 1 else (self.tr("L", "left"), self.tr("R", "right"))[channel % 2]
        painter.drawText(QRectF(2, area.top() - 3, _NAME_WIDTH, area.height() + 6), _CENTRED, name)
        paint_bar(painter, area, level)

    def _paint_scale(self, painter: QPainter, colours: Colours) -> None:
        area = self._bar_area(0)
        top = 2 + 2 * _BAR + _GAP
        painter.setPen(QColor(colours.muted))
        for tick_db in self.ticks_db():
            x = area.left() + share(tick_db) * area.width()
            painter.fillRect(QRectF(round(x) - 1, top, 1, 3), QColor(colours.border))
            painter.drawText(QRectF(x - 20, top + 1, 40, 14), _CENTRED, _number(tick_db))

    def ticks_db(self) -> tuple[int, ...]:
        """Return the numbers of the scale: as many as stand clear of each other at this width."""
        metrics = QFontMetricsF(theme.number_font())
        width = self._bar_area(0).width()

        def fits(ticks: tuple[int, ...]) -> bool:
            places = [(share(tick) * width, metrics.horizontalAdvance(_number(tick))) for tick in ticks]
            return all(
                right - left >= (right_width + left_width) / 2 + _TICK_GAP
                for (right, right_width), (left, left_width) in pairwise(places)
            )

        return next(ticks for ticks in _TICKS_DB if fits(ticks))

    def _paint_light(self, painter: QPainter, colours: Colours) -> None:
        width = self._light_width()
        area = QRectF(self.width() - width - 2, 2, width, 2 * _BAR + _GAP)
        clipped = self.is_clipped()
        if width != _LIGHT_WIDTH and not clipped:
            return  # there is no room for what it would say, and an empty one says nothing
        painter.setPen(QPen(QColor(colours.danger if clipped else colours.border), 1))
        painter.setBrush(QColor(colours.danger if clipped else colours.field))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(QColor(colours.on_danger if clipped else colours.muted))
        if width == _LIGHT_WIDTH:
            painter.drawText(area, _CENTRED, self.tr("CLIP") if clipped else self._held_text())
        else:
            painter.drawText(area, _CENTRED, "!")

    def _light_width(self) -> int:
        return _LIGHT_WIDTH if self.width() >= _NARROW_PX else _NARROW_LIGHT_WIDTH

    def _held_text(self) -> str:
        held_db = max(held for _, held, _ in self._levels)
        return "−∞" if held_db <= FLOOR_DB else f"{held_db:.1f}".replace("-", "−")


_CENTRED = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextDontClip)


def _number(tick_db: int) -> str:
    return str(tick_db).replace("-", "−")
