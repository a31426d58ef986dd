"""How late the window's event loop is: what every click would have to wait."""

from collections import deque

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Slot

TICK_MS = 5


class LagMeter(QObject):
    """A timer that notes how late it comes. Main thread.

    Args:
        tick_ms: How often it is to come, in milliseconds: shorter sees more and costs more.
        kept: How many of the last ticks are remembered; None for all of them.
        parent: Qt's owner.
    """

    def __init__(self, tick_ms: int = TICK_MS, kept: int | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lags_ms: deque[float] = deque(maxlen=kept)
        self._tick_ms = tick_ms
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=tick_ms, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._note)

    def start(self) -> None:
        """Begin to note."""
        self._clock.start()
        self._timer.start()

    @Slot()
    def _note(self) -> None:
        self.lags_ms.append(max(self._clock.nsecsElapsed() / 1e6 - self._tick_ms, 0.0))
        self._clock.start()
