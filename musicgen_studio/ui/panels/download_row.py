"""What is being downloaded beside the music: one quiet row at the window's lower edge, only while there is any."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from musicgen_studio.studio.program.downloads import DownloadState, DownloadView
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.checkpoint_words import CheckpointWords, share_of
from musicgen_studio.ui.panels.labels import ElidedLabel
from musicgen_studio.ui.widgets.progress_strip import ProgressStrip


class DownloadRow(QWidget):
    """Shows the download at work and counts those that wait. Main thread.

    Args:
        words: Writes what is said.
        parent: Qt's owner.
    """

    pause_requested = Signal(str)
    show_requested = Signal(str)

    def __init__(self, words: CheckpointWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Downloads"))
        self._words = words
        self._id = ""
        self._strip = ProgressStrip()
        self._text = ElidedLabel()
        self._pause = QPushButton(icon("pause"), self.tr("Pause"))
        self._pause.setAccessibleName(self.tr("Pause the download"))
        self._pause.setToolTip(self.tr("Let the download rest; what has come is kept"))
        self._pause.clicked.connect(self._ask_pause)
        self._show = QPushButton(self.tr("Show"))
        self._show.setAccessibleName(self.tr("Show the download"))
        self._show.setToolTip(self.tr("Show all checkpoints and downloads"))
        self._show.clicked.connect(self._ask_show)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * GRID)
        row.addWidget(self._strip, 2)
        row.addWidget(self._text, 5)
        for button in (self._pause, self._show):
            set_look(button, Look.QUIET)
            row.addWidget(button)
        self.hide()

    def set_downloads(self, views: Sequence[DownloadView]) -> None:
        """Show the one at work; what is paused or has failed rests in the catalogue.

        Args:
            views: As `Downloads.views` returns them.
        """
        view = next((each for each in views if each.state is DownloadState.RUNNING), None)
        self.setVisible(view is not None)
        if view is None:
            return
        self._id = view.id
        words = self.tr("Downloading {0} · {1}").format(view.id, self._words.progress(view))
        waiting = sum(each.state is DownloadState.WAITING for each in views)
        if waiting:
            words = self.tr("{0} · {1} more waiting").format(words, waiting)
        self._text.setText(words)
        self._text.setToolTip(words)
        self._strip.set_share(share_of(view))

    @Slot()
    def _ask_pause(self) -> None:
        self.pause_requested.emit(self._id)

    @Slot()
    def _ask_show(self) -> None:
        self.show_requested.emit(self._id)
