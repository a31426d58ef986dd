"""From the prompt panel to the queue, and what comes back: jobs begin, grow, end, fail.

Not for playing (`listening`) or for keeping clips (`collection`).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from random import randrange

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.checkpoints.catalogue import STARTER
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.plan import Plan
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging import composing
from musicgen_studio.studio.arranging.composing import Tune
from musicgen_studio.studio.arranging.live_play import LivePlay
from musicgen_studio.studio.making.ending import ENDINGS
from musicgen_studio.studio.making.engines import EngineChoice, EngineFacts
from musicgen_studio.studio.making.order import Order
from musicgen_studio.studio.making.queue import Job, JobEnded, JobState, JobView, Performance
from musicgen_studio.studio.program.background import ErrandDone
from musicgen_studio.ui.panels.clip_header import ExtendValues
from musicgen_studio.ui.panels.notices import Brief
from musicgen_studio.ui.panels.prompt_panel import PromptPanel, PromptValues
from musicgen_studio.ui.panels.queue_panel import QueuePanel
from musicgen_studio.ui.panels.status_line import StatusLine
from musicgen_studio.ui.window.inbox import Inbox
from musicgen_studio.ui.window.melodies import Melodies
from musicgen_studio.ui.window.services import Services

SEEDS = 2**31


class Generation(QObject):
    """Sends jobs to the queue and shows how they fare. Main thread.

    Args:
        services: The program behind the window.
        prompt: Where music is described.
        melodies: What it is to follow.
        queue: The jobs.
        status: The line below everything.
        inbox: Tells what becomes of the jobs.
        parent: Qt's owner.
    """

    speed_measured = Signal(float)  # × real time

    def __init__(
        self,
        services: Services,
        prompt: PromptPanel,
        melodies: Melodies,
        queue: QueuePanel,
        status: StatusLine,
        inbox: Inbox,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._prompt, self._queue, self._status = prompt, queue, status
        self._melodies = melodies
        self._preparing: list[int] = []  # orders whose job is being built, by their numbers
        self._orders = count()
        self._taken_back = set[int]()  # of those, what is not wished any more
        self._last: int | None = None  # the job that was ordered last
        self._best = set[int]()  # jobs whose takes are to be ranked
        self._sections = set[int]()  # jobs that make a section anew
        prompt.generate_requested.connect(self.generate)
        queue.cancel_requested.connect(services.loop.cancel)
        queue.move_requested.connect(services.loop.move)
        status.cancel_requested.connect(self.cancel)
        inbox.job_ended.connect(self._end)
        inbox.engine_changed.connect(self._show_engine)

    @Slot(object)
    def generate(self, values: PromptValues) -> None:
        """Put what the panel holds into the queue."""
        order, choice = self._order(values), self._services.choice
        self._submit(self._tune, lambda tune: composing.new_job(order, choice, tune), shows_best=values.shows_best)

    def extend(self, clip: Clip, values: ExtendValues, playhead: int) -> None:
        """Go on from a clip's end, or from the playhead."""
        order = replace(
            self._order(replace(self._prompt.values(), prompt=values.prompt, duration_s=values.duration_s)),
            ends=values.ends,
            endings=ENDINGS if values.ends else 0,
        )
        from_frame = playhead if values.from_playhead else None
        library, choice = self._services.library, self._services.choice

        self._submit(
            self._tune if values.follows_melody else _no_tune,
            lambda tune: _extension(library, clip, order, choice, from_frame, tune, values.morph_s),
        )

    def generate_passages(self, plan: Plan) -> None:
        """Make a piece of passages in one go, with the panel's takes, seed and sampling."""
        order, choice = self._order(self._prompt.values()), self._services.choice
        self._submit(
            _no_tune,
            lambda _tune: composing.piece_job(plan, Path.home(), order, choice),
            shows_best=self._prompt.values().shows_best,
        )

    def replace_section(self, clip: Clip, section: composing.Section, *, follows_melody: bool = False) -> None:
        """Make a section of a clip anew, to the melody on the left if wanted; the rest of it stays as it is."""
        seed = randrange(SEEDS)  # noqa: S311 - not for secrets
        library, choice = self._services.library, self._services.choice
        repeats = self._melodies.repeats
        self._submit(
            self._tune if follows_melody else _no_tune,
            lambda tune: composing.section_job(
                library, clip, replace(section, melody=tune, melody_repeats=repeats), choice, seed
            ),
            shows_best=section.ends,  # nothing follows that could tell which of them fits
            is_section=True,
        )

    def again(self, clip: Clip) -> None:
        """Make a clip once more, the same."""
        library, choice = self._services.library, self._services.choice
        self._submit(_no_tune, lambda _tune: composing.again_job(library, clip, choice))

    def vary(self, clip: Clip) -> None:
        """Make a clip once more with another seed."""
        seed = randrange(SEEDS)  # noqa: S311 - not for secrets
        library, choice = self._services.library, self._services.choice
        self._submit(_no_tune, lambda _tune: composing.again_job(library, clip, choice, seed))

    def use_settings(self, clip: Clip) -> None:
        """Put the values that made a clip into the panel."""
        try:
            record = composing.record_of_clip(clip)
        except UserProblem as problem:
            self._prompt.set_problem(problem)
            return
        self._prompt.set_values(PromptValues.of(record.order, record.prompt))
        self._melodies.follow_recipe(clip)

    @Slot()
    def cancel(self) -> None:
        """Stop what is being made; what there is of it is kept."""
        for view in self._services.loop.views()[:1]:
            self._services.loop.cancel(view.id)

    @Slot()
    def take_back(self) -> None:
        """Stop what was ordered last, be it still built, waiting or made; what there is of it is kept."""
        if self._preparing:
            self._taken_back.add(self._preparing[-1])
        elif self._last is not None:
            self._services.loop.cancel(self._last)

    def poll(self) -> None:
        """Show how far the jobs are."""
        views, performing = self._services.loop.views(), self._services.loop.performing
        self._queue.set_jobs(views)
        self._queue.setVisible(len(views) > (performing is None))  # the job at work is in the status line
        making = next((view for view in views if view.state is not JobState.QUEUED), None)
        if making is None and views and performing is None:  # then only a checkpoint that is being loaded can keep it
            making = replace(views[0], state=JobState.LOADING)
        self._status.set_job(making, self._meanwhile(performing, [view.title for view in views]))
        if making is not None and making.speed > 0:
            self.speed_measured.emit(making.speed)

    def _meanwhile(self, performing: Performance | None, waiting: list[str]) -> str:
        """Say what is done while no job is at work."""
        if performing is None:
            return self.tr("preparing the order") if self._preparing else ""
        is_live = isinstance(performing, LivePlay)
        words = self.tr("playing live") if is_live else self.tr("making a live clip again")
        return " · ".join([words, self.tr("“{0}” waits for its end").format(waiting[0])] if waiting else [words])

    def wants_best(self, job: int) -> bool:
        """Tell once whether the takes of a job are to be ranked, by its id."""
        is_wanted = job in self._best
        self._best.discard(job)
        return is_wanted

    def made_section(self, job: int) -> bool:
        """Tell once whether a job made a section anew, by its id."""
        is_section = job in self._sections
        self._sections.discard(job)
        return is_section

    def _submit(
        self,
        tune: Callable[[], Tune | None],
        make_job: Callable[[Tune | None], Job],
        *,
        shows_best: bool = False,
        is_section: bool = False,
    ) -> None:
        """Have a job built in the background, as that reads and hashes whole files, and put it into the queue.

        Args:
            tune: Returns the melody to follow, in the window's thread.
            make_job: Builds the job from it, in the background.
            shows_best: Whether its takes are to be ranked when they are made.
            is_section: Whether it makes a section anew.
        """
        self._last = None
        try:
            melody = tune()
        except UserProblem as problem:
            self._prompt.set_problem(problem)
            return
        self._prompt.set_problem(None)
        number = next(self._orders)
        self._preparing.append(number)
        self._services.background.run(
            self.tr("Prepare the order"),
            lambda: make_job(melody),
            lambda job: self._send(number, job, shows_best=shows_best, is_section=is_section),
            partial(self._refuse, number),
        )
        self.poll()

    def _send(self, order: int, job: Job, *, shows_best: bool, is_section: bool) -> None:
        if self._is_over(order):
            return
        number = self._last = self._services.loop.submit(job)
        if shows_best and job.order.takes > 1:
            self._best.add(number)
        if is_section:
            self._sections.add(number)
        self.poll()

    def _refuse(self, order: int, errand: ErrandDone) -> None:
        if self._is_over(order):
            return
        self._prompt.set_problem(errand.problem)

    def _is_over(self, order: int) -> bool:
        """Note that an order is built, or cannot be; tell whether it was taken back meanwhile."""
        self._preparing.remove(order)
        is_taken_back = order in self._taken_back
        self._taken_back.discard(order)
        return is_taken_back

    @Slot(object)
    def _end(self, event: JobEnded) -> None:
        self.poll()
        self._prompt.set_problem(event.job.problem)
        words = self._in_words(event.job, has_clips=bool(event.clips))
        brief = Brief(self._in_brief(event.job.state), tuple(clip.id for clip in event.clips))
        self._status.announce(words, is_done=True, brief=brief)

    def _in_words(self, job: JobView, *, has_clips: bool) -> str:
        if job.state is JobState.STOPPED and not has_clips:
            return self.tr("“{0}” was stopped before its first sound").format(job.title)
        words = {
            JobState.DONE: self.tr("“{0}” is finished"),
            JobState.STOPPED: self.tr("“{0}” was stopped; what was made is kept"),
            JobState.FAILED: self.tr("“{0}” could not be made"),
        }
        return words[job.state].format(job.title)

    def _in_brief(self, state: JobState) -> str:
        words = {
            JobState.DONE: self.tr("Finished"),
            JobState.STOPPED: self.tr("Stopped; what was made is kept"),
            JobState.FAILED: self.tr("This could not be made; what there is of it is kept"),
        }
        return words[state]

    @Slot(object)
    def _show_engine(self, facts: EngineFacts | None) -> None:
        if facts is not None:
            name, info = facts.checkpoint.id.capitalize(), facts.info
            self._prompt.set_usual_sampling(info.sampling)
            self._prompt.melody.set_checkpoint(name, info.follows_melody, STARTER.capitalize())

    def _order(self, values: PromptValues) -> Order:
        return replace(values.order(), melody_repeats=self._melodies.repeats)

    def _tune(self) -> Tune | None:
        """Return the melody to follow. Raises UserProblem if it is not ready, or the checkpoint follows none."""
        tune, facts = self._melodies.tune(), self._services.loop.facts
        if tune is not None and facts is not None and not facts.info.follows_melody:
            self._prompt.melody.set_open(True)  # there is the offer to switch
            raise UserProblem(
                self.tr("This checkpoint follows no melody."),
                self.tr("{0} makes music from words only.").format(facts.checkpoint.id.capitalize()),
                self.tr("Switch to {0} under MELODY, or choose no melody.").format(STARTER.capitalize()),
            )
        return tune


def _extension(
    library: Library,
    clip: Clip,
    order: Order,
    choice: EngineChoice,
    from_frame: int | None,
    tune: Tune | None,
    morph_s: float,
) -> Job:
    """Build the job; what is wrong with the clip's file is said by the clip's title, not by the file's name."""
    library.check_sound(clip.id)
    try:
        return composing.extension_job(library, clip, order, choice, from_frame, tune, morph_s)
    except UserProblem as problem:
        file = library.sound_file(clip.id).name
        said = (text.replace(file, clip.title) for text in (problem.what, problem.why, problem.what_to_do))
        raise UserProblem(*said) from problem


def _no_tune() -> None:
    return None
