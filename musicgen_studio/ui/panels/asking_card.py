"""A card that folds out to ask how something is to be done, and that Esc folds in again. Not for what it asks."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QSizePolicy

from musicgen_studio.ui.look.theme import Look, set_look


class AskingCard(QFrame):
    """As high as what it asks; Esc is heard wherever in it the focus is. Main thread."""

    left = Signal()
    """Nothing is to be done."""

    def __init__(self) -> None:
        super().__init__()
        set_look(self, Look.CARD)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def event(self, event: QEvent) -> bool:
        """Take Esc before it counts as a key of the window: it stops no music while something is asked."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and not event.modifiers():
            if event.type() == QEvent.Type.KeyPress:
                self.left.emit()
            event.accept()
            return True
        return super().event(event)
