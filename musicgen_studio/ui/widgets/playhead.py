"""The playhead as it is drawn over any view with a ruler: a line, and a head in the strip below the ruler's figures."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

HEAD = 5.0  # half the width of the head, in pixels
_HEIGHT, _POINT = 10.0, 5.0  # of the head, and of its point


def paint_playhead(painter: QPainter, x: float, strip: QRectF, bottom: float, ink: str) -> None:
    """Draw it.

    Args:
        painter: On the view.
        x: Where it stands, on a whole device pixel.
        strip: Below the ruler, with no figures in it that the head would cover; 10 pixels high or more.
        bottom: Where the line ends.
        ink: Its colour.
    """
    point = strip.bottom()
    painter.fillRect(QRectF(x - 1, point - 1, 2, bottom - point + 1), QColor(ink))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ink))
    top, neck = point - _HEIGHT, point - _POINT
    corners = [(-HEAD, top), (HEAD, top), (HEAD, neck), (0.0, point), (-HEAD, neck)]
    painter.drawPolygon(QPolygonF([QPointF(x + dx, y) for dx, y in corners]))
