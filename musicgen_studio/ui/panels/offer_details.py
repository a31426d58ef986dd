"""One checkpoint in the catalogue: what it is for, what it needs, how fast it would be here, its licence, what to do.

It shows what it is given and says what is wished; not for doing it (`window.catalogue`).
"""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from musicgen_studio.checkpoints.hub.cache import CachedRepository
from musicgen_studio.checkpoints.offers import Offer, OfferKind
from musicgen_studio.export.licence import forbids_commercial_use
from musicgen_studio.paths import from_home
from musicgen_studio.studio.program.downloads import DownloadState, DownloadView
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import BODY_PX, GRID, SMALL_PX, Look, set_look
from musicgen_studio.ui.panels.checkpoint_words import CheckpointWords, share_of, size
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.widgets.flow_layout import FlowLayout
from musicgen_studio.ui.widgets.progress_strip import ProgressStrip

_NAME_PX = 104


class OfferDetails(QWidget):
    """Main thread.

    Args:
        words: Writes what is said.
        parent: Qt's owner.
    """

    download_requested = Signal(str)  # id, its licence agreed to
    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    use_requested = Signal(str)  # name
    verify_requested = Signal(str)
    move_requested = Signal(str)
    let_go_requested = Signal(str)
    remove_requested = Signal(str)
    measure_requested = Signal()

    def __init__(self, words: CheckpointWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._offer: Offer | None = None
        self._title = plain_label(look=Look.TITLE, wraps=True)
        self._purpose = plain_label(wraps=True)
        self._build_facts()
        self._build_download()
        self._build_buttons()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 2 * GRID, 0)
        column.setSpacing(3 * GRID)
        for part in (
            self._title,
            self._purpose,
            self._facts,
            self._agree,
            self._progress,
            self._do,
            self._keep,
            self._sure,
        ):
            column.addWidget(part)
        column.addWidget(self._said)
        column.addStretch(1)

    def show_offer(
        self, offer: Offer, download: DownloadView | None, *, is_current: bool, is_busy: bool, said: str
    ) -> None:
        """Show one.

        Args:
            offer: It.
            download: Its place in the queue of downloads, if it has one.
            is_current: Whether it makes the music now.
            is_busy: Whether something is being done with it that rules out everything else.
            said: What became of what was done with it last.
        """
        if self._offer is None or self._offer.id != offer.id:
            self._agree.setChecked(False)
            self._be_sure(False)
        self._offer = offer
        self._title.setText(self._words.title(offer))
        self._purpose.setText(self._words.purpose(offer))
        self._show_facts(offer)
        self._show_download(offer, download)
        self._show_buttons(offer, download, is_current=is_current, is_busy=is_busy)
        self._said.setText(said)
        self._said.setVisible(bool(said))

    def _build_facts(self) -> None:
        self._facts = QWidget()
        grid = QGridLayout(self._facts)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(2 * GRID)
        grid.setColumnStretch(1, 1)
        self._rows = dict[str, tuple[QLabel, QLabel]]()
        titles = {
            "makes": self.tr("Makes"),
            "speed": self.tr("Speed here"),
            "download": self.tr("To download"),
            "disk": self.tr("On the disk"),
            "memory": self.tr("In memory"),
            "where": self.tr("Where it lies"),
            "licence": self.tr("Licence"),
        }
        for row, (name, title) in enumerate(titles.items()):
            label, value = plain_label(title, Look.MUTED), plain_label(wraps=True)
            label.setFixedWidth(_NAME_PX)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            label.setContentsMargins(0, BODY_PX - SMALL_PX, 0, 0)  # both stand on one line
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
            self._rows[name] = (label, value)
        self._measure = _button(
            self.tr("Measure"),
            self.tr("Measure this computer, which takes about two seconds when nothing else is at work"),
        )
        self._measure.clicked.connect(self.measure_requested)
        set_look(self._measure, Look.QUIET)
        self._speed = QWidget()  # a layout whose parts are all hidden would take the room of the others' column
        speed = QHBoxLayout(self._speed)
        speed.setContentsMargins(0, 0, 0, 0)
        speed.addWidget(self._rows["speed"][1], 1)
        speed.addWidget(self._measure)
        grid.addWidget(self._speed, list(titles).index("speed"), 1)
        grid.setAlignment(self._rows["speed"][0], Qt.AlignmentFlag.AlignVCenter)

    def _build_download(self) -> None:
        self._agree = QCheckBox(self.tr("I agree to this licence"))
        self._agree.setAccessibleName(self._agree.text())
        self._agree.setToolTip(self.tr("Asked once for each checkpoint, and remembered with its date"))
        self._agree.toggled.connect(self._refresh_agreement)
        self._progress = QWidget()
        self._strip = ProgressStrip()
        self._far = plain_label(look=Look.MUTED, wraps=True)
        column = QVBoxLayout(self._progress)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self._strip)
        column.addWidget(self._far)
        self._said = plain_label(look=Look.MUTED, wraps=True)

    def _build_buttons(self) -> None:
        self._use = _button(self.tr("Use it"), self.tr("Let it make the music from now on"))
        self._get = _button(self.tr("Download"), self.tr("Download it beside the music"))
        for button in (self._use, self._get):
            set_look(button, Look.PRIMARY)
        self._get.setIcon(icon("download", "on_accent"))
        self._pause = _button(self.tr("Pause"), self.tr("Let the download rest; what has come is kept"), "pause")
        self._resume = _button(self.tr("Go on"), self.tr("Go on with the download where it was"), "play")
        self._cancel = _button(self.tr("Give up"), self.tr("Stop the download and delete what has come of it"), "close")
        self._verify = _button(self.tr("Check the files"), self.tr("Read all of it and compare it with its hashes"))
        self._move = _button(self.tr("Move…"), self.tr("Move it to another folder or disk"))
        self._let_go = _button(
            self.tr("Keep int8 only…"),
            self.tr("Let the float32 originals go, and keep what runs on the processor: less than half of it"),
        )
        self._remove = _button(self.tr("Remove…"), self.tr("Delete it from this computer"), "trash")
        self._do, self._keep = QWidget(), QWidget()
        rows = FlowLayout(self._do, 2 * GRID), FlowLayout(self._keep, 2 * GRID)
        self._buttons = (self._use, self._get, self._pause, self._resume, self._cancel)
        self._care = (self._verify, self._move, self._let_go, self._remove)
        for row, buttons in zip(rows, (self._buttons, self._care), strict=True):
            for button in buttons:
                row.addWidget(button)
        self._use.clicked.connect(self._ask_use)
        self._get.clicked.connect(self._ask_download)
        self._pause.clicked.connect(lambda: self.pause_requested.emit(self._id()))
        self._resume.clicked.connect(lambda: self.resume_requested.emit(self._id()))
        self._cancel.clicked.connect(lambda: self.cancel_requested.emit(self._id()))
        self._verify.clicked.connect(lambda: self.verify_requested.emit(self._id()))
        self._move.clicked.connect(lambda: self.move_requested.emit(self._id()))
        self._build_question()

    def _build_question(self) -> None:
        """What cannot be undone is asked for twice, in its place."""
        self._sure = QWidget()
        self._question = plain_label(wraps=True)
        self._yes = _button(self.tr("Do it"), self.tr("Do what is asked about"))
        self._no = _button(self.tr("Leave it as it is"), self.tr("Change nothing"))
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self._yes)
        row.addWidget(self._no)
        row.addStretch(1)
        column = QVBoxLayout(self._sure)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self._question)
        column.addLayout(row)
        self._no.clicked.connect(lambda: self._be_sure(False))
        self._yes.clicked.connect(self._act)
        self._remove.clicked.connect(lambda: self._ask(is_removal=True))
        self._let_go.clicked.connect(lambda: self._ask(is_removal=False))
        self._is_removal = True
        self._sure.hide()

    def _show_facts(self, offer: Offer) -> None:
        words, facts = self._words, offer.facts
        is_music = offer.kind is not OfferKind.SEPARATOR
        about = self.tr("about {0}, from the Hugging Face Hub") if is_music else self.tr("about {0}, from Meta")
        licence = words.licence_in_words(offer) if offer.licence else ""
        if licence and offer.kind is not OfferKind.STARTER:
            licence = f"{offer.licence}. {licence}"
        if offer.agreed is not None and forbids_commercial_use(offer.licence):
            licence = self.tr("{0} Agreed to on {1}.").format(licence, offer.agreed)
        values = {
            "makes": words.makes(facts),
            "speed": words.speed_in_words(facts) if facts.parameters is not None and offer.is_supported else "",
            "download": about.format(size(facts.disk_bytes)) if facts.disk_bytes and not offer.is_here else "",
            "disk": words.disk(offer),
            "memory": words.memory(facts),
            "where": from_home(offer.folder) if offer.folder is not None else "",
            "licence": licence,
        }
        for name, value in values.items():
            for label in self._rows[name]:
                label.setVisible(bool(value))
            self._rows[name][1].setText(value)
        self._speed.setVisible(bool(values["speed"]))
        self._measure.setVisible(bool(values["speed"]) and not words.times(facts))
        self._measure.setEnabled(not words.is_measuring)
        policy = self._measure.sizePolicy()  # else what is below would move under the pointer once it is measured
        policy.setRetainSizeWhenHidden(bool(values["speed"]))
        self._measure.setSizePolicy(policy)

    def _show_download(self, offer: Offer, download: DownloadView | None) -> None:
        self._progress.setVisible(download is not None)
        if download is not None:
            is_moving = download.state is DownloadState.RUNNING
            share = share_of(download)
            self._strip.set_share(share if share is not None or is_moving else 0.0)
            self._far.setText(self._words.progress(download))
        needs_agreement = offer.agreed is None and forbids_commercial_use(offer.licence)
        can_begin = offer.can_be_downloaded and not offer.is_here and download is None
        self._agree.setVisible(can_begin and needs_agreement)

    def _show_buttons(self, offer: Offer, download: DownloadView | None, *, is_current: bool, is_busy: bool) -> None:
        state = None if download is None else download.state
        self._use.setVisible(bool(offer.name))
        self._use.setEnabled(not is_current and not is_busy)
        _say(self._use, self.tr("In use") if is_current else self.tr("Use it"))
        self._get.setVisible(offer.can_be_downloaded and not offer.is_here and state is None)
        _say(self._get, self.tr("Go on downloading") if offer.is_begun else self.tr("Download"))
        self._pause.setVisible(state in (DownloadState.RUNNING, DownloadState.WAITING))
        self._resume.setVisible(state in (DownloadState.PAUSED, DownloadState.FAILED))
        _say(self._resume, self.tr("Try again") if state is DownloadState.FAILED else self.tr("Go on"))
        self._cancel.setVisible(state is not None)
        is_kept = offer.is_here and state is None and (offer.kept is not None or offer.kind is OfferKind.SEPARATOR)
        self._keep.setVisible(is_kept)
        for button in self._care:
            button.setVisible(is_kept)
            button.setEnabled(not is_busy)
        self._move.setVisible(is_kept and offer.kept is not None)
        is_original = isinstance(offer.kept, CachedRepository) and not offer.is_int8_only
        self._let_go.setVisible(is_kept and is_original)
        if not is_kept or is_busy:
            self._be_sure(False)
        self._refresh_agreement()

    @Slot()
    def _refresh_agreement(self) -> None:
        self._get.setEnabled(not self._agree.isVisibleTo(self) or self._agree.isChecked())

    def _id(self) -> str:
        return "" if self._offer is None else self._offer.id

    @Slot()
    def _ask_download(self) -> None:
        self.download_requested.emit(self._id())

    @Slot()
    def _ask_use(self) -> None:
        if self._offer is not None:
            self.use_requested.emit(self._offer.name)

    def _ask(self, *, is_removal: bool) -> None:
        if self._offer is None:
            return
        self._is_removal = is_removal
        freed = size(self._offer.freed_bytes or 0)
        self._question.setText(
            self.tr("Delete it from this computer? That frees {0}; other programs lose it, too.").format(freed)
            if is_removal
            else self.tr(
                "Let the float32 originals go? Other programs lose the checkpoint; it can be downloaded again."
            )
        )
        _say(self._yes, self.tr("Remove {0}").format(freed) if is_removal else self.tr("Keep int8 only"))
        self._yes.setToolTip(self._question.text())
        self._be_sure(True)
        self._no.setFocus(Qt.FocusReason.OtherFocusReason)

    def _be_sure(self, is_asking: bool) -> None:
        self._sure.setVisible(is_asking)

    @Slot()
    def _act(self) -> None:
        self._be_sure(False)
        if self._offer is not None:
            (self.remove_requested if self._is_removal else self.let_go_requested).emit(self._offer.id)


def _say(button: QPushButton, text: str) -> None:
    button.setText(text)
    button.setAccessibleName(text)


def _button(text: str, tip: str, picture: str = "") -> QPushButton:
    button = QPushButton(icon(picture), text) if picture else QPushButton(text)
    button.setAccessibleName(text)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button
