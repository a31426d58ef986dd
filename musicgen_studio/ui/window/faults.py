"""What is broken in the clip that is shown, on the waveform with what can be done; a notice when one is made.

Only of what was made here: what somebody brings along may be as it is on purpose. While it plays in a loop it has no
end, so a missing ending is not spoken of then. Not for mending (`sections`).
"""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.analysis.faults import Fault, FaultKind
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.studio.arranging.noticing import notice, noticed
from musicgen_studio.studio.making.queue import JobEnded
from musicgen_studio.studio.program.background import ErrandDone, Lane
from musicgen_studio.ui.panels.clip_words import clock
from musicgen_studio.ui.panels.notices import Brief, Notices
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.gone import unless_gone
from musicgen_studio.ui.window.inbox import Inbox
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.sections import Sections
from musicgen_studio.ui.window.services import Services


class Faults(QObject):
    """Looks, shows and tells. Main thread.

    Args:
        services: For library and background.
        listening: What is shown.
        sections: Mends.
        waveform: Where faults are seen.
        notices: Where a clip that has just been made is spoken of.
        inbox: Tells when one is made.
        parent: Qt's owner.
    """

    found = Signal(object)
    """Clip that has been looked at."""

    def __init__(
        self,
        services: Services,
        listening: Listening,
        sections: Sections,
        waveform: WaveformView,
        notices: Notices,
        inbox: Inbox,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._services, self._listening, self._sections = services, listening, sections
        self._waveform, self._notices = waveform, notices
        self._how = waveform.accessibleDescription()
        self._shown: list[Fault] = []
        self._looking: set[str] = set()
        listening.shown.connect(self._look)
        inbox.job_ended.connect(self._look_at_new)
        waveform.fault_clicked.connect(self._mend)
        waveform.loop_changed.connect(self._show)
        listening.looping.changed.connect(self._show)
        listening.drawn_changed.connect(self._show)

    @Slot(object)
    def _look(self, clip: Clip) -> None:
        """Show what is known of a clip, or find it out."""
        self._notices.set_shown(clip.id)
        self._shown = []
        known = noticed(self._services.library, clip)
        if known is not None:
            self._take(clip, known)
        elif clip.origin is Origin.GENERATED and clip.is_complete and not clip.is_missing and not self._is_made(clip):
            self._find(clip, is_new=False)
        self._show()

    @Slot(object)
    def _look_at_new(self, event: JobEnded) -> None:
        for clip in event.clips:
            if clip.is_complete:
                self._find(clip, is_new=True)

    def _find(self, clip: Clip, *, is_new: bool) -> None:
        if clip.id in self._looking:
            return
        self._looking.add(clip.id)
        library = self._services.library

        def take(faults: list[Fault]) -> None:
            self._looking.discard(clip.id)
            self._take(clip, faults)
            if is_new:
                self._tell(clip, faults)
            self.found.emit(clip)

        def fail(_errand: ErrandDone) -> None:
            self._looking.discard(clip.id)  # whoever opens the clip is told what is wrong with its file

        words, background = self.tr("Look for what is broken"), self._services.background
        work = unless_gone(library, clip.id, partial(notice, library, clip, lambda _share: background.give_way()))
        background.run(words, work, take, fail, Lane.HEARING)

    def _take(self, clip: Clip, faults: list[Fault]) -> None:
        current = self._listening.current
        if current is not None and current.clip.id == clip.id:
            self._shown = faults
            self._show()

    @Slot()
    def _show(self) -> None:
        current = self._listening.current
        if current is None:
            return
        rate, seen = current.sound.sample_rate, self._seen()
        self._waveform.set_faults(
            [((round(fault.start_s * rate), round(fault.end_s * rate)), self._words(fault)) for fault in seen],
            [number for number, fault in enumerate(seen) if fault.kind is FaultKind.ENDS],  # as nearly every clip does
        )
        told = [self.tr("{0} at {1}").format(self._kind(fault.kind), clock(fault.start_s)) for fault in seen]
        self._waveform.setAccessibleDescription(" · ".join([*told, self._how]))

    def _tell(self, clip: Clip, faults: list[Fault]) -> None:
        """Say quietly what is broken; that it has no ending nearly every clip could be told."""
        broken = [fault for fault in faults if fault.kind is not FaultKind.ENDS]
        if not broken:
            return
        first = broken[0]
        words = self.tr("{0} at {1}").format(self._kind(first.kind), clock(first.start_s))
        if len(broken) > 1:
            words += " " + self.tr("and {0} more").format(len(broken) - 1)
        text = self.tr("“{0}”: {1}").format(clip.title, words)
        mend = partial(self._sections.mend_fault, clip, first)
        self._notices.add(text, self.tr("Mend"), mend, Brief(words, (clip.id,)))

    @Slot(int)
    def _mend(self, number: int) -> None:
        current = self._listening.current
        seen = self._seen()
        if current is not None and number < len(seen):
            self._sections.mend_fault(current.clip, seen[number])

    def _seen(self) -> list[Fault]:
        """Return what is shown: what loops has no end, and another sound drawn in its place has faults of its own."""
        current = self._listening.current
        if current is None or self._listening.drawn is not current.sound:
            return []
        loops = self._waveform.loop() is not None
        return [fault for fault in self._shown if not (loops and fault.kind is FaultKind.ENDS)]

    def _is_made(self, clip: Clip) -> bool:
        """Tell whether a clip is still being made."""
        current = self._listening.current
        return current is not None and current.clip.id == clip.id and current.is_making

    def _words(self, fault: Fault) -> str:
        action = self.tr("Let it end") if fault.kind is FaultKind.ENDS else self.tr("Mend")
        return f"{self._kind(fault.kind)} · {action}"

    def _kind(self, kind: FaultKind) -> str:
        return {
            FaultKind.STOPS: self.tr("stops suddenly"),
            FaultKind.FADES: self.tr("fades to silence"),
            FaultKind.ENDS: self.tr("ends abruptly"),
            FaultKind.GLITCH: self.tr("glitch"),
        }[kind]
