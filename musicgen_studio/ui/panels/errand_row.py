"""The long work beside the music, such as an export: what it is, how far, how long still, and a way to stop it.

One row at the window's lower edge, there only while there is such work. Not for making music (`status_line`).
"""

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from musicgen_studio.studio.program.background import ErrandView
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import ElidedLabel
from musicgen_studio.ui.widgets.progress_strip import ProgressStrip

SHOWN_AFTER_S = 0.3  # what is done sooner need not flash up
_MINUTES_FROM_S = 90


class ErrandRow(QWidget):
    """Shows the errand at work and counts those that wait. Main thread.

    Args:
        parent: Qt's owner.
    """

    cancel_requested = Signal(int)  # id

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Work in the background"))
        self._view: ErrandView | None = None
        self._strip = ProgressStrip()
        self._words = ElidedLabel()
        self._cancel = QPushButton(icon("close"), self.tr("Cancel"))
        self._cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._cancel.clicked.connect(self._ask_cancel)
        self._cancel.setAccessibleName(self.tr("Stop the work in the background"))
        self._cancel.setToolTip(self.tr("Stop the work in the background"))
        set_look(self._cancel, Look.QUIET)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * GRID)
        row.addWidget(self._strip, 2)
        row.addWidget(self._words, 5)
        row.addWidget(self._cancel)
        self.hide()

    def set_errands(self, views: Sequence[ErrandView]) -> None:
        """Show the one at work.

        Args:
            views: As `Background.views` returns them; nothing is shown of work that has only just begun.
        """
        self._view = next((view for view in views if view.is_running), None)
        self.setVisible(self._view is not None and (self._view.elapsed_s > SHOWN_AFTER_S or self.isVisible()))
        if self._view is None or not self.isVisible():
            return
        words = self.in_words(self._view)
        waiting = sum(not view.is_running for view in views)
        if waiting:
            words = self.tr("{0} · {1} more waiting").format(words, waiting)
        self._words.setText(words)
        self._words.setToolTip(words)
        self._strip.set_share(self._view.fraction)
        self._cancel.setEnabled(not self._view.is_stopping)
        stop = self.tr("Stop: {0}").format(self._view.name)
        self._cancel.setAccessibleName(stop)
        self._cancel.setToolTip(self.tr("{0}. Nothing half done is left behind").format(stop))

    def in_words(self, view: ErrandView) -> str:
        """Say what an errand is doing."""
        parts = [view.name]
        if view.of > 1:
            parts.append(self.tr("{0} of {1}").format(view.number, view.of))
        if view.is_stopping:
            return " · ".join([*parts, self.tr("stopping")])
        if view.fraction is not None:
            parts.append(self.tr("{0} %").format(int(view.fraction * 100)))
        if view.left_s is not None:
            parts.append(self._left(view.left_s))
        return " · ".join(parts)

    def _left(self, left_s: float) -> str:
        if left_s >= _MINUTES_FROM_S:
            return self.tr("about {0} min left").format(round(left_s / 60))
        return self.tr("{0} s left").format(max(1, ceil(left_s)))

    @Slot()
    def _ask_cancel(self) -> None:
        if self._view is not None:
            self.cancel_requested.emit(self._view.id)
