"""The library on the right: finding, naming, starring, throwing away and taking back, files coming in and going out.

Not for making clips (`generation`) or playing them (`listening`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.names import series
from musicgen_studio.core.verdict import Verdict
from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.untrusted import decode
from musicgen_studio.library.changing import ClipEdit, known_edit
from musicgen_studio.library.library import Library
from musicgen_studio.library.search import Sorting
from musicgen_studio.studio.arranging.composing import title_of
from musicgen_studio.studio.arranging.verdicts import verdict_of
from musicgen_studio.studio.program.background import Errand, Lane
from musicgen_studio.ui.models.library_model import LibraryModel, Peaks, Query
from musicgen_studio.ui.panels.library_panel import LibraryPanel
from musicgen_studio.ui.widgets.asking_files import ask_for_file
from musicgen_studio.ui.window.gone import unless_gone
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.undo import EditClip, RenameClips, TrashClips

MINI_COLUMNS = 64
_ORDER = "order of the clips"
"""Key under which the library remembers how it was sorted."""


class MiniWaveforms(QObject):
    """The small waveforms of the rows and the files behind them: made in the background, once a clip.

    Args:
        services: For the library and the background thread.
    """

    ready = Signal(str)  # id
    said = Signal(str)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._peaks: dict[str, Peaks | None] = {}

    def peaks_of(self, clip: Clip) -> Peaks | None:
        """Return a clip's mini waveform if it is there, else begin to make it. Without one, the row stays plain."""
        if clip.id not in self._peaks and not clip.is_missing:
            self._peaks[clip.id] = None
            library = self._services.library
            work = unless_gone(library, clip.id, partial(_render, library, clip))
            self._services.background.run("waveform", work, self._keep, lambda _errand: None, Lane.PICTURES)
        return self._peaks.get(clip.id)

    def drag_file(self, clip: Clip) -> Path | None:
        """Return the permanent file to drag a clip out as; the library has it ready since the clip was finished.

        Returns:
            None if the sound is missing, which the row says, or if the file cannot be had now, which is said: it may
            have to be written first, as after a rename, and that is begun.
        """
        library = self._services.library
        if clip.is_missing:
            return None
        try:
            file = library.drag_file_if_ready(clip.id)
        except UserProblem as problem:
            self.said.emit(str(problem))
            return None
        if file is None:
            self.said.emit(self.tr("The file of “{0}” is being written: drag it again in a moment.").format(clip.title))
            work = unless_gone(library, clip.id, partial(library.drag_file, clip.id))
            self._services.background.run("drag", work, lane=Lane.SOUND)
        return file

    def _keep(self, result: tuple[str, Peaks]) -> None:
        clip_id, peaks = result
        self._peaks[clip_id] = peaks
        self.ready.emit(clip_id)


class Collection(QObject):
    """Runs the library panel. Main thread.

    Args:
        services: The program behind the window.
        model: The panel's rows.
        panel: The panel.
        parent: Qt's owner.
    """

    clip_chosen = Signal(object)  # Clip, to be shown in the middle
    play_requested = Signal(object)  # Clip, to be shown and played from its start
    clip_changed = Signal(object)  # Clip
    preview_requested = Signal(object)  # Clip that the arrow keys have come to
    imported = Signal(object)  # Clip
    deleted = Signal(list)  # of Clip, for good
    said = Signal(str)  # what is missing of a file, for a person
    file_imported = Signal(object, object)  # Path, and the Clip it became

    def __init__(
        self, services: Services, model: LibraryModel, panel: LibraryPanel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._library = services.library
        self._model, self._panel = model, panel
        self._restore_order()
        self._query = panel.query()
        panel.header.order_chosen.connect(self._keep_order)
        panel.query_changed.connect(self._find)
        panel.clip_activated.connect(self._on_clip(self.clip_chosen.emit))
        panel.preview_requested.connect(self._on_clip(self.preview_requested.emit))
        panel.play_requested.connect(self._on_clip(self.play_requested.emit))
        panel.star_toggled.connect(self._on_clip(self.toggle_star))
        panel.renamed.connect(self.rename)
        panel.tags_edited.connect(self._edit_tags)
        panel.trash_requested.connect(lambda ids: self._trash(ids, is_restoring=False))
        panel.restore_requested.connect(lambda ids: self._trash(ids, is_restoring=True))
        panel.empty_requested.connect(self.ask_to_empty_trash)
        panel.files_dropped.connect(self.import_files)
        self.refresh()

    def _restore_order(self) -> None:
        """Sort the clips as they were at the last start; of another version's order nothing is known."""
        try:
            name, is_reversed = json.loads(self._library.recall(_ORDER) or "[]")
            self._panel.restore_order(Sorting(name), is_reversed=bool(is_reversed))
        except (ValueError, TypeError):
            return

    @Slot(object, bool)
    def _keep_order(self, order: Sorting, is_reversed: bool) -> None:
        self._services.remember(_ORDER, json.dumps([order, is_reversed]))

    def refresh(self) -> None:
        """Show what the library holds now."""
        self._show_found()
        self._panel.set_facets(self._library.checkpoints(), self._library.tags())

    def _show_found(self) -> None:
        query, wanted = self._query, self._query.filter
        self._model.set_clips(
            self._library.clips(
                query.text,
                starred=wanted.is_starred,
                tag=wanted.tag,
                checkpoint=wanted.checkpoint,
                min_s=wanted.min_s,
                max_s=wanted.max_s,
                trashed=wanted.is_trashed,
                order=query.order,
                is_reversed=query.is_reversed,
                verdict=self.verdict_of,
            ),
            query.order.keeps_families,
        )
        self._panel.hold_shown()

    def verdict_of(self, clip_id: str) -> Verdict:
        """Return what was measured of a clip."""
        return verdict_of(self._library, clip_id)

    def note_measured(self, clips: Sequence[Clip]) -> None:
        """Show what was measured of clips, in their place if the list is sorted by it."""
        if self._query.order.is_of_verdict:
            self.refresh()
        for clip in clips:
            self._model.refresh(clip.id)

    @Slot(str, str)
    def rename(self, clip_id: str, title: str) -> None:
        """Give a clip another title."""
        before = self._library.get(clip_id).title
        if title.strip() and title != before:
            self._edit(clip_id, self.tr("Rename"), {"title": before}, {"title": title})

    def rename_all(self, ids: Sequence[str], pattern: str) -> None:
        """Give several clips one title, numbered; see `core.names.series`. One undo takes it all back."""
        if not pattern.strip(" #"):
            return
        text = self.tr("Rename {0} clips").format(len(ids))
        wanted = zip(ids, series(pattern, len(ids)), strict=True)
        titles = {clip_id: (self._library.get(clip_id).title, title) for clip_id, title in wanted}
        self._services.undo.push(RenameClips(text, titles, partial(self._give_titles, text)))

    def _give_titles(self, text: str, titles: Mapping[str, str]) -> None:
        def work() -> list[Clip]:
            return [self._library.edit(clip_id, title=title) for clip_id, title in titles.items()]

        self._services.background.run(text, work, self._show_renamed)

    def _show_renamed(self, clips: Sequence[Clip]) -> None:
        self.refresh()
        for clip in clips:
            self.clip_changed.emit(clip)

    @Slot()
    def ask_to_empty_trash(self) -> None:
        """Ask whether what is in the trash is to be deleted for good, and do so."""
        ids = [clip.id for clip in self._library.clips(trashed=True)]
        count = len(ids)
        box = QMessageBox(QMessageBox.Icon.Warning, self.tr("Empty the trash"), "", parent=self._panel)
        box.setText(
            self.tr("Delete 1 clip for good?") if count == 1 else self.tr("Delete {0} clips for good?").format(count)
        )
        box.setInformativeText(
            self.tr("The files go, too, but for those that were dragged into other programs. It cannot be undone.")
        )
        box.addButton(self.tr("Delete for good"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(
            box.addButton(self.tr("Keep") if count == 1 else self.tr("Keep them"), QMessageBox.ButtonRole.RejectRole)
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.accepted.connect(partial(self._empty_trash, ids))
        box.open()

    def _empty_trash(self, ids: Sequence[str]) -> None:
        self._services.undo.clear()  # what is gone cannot be brought back
        self._services.background.run(
            self.tr("Empty the trash"), partial(self._library.purge_trash, ids), self._tell_deleted, lane=Lane.HOUSE
        )

    def _tell_deleted(self, clips: list[Clip]) -> None:
        self._services.undo.clear()  # of what was done to them meanwhile
        self.refresh()
        self.deleted.emit(clips)
        self.said.emit(
            self.tr("1 clip was deleted for good")
            if len(clips) == 1
            else self.tr("{0} clips were deleted for good").format(len(clips))
        )

    @Slot(list)
    def import_files(self, paths: Sequence[Path]) -> None:
        """Take sound files into the library; each is decoded in a process of its own."""
        for path in paths:
            self._services.background.start(
                self.tr("Importing {0}").format(path.name),
                partial(_imported, self._library, path),
                partial(self._take_in, path),
                lane=Lane.IMPORTS,
            )

    def _take_in(self, path: Path, imported: tuple[Clip, str]) -> None:
        clip, remark = imported
        self.refresh()
        if remark:
            self.said.emit(remark)
        self.file_imported.emit(path, clip)
        self.imported.emit(clip)

    @Slot(object)
    def _find(self, query: Query) -> None:
        self._query = query
        self._show_found()

    def _on_clip(self, action: Callable[[Clip], object]) -> Callable[[str], object]:
        def act(clip_id: str) -> None:
            if self._library.has(clip_id):  # it may be deleted for good while its row is still seen
                action(self._library.get(clip_id))

        return act

    def show_file(self, clip: Clip) -> None:
        """Show where a clip's file lies, in the system's file browser."""
        find = partial(self._library.sound_file, clip.id)
        self._services.background.run(self.tr("Find its file"), find, _show_folder_of)

    def ask_for_file(self, clip: Clip) -> None:
        """Ask where the sound of a missing clip is now, and take it from there."""
        title = self.tr("Where is “{0}”?").format(clip.title)
        names, take = self.tr("WAV files (*.wav)"), partial(self._take_file, clip.id)
        ask_for_file(self._panel, title, names, take, self._library.folder)

    def _take_file(self, clip_id: str, path: Path) -> None:
        work = partial(self._library.relink, clip_id, path)
        self._services.background.run(self.tr("Find its file"), work, lambda clip: self._show_renamed([clip]))

    def toggle_star(self, clip: Clip) -> None:
        """Give a clip a star, or take it away."""
        text = self.tr("Remove star") if clip.is_starred else self.tr("Star")
        self._edit(clip.id, text, {"is_starred": clip.is_starred}, {"is_starred": not clip.is_starred})

    @Slot(object, object)
    def set_known(self, clip: Clip, known: Analysis) -> None:
        """Keep what a hand has set of a clip's tempo, bars and key."""
        before = ClipEdit(tempo_bpm=clip.tempo_bpm, key=clip.key, analysis=clip.analysis)
        self._edit(clip.id, self.tr("Tempo and key"), before, known_edit(known))

    @Slot(str, tuple)
    def _edit_tags(self, clip_id: str, tags: tuple[str, ...]) -> None:
        if self._library.has(clip_id):
            self._edit(clip_id, self.tr("Tags"), {"tags": self._library.get(clip_id).tags}, {"tags": tags})

    def _edit(self, clip_id: str, text: str, before: ClipEdit, after: ClipEdit) -> None:
        def changed() -> None:
            self.refresh()
            self.clip_changed.emit(self._library.get(clip_id))
            prepare = partial(self._library.prepare_drag, clip_id)  # what is dragged out says what is known now
            self._services.background.run(text, prepare, lambda _: self._find_anew())

        self._services.undo.push(EditClip(text, self._services, clip_id, before, after, changed))

    def _find_anew(self) -> None:
        """Look once more for what is typed: words are found as they are written, not as they are seen."""
        if self._query.text:
            self.refresh()

    def _trash(self, wanted: Sequence[str], *, is_restoring: bool) -> None:
        ids = [clip_id for clip_id in wanted if self._library.has(clip_id)]  # one may still be in the making
        if not ids:
            return
        text = self.tr("Restore") if is_restoring else self.tr("Move to the trash")

        def changed() -> None:
            self.refresh()
            for clip_id in ids:
                self.clip_changed.emit(self._library.get(clip_id))

        self._services.undo.push(TrashClips(text, self._services, ids, is_restoring, changed))


def _render(library: Library, clip: Clip) -> tuple[str, Peaks]:
    audio = library.read(clip.id)
    pyramid = PeakPyramid(audio.channels)
    pyramid.append(audio.samples)
    mins, maxs = pyramid.query(0, audio.frames, MINI_COLUMNS)
    return clip.id, (mins.min(axis=1), maxs.max(axis=1))


def _imported(library: Library, path: Path, errand: Errand) -> tuple[Clip, str]:
    """Return the new clip, and what is missing of it in words."""
    decoded = decode(path, stop=errand.stop)
    audio = decoded.audio
    errand.check()
    clip = Clip(
        id=uuid4().hex,
        title=title_of(path.stem),
        origin=Origin.IMPORTED,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        frames=audio.frames,
        sample_rate=audio.sample_rate,
        channels=audio.channels,
    )
    return library.add(clip, audio), decoded.remark


def _show_folder_of(file: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(file.parent)))
