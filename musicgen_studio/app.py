"""The program put together: the command line and the window, and what the window stands on. Built here, ended here.

`musicgen-studio` without arguments opens the window; with arguments it is the command line, and Qt is not loaded.
"""

import contextlib
import gc
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from musicgen_studio.compute.waiting import let_go_soon
from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from musicgen_studio.compute.speed import ProcessorSpeed
    from musicgen_studio.library.library import Library
    from musicgen_studio.logs import Logs
    from musicgen_studio.separation.api import Separator
    from musicgen_studio.sound.recorder import InputSystem
    from musicgen_studio.studio.making.engines import EngineChoice, LoadedEngine
    from musicgen_studio.studio.making.queue import Job
    from musicgen_studio.studio.program.settings import Settings, SettingsFile
    from musicgen_studio.ui.window.main_window import MainWindow
    from musicgen_studio.ui.window.services import Services


QUEUE_KEY = "queue"
"""Under which the library remembers jobs that wait for the next start."""

BACKUP_MS = 3_600_000
"""So often it is seen whether the library has a copy of this day: a program may stay open for many."""

LEAVE_MS = 1500
"""How long the end waits for a thread that loads: for the engine's, longer than saving what is being made takes."""

SWITCH_S = 0.001
"""How long a thread may keep Python from another that waits for it. A picture asks for it again after each call of Qt
and numpy; with the usual 5 ms and three other threads at work it is painted in a tenth of a second."""


def main(argv: list[str] | None = None) -> int:
    """Run the program; see the module's docstring. Returns the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    files = _files(arguments)
    if arguments and not files:
        from musicgen_studio.cli.main import main as command_line

        return command_line(arguments, measure_window)
    return run_window(files)


def _files(arguments: list[str]) -> list[Path]:
    """Return the arguments if they are files to open, by their endings and as they are there, else nothing."""
    if not arguments or any(argument.startswith("-") or not Path(argument).suffix for argument in arguments):
        return []
    from musicgen_studio.files.midi import is_midi
    from musicgen_studio.files.sound import is_sound
    from musicgen_studio.files.there import is_file_there

    files = [Path(argument) for argument in arguments]
    return files if all(is_file_there(file) and (is_midi(file) or is_sound([file])) for file in files) else []


def run_window(files: Sequence[Path] = ()) -> int:
    """Open the window, or raise the one that is there, and return when it is closed, with the exit code.

    Args:
        files: Sound and MIDI files to open in it.
    """
    _import_fast()  # before all else is imported
    let_go_soon()
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QApplication

    from musicgen_studio import paths
    from musicgen_studio.ui.qt import single

    app = QApplication(["musicgen-studio"])  # what the desktop knows its windows by
    app.setApplicationName("MusicGen Studio")
    app.setDesktopFileName("musicgen-studio")
    app.setWindowIcon(QIcon(str(paths.resources_dir() / "desktop" / "musicgen-studio.svg")))
    _translator = _translate(app)  # as long as it lives
    name = single.name_for(paths.settings_file())
    if single.hand_over(name, list(files)):
        return 0
    log = _begin_log()
    try:
        with Program(paths.settings_file(), watches_devices=True, joins_desktop=True, ends_process=True) as program:
            program.window.show()
            later_starts = single.SingleWindow(name, program.window)
            later_starts.files_received.connect(program.window.welcome)
            program.window.files.open(files)
            if log is not None and log.crash_report:
                program.window.inbox.bug_found.emit(log.crash_report)
            code = app.exec()
    except UserProblem as problem:
        _refuse(problem)
        return 1
    finally:
        if log is not None:
            log.close()
    if program.is_to_restart:
        _start_again()
    if program.is_still_loading:
        # Everything is saved and closed. Loading cannot be interrupted, and what it loads nobody wants.
        os._exit(code)
    return code


def _begin_log() -> "Logs | None":
    """Begin to log; None where nothing can be written: whoever cannot do without that says so in words."""
    from musicgen_studio import __version__, logs, paths

    try:
        return logs.start(paths.log_dir(), __version__)
    except OSError as error:
        logging.getLogger("musicgen_studio").warning("There is no log of this run: %s", error)
        return None


def _import_fast() -> None:
    """Let modules be imported without looking for garbage among them, or for PySide's other spellings."""
    from musicgen_studio.ui.qt.features import read_no_sources

    gc.disable()  # what modules consist of stays; `Garbage` takes over from here, and gives it back at the end
    read_no_sources()


def measure_window(report: "Callable[[str], None]") -> dict[str, object]:
    """Measure how the window feels, offscreen; see `ui.window_bench`."""
    started_s = time.perf_counter()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _import_fast()
    from PySide6.QtWidgets import QApplication

    from musicgen_studio.ui.window import bench as window_bench

    _app = QApplication(sys.argv[:1])
    with window_bench.temporary_folder() as folder, Program(window_bench.write_settings(Path(folder))) as program:
        figures = window_bench.measure(program.window, started_s, report)
    return figures | _measure_library(report)


def _measure_library(report: "Callable[[str], None]") -> dict[str, object]:
    """Measure how a library of thousands of clips feels beside an empty one, all modules being imported."""
    from musicgen_studio.library.many import write_many
    from musicgen_studio.ui.window import bench as window_bench
    from musicgen_studio.ui.window import library_bench

    figures: dict[str, object] = {}
    for count in (0, library_bench.CLIPS):
        with window_bench.temporary_folder() as folder:
            file = window_bench.write_settings(Path(folder))
            write_many(Path(folder) / "library", count)
            started_s = time.perf_counter()
            with Program(file) as program:
                seen_s = library_bench.show(program.window, started_s)
                window_bench.wait_for(program.window.inbox.engine_changed)
                report(f"The library with {count:,} clips")
                report(f"  seen after               {seen_s:7.2f} s   once Python has imported everything")
                figures[f"library_{count}_visible_s"] = seen_s
                figures |= library_bench.measure_library(program.window, report) if count else {}
    return figures


class Program:
    """The window and everything behind it. A context manager: leaving it ends every thread, whatever they do.

    Args:
        settings_file: Where the settings are kept.
        load_engine: Loads what a job wants; another one in tests.
        watches_devices: Whether sound devices that come and go are noticed.
        joins_desktop: Whether the desktop's media keys are heard, and news goes to who is elsewhere.
        inputs: What can be recorded from; other ones in tests.
        ends_process: Whether the process ends with it: then no loading that cannot be interrupted is waited for.

    Raises:
        UserProblem: If the library cannot be opened.
    """

    def __init__(
        self,
        settings_file: Path,
        load_engine: "Callable[[EngineChoice], LoadedEngine] | None" = None,
        *,
        watches_devices: bool = False,
        joins_desktop: bool = False,
        inputs: "InputSystem | None" = None,
        ends_process: bool = False,
    ) -> None:
        from musicgen_studio.studio.program import settings
        from musicgen_studio.ui.look.theme import undressed
        from musicgen_studio.ui.qt.bridge import Bridge
        from musicgen_studio.ui.qt.engine_thread import EngineThread
        from musicgen_studio.ui.qt.garbage import Garbage
        from musicgen_studio.ui.window.dialogs import Dialogs, apply_settings
        from musicgen_studio.ui.window.main_window import MainWindow
        from musicgen_studio.ui.window.playing import Playing

        chosen = settings.load(settings_file)
        library = _open_library(settings_file, Path(chosen.library_folder))
        self._found = library.reconcile()
        self._bridge = Bridge()
        self._garbage = Garbage(_give_memory_back)
        self.services = self._make_services(settings_file, chosen, library, load_engine or _load_engine, inputs)
        apply_settings(self.services)
        with undressed():
            self.window = MainWindow(self.services)
            self.dialogs = Dialogs(self.services, self.window)
        self.desktop = Playing(self.services, self.window).desktop
        self._bridge.posted.connect(self.window.inbox.take)
        self._thread = EngineThread(self.services.loop)
        self._watches_devices, self._joins_desktop = watches_devices, joins_desktop
        self.is_still_loading = False
        """After the end: whether a thread is in the middle of reading a checkpoint, or of loading what listens."""
        self._hearing_s = LEAVE_MS / 1000 if ends_process else None
        self.is_to_restart = False
        """After the end: whether the program is to be started again."""
        self.window.restart_wished.connect(self._restart)

    def _make_services(
        self,
        settings_file: Path,
        chosen: "Settings",
        library: "Library",
        load_engine: "Callable[[EngineChoice], LoadedEngine]",
        inputs: "InputSystem | None",
    ) -> "Services":
        """Build what the window stands on."""
        from musicgen_studio.sound.transport import Transport
        from musicgen_studio.studio.humming.recording import RecordingSession
        from musicgen_studio.studio.making.queue import FaultFound, JobLoop
        from musicgen_studio.studio.program.background import Background
        from musicgen_studio.studio.program.downloads import Downloads
        from musicgen_studio.studio.program.settings import SettingsFile
        from musicgen_studio.ui.window.services import Services

        post, ask = self._bridge.post, self._garbage.ask
        return Services(
            library=library,
            loop=JobLoop(load_engine, library, post, give_memory_back=ask, is_usable=_is_usable),
            transport=Transport(),
            background=Background(post),
            recording=RecordingSession(library, inputs, on_bug=lambda bug: post(FaultFound(bug))),
            settings=chosen,
            settings_file=SettingsFile(settings_file),
            downloads=Downloads(settings_file.with_name("downloads.json"), post),
            measure_speed=_measure_speed,
            forget_int8=_forget_int8,
            write_int8=_write_int8,
            separator=_separator,
        )

    def __enter__(self) -> Self:
        """Start the engine's thread. All that the first picture of the window can do without waits for it."""
        from musicgen_studio.ui.qt.first_paint import FirstPaint

        _report_faults(self.window)
        self._switch_s = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        self._thread.start()
        self._first_paint = FirstPaint(self.window, self._go_on)
        self._tell_what_was_found()
        return self

    def _go_on(self) -> None:
        """Begin to load the checkpoint, so that the first music comes at once, and see to sound and backup."""
        from PySide6.QtCore import QTimer

        from musicgen_studio.studio.program.background import Lane
        from musicgen_studio.ui.qt import device_watch

        services = self.services
        services.background.run("sound devices", _find_sound)
        if self._watches_devices:
            services.background.run("device watch", device_watch.load, self._watch_devices)
        if self._joins_desktop:
            self.desktop.join()
        self._back_up()
        days = QTimer(self.window, interval=BACKUP_MS)
        days.timeout.connect(self._back_up)
        days.start()
        name_files = partial(services.library.name_files, services.background.stop)
        services.background.run("names of files", name_files, lane=Lane.HOUSE)
        keep = self._garbage.keep
        self.window.inbox.engine_changed.connect(lambda facts: keep() if facts is not None else None)
        services.background.run("listening", _load_analysis, lambda _loaded: keep(), lane=Lane.HEARING)
        self.window.tempo.hear_all()
        self.window.open_last()
        self._take_up_queue()
        services.downloads.start()
        self.dialogs.shelf.refresh()
        services.loop.warm_up(services.choice)

    def _back_up(self) -> None:
        """Copy the library, if that was not done today yet."""
        self.services.background.run("backup", self.services.library.backup)

    def _keep_queue(self) -> None:
        """Keep what waits for the next start, if that is to bring the graphics card back."""
        from musicgen_studio.studio.making import kept_queue

        loop, library = self.services.loop, self.services.library
        if loop.is_device_lost and loop.waiting():
            try:
                library.remember(QUEUE_KEY, kept_queue.to_json(loop.waiting()))
            except UserProblem as problem:  # all else is still to be ended
                logging.getLogger("musicgen_studio").warning("What waits was not kept: %s", problem)

    def _take_up_queue(self) -> None:
        """Go on with what waited for this start."""
        from musicgen_studio.studio.making import kept_queue

        text = self.services.library.recall(QUEUE_KEY)
        if text:
            work = partial(kept_queue.from_json, text, self.services.library.find_again)
            self.services.background.run("kept queue", work, self._submit_kept)

    def _submit_kept(self, kept: "tuple[list[Job], list[UserProblem]]") -> None:
        jobs, problems = kept
        self.services.remember(QUEUE_KEY, "")
        for job in jobs:
            self.services.loop.submit(job)
        if problems:
            self.window.show_problem(problems[0])

    def _restart(self) -> None:
        self.is_to_restart = True
        self.window.close()

    def _watch_devices(self, _loaded: None) -> None:
        """Tell transport and recorder when sound devices come or go."""
        from musicgen_studio.ui.qt.device_watch import DeviceWatch

        services = self.services
        DeviceWatch(services.transport.devices_changed, services.recording.devices_changed, self.window)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End: what is being made is saved, then everything is closed."""
        from PySide6.QtCore import QCoreApplication

        sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
        sys.setswitchinterval(self._switch_s)
        self._first_paint.forget()
        self._keep_queue()
        self.is_still_loading = not self._thread.stop(LEAVE_MS)
        self.is_still_loading |= not self.services.background.close(self._hearing_s)
        self.services.downloads.close()
        QCoreApplication.sendPostedEvents(self.window.inbox)  # whoever waits for an errand hears how it ended
        self.services.transport.close()
        self.desktop.close()
        self.window.close()
        self.services.undo.clear()  # edits hold on to what made them; they must not end in a heap with it
        self.window.deleteLater()
        self.services.recording.close()
        _write_last(self.services.settings_file)
        self.services.library.close()
        self._garbage.close()

    def _tell_what_was_found(self) -> None:
        notices = list(self.services.library.notices)
        if self._found.recovered:
            notices.append(self.window.tr("{0} unfinished clips were recovered").format(len(self._found.recovered)))
        for notice in notices:
            self.window.status.announce(notice)


def _open_library(settings_file: Path, folder: Path) -> "Library":
    """Open the library. Where its folder is not there, say where that is written down: no window can be asked yet.

    Raises:
        UserProblem: If it cannot be opened.
    """
    from musicgen_studio.files.there import is_folder_there
    from musicgen_studio.library.library import Library
    from musicgen_studio.paths import from_home

    try:
        return Library(folder)
    except UserProblem as problem:
        if is_folder_there(folder):
            raise
        named = f"Another one is named by “library_folder” in {from_home(settings_file)}."
        what_to_do = f"If it is on a disk that is not there, plug that in. {named}"
        raise UserProblem(problem.what, problem.why, what_to_do) from problem


def _write_last(settings_file: "SettingsFile") -> None:
    """Write the settings whose errand the end has overtaken."""
    try:
        settings_file.write_due()
    except UserProblem as problem:
        logging.getLogger("musicgen_studio").warning("The last settings were not written: %s", problem)


def _find_sound() -> None:
    """Start PortAudio, which asks every sound driver: the first music should not have to wait for that."""
    from musicgen_studio.sound.devices import list_devices

    with contextlib.suppress(UserProblem):  # playing will say it
        list_devices()


def _load_analysis() -> None:
    """Load what listens to clips now: its compiled parts hold up every thread while they load, music or not."""
    import numpy as np

    from musicgen_studio.analysis.analyse import analyse
    from musicgen_studio.core.audio import Audio

    analyse(Audio(np.sin(np.arange(64_000, dtype=np.float32) ** 1.2)[:, np.newaxis], 32_000))


def _give_memory_back() -> None:
    """Call `compute.memory.give_memory_back`, where what needs it was imported at all."""
    if "torch" in sys.modules:
        from musicgen_studio.compute.memory import give_memory_back

        give_memory_back()


def _is_usable(device: str) -> bool:
    """Tell whether the device of that name, or for `auto` the one it stands for, still answers."""
    from musicgen_studio.compute.device import is_usable, resolve_device

    try:
        return is_usable(resolve_device(device).type)
    except UserProblem:
        return True  # it was never there, which whoever wants it is told


def _load_engine(choice: "EngineChoice") -> "LoadedEngine":
    from musicgen_studio.checkpoints.catalogue import find
    from musicgen_studio.engine.musicgen import load_engine
    from musicgen_studio.studio.making.engines import LoadedEngine
    from musicgen_studio.studio.making.order import CheckpointRecord

    entry = find(choice.checkpoint)
    return LoadedEngine(load_engine(entry.folder, choice.device, choice.precision), CheckpointRecord.of(entry))


def _measure_speed(is_disturbed: "Callable[[], bool]") -> "ProcessorSpeed":
    """Measure how fast the processor makes steps, or return what is remembered."""
    from musicgen_studio.engine.model.cpu.probe import processor_speed

    return processor_speed(is_disturbed)


def _write_int8(folder: Path, to: Path, is_stopped: "Callable[[], bool]", tell: "Callable[[float], object]") -> None:
    """Write a checkpoint as int8; see `engine.checkpoint.int8`."""
    from musicgen_studio.engine.checkpoint.int8 import write_int8

    write_int8(folder, to, is_stopped, tell)


def _forget_int8(folder: Path) -> int:
    """Delete what is kept of a checkpoint in int8. Returns how many bytes that freed."""
    from musicgen_studio.engine.checkpoint.open import open_checkpoint
    from musicgen_studio.engine.model.cpu.kept import forget

    try:
        checkpoint = open_checkpoint(folder)
    except UserProblem:
        return 0  # it could not be loaded, so nothing of it was kept
    return forget(checkpoint.config.decoder, checkpoint.identity)


@cache
def _separator() -> "Separator":
    """Load the separator that comes along, once."""
    from musicgen_studio.separation.masks import open_separator

    return open_separator()


def _translate(app: "QApplication") -> object:
    """Show the user's language where `resources/translations` has it; the texts of the program are English."""
    from PySide6.QtCore import QLocale, QTranslator

    from musicgen_studio.paths import resources_dir

    translator = QTranslator()
    if translator.load(QLocale(), "musicgen_studio", "_", str(resources_dir() / "translations")):
        app.installTranslator(translator)
    return translator


def _report_faults(window: "MainWindow") -> None:
    """Let every unforeseen error end in the log and the one dialog, from whatever thread it comes."""
    log = logging.getLogger("musicgen_studio")

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        text = "".join(traceback.format_exception(kind, error, trace))
        log.error("fault\n%s", text)
        window.inbox.bug_found.emit(text)  # a signal: queued when it comes from another thread

    sys.excepthook = report
    threading.excepthook = lambda told: report(told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback)


def _start_again() -> None:
    """Start the window anew, on its own."""
    from PySide6.QtCore import QProcess

    QProcess.startDetached(sys.executable, ["-m", "musicgen_studio"])


def _refuse(problem: UserProblem) -> None:
    """Say why the window cannot open."""
    from PySide6.QtWidgets import QMessageBox

    box = QMessageBox(QMessageBox.Icon.Warning, "MusicGen Studio", problem.what)
    box.setInformativeText(f"{problem.why}\n\n{problem.what_to_do}")
    box.exec()


if __name__ == "__main__":
    sys.exit(main())
