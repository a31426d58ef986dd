"""The selection, dragged out of the waveform as a file. Not for what the file is (`library.drag`)."""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.late_drag import LateDrag
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.services import Services


class SelectionDrags(QObject):
    """Stands between the waveform and the library's files. Main thread.

    Args:
        services: The program behind the window.
        listening: Knows which clip is shown.
        waveform: What is dragged from.
        parent: Qt's owner.
    """

    said = Signal(str)
    problem_found = Signal(object)  # UserProblem

    def __init__(
        self, services: Services, listening: Listening, waveform: WaveformView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._library, self._listening, self._waveform = services.library, listening, waveform
        self._drag = LateDrag(services.background, self)
        self._drag.said.connect(self.said)
        self._drag.problem_found.connect(self.problem_found)
        waveform.drag_requested.connect(self._begin)

    @Slot()
    def _begin(self) -> None:
        heard = self._listening.current
        selection = None if heard is None else self._listening.looping.selection(heard.clip.id)
        if heard is None or selection is None:
            return
        write = partial(self._library.selection_file, heard.clip.id, *selection)
        is_late = self.tr("The selection is written: drag it once more.")
        self._drag.begin(self._waveform, self.tr("File of the selection"), write, is_late)
