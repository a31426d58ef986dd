"""The level meter: a bar for each channel with the peak held for a while, and a light that says CLIP until it is reset.

It draws what it is given; holding and falling are measured elsewhere (`sound`).
"""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from musicgen_studio.ui import theme
from musicgen_studio.ui.theme import Colours
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue

Level = tuple[float, float, bool]  # level in dBFS, held peak in dBFS, clipped

FLOOR_DB = -60.0
_MID_DB, _HIGH_DB = -12.0, -3.0
_TICKS_DB = ((0, -6, -12, -24, -36, -48), (0, -12, -24, -36, -48), (0, -24, -48), (0, -24), (0,))  # by room
_TICK_GAP = 8.0  # between numbers, in pixels
_BAR, _GAP = 9, 4
_NAME_WIDTH = 14
_LIGHT_WIDTH, _NARROW_LIGHT_WIDTH = 48, 14  # the narrow one has no room for a number
_NARROW_PX = 130
_SILENT: Level = (-200.0, -200.0, False)


class LevelMeter(QWidget):
    """Two bars, or one for mono, with a scale, the highest held peak in numbers and the clip light.

    Args:
        parent: As for any widget.
    """

    reset_requested = Signal()
    """The clip light was clicked, or Space or Enter pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        accessible.install()
        self._levels: tuple[Level, ...] = (_SILENT, _SILENT)
        self._was_clipped = False
        self.setAccessibleName(self.tr("Level"))
        self.setToolTip(self.tr("Level in dB below full scale. Click to reset CLIP."))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_levels(self, levels: Sequence[Level]) -> None:
        """Show the present levels.

        Args:
            levels: For each channel: level in dBFS, held peak in dBFS, and whether it clipped since the last reset.
        """
        shown = tuple(levels) or (_SILENT, _SILENT)
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
        text = self.tr("silent") if level_db <= FLOOR_DB else self.tr("{0:.0f} decibels").format(level_db)
        if self.is_clipped():
            text = self.tr("{0}, clipped").format(text)
        value = min(max(level_db, FLOOR_DB), 0.0)
        return SpokenValue(QAccessible.Role.Indicator, text, value, FLOOR_DB, 0.0)

    def set_spoken_value(self, value: float) -> None:
        """Take nothing: a level cannot be set."""

    def sizeHint(self) -> QSize:
        """Return room for two bars, the scale and the light."""
        return QSize(240, 2 * _BAR + _GAP + 16)

    def minimumSizeHint(self) -> QSize:
        """Return room that still shows something."""
        return QSize(120, self.sizeHint().height())

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
        """Draw bars, scale and light."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.number_font())
        for channel, level in enumerate(self._levels):
            self._paint_bar(painter, channel, level, colours)
        self._paint_scale(painter, colours)
        self._paint_light(painter, colours)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)

    def _bar_area(self, channel: int) -> QRectF:
        height = 2 * _BAR + _GAP if len(self._levels) == 1 else _BAR
        width = max(self.width() - _NAME_WIDTH - self._light_width() - 2 * theme.GRID, 1)
        return QRectF(_NAME_WIDTH + 2, 2 + channel * (_BAR + _GAP), width, height)

    def _paint_bar(self, painter: QPainter, channel: int, level: Level, colours: Colours) -> None:
        area = self._bar_area(channel)
        painter.setPen(QColor(colours.muted))
        name = "" if len(self._levels) == 1 else (self.tr("L", "left"), self.tr("R", "right"))[channel % 2]
        painter.drawText(QRectF(2, area.top() - 3, _NAME_WIDTH, area.height() + 6), _CENTRED, name)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        inner = area.adjusted(1.5, 1.5, -1.5, -1.5)
        end = inner.left() + _share(level[0]) * inner.width()
        zones = ((FLOOR_DB, colours.meter_low), (_MID_DB, colours.meter_mid), (_HIGH_DB, colours.meter_high))
        for from_db, ink in zones:
            left = inner.left() + _share(from_db) * inner.width()
            if end > left:
                painter.fillRect(QRectF(left, inner.top(), end - left, inner.height()), QColor(ink))
        if level[1] > FLOOR_DB:
            x = inner.left() + _share(level[1]) * inner.width()
            painter.fillRect(QRectF(x - 2, inner.top(), 2, inner.height()), QColor(colours.text))

    def _paint_scale(self, painter: QPainter, colours: Colours) -> None:
        area = self._bar_area(0)
        top = 2 + 2 * _BAR + _GAP
        painter.setPen(QColor(colours.muted))
        for tick_db in self.ticks_db():
            x = area.left() + _share(tick_db) * area.width()
            painter.fillRect(QRectF(round(x) - 1, top, 1, 3), QColor(colours.border))
            painter.drawText(QRectF(x - 20, top + 1, 40, 14), _CENTRED, _number(tick_db))

    def ticks_db(self) -> tuple[int, ...]:
        """Return the numbers of the scale: as many as stand clear of each other at this width."""
        metrics = QFontMetricsF(theme.number_font())
        width = self._bar_area(0).width()

        def fits(ticks: tuple[int, ...]) -> bool:
            places = [(_share(tick) * width, metrics.horizontalAdvance(_number(tick))) for tick in ticks]
            return all(
                right - left >= (right_width + left_width) / 2 + _TICK_GAP
                for (right, right_width), (left, left_width) in pairwise(places)
            )

        return next(ticks for ticks in _TICKS_DB if fits(ticks))

    def _paint_light(self, painter: QPainter, colours: Colours) -> None:
        width = self._light_width()
        area = QRectF(self.width() - width - 2, 2, width, 2 * _BAR + _GAP)
        clipped = self.is_clipped()
        painter.setPen(QPen(QColor(colours.danger if clipped else colours.border), 1))
        painter.setBrush(QColor(colours.danger if clipped else colours.field))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(QColor(colours.on_danger if clipped else colours.muted))
        if width == _LIGHT_WIDTH:
            painter.drawText(area, _CENTRED, self.tr("CLIP") if clipped else self._held_text())
        elif clipped:
            painter.drawText(area, _CENTRED, "!")

    def _light_width(self) -> int:
        return _LIGHT_WIDTH if self.width() >= _NARROW_PX else _NARROW_LIGHT_WIDTH

    def _held_text(self) -> str:
        held_db = max(held for _, held, _ in self._levels)
        return "−∞" if held_db <= FLOOR_DB else f"{held_db:.1f}".replace("-", "−")


_CENTRED = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextDontClip)


def _number(tick_db: int) -> str:
    return str(tick_db).replace("-", "−")


def _share(level_db: float) -> float:
    """Place on the bar, 0 to 1."""
    return min(max(1.0 - level_db / FLOOR_DB, 0.0), 1.0)
