"""The rows of the library, a list that tells of its keys and its width. Not for how a row looks (`library_row`)."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView


class ClipList(QListView):
    """The rows; it tells when a key has moved the current one."""

    moved_by_key = Signal()
    widened = Signal(int)  # how wide a row is now, in px

    @property
    def is_written_in(self) -> bool:
        """Whether something is being typed in a row."""
        return self.state() == QAbstractItemView.State.EditingState

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell how wide a row is."""
        super().resizeEvent(event)
        self.widened.emit(self.viewport().width())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by keys."""
        before = self.currentIndex()
        super().keyPressEvent(event)
        if self.currentIndex() != before:
            self.moved_by_key.emit()
