"""The passages as text, a line each: written, checked while it is written, and made. The lane shows them, too.

The text is that of `studio.arranging.passages`. Not for making it.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from musicgen_studio.errors import UserProblem
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import plain_label

_SIZE = (560, 420)


class PassagesDialog(QDialog):
    """Holds the text. Open it with `open()`; it stays open while the music is made. Main thread.

    Args:
        check: Returns in words what a text says, or raises UserProblem.
        parent: The window.
    """

    written = Signal(str)
    """The text is another one, and says what can be."""
    generate_requested = Signal(str)

    def __init__(self, check: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Passages"))
        self.resize(*_SIZE)
        self._check = check
        help_text = self.tr(
            "A line is a passage: when | how it goes over | what it is. A time is 0:08, 12.5 s or bar 9; "
            "“morph 2 bars” or “morph 3 s” goes over slowly. “all | warm” stands before each prompt."
        )
        self._text = QPlainTextEdit()
        self._text.setAccessibleName(self.tr("Passages, a line each"))
        self._text.setToolTip(help_text)
        self._text.setTabChangesFocus(True)
        self._text.textChanged.connect(self._look)
        self._said = plain_label("", Look.MUTED, wraps=True)
        self._generate = QPushButton(icon("play", "on_accent"), self.tr("Generate"))
        self._generate.setAccessibleName(self.tr("Generate the passages"))
        self._generate.setToolTip(self.tr("Make the piece in one go (Ctrl+Enter)"))
        self._generate.setShortcut(Qt.Key.Key_Return | Qt.KeyboardModifier.ControlModifier)
        self._generate.clicked.connect(self._go)
        set_look(self._generate, Look.PRIMARY)
        close = QPushButton(self.tr("Close"))
        close.setAccessibleName(self.tr("Close the passages"))
        close.setToolTip(self.tr("The text stays"))
        buttons = QDialogButtonBox()
        buttons.addButton(close, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self._generate, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(2 * GRID)
        column.addWidget(plain_label(help_text, Look.MUTED, wraps=True))
        column.addWidget(self._text, 1)
        column.addWidget(self._said)
        column.addWidget(buttons)

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
            self._generate.setEnabled(False)
        else:
            self._said.setText(said)
            self._generate.setEnabled(True)
            self.written.emit(self.text())

    @Slot()
    def _go(self) -> None:
        self.generate_requested.emit(self.text())
