"""Prompts by the minute for live music, a line each: written, checked while they are written, and used.

The text is that of `studio.arranging.live_schedule`. Not for playing it.
"""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from musicgen_studio.ui.panels.checked_text import ButtonWords, CheckedTextDialog, TextWords


class ScheduleDialog(CheckedTextDialog):
    """Holds the text. Open it with `open()`; either button closes it. Main thread.

    Args:
        check: Returns in words what a text says, or raises UserProblem.
        parent: The window.
    """

    dropped = Signal()
    """The prompts of the page are to be played."""

    def __init__(self, check: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(check, parent)
        words = TextWords(
            self.tr("Prompts by the minute"),
            self.tr(
                "A line is a prompt: when | how it goes over | what it is. 10 is ten minutes, 25:30 and 1:00:00 are "
                "clock times from the beginning; “morph 20 s” or “morph 1 min” goes over slowly. The first begins at 0."
            ),
            self.tr("Prompts by the minute, a line each"),
            ButtonWords(
                self.tr("Use"),
                self.tr("Use the prompts by the minute"),
                self.tr("Play these instead of the prompts of the page"),
            ),
            ButtonWords(
                self.tr("Do not use"),
                self.tr("Do not use the prompts by the minute"),
                self.tr("Play the prompts of the page; the text stays"),
            ),
        )
        self.set_words(words)
        self.used.connect(self.accept)
        self.leave.clicked.connect(self.dropped)
