"""The melody as a file: exported, dragged out, or kept for what remembers it by its file. Written behind the window.

Not for which melody is followed (`melodies`), nor for what a MIDI file holds (`files.midi`).
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from musicgen_studio.core.names import clean_name
from musicgen_studio.files.midi import write_midi
from musicgen_studio.studio.humming.midi_file import lasting_midi
from musicgen_studio.studio.humming.sketch import Sketch
from musicgen_studio.studio.program.background import ErrandDone
from musicgen_studio.ui.window.late_drag import LateDrag
from musicgen_studio.ui.window.services import Services


class MelodyFiles(QObject):
    """Writes the notes of sketches. Main thread.

    Args:
        services: The program behind the window.
        parent: Qt's owner.
    """

    said = Signal(str)
    problem_found = Signal(object)  # UserProblem

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._dragged = LateDrag(services.background, self)
        self._dragged.said.connect(self.said)
        self._dragged.problem_found.connect(self.problem_found)

    def keep(self, sketch: Sketch, title: str, then: Callable[[Path], object]) -> None:
        """Have a file of the notes that stays; `then` is told where it is."""
        self._write(self._kept(sketch, title), then)

    def drag(self, source: QWidget, sketch: Sketch, title: str) -> None:
        """Drag such a file out, if there are notes."""
        if sketch.notes.notes:
            is_late = self.tr("The notes are written: drag them once more.")
            self._dragged.begin(source, self.tr("Export the notes as MIDI"), self._kept(sketch, title), is_late)

    def ask_where(self, title: str, then: Callable[[Path], object], window: QWidget) -> None:
        """Ask where a file is to be exported to; `then` is told."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MusicLocation)
        dialog = QFileDialog(window, self.tr("Export the notes as MIDI"), folder)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("MIDI files ({0})").format("*.mid"))
        dialog.setDefaultSuffix("mid")
        dialog.selectFile(f"{clean_name(title)}.mid")
        dialog.fileSelected.connect(lambda file: then(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, path: Path, sketch: Sketch) -> None:
        """Write the notes into a file."""
        self._write(partial(write_midi, path, sketch.notes, sketch.key))

    def _kept(self, sketch: Sketch, title: str) -> Callable[[], Path]:
        return partial(lasting_midi, self._services.library, sketch.notes, title, sketch.key)

    def _write(self, work: Callable[[], Any], then: Callable[[Any], object] | None = None) -> None:
        def otherwise(errand: ErrandDone) -> None:
            if errand.problem is not None:
                self.problem_found.emit(errand.problem)

        self._services.background.run(self.tr("Export the notes as MIDI"), work, then, otherwise)
