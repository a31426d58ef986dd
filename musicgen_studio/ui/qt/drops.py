"""Files dropped on a widget: welcomed where they are of use, with the widget lit up, always copied and never moved.

A move would take the file from where it was: the program only reads it. Not for dragging out (`dragging`).
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from musicgen_studio.ui.look import theme

_LINE_PX = 2


class FileDrops(QObject):
    """Takes files that are dropped on a widget. Main thread.

    Args:
        widget: On which; of a text field the viewport.
        wants: Tells whether these files are of use here.
        take: Called with them when they are dropped.
    """

    def __init__(
        self, widget: QWidget, wants: Callable[[Sequence[Path]], bool], take: Callable[[Sequence[Path]], object]
    ) -> None:
        super().__init__(widget)
        self._widget, self._wants, self._take = widget, wants, take
        self._light = _Light(_framed(widget))
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take drags of files; all else goes its way."""
        if event.type() == QEvent.Type.DragLeave:
            self._light.hide()
            return False
        if not isinstance(event, QDropEvent):  # of which entering and moving are kinds
            return super().eventFilter(watched, event)
        files = _files(event)
        if not files:
            return False  # a text, perhaps
        may_copy = bool(event.possibleActions() & Qt.DropAction.CopyAction)
        if event.source() is not None or not may_copy or not self._wants(files):
            event.ignore()
            return True
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if isinstance(event, QDragMoveEvent):
            self._light.shine()
        else:
            self._light.hide()
            self._take(files)
        return True


class _Light(QWidget):
    """A frame over the whole of a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def shine(self) -> None:
        """Show it, as large as the widget is now."""
        self.setGeometry(self._widget.rect())
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tint = QColor(colours.accent)
        tint.setAlphaF(0.12)
        painter.setPen(QPen(QColor(colours.accent), _LINE_PX))
        painter.setBrush(tint)
        inner = self.rect().toRectF().adjusted(_LINE_PX / 2, _LINE_PX / 2, -_LINE_PX / 2, -_LINE_PX / 2)
        painter.drawRoundedRect(inner, theme.RADIUS, theme.RADIUS)


def _framed(widget: QWidget) -> QWidget:
    """Return what has the frame that is seen: of a viewport, which ends where the text does, its field."""
    field = widget.parentWidget()
    is_viewport = isinstance(field, QAbstractScrollArea) and field.viewport() is widget
    return field if field is not None and is_viewport else widget


def _files(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
