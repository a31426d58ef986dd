"""Which clip the window shows: chosen, played, gone through by the arrow keys, or hidden behind the page of notes.

Not for playing it (`listening`), or for music that begins to be made (`new_music`).
"""

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QStackedWidget

from musicgen_studio.core.clip import Clip
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.humming.recording_state import Phase
from musicgen_studio.ui.panels.melody_editor import MelodyEditor
from musicgen_studio.ui.panels.offer_row import OfferRow
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.recording import Recording
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shortcuts import TEXT_FIELDS


class Showing(QObject):
    """Shows clips. Main thread.

    Args:
        services: For the settings.
        listening: What shows and plays a clip.
        recording: While it records, nothing plays of itself.
        offer: The row that offers another clip.
        pages: The page of the clip and that of the notes.
        editor: The page of the notes.
        waveform: What has the keys on the page of the clip.
        parent: Qt's owner.
    """

    problem_found = Signal(object)
    """A UserProblem; None where an earlier one no longer counts."""

    said = Signal(str)
    unsaid = Signal(str)  # what was said and is no longer true

    def __init__(
        self,
        services: Services,
        listening: Listening,
        recording: Recording,
        offer: OfferRow,
        pages: QStackedWidget,
        editor: MelodyEditor,
        waveform: WaveformView,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._services, self._listening, self._recording, self._offer = services, listening, recording, offer
        self._pages, self._editor, self._waveform = pages, editor, waveform
        self._told_of_trash = "", ""  # the clip's id, and what was said
        self._looked_for: str | None = None  # the id of the clip to be shown once its file is found
        listening.shown.connect(self._leave_trashed)

    @property
    def is_editing(self) -> bool:
        """Whether the page of notes is seen."""
        page = self._pages.currentWidget()
        return page is not None and page.isAncestorOf(self._editor)

    @Slot(object)
    def show_clip(self, clip: Clip) -> None:
        """Show a clip, or say why it cannot be."""
        self._show(clip, plays=False)

    @Slot(object, float)
    def show_clip_at(self, clip: Clip, place_s: float) -> None:
        """Show a clip from a place on, where it goes on playing if something plays, and say which it is."""
        self._show(clip, plays=False, place_s=place_s)

    @Slot(object)
    def play_clip(self, clip: Clip) -> None:
        """Show a clip and play it from its start."""
        self._show(clip, plays=True)

    def _show(self, clip: Clip, *, plays: bool, place_s: float | None = None) -> None:
        library = self._services.library
        self._looked_for = None
        if library.is_in_place(clip.id):
            self._show_there(clip, plays, place_s)
            return
        # Its file was moved, or is gone: every folder of the library is looked through, behind the window.
        self._looked_for = clip.id
        found = partial(self._show_found, clip, plays, place_s)
        self._services.background.run(self.tr("Find its file"), partial(library.check_sound, clip.id), found)

    def _show_found(self, clip: Clip, plays: bool, place_s: float | None, _found: None) -> None:
        if self._looked_for == clip.id and self._services.library.has(clip.id):  # nothing else was asked for since
            self._show_there(self._services.library.get(clip.id), plays, place_s)

    def _show_there(self, clip: Clip, plays: bool, place_s: float | None) -> None:
        try:
            self._listening.show_clip(clip, place_s)
        except UserProblem as problem:
            self.problem_found.emit(problem)
            return
        self._offer.withdraw()
        self.open_editor(False)
        self.problem_found.emit(None)
        if place_s is not None:
            self.said.emit(clip.title)
        if plays:
            self._listening.play_from(0)

    @Slot(object)
    def preview_clip(self, clip: Clip) -> None:
        """Show the clip that the arrow keys have come to, and play it if that is wanted."""
        if self._services.settings.previews_library and self._recording.phase is Phase.OFF:
            self.play_clip(clip)
        else:
            self.show_clip(clip)

    @Slot(object)
    def tell_trashed(self, clip: Clip) -> None:
        """Say so where the clip that is shown goes into the trash, and no longer once it has come back."""
        current = self._listening.current
        if clip.trashed is not None and current is not None and current.clip.id == clip.id:
            text = self.tr("“{0}” is in the trash; it stays open until you leave it").format(clip.title)
            self._told_of_trash = clip.id, text
            self.said.emit(text)
        elif clip.id == self._told_of_trash[0]:
            self._take_back()

    @Slot(list)
    def leave_deleted(self, clips: list[Clip]) -> None:
        """Show nothing that was deleted for good: where the shown clip was, the newest one instead, or nothing."""
        current, gone = self._listening.current, {clip.id for clip in clips}
        self._listening.forget(gone)
        if current is None or current.clip.id not in gone:
            return
        newest = next((clip for clip in self._services.library.clips() if not clip.is_missing), None)
        if newest is None:
            self._listening.clear()
            self._take_back()
        else:
            self.show_clip(newest)

    @Slot(object)
    def _leave_trashed(self, clip: Clip) -> None:
        if clip.id != self._told_of_trash[0]:
            self._take_back()

    def _take_back(self) -> None:
        _, text = self._told_of_trash
        self._told_of_trash = "", ""
        self.unsaid.emit(text)

    @Slot(bool)
    def open_editor(self, is_open: bool) -> None:
        """Show the page of notes in place of the clip, or the clip again. Who writes elsewhere keeps the keys."""
        was_open, focus = self.is_editing, QApplication.focusWidget()
        is_written_elsewhere = isinstance(focus, TEXT_FIELDS) and not self._pages.isAncestorOf(focus)
        self._pages.setCurrentIndex(1 if is_open else 0)
        if is_open:
            self._editor.focus_notes()
        elif was_open and not is_written_elsewhere:
            self._waveform.setFocus(Qt.FocusReason.OtherFocusReason)
