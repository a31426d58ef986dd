"""Make several, show the best: after an order that asked for it, its takes are measured and the best is shown.

Not for measuring (`studio.arranging.choosing`), nor for sections, whose takes are ranked as they are made (`sections`).
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.core.clip import Clip
from musicgen_studio.evaluation.ranking import Ranked
from musicgen_studio.studio.arranging.choosing import rank_takes
from musicgen_studio.studio.making.queue import JobEnded
from musicgen_studio.studio.program.background import Lane
from musicgen_studio.ui.panels.takes_strip import reason
from musicgen_studio.ui.window.generation import Generation
from musicgen_studio.ui.window.inbox import Inbox
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.services import Services


class Best(QObject):
    """Ranks takes and shows the first. Main thread.

    Args:
        services: For library and background.
        listening: Where the takes are shown.
        generation: Knows which orders asked for it.
        inbox: Tells when they are made.
        parent: Qt's owner.
    """

    said = Signal(str)
    measured = Signal(list)  # Clips that have been compared

    def __init__(
        self, services: Services, listening: Listening, generation: Generation, inbox: Inbox, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._services, self._listening, self._generation = services, listening, generation
        inbox.job_ended.connect(self._rank)

    @Slot(object)
    def _rank(self, event: JobEnded) -> None:
        is_wanted = self._generation.wants_best(event.job.id)
        takes = [clip for clip in event.clips if clip.is_complete]
        if not is_wanted or len(takes) < 2:
            return
        library = self._services.library
        self._services.background.run(
            self.tr("Compare the takes"),
            lambda: rank_takes(library, takes),
            lambda ranked: self._show(takes, ranked),
            lane=Lane.HOUSE,
        )

    def _show(self, takes: Sequence[Clip], ranked: Sequence[Ranked]) -> None:
        """Show the best, unless the musician is elsewhere by now, with the reason beside each."""
        self._listening.take_reasons()
        self.measured.emit(list(takes))
        best, current = takes[ranked[0].take], self._listening.current
        others = {current.clip.id, *self._listening.other_takes()} if current is not None else set()
        if best.id in others:
            self._listening.choose_clip(best.id)
        number = ranked[0].take + 1
        self.said.emit(self.tr("Take {0} measures best: {1}").format(number, reason(ranked[0])))
