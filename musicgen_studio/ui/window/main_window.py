"""The window: it makes the parts and joins them. What they do: `generation`, `listening`, `showing` and so on."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QMenuBar,
    QStackedWidget,
    QWidget,
)

from musicgen_studio.checkpoints.catalogue import STARTER
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.sound import is_sound
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.studio.arranging.verdicts import verdict_of
from musicgen_studio.studio.humming.sketch import Kind
from musicgen_studio.studio.making.prompting import PastPrompt, past_prompts
from musicgen_studio.studio.making.queue import JobState
from musicgen_studio.studio.program.background import ErrandDone
from musicgen_studio.ui.models.library_model import LibraryModel
from musicgen_studio.ui.panels.clip_header import ClipHeader
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
from musicgen_studio.ui.qt.focus_keeper import FocusKeeper
from musicgen_studio.ui.widgets.overview import Overview
from musicgen_studio.ui.widgets.problem_note import ProblemNote
from musicgen_studio.ui.widgets.timeline import Snap
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window import placing
from musicgen_studio.ui.window.action_table import (
    CLIP_MENU,
    MELODY_MENU,
    PASSAGE_MENU,
    TAKE_MENU,
    WAVEFORM_MENU,
)
from musicgen_studio.ui.window.actions import ClipActions
from musicgen_studio.ui.window.best import Best
from musicgen_studio.ui.window.binding import bind_clip, bind_melody, join_header
from musicgen_studio.ui.window.collection import Collection, MiniWaveforms
from musicgen_studio.ui.window.comparing import Comparing
from musicgen_studio.ui.window.editing import Editing
from musicgen_studio.ui.window.errands import Errands
from musicgen_studio.ui.window.faults import Faults
from musicgen_studio.ui.window.files import Files
from musicgen_studio.ui.window.focus import move_section
from musicgen_studio.ui.window.generation import Generation
from musicgen_studio.ui.window.inbox import Inbox
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.live import Live
from musicgen_studio.ui.window.marks import ClipMarks
from musicgen_studio.ui.window.melodies import Melodies
from musicgen_studio.ui.window.menus import Menus
from musicgen_studio.ui.window.middle import Middle
from musicgen_studio.ui.window.new_music import NewMusic
from musicgen_studio.ui.window.news import News
from musicgen_studio.ui.window.passages import Passages
from musicgen_studio.ui.window.quitting import Quitting
from musicgen_studio.ui.window.recent import RecentFiles
from musicgen_studio.ui.window.recording import Recording
from musicgen_studio.ui.window.sections import Sections
from musicgen_studio.ui.window.selection_drags import SelectionDrags
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shortcuts import Bindings, FocusGuard, KeyMap
from musicgen_studio.ui.window.showing import Showing
from musicgen_studio.ui.window.state import StateKeeper
from musicgen_studio.ui.window.stems import Stems
from musicgen_studio.ui.window.tempo import Tempo
from musicgen_studio.ui.window.views import Views

LOW_PX = 680
QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's own: as high as it likes
QUEUE_POLL_MS = 100
QUEUE_PX = 168


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
        self._quitting = Quitting(self)
        self._is_crowded = False  # by the lane of passages
        self.setWindowTitle("MusicGen Studio")
        self.setMinimumSize(*placing.MIN_SIZE)
        self._make_parts()
        self._make_showing()
        self._lay_out()
        self._join()
        self._join_melody()
        self._bind_keys()
        self._join_told()
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
    def welcome(self, files: Sequence[Path]) -> None:
        """Come to the front, as the program was started once more, and open its files."""
        self.come_to_front()
        self.files.open(files)

    @Slot()
    def come_to_front(self) -> None:
        """Be seen, and get the keys, wherever it was."""
        self.setWindowState((self.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
        self.show()
        self.raise_()
        self.activateWindow()

    def open_last(self) -> None:
        """Show the clip that was shown last, if nothing else is shown yet and it is still there."""
        clip = self._state.last_clip()
        if clip is not None and self.listening.current is None:
            self.showing.show_clip(clip)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the state and let the program end; if orders wait that would be lost, ask first."""
        loop = self._services.loop
        waiting = [view for view in loop.views() if view.state is JobState.QUEUED]
        # Where the graphics card is lost, they are kept for the next start.
        if waiting and not self._quitting.is_allowed and not loop.is_device_lost:
            event.ignore()
            self._quitting.ask(len(waiting))
            return
        self._poll.stop()
        self.listening.close()
        self.errands.close()
        self.recording.close()
        self._state.keep()
        self.closing.emit()
        super().closeEvent(event)

    # Building.

    def _make_parts(self) -> None:
        keys, services = self._keys, self._services
        self.minis = MiniWaveforms(services, self)
        verdict = partial(verdict_of, services.library)
        self._model = LibraryModel(self.minis.peaks_of, self.minis.drag_file, verdict, self)
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
        self.news = News(services, self.header, self.status.notices, self)
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
        self.sections = Sections(
            services, self.listening, self.generation, self.clip_header, self.waveform, self.inbox, self
        )
        self.faults = Faults(
            services, self.listening, self.sections, self.waveform, self.status.notices, self.inbox, self
        )
        self.best = Best(services, self.listening, self.generation, self.inbox, self)
        self.collection = Collection(services, self._model, self.library, self)
        self._pages = QStackedWidget()

    def _lay_out(self) -> None:
        parts = (
            self.clip_header,
            self.overview,
            self.passages.panel,
            self.waveform,
            self.lanes,
            self.compare_row,
            self.bar,
            self.takes,
        )
        self.queue.setMaximumHeight(QUEUE_PX)
        self._pages.addWidget(placing.page(parts, self.waveform))
        self._pages.addWidget(placing.page((self.editor,), self.editor))
        self.live = Live(self._services, self.listening, self.melodies, self._pages, self)
        middle = (self._note, self.offer, self._pages, self.card, self.queue)
        self.middle = Middle(
            self._services.transport,
            self.listening,
            self.live,
            self.showing,
            self.editor,
            self.waveform,
            self.bar,
            self,
        )
        self._columns = placing.columns(
            self.prompt, placing.column(middle, self._pages, placing.MARGIN_PX), self.library
        )
        placing.fill(self, (self.header, self._columns, self.status), self._columns)

    def _make_showing(self) -> None:
        services, listening, recording = self._services, self.listening, self.recording
        self.showing = Showing(
            services, listening, recording, self.offer, self._pages, self.editor, self.waveform, self
        )
        self.new_music = NewMusic(
            services,
            self.showing,
            listening,
            recording,
            self.collection,
            self.tempo,
            self.offer,
            self._pages,
            self.prompt,
            self.waveform,
            self.library,
            self,
        )
        self.passages = Passages(
            services,
            PassagesPanel(self._keys),
            self.generation,
            self.listening,
            self.prompt,
            self.waveform,
            self.inbox,
            self.new_music.await_music,
            self,
        )
        self.passages.join_melodies(self.melodies)
        self.files = Files(self.collection, self.prompt.melody, self)
        FileDrops(self.waveform, is_sound, self.files.open)

    def _join_told(self) -> None:
        """Let what parts tell be seen, and be said to whoever cannot see it."""
        parts = self.showing, self.melodies, self.collection, self.listening, self.live
        for speaking in (*parts, self.sections, self.best, self.selection_drags, self.minis, self.clip_actions):
            speaking.said.connect(self.status.announce)
        self.showing.unsaid.connect(self.status.notices.take_back)
        for failing in (
            self.showing,
            self.melodies,
            self.live,
            self.sections,
            self.stems,
            self.selection_drags,
        ):
            failing.problem_found.connect(self.show_problem)
        self.listening.problem_changed.connect(self.show_problem)

    def _join_melody(self) -> None:
        melodies, recording, listening, panel = self.melodies, self.recording, self.listening, self.prompt.melody
        recording.take_recorded.connect(self._keep_take)
        melodies.changed.connect(lambda: self.clip_header.set_melody(melodies.sketch is not None))
        melodies.editor_requested.connect(self.showing.open_editor)
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
        inbox, news = self.inbox, self.news
        news.restart_wished.connect(self.restart_wished)
        inbox.job_started.connect(self.new_music.begin)
        inbox.job_ended.connect(self.new_music.end)
        inbox.engine_changed.connect(news.show_engine)
        inbox.device_lost.connect(news.offer_restart)
        inbox.errand_ended.connect(self._end_errand)
        generation.speed_measured.connect(news.show_speed)
        listening.new_device_found.connect(news.offer_device)
        listening.shown.connect(lambda clip: self.library.show_clip(clip.id))
        self.prompt.generate_requested.connect(self.new_music.await_music)
        self.new_music.stop_wished.connect(self.generation.take_back)
        self.prompt.text_changed.connect(self.new_music.stay_in_text)
        self.editor.edited.connect(self.new_music.stay_on_page)
        self.live.panel.changed.connect(self.new_music.stay_on_page)
        self.bar.play_requested.connect(self.middle.toggle_play)
        self.bar.stop_requested.connect(self.middle.stop)
        collection.clip_chosen.connect(self.showing.show_clip)
        collection.clip_changed.connect(listening.update_clip)
        collection.clip_changed.connect(self.showing.tell_trashed)
        collection.deleted.connect(self.showing.leave_deleted)
        collection.clip_changed.connect(self._tell_tempo)
        collection.clip_changed.connect(self.melodies.note_changed)
        collection.deleted.connect(self.melodies.show_takes)
        collection.imported.connect(lambda clip: self.tempo.hear([clip.id]))
        self.tempo.corrected.connect(collection.set_known)
        self.tempo.clips_heard.connect(self._show_heard)
        self.tempo.snap_chosen.connect(self._keep_snap)
        self.passages.crowded.connect(self.clip_header.set_low)
        self.passages.crowded.connect(self._make_room)
        self.live.kept.connect(lambda _clip: collection.refresh())
        self.best.measured.connect(collection.note_measured)
        self.faults.found.connect(lambda clip: collection.note_measured([clip]))
        self.sections.library_changed.connect(collection.refresh)
        self.sections.show_requested.connect(self.showing.show_clip_at)
        self.stems.made.connect(lambda _stems: collection.refresh())
        collection.imported.connect(self.showing.show_clip)
        collection.play_requested.connect(self.showing.play_clip)
        collection.preview_requested.connect(self.showing.preview_clip)
        self.waveform.play_requested.connect(listening.play_from)
        self.minis.ready.connect(self._model.refresh)
        self.header.settings_requested.connect(partial(self.dialog_requested.emit, "settings"))
        join_header(self.clip_header, listening, self.generation, self.new_music, self.export_requested)

    def _bind_keys(self) -> None:
        self._bindings = Bindings(self, self._keys)
        add = self._bindings.add
        bind_clip(self._bindings, self.listening, self.waveform, self.clip_header, self.sections)
        bind_melody(self._bindings, self.melodies, self.prompt.melody)
        self.live.bind(self._bindings, lambda: self.prompt.values().prompt, self._chosen)
        add("passages", self.passages.turn, is_on=self.passages.panel.is_open)
        add("passages-text", self.passages.open_text)
        self.passages.menu_at(lambda place: self.menus.pop_up(PASSAGE_MENU, place))
        add("prompt", self.prompt.focus_prompt)
        sides = self.prompt, self.library
        add("next-section", lambda: move_section(self.middle.between(*sides), 1))
        add("previous-section", lambda: move_section(self.middle.between(*sides), -1))
        add("preview-library", self._turn_preview, is_on=lambda: self._services.settings.previews_library)
        add("full-screen", self._turn_full_screen, is_on=self.isFullScreen)
        add("checkpoints", self.header.checkpoints_requested.emit)
        add("give-memory-back", self._services.loop.unload)
        undo = self._services.undo
        add("undo", undo.undo, undo.canUndo)
        add("redo", undo.redo, undo.canRedo)
        add("import", self.files.ask)
        for name in ("settings", "shortcuts", "diagnostics", "about"):
            add(name, partial(self.dialog_requested.emit, name))
        add("quit", self.close)
        self._bind_clips()
        self._make_menus()

    def _make_menus(self) -> None:
        self.menus = Menus(self, self.menu_bar)
        self.library.menu_requested.connect(partial(self.menus.pop_up, CLIP_MENU))
        recent_menu = self.menus.menu("File/Recent files")
        show = self.showing.show_clip
        self.recent = RecentFiles(self._services, recent_menu, lambda file: self.files.open([file]), show)
        self.collection.file_imported.connect(self.recent.add)
        self.files.melody_opened.connect(self.recent.add)
        self.takes.menu_requested.connect(partial(self.menus.pop_up, TAKE_MENU))
        self.menus.attach(MELODY_MENU, self.prompt.melody)
        self.menus.attach(WAVEFORM_MENU, self.waveform)
        self._guard = FocusGuard(self)
        self._guard.escaped.connect(self.new_music.stop_at_once)
        self._guard.text_left.connect(self.middle.take_focus)
        self.installEventFilter(self._guard)
        FocusKeeper(self)

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
        self.clip_actions.export_requested.connect(self.export_requested)
        self.clip_actions.show_requested.connect(self.showing.show_clip)
        self.clip_actions.live_again_requested.connect(self.live.make_again)
        self.clip_actions.music_awaited.connect(self.new_music.await_music)
        self.editing = Editing(self._services, self.listening, self.waveform, self.clip_actions.chosen, self)
        self.editing.bind(self._bindings)
        self.editing.made.connect(self._show_edited)
        self.editing.gone.connect(self._show_edited)
        self.comparing = Comparing(
            self._services, self.listening, self.compare_row, self.clip_actions.chosen, self.showing.show_clip, self
        )
        self.comparing.bind(self._bindings)
        self.views = Views(self._services, self.listening, self.waveform, self)
        self.views.bind(self._bindings)
        self.marks = ClipMarks(self._services, self.listening, self.waveform, self)
        self.marks.bind(self._bindings)

    @Slot(list)
    def _show_edited(self, clips: Sequence[Clip]) -> None:
        """Show what an edit has made, or what was there before, if it is still there."""
        self.collection.refresh()
        there = [clip for clip in clips if self._services.library.has(clip.id)]
        self.tempo.hear([clip.id for clip in there if not clip.analysis])
        if there:
            self.showing.show_clip(there[0])

    def _past_prompts(self, typed: str, only_starred: bool) -> Sequence[PastPrompt]:
        return past_prompts(self._services.library.clips(), typed, only_starred=only_starred)

    def _chosen(self) -> list[Clip]:
        return self.clip_actions.chosen()

    @Slot()
    def _turn_preview(self) -> None:
        settings = self._services.settings
        self.settings_wished.emit(replace(settings, previews_library=not settings.previews_library))

    @Slot()
    def _turn_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _begin(self) -> None:
        """Find again what the last start left, and begin to keep it."""
        self.resize(*placing.USUAL_SIZE)
        self.use_settings()
        self.prompt.show_examples(not self._services.library.clips())
        self._state = StateKeeper(self._services, self._columns, self.prompt, self.listening, self.live, self)
        self._state.find_again()
        placing.stay_on_screen(self)
        self._state.begin()
        self._poll = QTimer(self, interval=QUEUE_POLL_MS)
        self._poll.timeout.connect(self.generation.poll)
        self._poll.start()
        self.generation.poll()  # an empty queue would be seen for a moment
        self.prompt.focus_prompt()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the music have the height of a low window."""
        super().resizeEvent(event)
        self._make_room(self._is_crowded)

    # What the parts tell.

    @Slot(bool)
    def _make_room(self, is_crowded: bool) -> None:
        """Put the card away that nobody has asked for, where the middle needs its height."""
        self._is_crowded = is_crowded
        self.card.setMaximumHeight(0 if is_crowded or self.height() < LOW_PX else QWIDGETSIZE_MAX)

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
            self.tempo.show_clip(current.clip)  # which may be newer

    @Slot(str)
    def _keep_snap(self, snap: str) -> None:
        self.settings_wished.emit(replace(self._services.settings, snap=snap))

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

    def use_settings(self) -> None:
        """Follow the settings that concern what is shown."""
        self.waveform.set_snap(Snap(self._services.settings.snap))
        self.waveform.set_follow(self._services.settings.follow_playhead)
        self.recording.use_settings()

    @Slot(object)
    def _end_errand(self, errand: ErrandDone) -> None:
        if errand.problem is not None and errand.otherwise is None:
            self.show_problem(errand.problem)
        try:
            errand.tell_owner()
        except UserProblem as problem:
            self.show_problem(problem)


def _placed(audio: Audio, from_s: float) -> tuple[GrowingSound, int]:
    return GrowingSound.of(audio), round(from_s * audio.sample_rate)
