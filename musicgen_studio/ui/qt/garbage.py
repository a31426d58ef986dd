"""Collects garbage in the window's thread, and in no other.

Python collects what only refers to itself in whatever thread happens to be at work. If that are objects of Qt, Qt then
takes them apart in the wrong thread, and the program dies. So the automatic collection is switched off while a window
is there, and a timer does the same work here.
"""

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

LOOK_MS = 500


class Garbage(QObject):
    """Takes over from Python's own collection, until `close`. Main thread, but for `ask`.

    Args:
        afterwards: Called after each full collection that was asked for.
        parent: Qt's owner.
    """

    _asked = Signal()

    def __init__(self, afterwards: Callable[[], None] = lambda: None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._afterwards = afterwards
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._asked.connect(self._collect)  # queued where it comes from another thread

    def ask(self) -> None:
        """Collect everything soon. Any thread, returns at once."""
        self._asked.emit()

    def close(self) -> None:
        """Give the collection back to Python."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()

    @Slot()
    def _look(self) -> None:
        """Collect as Python would: the young often, the old seldom."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = [age for age, (count, most) in enumerate(zip(counts, thresholds, strict=True)) if count > most > 0]
        if due:
            gc.collect(max(due))

    @Slot()
    def _collect(self) -> None:
        gc.collect()
        self._afterwards()
