"""Text in the rows of lists that paint themselves."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter


def write_line(
    painter: QPainter,
    rect: QRect,
    text: str,
    type_face: QFont,
    ink: str,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Write a line of text into a row, in the middle of its height; what does not fit ends in an ellipsis.

    Args:
        painter: Of the row.
        rect: Where, in pixels.
        text: The line.
        type_face: In which font.
        ink: A colour of the theme.
        side: Left or right.
    """
    painter.setFont(type_face)
    painter.setPen(QColor(ink))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
