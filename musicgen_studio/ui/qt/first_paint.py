"""When the window is seen for the first time: what it does not need for that waits until then."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class FirstPaint(QObject):
    """Calls once, after a window's first picture is painted. Main thread.

    Args:
        window: The window, not shown yet.
        then: What to do when it is seen.
    """

    def __init__(self, window: QWidget, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._then = QTimer(self, singleShot=True, interval=0)  # the children are painted after their window
        self._then.timeout.connect(then)
        window.installEventFilter(self)

    def forget(self) -> None:
        """Call nothing any more: the window is closed before it was seen."""
        self._window.removeEventFilter(self)
        self._then.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let everything through."""
        if event.type() == QEvent.Type.Paint and watched is self._window:
            self._window.removeEventFilter(self)
            self._then.start()
        return False
