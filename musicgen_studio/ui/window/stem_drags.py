"""What is dragged out of the lanes: stems as files that add up, and the notes in them as MIDI.

Files are written beside the window as soon as the stems are shown, so that a drag finds them there and neither reads
nor writes. Notes take longer to listen for and are made when they are asked for. Not for what the files are
(`studio.arranging.dragging`).
"""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from musicgen_studio.core.clip import Clip
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.dragging import make_notes, notes_file, stem_files
from musicgen_studio.studio.program.background import ErrandDone
from musicgen_studio.ui.panels.stem_lanes import Notes, StemLanes
from musicgen_studio.ui.qt.dragging import file_drag
from musicgen_studio.ui.window.gone import unless_gone
from musicgen_studio.ui.window.services import Services


class StemDrags(QObject):
    """Stands between the lanes and the library's files. Main thread.

    Args:
        services: The program behind the window.
        lanes: What is dragged from.
        parent: Qt's owner.
    """

    problem_found = Signal(object)  # UserProblem
    prepared = Signal()  # the files of the stems are there, or why not is known

    def __init__(self, services: Services, lanes: StemLanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services, self._lanes = services, lanes
        self._clip: Clip | None = None
        self._times_shown = 0
        self._files: dict[str, Path] = {}
        self._notes: Path | None = None
        self._problem: UserProblem | None = None
        self._listening: set[str] = set()  # ids of clips whose notes are listened for
        lanes.drag_requested.connect(self._drag)
        lanes.notes_requested.connect(self._make_notes)
        lanes.notes_drag_requested.connect(self._drag_notes)

    def show(self, clip: Clip | None) -> None:
        """Prepare the files of another clip's stems; None if none are shown."""
        self._clip, self._files, self._notes, self._problem = clip, {}, None, None
        self._times_shown += 1  # what was written for an earlier time is of no use any more
        if clip is None:
            return
        self._show_notes(Notes.LISTENING if clip.id in self._listening else Notes.NONE)
        self._services.background.run(
            self.tr("Files of the stems of “{0}”").format(clip.title),
            partial(_prepared, self._services.library, clip.id),
            partial(self._keep, self._times_shown),
        )

    def _keep(self, time: int, made: tuple[dict[str, Path], Path | None] | UserProblem) -> None:
        if time != self._times_shown:
            return
        if isinstance(made, UserProblem):
            self._problem = made
        else:
            self._files, self._notes = made
            if self._notes is not None:
                self._show_notes(Notes.READY)
        self.prepared.emit()

    @Slot(list)
    def _drag(self, ids: list[str]) -> None:
        """Drag stems out; where their files could not be written, say so and try anew."""
        paths = [self._files[stem] for stem in ids if stem in self._files]
        if paths:
            file_drag(self._lanes, paths).exec(Qt.DropAction.CopyAction)
        elif self._problem is not None:
            problem, clip = self._problem, self._clip
            self.show(clip)
            self.problem_found.emit(problem)

    @Slot()
    def _drag_notes(self) -> None:
        if self._notes is not None:
            file_drag(self._lanes, [self._notes]).exec(Qt.DropAction.CopyAction)

    @Slot()
    def _make_notes(self) -> None:
        clip = self._clip
        if clip is None or clip.id in self._listening:
            return
        self._listening.add(clip.id)
        self._show_notes(Notes.LISTENING)

        def done(file: Path) -> None:
            self._listening.discard(clip.id)
            if self._clip is not None and self._clip.id == clip.id:
                self._notes = file
                self._show_notes(Notes.READY)

        def failed(errand: ErrandDone) -> None:
            self._listening.discard(clip.id)
            if self._clip is not None and self._clip.id == clip.id:
                self._show_notes(Notes.NONE)
            if errand.problem is not None:
                self.problem_found.emit(errand.problem)

        library = self._services.library
        work = unless_gone(library, clip.id, partial(make_notes, library, clip.id))
        self._services.background.start(self.tr("Notes of “{0}”").format(clip.title), work, done, failed)

    def _show_notes(self, notes: Notes) -> None:
        self._lanes.set_notes(notes)


def _prepared(library: Library, clip_id: str) -> tuple[dict[str, Path], Path | None] | UserProblem:
    """Write the files; what keeps them from being written is told when somebody drags."""
    try:
        return stem_files(library, clip_id), notes_file(library, clip_id)
    except UserProblem as problem:
        return problem
    except KeyError:  # deleted for good meanwhile
        return {}, None
