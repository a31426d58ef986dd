"""Dragging out a file that is written in the background once it is dragged, not before.

Most are written before the mouse has moved on, and the drag goes on as if nothing had been. Of a long one the button
may be up by then: the file stays, and the next drag of it begins at once. Not for what the file is (`library`).
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from musicgen_studio.studio.program.background import Background, ErrandDone, Lane
from musicgen_studio.ui.qt.dragging import file_drag


class LateDrag(QObject):
    """One such drag at a time. Main thread.

    Args:
        background: Writes.
        parent: Qt's owner.
    """

    said = Signal(str)
    problem_found = Signal(object)  # UserProblem

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._is_writing = False

    def begin(self, source: QWidget, name: str, write: Callable[[], Path], is_late: str) -> None:
        """Write a file and drag it, unless one is being written.

        Args:
            source: What is dragged from.
            name: What is written, for the screen.
            write: Returns the file; in the background.
            is_late: What is said if the button is up by then.
        """
        if not self._is_writing:
            self._is_writing = True
            self._background.run(name, write, partial(self._drag, source, is_late), self._give_up, Lane.SOUND)

    def _drag(self, source: QWidget, is_late: str, path: Path) -> None:
        self._is_writing = False
        if QApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            file_drag(source, [path]).exec(Qt.DropAction.CopyAction)
        else:
            self.said.emit(is_late)

    def _give_up(self, errand: ErrandDone) -> None:
        self._is_writing = False
        if errand.problem is not None:
            self.problem_found.emit(errand.problem)
