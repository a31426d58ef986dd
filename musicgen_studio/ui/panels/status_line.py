"""The line at the bottom: what is being made and how far, what else is to be said, and the way to stop it.

Above it there is a row for the long work beside the music, while there is any.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from musicgen_studio.core.pace import speed_in_words
from musicgen_studio.studio.making.queue import JobState, JobView
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.checkpoint_words import CheckpointWords
from musicgen_studio.ui.panels.download_row import DownloadRow
from musicgen_studio.ui.panels.errand_row import ErrandRow
from musicgen_studio.ui.panels.labels import ElidedLabel
from musicgen_studio.ui.panels.notices import NO_BRIEF, Brief, Notices
from musicgen_studio.ui.widgets.progress_strip import ProgressStrip
from musicgen_studio.ui.window.shortcuts import Bindings, KeyMap

_AT_WORK = {JobState.LOADING, JobState.MAKING, JobState.SAVING}


class StatusLine(QWidget):
    """Progress, notices, Cancel. Main thread.

    `downloads`, `errands` and `notices` are its parts, for those who drive them.

    Args:
        keys: The table of keys.
        parent: Qt's owner.
    """

    cancel_requested = Signal()
    work_ended = Signal(str)  # in words, for who is elsewhere

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bindings = Bindings(self, keys)
        self._state = ElidedLabel()
        self._strip = ProgressStrip()
        self.errands = ErrandRow()
        self.notices = Notices()
        self._cancel = QPushButton(icon("close"), self.tr("Cancel"))
        self._cancel.setAccessibleName(self.tr("Cancel"))
        self._cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._cancel.clicked.connect(self.cancel_requested)
        set_look(self._cancel, Look.QUIET)
        self._bindings.button(self._cancel, "cancel", self.tr("Stop it; what is made so far is kept as a clip"))
        row = QHBoxLayout()
        row.setSpacing(3 * GRID)
        row.addWidget(self._strip, 2)
        row.addWidget(self._state, 3)
        row.addWidget(self.notices, 2)
        row.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        column.setSpacing(GRID)
        self.downloads = DownloadRow(CheckpointWords(self))
        column.addWidget(self.downloads)
        column.addWidget(self.errands)
        column.addLayout(row)
        self.setMinimumHeight(40)
        self.set_job(None)

    def set_job(self, job: JobView | None, meanwhile: str = "") -> None:
        """Show the job at work; None, or one that is not at work, for none.

        Args:
            job: The job.
            meanwhile: What is done if no job is at work; empty if nothing is, and a job would begin at once.
        """
        is_at_work = job is not None and job.state in _AT_WORK
        self._strip.setVisible(is_at_work)
        self._cancel.setVisible(is_at_work)
        self._cancel.setEnabled(is_at_work)  # its key would click it hidden, too
        idle = meanwhile or self.tr("● Ready")
        self._state.setText(idle if job is None or not is_at_work else self.in_words(job))
        if job is not None and is_at_work:
            is_known = job.state is not JobState.LOADING and job.made_s > 0  # the first sound may be a minute away
            self._strip.set_share(job.made_s / job.wanted_s if is_known else None)

    def announce(self, text: str, *, is_done: bool = False, brief: Brief = NO_BRIEF) -> None:
        """Say something in passing, also to a screen reader; it stays in the list. An empty text empties the line.

        Args:
            text: What to say.
            is_done: Whether it is the end of work that one may have gone away from: the desktop is told then.
            brief: Of what is about a clip.
        """
        self.notices.add(text, brief=brief)
        if is_done:
            self.work_ended.emit(text)

    def in_words(self, job: JobView) -> str:
        """Say what a job is doing."""
        if job.is_stopping:
            return self.tr("stopping")
        if job.state is JobState.LOADING:
            return self.tr("loading the checkpoint")
        if job.state is JobState.SAVING:
            return self.tr("saving")
        parts = [self.tr("making {0:.1f} of {1:.1f} s").format(job.made_s, job.wanted_s)]
        parts += [f"{speed_in_words(job.speed)}×"] if job.speed > 0 else []
        parts += [self.tr("{0:.1f} s left").format(job.left_s)] if job.left_s is not None else []
        return " · ".join(parts)

    def set_keys(self, keys: KeyMap) -> None:
        """Use other keys from now on."""
        self._bindings.set_keys(keys)
