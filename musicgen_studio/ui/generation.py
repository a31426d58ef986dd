"""From the prompt panel to the queue, and what comes back: jobs begin, grow, end, fail.

Not for playing (`listening`) or for keeping clips (`collection`).
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from random import randrange

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.core.clip import Clip
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio import composing
from musicgen_studio.studio.composing import Wish
from musicgen_studio.studio.jobs import EngineChanged, Job, JobEnded, JobStarted, JobState, JobView
from musicgen_studio.ui.panels.clip_header import ExtendValues
from musicgen_studio.ui.panels.prompt_panel import PromptPanel, PromptValues
from musicgen_studio.ui.panels.queue_panel import QueuePanel
from musicgen_studio.ui.panels.status_line import StatusLine
from musicgen_studio.ui.services import Services

SEEDS = 2**31


class Generation(QObject):
    """Sends jobs to the queue and shows how they fare. Main thread.

    Args:
        services: The program behind the window.
        prompt: Where music is described.
        queue: The jobs.
        status: The line below everything.
        parent: Qt's owner.
    """

    started = Signal(object)  # JobStarted
    ended = Signal(object)  # JobEnded
    bug_found = Signal(str)  # a traceback
    engine_ready = Signal()
    speed_measured = Signal(float)  # × real time

    def __init__(
        self,
        services: Services,
        prompt: PromptPanel,
        queue: QueuePanel,
        status: StatusLine,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._prompt, self._queue, self._status = prompt, queue, status
        self._melody: Path | None = None
        prompt.generate_requested.connect(self.generate)
        prompt.melody_chosen.connect(self._choose_melody)

        queue.cancel_requested.connect(services.loop.cancel)
        queue.move_requested.connect(services.loop.move)
        status.cancel_requested.connect(self.cancel)

    @Slot(object)
    def generate(self, values: PromptValues) -> None:
        """Put what the panel holds into the queue."""
        self._submit(lambda: composing.new_job(_wish(values), self._services.choice, self._melody))

    def extend(self, clip: Clip, values: ExtendValues, playhead: int) -> None:
        """Go on from a clip's end, or from the playhead."""
        wish = replace(_wish(self._prompt.values()), prompt=values.prompt, duration_s=values.duration_s)
        from_frame = playhead if values.from_playhead else None
        self._submit(
            lambda: composing.extension_job(self._services.library, clip, wish, self._services.choice, from_frame)
        )

    def again(self, clip: Clip) -> None:
        """Make a clip once more, the same."""
        self._submit(lambda: composing.again_job(clip, self._services.choice))

    def vary(self, clip: Clip) -> None:
        """Make a clip once more with another seed."""
        seed = randrange(SEEDS)  # noqa: S311 - not for secrets
        self._submit(lambda: composing.again_job(clip, self._services.choice, seed))

    def use_settings(self, clip: Clip) -> None:
        """Put the values that made a clip into the panel."""
        try:
            wish = composing.wish_of(clip)
        except UserProblem as problem:
            self._prompt.set_problem(problem)
            return
        self._prompt.set_values(PromptValues(**asdict(wish), seed_locked=True))

    @Slot()
    def cancel(self) -> None:
        """Stop what is being made; what there is of it is kept."""
        for view in self._services.loop.views()[:1]:
            self._services.loop.cancel(view.id)

    def poll(self) -> None:
        """Show how far the jobs are."""
        views = self._services.loop.views()
        self._queue.set_jobs(views)
        self._queue.setVisible(len(views) > 1)  # the job at work is in the status line
        making = next((view for view in views if view.state is not JobState.QUEUED), None)
        self._status.set_job(making)
        if making is not None and making.speed > 0:
            self.speed_measured.emit(making.speed)

    def take_event(self, event: object) -> None:
        """Take an event of the job loop."""
        if isinstance(event, JobStarted):
            self.started.emit(event)
        elif isinstance(event, JobEnded):
            self._end(event)
        elif isinstance(event, EngineChanged):
            self._show_engine(event)

    def _submit(self, make_job: Callable[[], Job]) -> None:
        try:
            self._services.loop.submit(make_job())
        except UserProblem as problem:
            self._prompt.set_problem(problem)
            return
        self._prompt.set_problem(None)
        self.poll()

    def _end(self, event: JobEnded) -> None:
        self.poll()
        self._prompt.set_problem(event.job.problem)
        self._status.announce(self._in_words(event.job))
        self.ended.emit(event)
        if event.bug is not None:
            self.bug_found.emit(event.bug)

    def _in_words(self, job: JobView) -> str:
        words = {
            JobState.DONE: self.tr("“{0}” is finished"),
            JobState.STOPPED: self.tr("“{0}” was stopped; what was made is kept"),
            JobState.FAILED: self.tr("“{0}” could not be made"),
        }
        return words[job.state].format(job.title)

    def _show_engine(self, event: EngineChanged) -> None:
        if event.loaded is not None:
            self._prompt.set_melody_available(event.loaded.engine.info.follows_melody)
            self.engine_ready.emit()

    @Slot(object)
    def _choose_melody(self, path: Path | None) -> None:
        self._melody = path
        self._prompt.set_melody(None if path is None else path.name, None)


def _wish(values: PromptValues) -> Wish:
    fields = asdict(values)
    del fields["seed_locked"]
    return Wish(**fields)
