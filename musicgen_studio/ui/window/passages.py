"""The passages of the window: what is written of them, what the clip that is shown was made of, and making them.

There is one plan at a time. While nothing is written it is that of the clip that is shown; the first edit makes it the
musician's own, which stays until the next start, and is taken back by undo. Not for what a plan may be (`core.plan`).
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.plan import Plan
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.arranging.passages import asked_grid, plan_of, text_of
from musicgen_studio.studio.arranging.planning import plan_of_clip
from musicgen_studio.ui.panels.clip_words import clock
from musicgen_studio.ui.panels.passages_dialog import PassagesDialog
from musicgen_studio.ui.panels.passages_panel import PassagesPanel
from musicgen_studio.ui.panels.prompt_panel import PromptPanel
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.generation import Generation
from musicgen_studio.ui.window.inbox import Inbox
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.melodies import Melodies
from musicgen_studio.ui.window.mixes import Mixes
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.undo import ChangePassages

EXAMPLE = "tempo | 120 bpm\n0:00 | happy rock\nbar 5 | sad jazz\nbar 9 | morph 2 bars | calm piano\nend | bar 13\n"

LEAST_WINDOW = 700
"""In a window less high than this, what is written takes the room of what the menus have, too."""

_KEPT = "passages"
_SAME_S = 0.1
"""A plan as long as the sound, but for so much, lies in time as the sound does."""


class Passages(QObject):
    """Shows, changes and makes passages. Main thread.

    Args:
        services: For library and undo.
        panel: The lane and its controls.
        generation: Has them made.
        listening: For the clip that is shown.
        prompt: For the words to begin with.
        waveform: The view above which they lie.
        inbox: Tells when a clip is made.
        awaited: Called when music was ordered.
        parent: The window.
    """

    crowded = Signal(bool)
    """Whether there is little room for anything else."""

    def __init__(
        self,
        services: Services,
        panel: PassagesPanel,
        generation: Generation,
        listening: Listening,
        prompt: PromptPanel,
        waveform: WaveformView,
        inbox: Inbox,
        awaited: Callable[[], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._services, self._generation, self._listening, self._awaited = services, generation, listening, awaited
        self.panel, self._prompt, self._waveform, self._window = panel, prompt, waveform, parent
        self.dialog: PassagesDialog | None = None
        """Made when it is opened for the first time."""
        self._of_clip: Plan | None = None
        self._own = self._kept()
        self._is_own = False  # whether the own plan is shown, not the clip's
        self._takes_text = True
        panel.lane.beats = self._beats
        mixes = Mixes(services.background, self)
        panel.melody.is_mix = lambda file: mixes.is_mix(Path.home() / Path(file).expanduser())
        mixes.found.connect(panel.melody.show_again)
        panel.plan_changed.connect(self._change)
        panel.opened.connect(self.open)
        panel.closed.connect(self.close)
        panel.generate_requested.connect(self._make)
        panel.text_requested.connect(self.open_text)
        listening.shown.connect(self._show_clip)
        listening.cleared.connect(self._forget_clip)
        inbox.job_ended.connect(self._look_again)
        waveform.zoom_changed.connect(self._lie)
        parent.installEventFilter(self)
        waveform.sound_changed.connect(self._lie)

    def join_melodies(self, melodies: Melodies) -> None:
        """Let a passage follow the melody on the left: a hum, a file, a clip of the library or drawn notes."""

        def follow(passage: int) -> None:
            melodies.lasting_file(
                lambda file, follows_all: self.panel.follow_file(passage, file, follows_all=follows_all)
            )

        self.panel.melody.has_left = lambda: melodies.sketch is not None
        self.panel.melody.left_chosen.connect(follow)

    def plan(self) -> Plan | None:
        """Return what is shown."""
        return self._own if self._is_own else self._of_clip

    @Slot()
    def open(self) -> None:
        """Let passages be written: those of the clip, if it has several, else one's own."""
        if not self.panel.is_open():
            if self._of_clip is None:
                self._own, self._is_own = self._own or self._beginning(), True
            self._show()
            self.panel.set_open(True)
            self._fit()
            self._lie()

    @Slot()
    def close(self) -> None:
        """Leave them alone again; what was written is kept."""
        self._is_own = False
        self.panel.set_open(False)
        self._fit()
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit into a window that has become lower or higher."""
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        is_low = self.panel.is_open() and self._window.height() < LEAST_WINDOW
        self.panel.set_low(is_low)
        self.crowded.emit(is_low)

    @Slot()
    def turn(self) -> None:
        """Open them and go there, or close them."""
        if self.panel.is_open():
            self.close()
        else:
            self.open()
            self.panel.lane.setFocus()

    @Slot()
    def open_text(self) -> None:
        """Show the same passages as text."""
        self.open()
        if self.dialog is None:
            self.dialog = PassagesDialog(_in_words, self._window)
            self.dialog.used.connect(self._make_text)
            self.dialog.written.connect(self._take_text)
        self._put_text()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def menu_at(self, pop_up: Callable[[QPoint], None]) -> None:
        """Let the lane's menu be opened by this."""

        def open_menu(place: QPoint, _at_s: float) -> None:
            self.open()
            pop_up(place)

        self.panel.lane.menu_requested.connect(open_menu)

    @Slot(object, str, bool)
    def _change(self, plan: Plan, what: str, is_step: bool) -> None:
        """Make a plan the musician's own, so that it can be taken back."""
        before = self.plan()
        if plan != before:
            steps = (what, self.panel.lane.chosen()) if is_step else None
            self._services.undo.push(ChangePassages(what, before, plan, self._apply, steps))

    def _apply(self, plan: Plan | None) -> None:
        self._own, self._is_own = plan, plan is not None
        if plan is not None:
            self._services.remember(_KEPT, text_of(plan))
            self.panel.show_plan(plan)
            self.panel.set_open(True)
            self._fit()
        self._show()
        if self.dialog is not None and self.dialog.isVisible() and self._takes_text:
            self._put_text()

    @Slot(str)
    def _take_text(self, text: str) -> None:
        """Show what is being typed; the dialog has an undo of its own, and all of it is one step here."""
        plan, before = plan_of(text), self.plan()
        if self._takes_text and plan != before:
            self._takes_text = False
            words = self.tr("Write the passages as text")
            self._services.undo.push(ChangePassages(words, before, plan, self._apply, self.dialog))
            self._takes_text = True

    def _put_text(self) -> None:
        plan = self.plan()
        if self.dialog is not None and plan is not None:
            self._takes_text = False
            self.dialog.set_text(text_of(plan))
            self._takes_text = True

    @Slot(str)
    def _make_text(self, text: str) -> None:
        self._awaited()
        self._generation.generate_passages(plan_of(text))

    @Slot()
    def _make(self) -> None:
        plan = self.plan()
        if plan is not None:
            self._awaited()
            self._generation.generate_passages(plan)

    @Slot(object)
    def _show_clip(self, clip: Clip) -> None:
        self._of_clip = _of_several(plan_of_clip(self._services.library, clip))
        if self._of_clip is not None and self._of_clip != self._own:
            self._is_own = False
        self._show()

    @Slot()
    def _forget_clip(self) -> None:
        self._of_clip = None
        self._show()

    @Slot()
    def _look_again(self) -> None:
        """A clip that has just been made has a record now."""
        current = self._listening.current
        if current is not None and self._services.library.has(current.clip.id):
            plan = _of_several(plan_of_clip(self._services.library, self._services.library.get(current.clip.id)))
            if plan != self._of_clip:
                self._of_clip = plan
                self._show()

    def _show(self) -> None:
        plan = self.plan()
        if self.panel.is_open() and plan is None:
            plan, self._is_own = self._own, self._own is not None
            if plan is None:
                self.panel.set_open(False)
        self.panel.show_plan(plan)
        self._lie()

    @Slot()
    def _lie(self) -> None:
        """Let the lane lie over the sound in time where it is as long; else it has a ruler of its own."""
        current, plan = self._listening.current, self.plan()
        if current is None or plan is None:
            self.panel.lane.follow(None)
            return
        rate = current.sound.sample_rate
        is_as_long = abs(current.sound.expected_frames / rate - plan.end_s) < _SAME_S
        self.panel.lane.follow(self._waveform.viewport() if is_as_long else None, rate)

    def _beats(self) -> TempoMap | None:
        """Return the beats of the clip that is shown, if they are sure."""
        current = self._listening.current
        if current is None or not self._services.library.has(current.clip.id):
            return None
        known = self._services.library.get(current.clip.id).known
        return known.tempo_map if known is not None and known.has_sure_tempo else None

    def _beginning(self) -> Plan:
        """Return a plan to begin with: an example, which begins with the prompt if there is one."""
        plan, words = plan_of(EXAMPLE), self._prompt.values().prompt
        return plan.with_prompt(0, words).with_grid(asked_grid([words]) or plan.grid) if words else plan

    def _kept(self) -> Plan | None:
        text = self._services.library.recall(_KEPT)
        try:
            return plan_of(text) if text else None
        except UserProblem:
            return None  # of another version


def _of_several(plan: Plan | None) -> Plan | None:
    return plan if plan is not None and len(plan.parts) > 1 else None


def _in_words(text: str) -> str:
    """Say what a text is. Raises UserProblem if it is none."""
    plan = plan_of(text)
    words = QCoreApplication.translate("Passages", "{0} passages, {1}")
    return words.format(len(plan.parts), clock(plan.end_s))
