"""The catalogue of checkpoints in the window: opens it, keeps it up to date, and carries out what is wished there.

Downloading is `studio.program.downloads`'; checking, moving and deleting are errands of the background with a thread of
their own. Nothing here touches network or disk in the window's thread.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.checkpoints.catalogue import STARTER
from musicgen_studio.checkpoints.offers import Offer, OfferKind
from musicgen_studio.checkpoints.places import choose_downloads_folder
from musicgen_studio.checkpoints.terms import accept
from musicgen_studio.errors import UserProblem
from musicgen_studio.paths import from_home
from musicgen_studio.studio.program import keeping
from musicgen_studio.studio.program.background import Errand, ErrandDone, Lane
from musicgen_studio.studio.program.downloads import DownloadEnded
from musicgen_studio.ui.panels.catalogue_dialog import CatalogueDialog
from musicgen_studio.ui.panels.checkpoint_words import size
from musicgen_studio.ui.widgets.asking_files import ask_for_folder
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shelf import Shelf

POLL_MS = 250


class Catalogue(QObject):
    """Main thread.

    Args:
        services: The program behind it.
        shelf: What there is.
        window: What the dialog belongs to.
    """

    use_requested = Signal(str)
    """The name of a checkpoint that is to make the music from now on."""

    def __init__(self, services: Services, shelf: Shelf, window: QWidget) -> None:
        super().__init__(window)
        self._services, self._shelf = services, shelf
        self._busy = set[str]()
        self._said = dict[str, str]()
        self._window = window
        self._dialog: CatalogueDialog | None = None
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.show_all)
        shelf.changed.connect(self.show_all)
        shelf.failed.connect(self._tell_failed)

    @property
    def dialog(self) -> CatalogueDialog:
        """What is seen; made when it is first asked for."""
        if self._dialog is None:
            self._dialog = CatalogueDialog(self._shelf.words, self._window)
            self._join(self._dialog)
        return self._dialog

    @property
    def is_open(self) -> bool:
        """Whether it is seen."""
        return self._dialog is not None and self._dialog.isVisible()

    @Slot(str)
    def open(self, offer_id: str = "") -> None:
        """Show it, at one of them if that is wished."""
        dialog = self.dialog
        self._shelf.refresh()
        self._shelf.measure_when_quiet()
        self.show_all()
        if offer_id:
            dialog.choose(offer_id)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        self._timer.start()

    @Slot()
    def show_all(self) -> None:
        """Bring what is seen up to date."""
        if self._dialog is None or not self._shelf.offers():
            return
        views = self._services.downloads.views()
        current = self._services.settings.checkpoint
        self.dialog.show_offers(self._shelf.offers(), views, current)
        offer = self._shelf.offer(self.dialog.chosen_id())
        if offer is not None:
            self.dialog.details.show_offer(
                offer,
                next((view for view in views if view.id == offer.id), None),
                is_current=bool(offer.name) and offer.name == current,
                is_busy=offer.id in self._busy,
                said=self._said.get(offer.id, ""),
            )
        if (place := self._shelf.place) is not None:
            self.dialog.set_folder(place.folder, place.free_bytes, is_shared=place.is_shared)

    def _join(self, dialog: CatalogueDialog) -> None:
        details, downloads = dialog.details, self._services.downloads
        dialog.finished.connect(self._timer.stop)
        dialog.chosen.connect(self.show_all)
        dialog.folder_requested.connect(self._ask_folder)
        dialog.shared_folder_requested.connect(partial(self.choose_folder, None))
        details.download_requested.connect(self.download)
        details.pause_requested.connect(downloads.pause)
        details.resume_requested.connect(downloads.resume)
        details.cancel_requested.connect(self._give_up)
        for changed in (details.pause_requested, details.resume_requested):
            changed.connect(self.show_all)
        details.use_requested.connect(self.use_requested)
        details.use_requested.connect(self.show_all)
        details.verify_requested.connect(self._verify)
        details.move_requested.connect(self._ask_where)
        details.remove_requested.connect(self._remove)
        details.let_go_requested.connect(self._let_go)
        details.measure_requested.connect(self._shelf.measure_when_quiet)

    @Slot(str)
    def download(self, offer_id: str) -> None:
        """Note that its licence is agreed to, and let it be downloaded."""
        offer, place = self._shelf.offer(offer_id), self._shelf.place
        if offer is None or place is None:
            return
        self._said.pop(offer_id, None)
        self.dialog.set_problem(None)
        cache = place.torch_folder if offer.kind is OfferKind.SEPARATOR else place.folder

        def note() -> None:
            if offer.kind is OfferKind.META and offer.agreed is None:
                accept(offer.id, offer.licence)

        def begin(_noted: None) -> None:
            self._services.downloads.add(offer.id, cache)
            self._shelf.refresh()
            self.show_all()

        self._services.background.run("licence", note, begin)

    @Slot(str)
    def _give_up(self, offer_id: str) -> None:
        self._services.downloads.cancel(offer_id)
        self._said.pop(offer_id, None)
        self._shelf.refresh()
        self.show_all()

    @Slot(object)
    def _tell_failed(self, event: DownloadEnded) -> None:
        if event.problem is not None:
            self.dialog.set_problem(event.problem)

    # What is done with one that is here.

    @Slot(str)
    def _verify(self, offer_id: str) -> None:
        def told(wrong: Sequence[str]) -> None:
            if not wrong:
                self._said[offer_id] = self.tr("Checked: all files are as they were published.")
                return
            self._said[offer_id] = self.tr("Missing or different: {0}.").format(", ".join(wrong))
            self.dialog.offer.offer(
                self.tr("{0} is not what it has to be").format(offer_id),
                self.tr("Download what is wrong"),
                lambda: self._mend(offer_id),
            )

        self._start(offer_id, self.tr("Checking {0}"), keeping.verify, told)

    def _mend(self, offer_id: str) -> None:
        """Drop the files that are wrong, and let them be downloaded."""
        self._start(
            offer_id,
            self.tr("Mending {0}"),
            keeping.drop_wrong,
            lambda _dropped: self.download(offer_id),
            needs_rest=True,
        )

    @Slot(str)
    def _remove(self, offer_id: str) -> None:
        offer = self._shelf.offer(offer_id)
        if offer is None or not self._is_at_rest(offer):
            return
        forget = self._services.forget_int8
        if self._is_current(offer):
            self.use_requested.emit(STARTER)

        def work(offer: Offer, errand: Errand) -> int:
            is_model = offer.kind is not OfferKind.SEPARATOR and offer.folder is not None
            return (forget(offer.folder) if is_model and offer.folder else 0) + keeping.remove(offer, errand)

        def told(freed: int) -> None:
            self._said[offer_id] = self.tr("Removed; {0} are free again.").format(size(freed))

        self._start(offer_id, self.tr("Removing {0}"), work, told)

    @Slot(str)
    def _let_go(self, offer_id: str) -> None:
        """Keep it as int8 only."""
        write, forget = self._services.write_int8, self._services.forget_int8

        def work(offer: Offer, errand: Errand) -> int:
            forgotten = forget(offer.folder) if offer.folder is not None else 0  # it will be made of the new files
            return forgotten + keeping.let_originals_go(offer, errand, write)

        def told(freed: int) -> None:
            self._said[offer_id] = self.tr("Only int8 is kept; {0} are free again.").format(size(freed))

        self._start(offer_id, self.tr("Keeping {0} as int8"), work, told, needs_rest=True)

    @Slot(str)
    def _ask_where(self, offer_id: str) -> None:
        ask_for_folder(self.dialog, self.tr("Where it is to lie"), lambda folder: self.move([offer_id], folder))

    def move(self, ids: Sequence[str], folder: Path) -> None:
        """Move checkpoints to another folder, one after the other."""
        for offer_id in ids:
            self._start(
                offer_id,
                self.tr("Moving {0}"),
                partial(keeping.move, to=folder),
                partial(self._tell_moved, offer_id),
                needs_rest=True,
            )

    def _tell_moved(self, offer_id: str, folder: Path) -> None:
        self._said[offer_id] = self.tr("Moved to {0}.").format(from_home(folder))

    # Where downloads go.

    @Slot()
    def _ask_folder(self) -> None:
        ask_for_folder(self.dialog, self.tr("Where downloads are to go"), self.choose_folder)

    def choose_folder(self, folder: Path | None) -> None:
        """Let downloads go to another folder, and offer to move what is there.

        Args:
            folder: None is the one that other programs share.
        """

        def chosen(_kept: None) -> None:
            self._shelf.refresh()
            if folder is None:
                return
            kept = [each for each in self._shelf.offers() if each.kept is not None and each.kept.cache != folder]
            if not kept:
                return
            taken = size(sum(each.freed_bytes or 0 for each in kept))
            several = self.tr("{0} checkpoints lie elsewhere ({1})").format(len(kept), taken)
            one = self.tr("{0} lies elsewhere ({1})").format(kept[0].id, taken)
            self.dialog.offer.offer(
                several if len(kept) > 1 else one,
                self.tr("Move them, too") if len(kept) > 1 else self.tr("Move it, too"),
                lambda: self.move([each.id for each in kept], folder),
            )

        self._services.background.run(
            "downloads folder", lambda: choose_downloads_folder(folder), chosen, self._show_problem
        )

    # Errands.

    def _start(
        self,
        offer_id: str,
        name: str,
        work: Callable[[Offer, Errand], object],
        then: Callable[..., object],
        *,
        needs_rest: bool = False,
    ) -> None:
        offer = self._shelf.offer(offer_id)
        if offer is None or offer_id in self._busy or (needs_rest and not self._is_at_rest(offer)):
            return
        if needs_rest and self._is_current(offer):
            self._services.loop.unload()  # it reads parts of its files when they are needed
        self._busy.add(offer_id)
        self._said.pop(offer_id, None)
        self.dialog.set_problem(None)

        def done(result: object) -> None:
            over()
            then(result)
            self._shelf.refresh()
            self.show_all()

        def failed(errand: ErrandDone) -> None:
            over()
            self._show_problem(errand)
            self._shelf.refresh()
            self.show_all()

        def over() -> None:
            self._busy.discard(offer_id)
            if needs_rest and self._is_current(offer):
                self._services.loop.warm_up(self._services.choice)

        self._services.background.start(name.format(offer_id), partial(work, offer), done, failed, Lane.CHECKPOINTS)
        self.show_all()

    def _is_current(self, offer: Offer) -> bool:
        return bool(offer.name) and offer.name == self._services.settings.checkpoint

    def _is_at_rest(self, offer: Offer) -> bool:
        """Tell whether it makes no music just now; say so if it does."""
        loop = self._services.loop
        if not (self._is_current(offer) and (loop.views() or loop.performing is not None)):
            return True
        self._said[offer.id] = self.tr("It makes music just now; try again when that is done.")
        self.show_all()
        return False

    def _show_problem(self, errand: ErrandDone) -> None:
        problem: UserProblem | None = errand.problem
        self.dialog.set_problem(problem)
