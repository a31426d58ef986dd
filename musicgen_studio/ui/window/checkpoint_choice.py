"""What the header's list of checkpoints says, and what becomes of a choice there. Not for drawing it (`panels`)."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from musicgen_studio.checkpoints.catalogue import STARTER, CheckpointEntry, find
from musicgen_studio.checkpoints.offers import Offer, OfferKind
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.program.background import ErrandDone
from musicgen_studio.studio.program.settings import Settings
from musicgen_studio.ui.panels.checkpoint_menu import CheckpointLine, CheckpointMenu
from musicgen_studio.ui.panels.header_bar import HeaderBar
from musicgen_studio.ui.widgets.asking_files import ask_for_folder
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shelf import Shelf

MAX_FOLDERS = 20


class CheckpointChoice(QObject):
    """Opens the list and carries out what is chosen. Main thread.

    Args:
        services: For the settings.
        shelf: What there is.
        header: Where it folds out.
        use: Puts other settings into force.
        open_settings: Opens the settings dialog.
        open_catalogue: Opens the catalogue at the one with this id, empty for any.
        show_problem: Shows what stands in the way.
        window: Owner of the folder dialog.
    """

    def __init__(
        self,
        services: Services,
        shelf: Shelf,
        header: HeaderBar,
        use: Callable[[Settings], None],
        open_settings: Callable[[], None],
        open_catalogue: Callable[[str], None],
        show_problem: Callable[[UserProblem], None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._services = services
        self._header = header
        self._use, self._open_settings, self._show_problem = use, open_settings, show_problem
        self._shelf, self._open_catalogue = shelf, open_catalogue
        self._window = window
        self._menu: CheckpointMenu | None = None
        self._chosen = 0  # how often something was chosen; what was looked up for an earlier choice comes too late
        shelf.changed.connect(self._follow)
        header.checkpoints_requested.connect(self.open)

    @Slot()
    def open(self) -> None:
        """Fold the list out."""
        self._shelf.refresh()
        menu = CheckpointMenu(self.lines(), self._window)
        self._menu = menu
        menu.chosen.connect(self.choose)
        menu.wanted.connect(self._open_catalogue)
        menu.folder_requested.connect(self._ask_folder)
        menu.settings_requested.connect(self._open_settings)
        menu.destroyed.connect(self._header.let_go)
        menu.open_below(self._header.checkpoint_button)

    @Slot()
    def _follow(self) -> None:
        """Show what was looked up since the list was opened."""
        if self._menu is not None and isValid(self._menu):
            self._menu.set_lines(self.lines())

    def lines(self) -> list[CheckpointLine]:
        """Return what there is, then what could be had, as it was looked up last."""
        current = self._services.settings.checkpoint
        return [self._line(each, current) for each in self._shelf.offers() if each.kind is not OfferKind.SEPARATOR]

    @Slot(str)
    def choose(self, name: str) -> None:
        """Use another checkpoint from now on, and remember its folder. Its files are looked at in the background.

        Args:
            name: `starter`, a name on the Hub, or a folder.
        """
        self._chosen += 1
        chosen = self._chosen

        def found(entry: CheckpointEntry) -> None:
            if chosen == self._chosen:
                self.use(name, is_folder=name not in (STARTER, entry.id))

        def missing(errand: ErrandDone) -> None:
            if errand.problem is not None:
                self._show_problem(errand.problem)

        self._services.background.run("checkpoint", lambda: find(name), found, missing)

    def use(self, name: str, *, is_folder: bool = False) -> None:
        """Use a checkpoint that is known to be there.

        Args:
            name: `starter`, a name on the Hub, or a folder.
            is_folder: Whether it is a folder, to be remembered.
        """
        self._chosen += 1
        settings = self._services.settings
        folders = settings.checkpoint_folders
        if is_folder:
            folders = list(dict.fromkeys([name, *folders]))[:MAX_FOLDERS]
        self._use(replace(settings, checkpoint=name, checkpoint_folders=folders))
        self._shelf.refresh()

    def _line(self, offer: Offer, current: str) -> CheckpointLine:
        words = self._shelf.words
        download = next((view for view in self._services.downloads.views() if view.id == offer.id), None)
        return CheckpointLine(
            name=offer.name,
            title=words.title(offer),
            facts=words.line(offer),
            is_current=(offer.name or offer.problem.partition(":")[0]) == current,
            note=words.state(offer, download),
            purpose="" if offer.problem else words.purpose(offer),
            wanted=offer.id if offer.can_be_downloaded and not offer.is_here else "",
        )

    @Slot()
    def _ask_folder(self) -> None:
        title = self.tr("Folder of a MusicGen checkpoint")
        ask_for_folder(self._window, title, lambda folder: self.choose(str(folder)))
