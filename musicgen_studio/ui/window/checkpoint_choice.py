"""What the header's list of checkpoints says, and what becomes of a choice there. Not for drawing it (`panels`)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from musicgen_studio.checkpoints.catalogue import STARTER, CheckpointEntry, find
from musicgen_studio.checkpoints.facts import KNOWN, CheckpointFacts, facts_of
from musicgen_studio.compute.speed import remembered
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.licence import forbids_commercial_use
from musicgen_studio.studio.program.settings import Settings
from musicgen_studio.ui.panels.checkpoint_menu import CheckpointLine, CheckpointMenu
from musicgen_studio.ui.panels.header_bar import HeaderBar
from musicgen_studio.ui.window.services import Services

MAX_FOLDERS = 20


class CheckpointChoice(QObject):
    """Opens the list and carries out what is chosen. Main thread.

    Args:
        services: For the settings.
        header: Where it folds out.
        use: Puts other settings into force.
        open_settings: Opens the settings dialog.
        show_problem: Shows what stands in the way.
        window: Owner of the folder dialog.
    """

    def __init__(
        self,
        services: Services,
        header: HeaderBar,
        use: Callable[[Settings], None],
        open_settings: Callable[[], None],
        show_problem: Callable[[UserProblem], None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._services = services
        self._header = header
        self._use, self._open_settings, self._show_problem = use, open_settings, show_problem
        self._window = window
        header.checkpoints_requested.connect(self.open)

    @Slot()
    def open(self) -> None:
        """Fold the list out."""
        menu = CheckpointMenu(self.lines(), self._window)
        menu.chosen.connect(self.choose)
        menu.folder_requested.connect(self._ask_folder)
        menu.settings_requested.connect(self._open_settings)
        menu.destroyed.connect(self._header.let_go)
        menu.open_below(self._header.checkpoint_button)

    def lines(self) -> list[CheckpointLine]:
        """Return what there is, then which of the known ones are not here."""
        settings = self._services.settings
        names = list(dict.fromkeys([STARTER, settings.checkpoint, *settings.checkpoint_folders]))
        lines, present = [], set()
        for name in names:
            try:
                entry = find(name)
            except UserProblem as problem:
                title, is_current = Path(name).name or name, name == settings.checkpoint
                lines.append(CheckpointLine("", title, f"{name}: {problem.why}", is_current, self.tr("not there")))
                continue
            present.add(entry.id)
            lines.append(CheckpointLine(name, self._title(entry), self._line(entry), name == settings.checkpoint))
        absent = self.tr("not on this computer")
        for each in KNOWN:
            if each.id not in present:
                facts = " · ".join([self._licence(each.licence), *self._facts(each.facts)])
                lines.append(CheckpointLine("", each.id, facts, note=absent))
        return lines

    @Slot(str)
    def choose(self, name: str) -> None:
        """Use another checkpoint from now on, and remember its folder.

        Args:
            name: `starter` or a folder.
        """
        try:
            find(name)
        except UserProblem as problem:
            self._show_problem(problem)
            return
        settings = self._services.settings
        folders = settings.checkpoint_folders
        if name != STARTER:
            folders = list(dict.fromkeys([name, *folders]))[:MAX_FOLDERS]
        self._use(replace(settings, checkpoint=name, checkpoint_folders=folders))

    def _title(self, entry: CheckpointEntry) -> str:
        return self.tr("Starter") if entry.id == STARTER else entry.id

    def _line(self, entry: CheckpointEntry) -> str:
        return " · ".join([self._licence(entry.licence), *self._facts(facts_of(entry.folder, entry.id))])

    def _licence(self, licence: str) -> str:
        if forbids_commercial_use(licence) and "commercial" not in licence.lower():
            return self.tr("{0}, not for commercial use").format(licence)
        return licence

    def _facts(self, facts: CheckpointFacts) -> list[str]:
        words = []
        if facts.parameters is not None:
            words.append(_count(facts.parameters))
        if facts.follows_melody is not None:
            words.append(self.tr("follows a melody") if facts.follows_melody else self.tr("text only"))
        if facts.channels == 2:
            words.append(self.tr("stereo"))
        if facts.disk_bytes is not None:
            words.append(self.tr("{0} on disk").format(_size(facts.disk_bytes)))
        if facts.memory_bytes is not None:
            words.append(self.tr("{0} in memory").format(_size(facts.memory_bytes)))
        speed = remembered()
        if facts.parameters is not None and speed is not None:
            ratio = _ratio(speed.real_time(facts.parameters))
            words.append(self.tr("≈ {0} × real time").format(ratio))
        return words

    @Slot()
    def _ask_folder(self) -> None:
        dialog = QFileDialog(self._window, self.tr("Folder of a MusicGen checkpoint"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.choose)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _count(parameters: int) -> str:
    return f"{parameters / 1e9:.1f} B" if parameters >= 10**9 else f"{parameters / 1e6:.0f} M"


def _ratio(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 5 else f"{ratio:.1f}"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 10**9 else f"{size_bytes / 1e6:.0f} MB"
