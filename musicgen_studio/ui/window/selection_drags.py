"""The selection, dragged out of the waveform as a file: written in the background once it is dragged, not before.

Most are written before the mouse has moved on, and the drag goes on as if nothing had been. Of a long clip the button
may be up by then: the file stays, and the next drag of it begins at once. Not for what the file is (`library.drag`).
"""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication

from musicgen_studio.studio.program.background import ErrandDone, Lane
from musicgen_studio.ui.qt.dragging import file_drag
from musicgen_studio.ui.widgets.waveform import WaveformView
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
        self._services, self._listening, self._waveform = services, listening, waveform
        self._is_writing = False
        waveform.drag_requested.connect(self._prepare)

    @Slot()
    def _prepare(self) -> None:
        heard = self._listening.current
        selection = None if heard is None else self._listening.selection(heard.clip.id)
        if heard is None or selection is None or self._is_writing:
            return
        self._is_writing = True
        work = partial(self._services.library.selection_file, heard.clip.id, *selection)
        name = self.tr("File of the selection")
        self._services.background.run(name, work, self._drag, self._give_up, Lane.SOUND)

    def _drag(self, path: Path) -> None:
        self._is_writing = False
        if QApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            file_drag(self._waveform, [path]).exec(Qt.DropAction.CopyAction)
        else:
            self.said.emit(self.tr("The selection is written: drag it once more."))

    def _give_up(self, errand: ErrandDone) -> None:
        self._is_writing = False
        if errand.problem is not None:
            self.problem_found.emit(errand.problem)
