"""A dialog that holds a text of lines: written, checked while it is written, and used by a button.

What a text means and what its buttons say is its kinds' matter (`passages_dialog`, `schedule_dialog`). Each kind brings
its own words, because Qt looks translations up by the name of the class that is there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from musicgen_studio.errors import UserProblem
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import plain_label

_SIZE = (560, 400)


@dataclass(frozen=True, slots=True)
class ButtonWords:
    """What a button says.

    Args:
        text: On it.
        name: For screen readers.
        tip: What it does.
    """

    text: str
    name: str
    tip: str


@dataclass(frozen=True, slots=True)
class TextWords:
    """What a dialog says.

    Args:
        title: Of the dialog.
        help_text: How a line is written.
        name: Of the text, for screen readers.
        use: Of the button that uses the text.
        leave: Of the other one.
    """

    title: str
    help_text: str
    name: str
    use: ButtonWords
    leave: ButtonWords


class CheckedTextDialog(QDialog):
    """Holds the text; a kind calls `set_words` once. Main thread.

    Args:
        check: Returns in words what a text says, or raises UserProblem.
        parent: The window.
    """

    written = Signal(str)
    """The text is another one, and says what can be."""
    used = Signal(str)
    """The button was pressed; the text says what can be."""

    def __init__(self, check: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.resize(*_SIZE)
        self._check = check
        self._help = plain_label("", Look.MUTED, wraps=True)
        self._text = QPlainTextEdit()
        self._text.setTabChangesFocus(True)
        self._text.textChanged.connect(self._look)
        self._said = plain_label("", Look.MUTED, wraps=True)
        self.use, self.leave = QPushButton(), QPushButton()
        set_look(self.use, Look.PRIMARY)
        self.use.clicked.connect(self._use)
        buttons = QDialogButtonBox()
        buttons.addButton(self.leave, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self.use, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(2 * GRID)
        column.addWidget(self._help)
        column.addWidget(self._text, 1)
        column.addWidget(self._said)
        column.addWidget(buttons)
        self._look()

    def set_words(self, words: TextWords) -> None:
        """Say this."""
        self.setWindowTitle(words.title)
        self._help.setText(words.help_text)
        self._text.setToolTip(words.help_text)
        self._text.setAccessibleName(words.name)
        for button, said in ((self.use, words.use), (self.leave, words.leave)):
            button.setText(said.text)
            button.setAccessibleName(said.name)
            button.setToolTip(said.tip)

    def set_text(self, text: str) -> None:
        """Put another text in; it can be taken back."""
        cursor = self._text.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)

    def text(self) -> str:
        """Return the text."""
        return self._text.toPlainText()

    @Slot()
    def _look(self) -> None:
        try:
            said = self._check(self.text())
        except UserProblem as problem:
            self._said.setText(problem.why)
            self.use.setEnabled(False)
        else:
            self._said.setText(said)
            self.use.setEnabled(True)
            self.written.emit(self.text())

    @Slot()
    def _use(self) -> None:
        self.used.emit(self.text())
