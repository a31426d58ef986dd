"""The program's icons: its own SVG files of `resources/icons`, drawn in the theme's colours at the screen's scale.

One 24×24 grid, one stroke width (1.75), round ends, `currentColor` for the ink. An icon asks for its colours when it is
drawn, so it follows a change of the theme. Files named `style-…` belong to the style sheet (`ui.theme`), not here.
"""

from dataclasses import fields
from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QLineEdit

from musicgen_studio.paths import resources_dir
from musicgen_studio.ui.look import theme

_STYLE_PREFIX = "style-"


def names() -> tuple[str, ...]:
    """Return the names of all icons, in order."""
    found = (path.stem for path in _folder().glob("*.svg"))
    return tuple(sorted(name for name in found if not name.startswith(_STYLE_PREFIX)))


def icon(name: str, colour: str = "text") -> QIcon:
    """Return an icon for buttons, menus and rows.

    Args:
        name: One of `names()`.
        colour: The field of `theme.Colours` it is drawn in. Switched on, it is drawn in the accent; disabled, greyed.

    Raises:
        ValueError: If there is no such icon or colour.
    """
    if colour not in {field.name for field in fields(theme.Colours)}:
        raise ValueError(f"colour must be a field of Colours, got {colour!r}")
    _svg(name)
    return QIcon(_SvgIconEngine(name, colour))


def paint_icon(painter: QPainter, rect: QRectF, name: str, ink: str) -> None:
    """Draw an icon with a painter.

    Args:
        painter: Where to.
        rect: The square it fills.
        name: One of `names()`.
        ink: Its colour as `#rrggbb`.

    Raises:
        ValueError: If there is no such icon.
    """
    renderer = QSvgRenderer(QByteArray(_svg(name).replace(b"currentColor", ink.encode("ascii"))))
    renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, rect)


def _folder() -> Path:
    return resources_dir() / "icons"


@cache
def _svg(name: str) -> bytes:
    try:
        return (_folder() / f"{name}.svg").read_bytes()
    except FileNotFoundError as error:
        raise ValueError(f"name must be an icon of {_folder()}, got {name!r}") from error


def lead_with(field: QLineEdit, name: str) -> None:
    """Put an icon before the text of a field, as far from it as a button's from its words.

    Args:
        field: Which.
        name: One of `names()`.
    """
    field.addAction(icon(name, "muted"), QLineEdit.ActionPosition.LeadingPosition)
    field.setTextMargins(-2 * theme.GRID, 0, 0, 0)  # of the style sheet's padding, which counts once more behind it


class _SvgIconEngine(QIconEngine):
    """Draws one icon in the colours that hold at that moment."""

    _clones: "list[_SvgIconEngine]" = []  # noqa: RUF012 - Qt owns a clone, yet Python would drop it at once

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self._name = name
        self._colour = colour

    def clone(self) -> QIconEngine:
        clone = _SvgIconEngine(self._name, self._colour)
        self._clones.append(clone)
        return clone

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        square = QRectF(rect.center().x() + 0.5 - side / 2, rect.center().y() + 0.5 - side / 2, side, side)
        paint_icon(painter, square, self._name, self._ink(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        pixels = QSize(round(size.width() * scale), round(size.height() * scale))
        if pixels.isEmpty():  # a button that is squeezed for a moment, while it is laid out
            return QPixmap()
        ink = self._ink(mode, state)
        key = f"musicgen-studio/{self._name}/{ink}/{pixels.width()}x{pixels.height()}"
        cached = QPixmap()
        if QPixmapCache.find(key, cached):
            return cached
        drawn = QPixmap(pixels)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        self.paint(painter, QRect(QPoint(0, 0), pixels), mode, state)
        painter.end()
        QPixmapCache.insert(key, drawn)
        return drawn

    def _ink(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        colours = theme.current()
        if mode == QIcon.Mode.Disabled:
            return colours.disabled
        if state == QIcon.State.On and self._colour == "text":
            return colours.accent
        ink: str = getattr(colours, self._colour)
        return ink
