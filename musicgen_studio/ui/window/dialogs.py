"""The dialogs beside the window: opened without blocking, one of a kind, and what becomes of their answers.

Each is imported when it is first opened: the window is seen before.
"""

import contextlib
import json
import platform
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import QObject, QStandardPaths, Qt, Slot
from PySide6.QtWidgets import QApplication, QDialog
from shiboken6 import isValid

from musicgen_studio.checkpoints.catalogue import find
from musicgen_studio.core.clip import Clip
from musicgen_studio.dsp.limiter import MUCH_LIMITING_DB
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.clips import Exported
from musicgen_studio.export.targets import Target
from musicgen_studio.paths import from_home
from musicgen_studio.sound.devices import DeviceName, SoundDevice, list_devices, refresh_devices
from musicgen_studio.studio.making.record import program_version
from musicgen_studio.studio.program.background import Errand, ErrandDone
from musicgen_studio.studio.program.settings import Settings
from musicgen_studio.ui.look.theme import Theme, apply_theme
from musicgen_studio.ui.widgets.tall_area import fit_on_screen
from musicgen_studio.ui.window.arrivals import Arrivals
from musicgen_studio.ui.window.catalogue import Catalogue
from musicgen_studio.ui.window.checkpoint_choice import CheckpointChoice
from musicgen_studio.ui.window.gone import unless_gone
from musicgen_studio.ui.window.main_window import MainWindow
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shelf import Shelf
from musicgen_studio.ui.window.shortcuts import KeyMap

if TYPE_CHECKING:
    from musicgen_studio.ui.panels.bug_dialog import BugDialog
    from musicgen_studio.ui.panels.diagnostics_dialog import DiagnosticsDialog
    from musicgen_studio.ui.panels.export_choice import ExportChoice

EXPORT_KEY = "export"


class Dialogs(QObject):
    """Opens dialogs over the window and carries out what they answer. Main thread.

    Args:
        services: The program behind the window.
        window: What they belong to.
    """

    def __init__(self, services: Services, window: MainWindow) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._bug: BugDialog | None = None
        self._diagnostics: DiagnosticsDialog | None = None
        self.shelf = Shelf(services, window.inbox, self)
        self.shelf.changed.connect(window.stems.look_for_separators)
        self.catalogue = Catalogue(services, self.shelf, window)
        self._checkpoints = CheckpointChoice(
            services,
            self.shelf,
            window.header,
            self._use,
            self._open_settings,
            self.catalogue.open,
            window.show_problem,
            window,
        )
        self.catalogue.use_requested.connect(self._checkpoints.use)
        Arrivals(services, self.shelf, self.catalogue, self._checkpoints.use, window)
        window.dialog_requested.connect(self.open)
        window.settings_wished.connect(self._use)
        window.export_requested.connect(self.export)
        window.inbox.bug_found.connect(self.show_bug)
        QApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    @Slot(str)
    def open(self, name: str) -> None:
        """Open `settings`, `shortcuts`, `about`, `diagnostics` or `catalogue`."""
        {
            "settings": self._open_settings,
            "shortcuts": self._open_shortcuts,
            "about": self._open_about,
            "diagnostics": self._open_diagnostics,
            "catalogue": self.catalogue.open,
        }[name]()

    @Slot(list)
    def export(self, clips: Sequence[Clip]) -> None:
        """Ask how to export clips, and do it in the background."""
        if not clips:
            return
        from musicgen_studio.ui.panels.export_dialog import ExportDialog

        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MusicLocation))
        span = self._window.listening.looping.selection(clips[0].id) if len(clips) == 1 else None
        rate = clips[0].sample_rate
        selection_s = None if span is None else (span[0] / rate, span[1] / rate)
        dialog = ExportDialog(clips, folder, self._window, selection_s, self._looped_bars(clips))
        remembered = self._services.library.recall(EXPORT_KEY)
        if remembered is not None:
            dialog.set_settings(json.loads(remembered))

        def begin(choice: "ExportChoice") -> None:
            self._services.remember(EXPORT_KEY, json.dumps(dialog.settings()))
            if choice.target is Target.SOUND:
                self._run_export(clips, choice, span if choice.is_selection else None)
            else:
                self._run_hand_off(clips[0], choice, selection_s if choice.is_selection else None)

        dialog.export_accepted.connect(begin)
        _open(dialog)

    def _looped_bars(self, clips: Sequence[Clip]) -> tuple[int, int] | None:
        """Return which whole bars of one clip are looped, or selected: the first, and how many."""
        from musicgen_studio.ui.panels.export_dialog import MAX_LOOP_BARS

        span = self._window.listening.looping.loop(clips[0].id) if len(clips) == 1 else None
        known = None if len(clips) > 1 else clips[0].known
        if span is None or known is None or known.tempo_map is None:
            return None
        start, end = span
        bars = known.tempo_map.whole_bars(start / clips[0].sample_rate, end / clips[0].sample_rate)
        return bars if bars is not None and bars[0] >= 0 and bars[1] <= MAX_LOOP_BARS else None

    @Slot(str)
    def show_bug(self, report: str) -> None:
        """Show a fault of the program; while one is shown, further ones are only counted."""
        from musicgen_studio.ui.panels.bug_dialog import BugDialog

        if self._bug is None:
            self._bug = BugDialog(self._window)
        lines = (f"MusicGen Studio {program_version()}, Qt {PySide6.__version__}, {platform.platform()}", "", report)
        self._bug.show_report("\n".join(lines))

    def _run_export(self, clips: Sequence[Clip], choice: "ExportChoice", span: tuple[int, int] | None) -> None:
        from musicgen_studio.studio.arranging.exporting import export_from_library

        library = self._services.library
        names, folder, settings = choice.names, choice.folder, choice.settings

        def work(errand: Errand) -> list[Exported]:
            return export_from_library(library, clips, names, folder, settings, errand, span)

        title = clips[0].title if len(clips) == 1 else self.tr("{0} clips").format(len(clips))
        self._services.background.start(
            self.tr("Exporting {0}").format(title),
            work,
            lambda results: self._tell_exported(results, len(clips), choice.folder),
            lambda errand: self._tell_unexported(errand, len(clips), choice.folder),
        )

    def _run_hand_off(self, clip: Clip, choice: "ExportChoice", part_s: tuple[float, float] | None) -> None:
        """Make a loop, stems, a project or MIDI of a clip in the background."""
        services, load_separator = self._services, self._window.stems.separator()

        def work(errand: Errand) -> Path:
            from musicgen_studio.export.tracks import TrackSettings
            from musicgen_studio.studio.arranging.hand_off import HandOff, hand_off, song_in_library
            from musicgen_studio.studio.arranging.stems import make_stems

            if choice.target is Target.STEMS and not services.library.stems(clip.id):
                make_stems(services.library, clip, load_separator(), errand)
            tracks = TrackSettings(choice.settings.sample_rate, choice.settings.sound_format)
            wish = HandOff(choice.target, choice.folder, tracks, part_s, choice.bars, choice.start_bar)
            return hand_off(song_in_library(services.library, services.library.get(clip.id)), wish, errand)

        def done(made: Path) -> None:
            self._window.collection.refresh()  # stems may have come
            text = self.tr("“{0}” is exported to {1}").format(made.name, made.parent)
            self._window.status.announce(text, is_done=True)

        self._services.background.start(
            self.tr("Exporting {0}").format(clip.title),
            unless_gone(services.library, clip.id, work),
            done,
            lambda errand: self._tell_unexported(errand, 1, choice.folder),
        )

    def _tell_unexported(self, errand: ErrandDone, wanted: int, folder: Path) -> None:
        """Say why an export came to nothing at all."""
        if errand.problem is not None:
            self._window.show_problem(errand.problem)
        elif errand.is_stopped:
            self._window.status.announce(
                self.tr("The export was stopped; {0} of {1} files are in {2}").format(0, wanted, from_home(folder))
            )

    def _tell_exported(self, results: Sequence[Exported], wanted: int, folder: Path) -> None:
        """Say what became of an export, problems first: each keeps only its own clip from being exported."""
        where = from_home(folder)
        files = [result.file for result in results if result.file is not None]
        problem = next((result.problem for result in results if result.problem is not None), None)
        if problem is not None:
            self._window.show_problem(problem)
        if wanted == 1 and files:
            text = self.tr("“{0}” is exported to {1}").format(files[0].name, where)
        elif len(results) < wanted:
            text = self.tr("The export was stopped; {0} of {1} files are in {2}").format(len(files), wanted, where)
        else:
            text = self.tr("{0} of {1} clips are exported to {2}").format(len(files), wanted, where)
        self._window.status.announce(text + self._said_of_limiting(results), is_done=True)

    def _said_of_limiting(self, results: Sequence[Exported]) -> str:
        """Return a sentence to go behind what is said, if any clip had to be limited so much that it is heard."""
        limited_db = max((result.limited_db for result in results), default=0.0)
        if limited_db <= MUCH_LIMITING_DB:
            return ""
        said = self.tr(". To make it that loud, peaks were limited by up to {0} dB; exported as it is, it keeps them")
        return said.format(round(limited_db))

    def _open_settings(self) -> None:
        from musicgen_studio.ui.panels.settings_dialog import SettingsDialog

        devices = [str(device.key) for device in _outputs()]
        dialog = SettingsDialog(self._services.settings, devices, _describe, self._window)
        dialog.settings_accepted.connect(self._use_page)
        dialog.shortcuts_requested.connect(self._open_shortcuts)

        def offer(found: list[SoundDevice]) -> None:
            if isValid(dialog):  # it may have been closed meanwhile
                dialog.set_output_devices([str(device.key) for device in found])

        self._services.background.run("sound devices", _outputs_now, offer)
        _open(dialog)

    def _open_shortcuts(self) -> None:
        from musicgen_studio.ui.panels.shortcuts_dialog import ShortcutsDialog

        dialog = ShortcutsDialog(KeyMap(self._services.settings.shortcuts), self._window)
        dialog.keys_accepted.connect(self._use_keys)
        _open(dialog)

    def _open_about(self) -> None:
        from musicgen_studio.ui.panels.about_dialog import AboutDialog

        _open(AboutDialog(self._window))

    def _open_diagnostics(self) -> None:
        """Open it beside the window, not over it: its facts change with what is done there."""
        from musicgen_studio.ui.panels.diagnostics_dialog import DiagnosticsDialog
        from musicgen_studio.ui.window.diagnostics import Diagnostics

        if self._diagnostics is None:
            facts = Diagnostics(self._services, self)
            self._diagnostics = DiagnosticsDialog(facts.sections, self._window)
            self._diagnostics.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self._diagnostics.destroyed.connect(facts.deleteLater)
            self._diagnostics.destroyed.connect(self._forget_diagnostics)
        self._diagnostics.show()
        self._diagnostics.raise_()

    @Slot()
    def _forget_diagnostics(self) -> None:
        self._diagnostics = None

    @Slot(object)
    def _use(self, settings: Settings) -> None:
        """Put settings into force; the library's folder counts from the next start."""
        before, services = self._services.settings, self._services
        services.use(settings)
        apply_settings(services)
        self._window.use_settings()
        if (settings.checkpoint, settings.device, settings.precision) != (
            before.checkpoint,
            before.device,
            before.precision,
        ):
            services.loop.warm_up(services.choice)

    @Slot()
    def _follow_system(self) -> None:
        """Be dark or light as the system is now, where that is wished."""
        if self._services.settings.theme == Theme.SYSTEM:
            apply_settings(self._services)

    @Slot(object)
    def _use_page(self, settings: Settings) -> None:
        """Use what the page of settings says; the keys, which it leads to, may have changed since it was opened."""
        self._use(replace(settings, shortcuts=self._services.settings.shortcuts))

    @Slot(object)
    def _use_keys(self, keys: KeyMap) -> None:
        self._use(replace(self._services.settings, shortcuts=dict(keys.changes)))
        self._window.set_keys(keys)


def apply_settings(services: Services) -> None:
    """Let theme, sound device and idle time be as the settings say."""
    settings = services.settings
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_theme(app, Theme(settings.theme))
    services.loop.unload_after_s = settings.unload_after_min * 60 or None
    services.transport.choose_device(DeviceName.parse(settings.output_device))


def _outputs() -> list[SoundDevice]:
    try:
        return [device for device in list_devices() if device.outputs]
    except UserProblem:
        return []  # without a sound system everything still plays, unheard


def _outputs_now() -> list[SoundDevice]:
    """Look again, unless something plays or records. Takes up to half a second."""
    with contextlib.suppress(UserProblem):
        refresh_devices()
    return _outputs()


def _describe(checkpoint: str) -> str:
    try:
        entry = find(checkpoint)
    except UserProblem as problem:
        return f"{problem.what} {problem.why}"
    return f"{entry.description}: {entry.licence}"


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fit_on_screen(dialog)
    dialog.open()
