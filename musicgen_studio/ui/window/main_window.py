"""The window: it places the parts and joins them. What they do: `generation`, `listening` and `collection`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal, SignalInstance, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QMenuBar,
    QMessageBox,
    QSplitter,
    QStackedWidget,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.checkpoints.catalogue import STARTER
from musicgen_studio.checkpoints.hub.files import is_repository
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import midi, sound
from musicgen_studio.files.midi import is_midi
from musicgen_studio.files.sound import is_sound
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.studio.humming.recording_state import Phase
from musicgen_studio.studio.humming.sketch import Kind
from musicgen_studio.studio.making.engines import EngineFacts
from musicgen_studio.studio.making.prompting import PastPrompt, past_prompts
from musicgen_studio.studio.making.queue import JobEnded, JobStarted, JobState
from musicgen_studio.studio.program.background import ErrandDone
from musicgen_studio.ui.look.theme import GRID
from musicgen_studio.ui.models.library_model import LibraryModel
from musicgen_studio.ui.panels.clip_header import ClipHeader, ExtendValues
from musicgen_studio.ui.panels.compare_row import CompareRow
from musicgen_studio.ui.panels.header_bar import HeaderBar
from musicgen_studio.ui.panels.library_panel import LibraryPanel
from musicgen_studio.ui.panels.melody_editor import MelodyEditor
from musicgen_studio.ui.panels.offer_row import OfferRow
from musicgen_studio.ui.panels.passages_panel import PassagesPanel
from musicgen_studio.ui.panels.prompt_panel import PromptPanel
from musicgen_studio.ui.panels.queue_panel import QueuePanel
from musicgen_studio.ui.panels.quiet_card import QuietCard
from musicgen_studio.ui.panels.status_line import StatusLine
from musicgen_studio.ui.panels.stem_lanes import StemLanes
from musicgen_studio.ui.panels.takes_strip import TakesStrip
from musicgen_studio.ui.panels.transport_bar import TransportBar
from musicgen_studio.ui.qt.drops import FileDrops
from musicgen_studio.ui.widgets.overview import Overview
from musicgen_studio.ui.widgets.problem_note import ProblemNote
from musicgen_studio.ui.widgets.timeline import Snap
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.action_table import (
    CLIP_MENU,
    MELODY_MENU,
    PASSAGE_MENU,
    TAKE_MENU,
    WAVEFORM_MENU,
)
from musicgen_studio.ui.window.actions import ClipActions
from musicgen_studio.ui.window.collection import Collection, MiniWaveforms
from musicgen_studio.ui.window.comparing import Comparing
from musicgen_studio.ui.window.editing import Editing
from musicgen_studio.ui.window.errands import Errands
from musicgen_studio.ui.window.generation import Generation
from musicgen_studio.ui.window.inbox import Inbox
from musicgen_studio.ui.window.listening import SEEK_S, Listening
from musicgen_studio.ui.window.melody import Melodies
from musicgen_studio.ui.window.menus import Menus
from musicgen_studio.ui.window.passages import Passages
from musicgen_studio.ui.window.recent import RecentFiles
from musicgen_studio.ui.window.recording import Recording
from musicgen_studio.ui.window.sections import Sections
from musicgen_studio.ui.window.selection_drags import SelectionDrags
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shortcuts import TEXT_FIELDS, Bindings, FocusGuard, KeyMap
from musicgen_studio.ui.window.state import WindowState
from musicgen_studio.ui.window.stems import Stems
from musicgen_studio.ui.window.tempo import Tempo
from musicgen_studio.ui.window.views import Views

QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's own: as high as it likes
KEEP_AFTER_MS = 2000
QUEUE_POLL_MS = 100
COLUMNS = (288, 700, 308)
QUEUE_PX = 168
_LEAST_GIVEN_S = 0.05
MIN_SIZE = (800, 560)
USUAL_SIZE = (1280, 800)


class MainWindow(QWidget):
    """Everything a musician sees. Main thread.

    Args:
        services: The program behind it.
    """

    closing = Signal()
    dialog_requested = Signal(str)  # settings, shortcuts or about
    export_requested = Signal(list)  # Clips
    settings_wished = Signal(object)  # Settings to be used from now on
    restart_wished = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._keys = KeyMap(services.settings.shortcuts)
        self._goes_to_music = False  # the focus, when the music begins
        self._may_quit = False
        self._question: QMessageBox | None = None
        self.setWindowTitle("MusicGen Studio")
        self.setMinimumSize(*MIN_SIZE)
        self._make_parts()
        self._lay_out()
        self._join()
        self._join_melody()
        self._bind_keys()
        self._begin()

    # What the composition root calls.

    def set_keys(self, keys: KeyMap) -> None:
        """Use other keys from now on, everywhere."""
        self._keys = keys
        self._bindings.set_keys(keys)
        for part in (
            self.prompt,
            self.library,
            self.bar,
            self.clip_header,
            self.passages.panel,
            self.takes,
            self.queue,
            self.status,
        ):
            part.set_keys(keys)

    def show_problem(self, problem: UserProblem | None) -> None:
        """Show or clear a problem that belongs to no single field."""
        self._note.set_problem(problem)

    @Slot(list)
    def open_files(self, files: Sequence[Path]) -> None:
        """Open sound files as clips, and follow the melody of the last MIDI file."""
        self.collection.import_files([file for file in files if not is_midi(file)])
        for file in [file for file in files if is_midi(file)][-1:]:
            self.recent.add(file)
            self.prompt.melody.set_open(True)
            self.prompt.melody.choose_file(file)

    @Slot(list)
    def welcome(self, files: Sequence[Path]) -> None:
        """Come to the front, as the program was started once more, and open its files."""
        self.come_to_front()
        self.open_files(files)

    @Slot()
    def come_to_front(self) -> None:
        """Be seen, and get the keys, wherever it was."""
        self.setWindowState((self.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
        self.show()
        self.raise_()
        self.activateWindow()

    def open_last(self) -> None:
        """Show the clip that was shown last, if nothing else is shown yet and it is still there."""
        state = WindowState.from_json(self._services.library.recall("window"))
        library = self._services.library
        if state is None or self.listening.current is not None or not library.has(state.clip):
            return
        clip = library.get(state.clip)
        if clip.trashed is None and not clip.is_missing:
            self._show_clip(clip)

    def keep_state(self) -> None:
        """Write down what the next start is to find again."""
        state = WindowState(
            geometry=bytes(self.saveGeometry().toBase64().data()).decode(),
            columns=bytes(self._columns.saveState().toBase64().data()).decode(),
            values=asdict(self.prompt.values()),
            folds=self.prompt.folds(),
            clip="" if self.listening.current is None else self.listening.current.clip.id,
        )
        self._services.library.remember("window", state.to_json())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the state and let the program end; if orders wait that would be lost, ask first."""
        waiting = [view for view in self._services.loop.views() if view.state is JobState.QUEUED]
        if waiting and not self._may_quit:
            event.ignore()
            self._ask_to_quit(len(waiting))
            return
        self._keep.stop()
        self._poll.stop()
        self.listening.close()
        self.errands.close()
        self.recording.close()
        self.keep_state()
        self.closing.emit()
        super().closeEvent(event)

    def _ask_to_quit(self, waiting: int) -> None:
        """Ask whether orders that nobody has made yet may be forgotten."""
        if self._question is not None:
            return
        text = (
            self.tr("1 order still waits to be made.") if waiting == 1 else self.tr("{0} orders still wait to be made.")
        )
        box = QMessageBox(QMessageBox.Icon.Question, self.tr("Quit"), text.format(waiting), parent=self)
        box.setInformativeText(self.tr("What is being made now is kept as far as it is; what waits is forgotten."))
        box.addButton(self.tr("Quit"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(self.tr("Go on making"), QMessageBox.ButtonRole.RejectRole))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.accepted.connect(self._quit)
        box.finished.connect(self._forget_question)
        self._question = box
        box.open()

    @Slot()
    def _forget_question(self) -> None:
        self._question = None

    @Slot()
    def _quit(self) -> None:
        self._may_quit = True
        self.close()

    # Building.

    def _make_parts(self) -> None:
        keys, services = self._keys, self._services
        self.minis = MiniWaveforms(services, self)
        self._model = LibraryModel(self.minis.peaks_of, self.minis.drag_file, self)
        self.inbox = Inbox(self)
        self.menu_bar = QMenuBar(self)
        self.header = HeaderBar(self.menu_bar)
        self.prompt = PromptPanel(keys, find_past=self._past_prompts)
        self.editor = MelodyEditor()
        self.clip_header = ClipHeader(keys)
        self.waveform = WaveformView()
        self.bar = TransportBar(keys)
        self.takes = TakesStrip(keys)
        self.queue = QueuePanel(keys)
        self.library = LibraryPanel(self._model, keys)
        self.status = StatusLine(keys)
        self.errands = Errands(services.background, self.status.errands, self)
        self._note = ProblemNote()
        self.offer = OfferRow()
        self.card = QuietCard()
        self.recording = Recording(services, self.prompt.melody.recorder, self)
        self.melodies = Melodies(services, self.prompt.melody, self.editor, self)
        self.generation = Generation(services, self.prompt, self.melodies, self.queue, self.status, self.inbox, self)
        self.listening = Listening(services, self.waveform, self.bar, self.clip_header, self.takes, self)
        self.lanes = StemLanes()
        self.compare_row = CompareRow()
        self.overview = Overview(self.waveform)
        self.selection_drags = SelectionDrags(services, self.listening, self.waveform, self)
        self.stems = Stems(services, self.listening, self.clip_header, self.waveform, self.lanes, self)
        self.tempo = Tempo(services, self.listening, self.clip_header, self.waveform, self)
        self.passages = Passages(
            services,
            PassagesPanel(keys),
            self.generation,
            self.listening,
            self.prompt,
            self.waveform,
            self.inbox,
            self._await_music,
            self,
        )
        self.sections = Sections(
            services, self.listening, self.generation, self.clip_header, self.waveform, self.inbox, self
        )
        self.collection = Collection(services, self._model, self.library, self)

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(3 * GRID)
        column.addWidget(self._note)
        column.addWidget(self.offer)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._clip_page())
        self._pages.addWidget(self.editor)
        column.addWidget(self._pages, 1)
        column.addWidget(self.card)
        column.addWidget(self.queue)
        self.queue.setMaximumHeight(QUEUE_PX)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setChildrenCollapsible(False)
        for part, stretch in ((self.prompt, 0), (middle, 1), (self.library, 0)):
            self._columns.addWidget(part)
            self._columns.setStretchFactor(self._columns.indexOf(part), stretch)
        self._columns.setSizes(COLUMNS)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for part in (self.header, _line(), self._columns, _line(), self.status):
            whole.addWidget(part, 1 if part is self._columns else 0)

    def _clip_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * GRID)
        for part in (
            self.clip_header,
            self.overview,
            self.passages.panel,
            self.waveform,
            self.lanes,
            self.compare_row,
            self.bar,
            self.takes,
        ):
            column.addWidget(part, 1 if part is self.waveform else 0)
        return page

    def _join_melody(self) -> None:
        melodies, recording, listening, panel = self.melodies, self.recording, self.listening, self.prompt.melody
        recording.take_recorded.connect(self._keep_take)
        recording.problem_found.connect(self.show_problem)
        melodies.problem_found.connect(self.show_problem)
        melodies.said.connect(self.status.announce)
        self.collection.said.connect(self.status.announce)
        melodies.changed.connect(lambda: self.clip_header.set_melody(melodies.sketch is not None))
        melodies.editor_requested.connect(self.open_editor)
        melodies.play_requested.connect(lambda audio, from_s: listening.preview(*_placed(audio, from_s)))
        melodies.touch_requested.connect(lambda audio: listening.preview(*_placed(audio, 0.0), is_told=False))
        melodies.stop_requested.connect(listening.end_preview)
        listening.preview_moved.connect(melodies.show_playing)
        for change in (panel.toggled, panel.source_chosen):
            change.connect(self._attend_recorder)
        panel.switch_requested.connect(self._use_starter)
        self.clip_header.set_melody(melodies.sketch is not None)

    def _join(self) -> None:
        generation, listening, collection = self.generation, self.listening, self.collection
        inbox = self.inbox
        inbox.job_started.connect(self._begin_clip)
        inbox.job_ended.connect(self._end_clip)
        inbox.engine_changed.connect(self._show_engine)
        inbox.device_lost.connect(self._offer_restart)
        inbox.errand_ended.connect(self._end_errand)
        generation.speed_measured.connect(self._show_speed)
        listening.problem_changed.connect(self.show_problem)
        listening.said.connect(self.status.announce)
        listening.new_device_found.connect(self._offer_device)
        listening.shown.connect(lambda clip: self.library.show_clip(clip.id))
        self.prompt.generate_requested.connect(self._await_music)
        self.prompt.text_changed.connect(self._stay_in_text)
        collection.clip_chosen.connect(self._show_clip)
        collection.clip_changed.connect(listening.update_clip)
        collection.clip_changed.connect(self._tell_trashed)
        collection.clip_changed.connect(self._tell_tempo)
        collection.imported.connect(lambda clip: self.tempo.hear([clip.id]))
        self.tempo.corrected.connect(collection.set_known)
        self.tempo.clips_heard.connect(self._show_heard)
        self.tempo.snap_chosen.connect(self._keep_snap)
        self.passages.crowded.connect(self.clip_header.set_low)
        self.passages.crowded.connect(lambda is_low: self.card.setMaximumHeight(0 if is_low else QWIDGETSIZE_MAX))
        self.sections.said.connect(self.status.announce)
        self.sections.problem_found.connect(self.show_problem)
        self.sections.library_changed.connect(collection.refresh)
        self.stems.made.connect(lambda _stems: collection.refresh())
        self.stems.drags.problem_found.connect(self.show_problem)
        self.selection_drags.problem_found.connect(self.show_problem)
        self.selection_drags.said.connect(self.status.announce)
        self.minis.said.connect(self.status.announce)
        collection.imported.connect(self._show_clip)
        collection.play_requested.connect(self._play_clip)
        collection.preview_requested.connect(self._preview_clip)
        self.waveform.play_requested.connect(listening.play_from)
        self.minis.ready.connect(self._model.refresh)
        header = self.clip_header
        for asked in (
            header.extend_requested,
            header.replace_requested,
            header.again_requested,
            header.variations_requested,
        ):
            asked.connect(self._await_music)
        header.extend_requested.connect(self._extend)
        header.again_requested.connect(self._on_current(generation.again))
        header.variations_requested.connect(self._on_current(generation.vary))
        header.use_settings_requested.connect(self._on_current(generation.use_settings))
        header.export_requested.connect(self._on_current(lambda clip: self.export_requested.emit([clip])))
        self.header.settings_requested.connect(partial(self.dialog_requested.emit, "settings"))

    def _bind_keys(self) -> None:
        self._bindings = Bindings(self, self._keys)
        listening, waveform, add = self.listening, self.waveform, self._bindings.add
        add("seek-back", lambda: listening.seek_by(-SEEK_S), self._has_sound)
        add("seek-forward", lambda: listening.seek_by(SEEK_S), self._has_sound)
        add("loop-selection", listening.loop_selection, lambda: waveform.selection() is not None)
        add("zoom-in", waveform.zoom_in, self._has_sound)
        add("zoom-out", waveform.zoom_out, self._has_sound)
        add("zoom-selection", waveform.zoom_to_selection, lambda: waveform.selection() is not None)
        add("zoom-fit", waveform.fit, self._has_sound)
        add("replace", self.clip_header.ask_to_replace, self._has_sound)
        add("passages", self.passages.turn, is_on=self.passages.panel.is_open)
        add("passages-text", self.passages.open_text)
        self.passages.menu_at(lambda place: self.menus.pop_up(PASSAGE_MENU, place))
        add("mend", self.sections.mend, self._has_sound)
        add("original", self.sections.hear_original, self._has_sound)
        add("prompt", self.prompt.focus_prompt)
        add("select-all", self.waveform.select_all, self._has_sound)
        add("select-none", self.waveform.select_none, lambda: waveform.selection() is not None)
        add("play-now", listening.play_now, lambda: listening.is_waiting)
        add("next-section", lambda: self._move_section(1))
        add("previous-section", lambda: self._move_section(-1))
        add("preview-library", self._turn_preview, is_on=lambda: self._services.settings.previews_library)
        add("full-screen", self._turn_full_screen, is_on=self.isFullScreen)
        add("checkpoints", self.header.checkpoints_requested.emit)
        add("give-memory-back", self._services.loop.unload)
        undo = self._services.undo
        add("undo", undo.undo, undo.canUndo)
        add("redo", undo.redo, undo.canRedo)
        add("import", self._ask_for_files)
        for name in ("settings", "shortcuts", "diagnostics", "about"):
            add(name, partial(self.dialog_requested.emit, name))
        add("quit", self.close)
        self._bind_clips()
        self._bind_melody()
        self.menus = Menus(self, self.menu_bar)
        self.library.menu_requested.connect(partial(self.menus.pop_up, CLIP_MENU))
        recent_menu = self.menus.menu("File/Recent files")
        self.recent = RecentFiles(
            self._services.library, recent_menu, lambda file: self.open_files([file]), self._show_clip
        )
        self.collection.file_imported.connect(self.recent.add)
        self.takes.menu_requested.connect(partial(self.menus.pop_up, TAKE_MENU))
        melody = self.prompt.melody
        melody.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        melody.customContextMenuRequested.connect(
            lambda place: self.menus.pop_up(MELODY_MENU, melody.mapToGlobal(place))
        )
        waveform.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        waveform.customContextMenuRequested.connect(
            lambda place: self.menus.pop_up(WAVEFORM_MENU, waveform.mapToGlobal(place))
        )
        FileDrops(self.waveform, is_sound, self.open_files)
        self._guard = FocusGuard(self)
        self.installEventFilter(self._guard)

    def _bind_melody(self) -> None:
        melodies, panel, add = self.melodies, self.prompt.melody, self._bindings.add

        def is_there() -> bool:
            return melodies.sketch is not None

        def if_there(signal: SignalInstance) -> Callable[[], None]:
            return lambda: signal.emit() if is_there() else None

        add("notes", if_there(panel.edit_requested), is_there)
        add("hear-melody", if_there(panel.play_requested), is_there)
        add("clear-melody", if_there(panel.clear_requested), is_there)

    def _bind_clips(self) -> None:
        self.clip_actions = ClipActions(
            self._services,
            self._bindings,
            self.listening,
            self.library,
            self.collection,
            self.generation,
            self.clip_header,
            self,
        )
        self.clip_actions.said.connect(self.status.announce)
        self.clip_actions.export_requested.connect(self.export_requested)
        self.clip_actions.show_requested.connect(self._show_clip)
        self.clip_actions.music_awaited.connect(self._await_music)
        self.editing = Editing(self._services, self.listening, self.waveform, self.clip_actions.chosen, self)
        self.editing.bind(self._bindings)
        self.editing.made.connect(self._show_edited)
        self.editing.gone.connect(self._show_edited)
        self.comparing = Comparing(
            self._services, self.listening, self.compare_row, self.clip_actions.chosen, self._show_clip, self
        )
        self.comparing.bind(self._bindings)
        self.views = Views(self._services, self.listening, self.waveform, self)
        self.views.bind(self._bindings)

    @Slot(list)
    def _show_edited(self, clips: Sequence[Clip]) -> None:
        """Show what an edit has made, or what was there before, if it is still there."""
        self.collection.refresh()
        there = [clip for clip in clips if self._services.library.has(clip.id)]
        self.tempo.hear([clip.id for clip in there if not clip.analysis])
        if there:
            self._show_clip(there[0])

    def _past_prompts(self, typed: str, only_starred: bool) -> Sequence[PastPrompt]:
        return past_prompts(self._services.library.clips(), typed, only_starred=only_starred)

    def _has_sound(self) -> bool:
        return self.listening.current is not None

    @Slot()
    def _turn_preview(self) -> None:
        settings = self._services.settings
        self.settings_wished.emit(replace(settings, previews_library=not settings.previews_library))

    @Slot()
    def _turn_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def _ask_for_files(self) -> None:
        """Ask for sound and MIDI files, and open them."""
        endings = " ".join(f"*{ending}" for ending in sorted({*sound.EXTENSIONS, *midi.EXTENSIONS}))
        dialog = QFileDialog(self, self.tr("Import"), "", self.tr("Sound and MIDI files ({0})").format(endings))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.open_files([Path(name) for name in names]))
        dialog.open()

    def _begin(self) -> None:
        """Find again what the last start left, and begin to keep it."""
        self.resize(*USUAL_SIZE)
        self.use_settings()
        self.prompt.show_examples(not self._services.library.clips())
        state = WindowState.from_json(self._services.library.recall("window"))
        if state is not None:
            self.restoreGeometry(QByteArray.fromBase64(state.geometry.encode()))
            self._columns.restoreState(QByteArray.fromBase64(state.columns.encode()))
            self.prompt.set_values(replace(self.prompt.values(), **state.values))
            self.prompt.set_folds(*state.folds)
        self._stay_on_screen()
        self.header.set_checkpoint(_title(self._services.settings.checkpoint))
        self._keep = QTimer(self, singleShot=True, interval=KEEP_AFTER_MS)
        self._keep.timeout.connect(self.keep_state)
        self.prompt.values_changed.connect(self._keep.start)
        self._columns.splitterMoved.connect(self._keep.start)
        self.listening.shown.connect(self._keep.start)
        self._poll = QTimer(self, interval=QUEUE_POLL_MS)
        self._poll.timeout.connect(self.generation.poll)
        self._poll.start()
        self.prompt.focus_prompt()

    def _stay_on_screen(self) -> None:
        """Let the window lie within its screen, which may be small or scaled, or another one than the last time."""
        screen = QGuiApplication.screenAt(self.geometry().center()) or QGuiApplication.primaryScreen()
        if screen is not None and not self.isMaximized():
            title = self.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)  # the system's is not known yet
            room = screen.availableGeometry().adjusted(0, 0, 0, -title)
            self.setMinimumSize(QSize(*MIN_SIZE).boundedTo(room.size()))
            self.resize(self.size().boundedTo(room.size()))
            left = min(max(self.x(), room.left()), room.right() + 1 - self.width())
            top = min(max(self.y(), room.top()), room.bottom() + 1 - self.height())
            self.move(left, top)

    # What the parts tell.

    @Slot(object)
    def _begin_clip(self, event: JobStarted) -> None:
        self.prompt.show_examples(False)
        if self._services.settings.keeps_playing and self.listening.is_playing:
            text = self.tr("“{0}” is being made").format(event.clips[0].title)
            self.offer.offer(text, self.tr("Show"), lambda: self._take_over(event))
        else:
            self._take_over(event)

    def _take_over(self, event: JobStarted) -> None:
        """Show and play what is being made in place of what was there, and let the keys go to it."""
        self.offer.withdraw()
        self.show_problem(None)
        is_recording = self.recording.phase in (Phase.COUNT_IN, Phase.RECORDING)  # the microphone would hear it
        self.open_editor(False)
        self.listening.show_growing(event.clips, event.sounds, self._given_frames(event), plays=not is_recording)
        focus = QApplication.focusWidget()
        is_elsewhere = isinstance(focus, TEXT_FIELDS) and not self.prompt.isAncestorOf(focus)
        if self._goes_to_music and not is_elsewhere:
            self.waveform.setFocus(Qt.FocusReason.OtherFocusReason)

    def _given_frames(self, event: JobStarted) -> int:
        """Return how much of a job's sound was there before: the clip that is extended."""
        clip = event.clips[0]
        wanted_s = next((view.wanted_s for view in self._services.loop.views() if view.id == event.job), None)
        given_frames = 0 if wanted_s is None else clip.frames - round(wanted_s * clip.sample_rate)
        return given_frames if given_frames > _LEAST_GIVEN_S * clip.sample_rate else 0

    @Slot()
    def _await_music(self) -> None:
        """Let the focus go to the waveform when the music begins, unless something is typed before."""
        self._goes_to_music = True

    @Slot()
    def _stay_in_text(self) -> None:
        self._goes_to_music = False

    @Slot(object)
    def _end_clip(self, event: JobEnded) -> None:
        self.collection.refresh()
        current = self.listening.current
        if current is not None and any(clip.id == current.clip.id for clip in event.clips):
            self.library.show_clip(current.clip.id)
        for clip in event.clips:
            self.listening.update_clip(clip)
        if event.clips and self.listening.current is None:
            self.listening.show_clip(event.clips[0])
        self.tempo.hear([clip.id for clip in event.clips])

    @Slot(list)
    def _show_heard(self, clips: list[Clip]) -> None:
        """Show what was found out about clips."""
        self.collection.refresh()
        for clip in clips:
            self.listening.update_clip(clip)
            self._tell_tempo(clip)

    @Slot(object)
    def _tell_tempo(self, clip: Clip) -> None:
        current = self.listening.current
        if current is not None and current.clip.id == clip.id:
            self.tempo.show_clip(clip)

    @Slot(str)
    def _keep_snap(self, snap: str) -> None:
        self.settings_wished.emit(replace(self._services.settings, snap=snap))

    @Slot(object)
    def _show_clip(self, clip: Clip) -> None:
        try:
            self.listening.show_clip(clip)
        except UserProblem as problem:
            self.show_problem(problem)
            return
        self.offer.withdraw()
        self.open_editor(False)
        self.show_problem(None)

    @Slot(object)
    def _play_clip(self, clip: Clip) -> None:
        """Show a clip and play it from its start."""
        self._show_clip(clip)
        current = self.listening.current
        if current is not None and current.clip.id == clip.id:
            self.listening.play_from(0)

    @Slot(object)
    def _preview_clip(self, clip: Clip) -> None:
        """Show the clip that the arrow keys have come to, and play it if that is wanted."""
        if self._services.settings.previews_library and self.recording.phase is Phase.OFF:
            self._play_clip(clip)
        else:
            self._show_clip(clip)

    @Slot(object)
    def _tell_trashed(self, clip: Clip) -> None:
        """Say so where the clip that is shown goes into the trash."""
        current = self.listening.current
        if clip.trashed is not None and current is not None and current.clip.id == clip.id:
            self.status.announce(self.tr("“{0}” is in the trash; it stays open until you leave it").format(clip.title))

    @Slot(bool)
    def open_editor(self, is_open: bool) -> None:
        """Show the page of notes in place of the clip, or the clip again."""
        was_open = self._pages.currentWidget() is self.editor
        self._pages.setCurrentIndex(1 if is_open else 0)
        if is_open:
            self.editor.focus_notes()
        elif was_open:
            self.waveform.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _keep_take(self, clip: Clip) -> None:
        self.collection.refresh()
        self.melodies.follow_take(clip)
        self.status.announce(self.tr("“{0}” is recorded").format(clip.title))

    @Slot()
    def _attend_recorder(self) -> None:
        panel = self.prompt.melody
        self.recording.attend(panel.is_open() and panel.source() == Kind.HUM)

    @Slot()
    def _use_starter(self) -> None:
        """Use the checkpoint that follows melodies from now on."""
        self.settings_wished.emit(replace(self._services.settings, checkpoint=STARTER))

    @Slot(object)
    def _extend(self, values: ExtendValues) -> None:
        current = self.listening.current
        if current is not None:
            self.generation.extend(current.clip, values, self.listening.playhead())

    def _on_current(self, action: Callable[[Clip], object]) -> Callable[[], None]:
        def act() -> None:
            if self.listening.current is not None:
                action(self.listening.current.clip)

        return act

    def use_settings(self) -> None:
        """Follow the settings that concern what is shown."""
        self.waveform.set_snap(Snap(self._services.settings.snap))
        self.waveform.set_follow(self._services.settings.follow_playhead)
        self.recording.use_settings()

    @Slot(object)
    def _show_engine(self, facts: EngineFacts | None) -> None:
        if facts is None:
            self.header.set_speed(self.tr("not loaded"))
            return
        self.header.set_checkpoint(f"{_title(facts.checkpoint.id)} · {facts.checkpoint.licence}")
        self.header.set_speed(facts.info.device.upper())

    @Slot()
    def _offer_restart(self) -> None:
        """Say that the graphics card is gone until the next start."""
        text = self.tr("The graphics card no longer answers; music is made on the processor until the next start.")
        self.status.notices.add(text, self.tr("Restart"), self.restart_wished.emit)

    @Slot()
    def _offer_device(self) -> None:
        """Say that there is another device; what plays is not cut unless that is wanted."""
        text = self.tr("Sound devices have changed. The music goes on where it is.")
        self.status.notices.add(text, self.tr("Use the new one"), self._services.transport.use_new_devices)

    @Slot(float)
    def _show_speed(self, speed: float) -> None:
        self.header.set_speed(self.tr("{0:.1f}× real time").format(speed))

    @Slot(object)
    def _end_errand(self, errand: ErrandDone) -> None:
        if errand.problem is not None and errand.otherwise is None:
            self.show_problem(errand.problem)
        try:
            errand.tell_owner()
        except UserProblem as problem:
            self.show_problem(problem)

    def _move_section(self, step: int) -> None:
        is_editing = self._pages.currentWidget() is self.editor
        middle: tuple[QWidget, ...] = (self.editor.notes,) if is_editing else (self.waveform, self.bar)
        sections = (self.prompt, *middle, self.library)
        focus = QGuiApplication.focusObject()
        inside = [part.isAncestorOf(focus) or part is focus for part in sections if isinstance(focus, QWidget)]
        here = inside.index(True) if True in inside else -step
        following = sections[(here + step) % len(sections)]
        target = following if following.focusPolicy() != Qt.FocusPolicy.NoFocus else following.nextInFocusChain()
        if target is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)


def _title(checkpoint: str) -> str:
    """Return what a checkpoint is called in the header: a name of the Hub as it is, a folder by its last part."""
    return checkpoint if is_repository(checkpoint) else Path(checkpoint).name.capitalize()


def _placed(audio: Audio, from_s: float) -> tuple[GrowingSound, int]:
    return GrowingSound.of(audio), round(from_s * audio.sample_rate)


def _line() -> QFrame:
    line = QFrame()
    line.setFixedHeight(1)
    line.setAutoFillBackground(True)
    line.setBackgroundRole(QPalette.ColorRole.Mid)  # the theme's colour of borders
    return line
