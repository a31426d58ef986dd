"""Dragging sound out of the window: real files that stay, offered as a copy and never as a move."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QWidget


def file_drag(source: QWidget, paths: Sequence[Path]) -> QDrag:
    """Return a drag of files; begin it with `exec(Qt.DropAction.CopyAction)`.

    Args:
        source: The widget it comes from; it owns the drag.
        paths: Files that exist and will stay.
    """
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    drag = QDrag(source)
    drag.setMimeData(data)
    return drag
