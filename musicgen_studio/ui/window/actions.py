"""What can be done with clips from menus and keys: with those chosen in the library, or with the one that is shown.

Not for what the buttons of one panel do (each binds its own), nor for how menus are built (`menus`).
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu, QMenuBar, QWidget

from musicgen_studio.core.clip import Clip
from musicgen_studio.studio.arranging.live_kept import is_live
from musicgen_studio.ui.panels.clip_header import ClipHeader
from musicgen_studio.ui.panels.library_panel import LibraryPanel
from musicgen_studio.ui.window.collection import Collection
from musicgen_studio.ui.window.generation import Generation
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shortcuts import Bindings


class ClipActions(QObject):
    """Binds the actions that are meant for clips. Main thread.

    Args:
        services: For the library.
        bindings: The window's.
        listening: For the clip that is shown.
        library: For the clips that are chosen there.
        collection: Does what is done in the library.
        generation: Makes clips of clips.
        header: Asks how a clip is to go on.
        parent: Qt's owner.
    """

    said = Signal(str)  # why nothing is done
    export_requested = Signal(list)  # Clips
    show_requested = Signal(object)  # Clip that is to be in the middle first
    music_awaited = Signal()  # something was ordered
    live_again_requested = Signal(object)  # Clip that was kept of live music

    def __init__(
        self,
        services: Services,
        bindings: Bindings,
        listening: Listening,
        library: LibraryPanel,
        collection: Collection,
        generation: Generation,
        header: ClipHeader,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._listening, self._library, self._collection = listening, library, collection
        self._is_in_library = False
        self._add = bindings.add
        self._bind_edits()
        self._bind_orders(generation)
        self._bind_views(header)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow_focus)

    def chosen(self) -> list[Clip]:
        """Return the clips that are meant, none or several; a clip that is still being made is not among them."""
        if self._is_in_library and (ids := self._library.selected_ids()):
            library = self._services.library
            return [library.get(clip_id) for clip_id in ids if library.has(clip_id)]  # one may just be deleted for good
        current = self._listening.current
        if current is None:
            return []
        try:
            return [self._services.library.get(current.clip.id)]
        except KeyError:  # it is being made
            return []

    def has_sound(self) -> bool:
        """Tell whether there is a chosen clip with its sound."""
        return any(not clip.is_missing for clip in self.chosen())

    def has_recipe(self) -> bool:
        """Tell whether the first of the chosen clips was made here, so that it has settings."""
        return any(clip.recipe for clip in self.chosen()[:1])

    def on_chosen(self, action: Callable[[Clip], object]) -> Callable[[], None]:
        """Return what does something with the first of the chosen clips, or says why not."""

        def act() -> None:
            if clips := self.chosen():
                action(clips[0])
            else:
                self._refuse()

        return act

    def _bind_edits(self) -> None:
        library, collection = self._library, self._collection
        self._add("star", self._star, self._is_any)
        self._add("rename", self._rename, self._is_any)
        self._add("tags", self.on_chosen(lambda clip: library.edit_tags(clip.id)), self._is_any)
        self._add("export", self._export, self.has_sound)
        self._add("show-file", self.on_chosen(collection.show_file), self.has_sound)
        self._add("find-file", self._find_file, lambda: bool(self._missing()))

    def _bind_orders(self, generation: Generation) -> None:
        def order(action: Callable[[Clip], object]) -> Callable[[], None]:
            def act(clip: Clip) -> None:
                if clip.recipe:
                    self.music_awaited.emit()
                    action(clip)

            return self.on_chosen(act)

        self._add("variations", order(generation.vary), self.has_recipe)
        again = order(generation.again)
        self._add("again", lambda: self._again_live() or again(), lambda: self.has_recipe() or self._is_live())
        use = self.on_chosen(lambda clip: generation.use_settings(clip) if clip.recipe else None)
        self._add("use-settings", use, self.has_recipe)

    def _is_live(self) -> bool:
        return any(is_live(self._services.library, clip) for clip in self.chosen()[:1])

    def _again_live(self) -> bool:
        """Have the first of the chosen clips made again if it was kept of live music; tell whether it was."""
        if not self._is_live():
            return False
        self.live_again_requested.emit(self.chosen()[0])
        return True

    def _bind_views(self, header: ClipHeader) -> None:
        def shown(action: Callable[[], object]) -> Callable[[], None]:
            def act(clip: Clip) -> None:
                current = self._listening.current
                if current is None or current.clip.id != clip.id:
                    self.show_requested.emit(clip)
                action()

            return self.on_chosen(act)

        self._add("extend", shown(header.ask_to_extend), self.has_sound)
        self._add("stems", shown(header.stems_requested.emit), self.has_sound)
        self._add("tempo", shown(header.tempo_requested.emit), self.has_sound)

    def _is_any(self) -> bool:
        return bool(self.chosen())

    def _missing(self) -> list[Clip]:
        return [clip for clip in self.chosen() if clip.is_missing]

    def _find_file(self) -> None:
        for clip in self._missing()[:1]:
            self._collection.ask_for_file(clip)

    def _rename(self) -> None:
        """Let the title be typed anew where the clip is, or one for several clips, which are numbered."""
        clips = self.chosen()
        if len(clips) < 2:
            self.on_chosen(lambda clip: self._library.rename(clip.id))()
            return
        dialog = QInputDialog(self._library)
        dialog.setWindowTitle(self.tr("Rename {0} clips").format(len(clips)))
        dialog.setLabelText(self.tr("Their new title; # stands for the number, from the top:"))
        dialog.setTextValue(f"{clips[0].title} #")
        ids = [clip.id for clip in clips]
        dialog.textValueSelected.connect(lambda pattern: self._collection.rename_all(ids, pattern))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _star(self) -> None:
        clips = self.chosen()
        for clip in clips:
            self._collection.toggle_star(clip)
        if not clips:
            self._refuse()

    def _export(self) -> None:
        clips = [clip for clip in self.chosen() if not clip.is_missing]
        if clips:
            self.export_requested.emit(clips)
        else:
            self._refuse()

    def _refuse(self) -> None:
        current = self._listening.current
        if current is not None:
            self.said.emit(self.tr("“{0}” is still being made").format(current.clip.title))

    def _follow_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Know where the musician is, also while a menu has the focus."""
        if now is not None and not isinstance(now, QMenu | QMenuBar):
            self._is_in_library = self._library is now or self._library.isAncestorOf(now)
