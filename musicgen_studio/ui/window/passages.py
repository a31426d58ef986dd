"""The dialog of passages, opened with those of the clip that is shown. Not for what a text may say (`studio`)."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.studio.arranging import composing
from musicgen_studio.studio.arranging.passages import piece_of
from musicgen_studio.ui.panels.clip_words import clock
from musicgen_studio.ui.panels.passages_dialog import PassagesDialog
from musicgen_studio.ui.window.generation import Generation
from musicgen_studio.ui.window.listening import Listening


class Passages(QObject):
    """Opens the dialog, and has made what is written in it. Main thread.

    Args:
        generation: Has it made.
        listening: For the clip that is shown.
        awaited: Called when music was ordered.
        parent: The window.
    """

    def __init__(
        self, generation: Generation, listening: Listening, awaited: Callable[[], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._generation, self._listening, self._awaited = generation, listening, awaited
        self._window = parent
        self.dialog: PassagesDialog | None = None
        """Made when it is opened for the first time; it keeps its text."""

    @Slot()
    def open(self) -> None:
        """Open it; a clip of several passages brings its own."""
        if self.dialog is None:
            self.dialog = PassagesDialog(_in_words, self._window)
            self.dialog.generate_requested.connect(self._make)
        current = self._listening.current
        if current is not None and (text := composing.passages_of(current.clip)):
            self.dialog.set_text(text)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    @Slot(str)
    def _make(self, text: str) -> None:
        self._awaited()
        self._generation.generate_passages(text)


def _in_words(text: str) -> str:
    """Say what a text is. Raises UserProblem if it is none."""
    piece = piece_of(text, Path.home())
    words = QCoreApplication.translate("Passages", "{0} passages, {1}")
    return words.format(len(piece.later) + 1, clock(piece.duration_s))
