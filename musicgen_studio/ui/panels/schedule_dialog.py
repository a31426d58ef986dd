"""Prompts by the minute for live music, a line each: written, checked while they are written, and used.

The text is that of `studio.arranging.live_schedule`. Not for playing it.
"""

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from musicgen_studio.errors import UserProblem
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import plain_label

_SIZE = (560, 380)


class ScheduleDialog(QDialog):
    """Holds the text. Open it with `open()`. Main thread.

    Args:
        check: Returns in words what a text says, or raises UserProblem.
        parent: The window.
    """

    used = Signal(str)
    """This text is to be played; it says what can be."""
    dropped = Signal()
    """The prompts of the page are to be played."""

    def __init__(self, check: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Prompts by the minute"))
        self.resize(*_SIZE)
        self._check = check
        help_text = self.tr(
            "A line is a prompt: when | how it goes over | what it is. 10 is ten minutes, 25:30 and 1:00:00 are clock "
            "times from the beginning; “morph 20 s” or “morph 1 min” goes over slowly. The first begins at 0."
        )
        self._text = QPlainTextEdit()
        self._text.setAccessibleName(self.tr("Prompts by the minute, a line each"))
        self._text.setToolTip(help_text)
        self._text.setTabChangesFocus(True)
        self._text.textChanged.connect(self._look)
        self._said = plain_label("", Look.MUTED, wraps=True)
        self._use = QPushButton(self.tr("Use"))
        self._use.setAccessibleName(self.tr("Use the prompts by the minute"))
        self._use.setToolTip(self.tr("Play these instead of the prompts of the page"))
        self._use.clicked.connect(self._take)
        set_look(self._use, Look.PRIMARY)
        self._drop = QPushButton(self.tr("Do not use"))
        self._drop.setAccessibleName(self.tr("Do not use the prompts by the minute"))
        self._drop.setToolTip(self.tr("Play the prompts of the page; the text stays"))
        self._drop.clicked.connect(self._leave)
        buttons = QDialogButtonBox()
        buttons.addButton(self._drop, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self._use, QDialogButtonBox.ButtonRole.ActionRole)
        column = QVBoxLayout(self)
        column.setSpacing(2 * GRID)
        column.addWidget(plain_label(help_text, Look.MUTED, wraps=True))
        column.addWidget(self._text, 1)
        column.addWidget(self._said)
        column.addWidget(buttons)
        self._look()

    def set_text(self, text: str) -> None:
        """Put another text in."""
        self._text.setPlainText(text)

    def text(self) -> str:
        """Return the text."""
        return self._text.toPlainText()

    @Slot()
    def _look(self) -> None:
        try:
            said = self._check(self.text())
        except UserProblem as problem:
            self._said.setText(problem.why)
            self._use.setEnabled(False)
        else:
            self._said.setText(said)
            self._use.setEnabled(True)

    @Slot()
    def _take(self) -> None:
        self.used.emit(self.text())
        self.accept()

    @Slot()
    def _leave(self) -> None:
        self.dropped.emit()
        self.reject()
