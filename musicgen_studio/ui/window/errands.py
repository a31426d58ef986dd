"""Shows the long work in the background and carries the musician's "cancel" to it. Polled: progress is fast data."""

from PySide6.QtCore import QObject, QTimer, Slot

from musicgen_studio.studio.program.background import Background
from musicgen_studio.ui.panels.errand_row import ErrandRow

POLL_MS = 100


class Errands(QObject):
    """Stands between the background and its row. Main thread.

    Args:
        background: Where the work is done.
        row: Where it is shown.
        parent: Qt's owner.
    """

    def __init__(self, background: Background, row: ErrandRow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._row = row
        row.cancel_requested.connect(self._cancel)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.poll)
        self._timer.start()

    @Slot()
    def poll(self) -> None:
        """Show how it stands."""
        self._row.set_errands(self._background.views())

    def close(self) -> None:
        """Stop polling."""
        self._timer.stop()

    @Slot(int)
    def _cancel(self, number: int) -> None:
        self._background.cancel(number)
        self.poll()
