"""Checkpoints that come beside the music: the row that shows how far, the word when one is there, and the first card.

The card stands there at the first start: the starter plays at once, and it says what Meta's smallest would bring on
this computer. Not for the catalogue (`catalogue`).
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from musicgen_studio.checkpoints.offers import Offer, OfferKind
from musicgen_studio.studio.program.downloads import DownloadEnded
from musicgen_studio.ui.panels.checkpoint_words import size
from musicgen_studio.ui.window.catalogue import Catalogue
from musicgen_studio.ui.window.main_window import MainWindow
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shelf import Shelf

CARD_KEY = "first card"
"""Under which the library remembers that the card was closed."""

OFFERED = "facebook/musicgen-small"
POLL_MS = 250


class Arrivals(QObject):
    """Main thread.

    Args:
        services: The program behind it.
        shelf: What there is.
        catalogue: Where all of it is seen.
        use: Uses the checkpoint of this name from now on.
        window: Where it is shown.
    """

    def __init__(
        self,
        services: Services,
        shelf: Shelf,
        catalogue: Catalogue,
        use: Callable[[str], None],
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._services, self._shelf, self._catalogue, self._use, self._window = services, shelf, catalogue, use, window
        self._is_card_closed = services.library.recall(CARD_KEY) is not None
        self._offered = self._said = ""  # what arrived last and was not used yet, and how that was said
        row = window.status.downloads
        row.pause_requested.connect(services.downloads.pause)
        row.show_requested.connect(catalogue.open)
        window.card.taken.connect(self._open_offered)
        window.card.closed.connect(self._close_card)
        shelf.changed.connect(self.show_card)
        shelf.changed.connect(self._withdraw_used)
        shelf.arrived.connect(self._tell_arrived)
        shelf.failed.connect(self._tell_failed)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.poll)
        self._timer.start()
        window.closing.connect(self._timer.stop)

    @Slot()
    def poll(self) -> None:
        """Show how far the download is."""
        self._window.status.downloads.set_downloads(self._services.downloads.views())

    @Slot()
    def show_card(self) -> None:
        """Say what could be had, as long as nothing of Meta's is here and the card was not closed."""
        offer = self._shelf.offer(OFFERED)
        views = self._services.downloads.views()
        has_others = any(each.is_here for each in self._shelf.offers() if each.kind is not OfferKind.STARTER)
        if self._is_card_closed or offer is None or has_others or views:
            self._window.card.hide()
            return
        self._shelf.measure_when_quiet()
        title = self.tr("There is more to hear: Meta's “small” checkpoint")
        self._window.card.say(title, self._what_it_brings(offer), self.tr("Look at it"))

    def _what_it_brings(self, offer: Offer) -> str:
        words = self._shelf.words
        text = self.tr(
            "Any style you can name, in place of the starter's few; {0} to download beside your music."
        ).format(size(offer.facts.disk_bytes or 0))
        times = words.times(offer.facts)
        parts = [text]
        if times and not words.is_rough:
            parts.append(self.tr("On this computer ≈ {0} × real time.").format(times))
        elif times:
            parts.append(self.tr("On this computer ≈ {0} × real time while other programs work.").format(times))
        parts.append(self.tr("Not for commercial use."))
        return " ".join(parts)

    @Slot()
    def _open_offered(self) -> None:
        self._catalogue.open(OFFERED)

    @Slot()
    def _close_card(self) -> None:
        self._is_card_closed = True
        self._services.remember(CARD_KEY, "closed")

    @Slot(str)
    def _tell_arrived(self, offer_id: str) -> None:
        text = self.tr("{0} is on this computer").format(offer_id)
        self._window.status.announce(text)
        if "/" in offer_id and offer_id != self._services.settings.checkpoint:
            self._offered, self._said = offer_id, text
            self._window.offer.offer(text, self.tr("Use it"), lambda: self._use(offer_id))

    @Slot()
    def _withdraw_used(self) -> None:
        """Offer no longer what was chosen elsewhere, in the list or the catalogue."""
        if self._offered == self._services.settings.checkpoint:
            self._offered = ""
            if self._window.offer.text() == self._said:  # nothing else has been offered since
                self._window.offer.withdraw()

    @Slot(object)
    def _tell_failed(self, event: DownloadEnded) -> None:
        if event.problem is not None and not self._catalogue.is_open:
            self._window.show_problem(event.problem)
