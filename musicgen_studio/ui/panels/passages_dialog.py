"""The passages as text, a line each: written, checked while it is written, and made. The lane shows them, too.

The text is that of `studio.arranging.passages`. Not for making it.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.panels.checked_text import ButtonWords, CheckedTextDialog, TextWords


class PassagesDialog(CheckedTextDialog):
    """Holds the text. Open it with `open()`; it stays open while the music is made. Main thread.

    Args:
        check: Returns in words what a text says, or raises UserProblem.
        parent: The window.
    """

    def __init__(self, check: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(check, parent)
        words = TextWords(
            self.tr("Passages"),
            self.tr(
                "A line is a passage: when | how it goes over | what it is. A time is 0:08, 12.5 s or bar 9; "
                "“morph 2 bars” or “morph 3 s” goes over slowly. “all | warm” stands before each prompt."
            ),
            self.tr("Passages, a line each"),
            ButtonWords(
                self.tr("Generate"),
                self.tr("Generate the passages"),
                self.tr("Make the piece in one go (Ctrl+Enter)"),
            ),
            ButtonWords(self.tr("Close"), self.tr("Close the passages"), self.tr("The text stays")),
        )
        self.set_words(words)
        self.use.setIcon(icon("play", "on_accent"))
        self.use.setShortcut(Qt.Key.Key_Return | Qt.KeyboardModifier.ControlModifier)
