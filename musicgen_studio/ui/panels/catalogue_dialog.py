"""All checkpoints, those here and those to be had, in a window of their own beside the work. It only shows and asks.

Open it with `show()`: downloads go on while music is made, whether it is open or not.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from musicgen_studio.checkpoints.offers import Offer, OfferKind
from musicgen_studio.errors import UserProblem
from musicgen_studio.paths import from_home
from musicgen_studio.studio.program.downloads import DownloadView
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.checkpoint_words import CheckpointWords, share_of, size
from musicgen_studio.ui.panels.labels import ElidedLabel
from musicgen_studio.ui.panels.offer_details import OfferDetails
from musicgen_studio.ui.panels.offer_list import OfferLine, OfferList
from musicgen_studio.ui.panels.offer_row import OfferRow
from musicgen_studio.ui.widgets.problem_note import ProblemNote
from musicgen_studio.ui.widgets.tall_area import fade_ends

_SIZE = (968, 640)
_LIST_PX = 388  # the longest of Meta's names beside its size


class CatalogueDialog(QDialog):
    """The list, the one that is chosen, and where downloads go. Main thread.

    `details` and `offer` are its parts, for those who drive them.

    Args:
        words: Writes what is said.
        parent: The window.
    """

    folder_requested = Signal()
    shared_folder_requested = Signal()
    chosen = Signal(str)  # id

    def __init__(self, words: CheckpointWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Checkpoints"))
        self._words = words
        self._list = OfferList()
        self._list.setMinimumWidth(_LIST_PX * 3 // 4)
        self._list.chosen.connect(self.chosen)
        self.details = OfferDetails(words)
        self.offer = OfferRow()
        self._note = ProblemNote()
        self._where = ElidedLabel(Look.MUTED)
        self._folder = QPushButton(self.tr("Another folder…"))
        self._folder.setToolTip(self.tr("Let downloads go to another folder or disk"))
        self._folder.clicked.connect(self.folder_requested)
        self._shared = QPushButton(self.tr("The usual one"))
        self._shared.setToolTip(self.tr("Let downloads go where other programs look for them"))
        self._shared.clicked.connect(self.shared_folder_requested)
        for button in (self._folder, self._shared):
            button.setAutoDefault(False)
            button.setAccessibleName(button.text())
            set_look(button, Look.QUIET)
        self._lay_out()
        self.resize(*_SIZE)

    def show_offers(self, offers: Sequence[Offer], downloads: Sequence[DownloadView], current: str) -> None:
        """Show all of them.

        Args:
            offers: As `checkpoints.offers` returns them.
            downloads: The queue of downloads.
            current: The name of the one that makes the music.
        """
        views = {view.id: view for view in downloads}
        lines = list[OfferLine]()
        for title, of_it in self._sections(offers):
            if of_it:
                lines.append(OfferLine("", title))
                lines += [self._line(each, views.get(each.id), current) for each in of_it]
        self._list.set_lines(lines)
        if not self._list.chosen_id() and offers:
            self._list.choose(next((each.id for each in offers if each.name == current), offers[0].id))

    def chosen_id(self) -> str:
        """Return which one is chosen."""
        return self._list.chosen_id()

    def choose(self, offer_id: str) -> None:
        """Choose one."""
        self._list.choose(offer_id)

    def set_folder(self, folder: Path, free_bytes: int, *, is_shared: bool) -> None:
        """Say where downloads go.

        Args:
            folder: Where.
            free_bytes: What is free on its disk.
            is_shared: Whether it is the one that other programs share.
        """
        text = self.tr("Downloads go to {0} · {1} free").format(from_home(folder), size(free_bytes))
        self._where.setText(text)
        self._where.setToolTip(text)
        self._shared.setVisible(not is_shared)

    def set_problem(self, problem: UserProblem | None) -> None:
        """Show or clear what stands in the way."""
        self._note.set_problem(problem)

    def _lay_out(self) -> None:
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(self.tr("The checkpoint that is chosen"))
        area.setWidget(self.details)
        fade_ends(area)
        middle = QHBoxLayout()
        middle.setSpacing(5 * GRID)
        middle.addWidget(self._list, _LIST_PX)
        middle.addWidget(area, _SIZE[0] - _LIST_PX)
        below = QHBoxLayout()
        below.setSpacing(2 * GRID)
        below.addWidget(self._where, 1)
        below.addWidget(self._shared)
        below.addWidget(self._folder)
        close = QPushButton(self.tr("Close"))
        close.setAccessibleName(close.text())
        close.setToolTip(self.tr("Close this; downloads go on"))
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        below.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 4 * GRID)
        column.setSpacing(3 * GRID)
        column.addWidget(self._note)
        column.addWidget(self.offer)
        column.addLayout(middle, 1)
        column.addLayout(below)

    def _sections(self, offers: Sequence[Offer]) -> list[tuple[str, list[Offer]]]:
        music = [each for each in offers if each.kind is not OfferKind.SEPARATOR]
        return [
            (self.tr("ON THIS COMPUTER"), [each for each in music if each.is_here or each.problem]),
            (self.tr("TO DOWNLOAD, BY META"), [each for each in music if not each.is_here and not each.problem]),
            (self.tr("FOR TAKING RECORDINGS APART"), [each for each in offers if each.kind is OfferKind.SEPARATOR]),
        ]

    def _line(self, offer: Offer, download: DownloadView | None, current: str) -> OfferLine:
        is_current = bool(offer.name) and offer.name == current
        note = self._words.state(offer, download)
        if not note and not is_current and offer.facts.disk_bytes is not None:
            note = size(offer.freed_bytes or offer.facts.disk_bytes)
        elif download is None and not offer.is_here and offer.is_supported and offer.facts.disk_bytes is not None:
            note = size(offer.facts.disk_bytes)
        share = None if download is None else share_of(download) or 0.0
        return OfferLine(offer.id, self._words.title(offer), self._words.purpose(offer), note, is_current, share)
