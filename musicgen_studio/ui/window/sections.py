"""Sections of the clip that is shown, made anew: the selection, or what is broken; the takes; the original beside them.

Not for how a section is made (`studio.arranging.replacing`), nor for the queue (`generation`).
"""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.analysis.faults import Fault
from musicgen_studio.core.clip import Clip
from musicgen_studio.studio.arranging import composing
from musicgen_studio.studio.arranging.mending import Mend, broken_sections, ending_of, mend_of
from musicgen_studio.studio.making.queue import JobEnded
from musicgen_studio.ui.panels.clip_header import ClipHeader
from musicgen_studio.ui.panels.replace_card import TAKES, ReplaceValues
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.generation import Generation
from musicgen_studio.ui.window.inbox import Inbox
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.undo import TrashClips


class Sections(QObject):
    """Replaces, mends and compares. Main thread.

    Args:
        services: The program behind the window.
        listening: What is shown and heard.
        generation: Has the sections made.
        header: Asks how.
        waveform: Where they are selected.
        inbox: Tells when they are made.
        parent: Qt's owner.
    """

    said = Signal(str)
    problem_found = Signal(object)  # UserProblem
    show_requested = Signal(object, float)  # a clip, and from where, in seconds
    library_changed = Signal()

    def __init__(
        self,
        services: Services,
        listening: Listening,
        generation: Generation,
        header: ClipHeader,
        waveform: WaveformView,
        inbox: Inbox,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._services, self._listening, self._generation = services, listening, generation
        self._header, self._waveform = header, waveform
        self._left = ""  # id of the clip that was shown before its original
        waveform.selection_changed.connect(self._tell_section)
        header.replace_requested.connect(self.replace)
        inbox.job_ended.connect(self._show_best)

    @Slot(object)
    def replace(self, values: ReplaceValues) -> None:
        """Make the selected section of the clip that is shown anew."""
        current, selection = self._listening.current, self._waveform.selection()
        if current is None or current.is_making or selection is None:
            return
        rate = current.sound.sample_rate
        section = composing.Section(selection[0] / rate, selection[1] / rate, values.prompt or None, values.takes)
        self._generation.replace_section(current.clip, section, follows_melody=values.follows_melody)

    def mend(self) -> None:
        """Look for what is broken in the clip that is shown, and make the first of it anew."""
        current = self._listening.current
        if current is None or current.is_making:
            return
        clip, library = current.clip, self._services.library
        self._services.background.run(
            self.tr("Look for what is broken"),
            lambda: broken_sections(library.read(clip.id)),
            lambda found: self._mend_first(clip, found),
            lambda errand: self.problem_found.emit(errand.problem),
        )

    def hear_original(self) -> None:
        """Show and play the clip that this one was made from, from where the playhead is; once more, and back."""
        current, library = self._listening.current, self._services.library
        if current is None:
            return
        shown = current.clip
        if self._left and library.has(self._left) and library.get(self._left).parent == shown.id:
            other, self._left = library.get(self._left), ""
        elif shown.parent and library.has(shown.parent) and library.has(shown.id):
            other, self._left = library.get(shown.parent), shown.id
        else:
            self.said.emit(self.tr("“{0}” was not made from another clip").format(shown.title))
            return
        self._show_at_playhead(other)

    def _show_at_playhead(self, clip: Clip) -> None:
        current = self._listening.current
        self.show_requested.emit(clip, self._listening.playhead() / current.sound.sample_rate if current else 0.0)

    def _mend_first(self, clip: Clip, found: list[Mend]) -> None:
        if not found:
            self.said.emit(self.tr("Nothing is broken in “{0}”").format(clip.title))
            return
        self._mend(clip, found[0])

    def mend_fault(self, clip: Clip, fault: Fault) -> None:
        """Make anew what is broken at a place of a clip."""
        self._mend(clip, mend_of(fault, clip.duration_s))

    def let_end(self) -> None:
        """Let the clip that is shown come to an end: its last bars are made anew, and fade on the bar."""
        current = self._listening.current
        if current is not None and not current.is_making:
            self._mend(current.clip, ending_of(current.clip.duration_s))

    def _mend(self, clip: Clip, mend: Mend) -> None:
        self.said.emit(self.tr("Made anew from {0:.1f} to {1:.1f} s").format(mend.start_s, mend.end_s))
        section = composing.Section(mend.start_s, mend.end_s, None, TAKES, mend.ends)
        self._generation.replace_section(clip, section)

    @Slot(object)
    def _tell_section(self, selection: tuple[int, int] | None) -> None:
        current = self._listening.current
        if selection is None or current is None:
            self._header.set_section(None)
        else:
            rate = current.sound.sample_rate
            self._header.set_section((selection[0] / rate, selection[1] / rate))

    @Slot(object)
    def _show_best(self, event: JobEnded) -> None:
        """Show the take that leads best into what follows, and let all of them be taken back."""
        fits = [composing.fit_of(clip) for clip in event.clips]
        known = [fit for fit in fits if fit is not None]
        if not event.clips or not (self._generation.made_section(event.job.id) or known):
            return
        ids = [clip.id for clip in event.clips]
        shown = self._listening.current
        if len(known) == len(ids):
            best = fits.index(max(known))
            if shown is not None and shown.clip.id in ids:
                self._listening.choose_clip(ids[best])
            if len(known) > 1:
                self.said.emit(self.tr("Take {0} leads best into what follows; 0 is the original").format(best + 1))
        text = self.tr("Replace a section of “{0}”").format(event.clips[0].title)
        changed = self._forget_section
        self._services.undo.push(TrashClips(text, self._services, ids, is_restoring=True, changed=changed))

    def _forget_section(self) -> None:
        """After the takes went or came back: show the original where they were shown."""
        self.library_changed.emit()
        current, library = self._listening.current, self._services.library
        if current is None or not library.has(current.clip.id) or library.get(current.clip.id).trashed is None:
            return
        if current.clip.parent and library.has(current.clip.parent):
            self._show_at_playhead(library.get(current.clip.parent))
