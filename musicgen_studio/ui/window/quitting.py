"""The question before the end, where orders wait that nobody has made yet."""

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QMessageBox, QWidget


class Quitting(QObject):
    """Asks, and closes the window if it may be closed. Main thread.

    Args:
        window: What is closed.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._question: QMessageBox | None = None
        self.is_allowed = False
        """Whether the person has said that orders may be forgotten."""

    def ask(self, waiting: int) -> None:
        """Ask whether so many orders may be forgotten, once."""
        if self._question is not None:
            return
        text = (
            self.tr("1 order still waits to be made.") if waiting == 1 else self.tr("{0} orders still wait to be made.")
        )
        box = QMessageBox(QMessageBox.Icon.Question, self.tr("Quit"), text.format(waiting), parent=self._window)
        box.setInformativeText(self.tr("What is being made now is kept as far as it is; what waits is forgotten."))
        box.addButton(self.tr("Quit"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(self.tr("Go on making"), QMessageBox.ButtonRole.RejectRole))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.accepted.connect(self._quit)
        box.finished.connect(self._forget_question)
        self._question = box
        box.open()

    @Slot()
    def _forget_question(self) -> None:
        self._question = None

    @Slot()
    def _quit(self) -> None:
        self.is_allowed = True
        self._window.close()
