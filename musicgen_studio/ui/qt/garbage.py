"""Collects garbage in the window's thread, and in no other.

Python collects what only refers to itself in whatever thread happens to be at work. If that are objects of Qt, Qt then
takes them apart in the wrong thread, and the program dies. So the automatic collection is switched off while a window
is there, and a timer does the same work here.

To look through all that torch and the rest consist of takes a tenth of a second, in which no click is answered. None of
it ever becomes garbage, so what is there once they are loaded is set aside (`keep`) until memory is to be given back.
"""

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

LOOK_MS = 500


class Garbage(QObject):
    """Takes over from Python's own collection, until `close`. Main thread, but for `ask` and `keep`.

    Args:
        afterwards: Called after each full collection that was asked for.
        parent: Qt's owner.
    """

    _asked = Signal()
    _loaded = Signal()

    def __init__(self, afterwards: Callable[[], None] = lambda: None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._afterwards = afterwards
        gc.disable()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._asked.connect(self._collect)  # queued where it comes from another thread
        self._loaded.connect(self._freeze)

    def ask(self) -> None:
        """Collect everything soon. Any thread, returns at once."""
        self._asked.emit()

    def keep(self) -> None:
        """Look no more at what there is now: something large has been loaded. Any thread, returns at once."""
        self._loaded.emit()

    def close(self) -> None:
        """Give the collection back to Python, with all that was set aside."""
        self._timer.stop()
        gc.unfreeze()
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
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._afterwards()

    @Slot()
    def _freeze(self) -> None:
        gc.freeze()
