"""The musician's marks in the clip that is shown: set, named, gone to, taken away, each with undo. Main thread.

Not for drawing them (`widgets.waveform`) or for where they are after an edit (`studio.arranging.editing`).
"""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QInputDialog, QWidget

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.marks import MAX_NAME, Mark, Marks, in_order
from musicgen_studio.studio.arranging.marking import keep_marks, marks_of
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shortcuts import Bindings
from musicgen_studio.ui.window.undo import ChangeMarks

NEAR_S = 0.05
"""A mark so near to the playhead is meant by the keys that set, name and remove marks."""


class ClipMarks(QObject):
    """Binds what can be done with marks.

    Args:
        services: For library and undo.
        listening: What is shown, and where its playhead is.
        waveform: Where they are seen.
        parent: Qt's owner.
    """

    changed = Signal(object)  # Clip

    def __init__(self, services: Services, listening: Listening, waveform: WaveformView, parent: QWidget) -> None:
        super().__init__(parent)
        self._services, self._listening, self._waveform = services, listening, waveform
        self._marks: Marks = ()
        listening.shown.connect(self.show_clip)

    def bind(self, bindings: Bindings) -> None:
        """Bind what can be done."""
        add = bindings.add
        add("mark", self.toggle, lambda: self._listening.current is not None)
        add("mark-name", self.ask_name, lambda: self._listening.current is not None)
        add("mark-next", partial(self._go, 1), lambda: bool(self._marks))
        add("mark-previous", partial(self._go, -1), lambda: bool(self._marks))
        add("marks-clear", self._clear, lambda: bool(self._marks))

    def marks(self) -> Marks:
        """Return the marks of the clip that is shown, in order."""
        return self._marks

    @Slot()
    def toggle(self) -> None:
        """Put a mark at the playhead, or take away the one that is there."""
        current, there = self._listening.current, self._here()
        if current is None:
            return
        if there:
            left = tuple(mark for mark in self._marks if mark not in there)
            self._push(current.clip, self.tr("Remove the mark"), left)
        else:
            self._push(current.clip, self.tr("Mark"), (*self._marks, Mark(self._listening.playhead())))

    @Slot()
    def ask_name(self) -> None:
        """Ask what the mark at the playhead is called, a new one if there is none."""
        current = self._listening.current
        if current is None:
            return
        there = self._here()
        mark = there[0] if there else Mark(self._listening.playhead())
        dialog = QInputDialog(self._waveform)
        dialog.setWindowTitle(self.tr("Name the mark"))
        dialog.setLabelText(self.tr("What begins here, such as “chorus”:"))
        dialog.setTextValue(mark.name)
        clip = current.clip  # another one may be shown by then: music begins
        dialog.textValueSelected.connect(lambda name: self._name(clip, mark, name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def name(self, mark: Mark, name: str) -> None:
        """Give a mark a name; an empty one leaves its number."""
        current = self._listening.current
        if current is not None:
            self._name(current.clip, mark, name)

    def _name(self, clip: Clip, mark: Mark, name: str) -> None:
        others = (each for each in marks_of(self._services.library, clip) if each.frame != mark.frame)
        self._push(clip, self.tr("Name the mark"), (*others, Mark(mark.frame, name.strip()[:MAX_NAME])))

    @Slot(object)
    def show_clip(self, clip: Clip) -> None:
        """Show the marks of another clip, or those that it has now."""
        self._marks = marks_of(self._services.library, clip)
        self._waveform.set_marks(self._marks)

    @Slot()
    def _clear(self) -> None:
        current = self._listening.current
        if current is not None:
            self._push(current.clip, self.tr("Remove all marks"), ())

    def _go(self, step: int) -> None:
        at = self._listening.playhead()
        ahead = [mark.frame for mark in self._marks if (mark.frame > at if step > 0 else mark.frame < at)]
        if ahead:
            self._waveform.seek_requested.emit(min(ahead) if step > 0 else max(ahead))

    def _here(self) -> list[Mark]:
        current = self._listening.current
        if current is None:
            return []
        at, near = self._listening.playhead(), round(NEAR_S * current.sound.sample_rate)
        return [mark for mark in self._marks if abs(mark.frame - at) <= near]

    def _push(self, clip: Clip, text: str, marks: Marks) -> None:
        before = marks_of(self._services.library, clip)
        if in_order(marks) != before:
            self._services.undo.push(ChangeMarks(text, before, in_order(marks), partial(self._keep, clip)))

    def _keep(self, clip: Clip, marks: Marks) -> None:
        keep_marks(self._services.remember, clip, marks)
        current = self._listening.current
        if current is not None and current.clip.id == clip.id:
            self.show_clip(current.clip)
