"""The melody's fold in the left column: where the tune comes from, what it looks like, and what can be done with it.

Four sources, one melody: a hum, a sound file, a MIDI file, drawn notes. It shows what it is given and asks for the
rest. Not for recording or analysing (`ui.melody`, `ui.recording`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.melody import Floats, Melody
from musicgen_studio.dsp.peaks import Peaks
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import midi, sound
from musicgen_studio.files.midi import MidiTrack, holds_midi
from musicgen_studio.files.sound import is_sound
from musicgen_studio.paths import resources_dir
from musicgen_studio.studio.humming.sketch import Kind
from musicgen_studio.studio.humming.take import TakeEdit
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.clip_words import clock
from musicgen_studio.ui.panels.labels import ElidedLabel, plain_label
from musicgen_studio.ui.panels.recorder_box import RecorderBox
from musicgen_studio.ui.qt.drops import FileDrops
from musicgen_studio.ui.widgets.asking_files import ask_for_file
from musicgen_studio.ui.widgets.fold_box import FoldBox
from musicgen_studio.ui.widgets.melody_mini import MelodyMini
from musicgen_studio.ui.widgets.number_box import NumberBox
from musicgen_studio.ui.widgets.problem_note import ProblemNote
from musicgen_studio.ui.widgets.segments import Segments
from musicgen_studio.ui.window.shortcuts import Bindings, KeyMap

_STEP_S = 0.1
EXAMPLE_HUM, EXAMPLE_LINE = "example-hum.wav", "example-line.mid"  # in resources/melodies


@dataclass(frozen=True, slots=True, eq=False)
class MelodyView:
    """The melody that is followed, for the screen.

    Args:
        title: Where it comes from.
        facts: What is to be known of it, in a line.
        melody: Its notes.
        peaks: Lowest and highest samples of its sound, or None.
        chroma: What the model sees, float32 `[frames, 12]` at 7.8125 Hz.
        repeats: Whether it begins again each time it ends.
        follows_all: Whether of a mix drums and bass are followed, too; None where there is no such choice.
    """

    title: str
    facts: str
    melody: Melody
    peaks: tuple[Peaks, Peaks] | None
    chroma: Floats
    repeats: bool
    follows_all: bool | None = None


class MelodyPanel(FoldBox):
    """The fold. Main thread.

    Args:
        keys: The table of keys.
    """

    source_chosen = Signal(str)  # a Kind: its page is shown
    file_chosen = Signal(object)  # Path of a sound or MIDI file
    track_chosen = Signal(object, object)  # track and channel of the MIDI file, from 1; None for all
    take_chosen = Signal(str)  # id of a recorded clip
    take_edited = Signal(object)  # TakeEdit
    edit_requested = Signal()  # of the notes
    write_requested = Signal()  # notes of one's own
    play_requested = Signal()  # what the model hears, or stop
    drag_requested = Signal()  # the notes, as MIDI
    clear_requested = Signal()
    repeats_chosen = Signal(bool)
    follows_all_chosen = Signal(bool)  # of a mix: drums and bass, too
    seen_wanted = Signal(object)  # QWidget that is to be scrolled into view
    switch_requested = Signal()  # to a checkpoint that follows melodies

    def __init__(self, keys: KeyMap) -> None:
        super().__init__(self.tr("MELODY"))
        self._bindings = Bindings(self, keys)
        FileDrops(self, has_melody, lambda files: self.choose_file(files[0]))
        self._source = Segments(
            (
                (Kind.HUM, self.tr("Hum"), self.tr("Record your voice"), ""),
                (Kind.FILE, self.tr("File"), self.tr("The tune of a sound file"), ""),
                (Kind.MIDI, self.tr("MIDI"), self.tr("A track of a MIDI file"), ""),
                (Kind.NOTES, self.tr("Notes"), self.tr("Draw or play notes"), ""),
            )
        )
        self._source.chosen.connect(self._turn_to)
        self.recorder = RecorderBox(keys)
        self.recorder.seen_wanted.connect(self.seen_wanted)
        self._build_takes()
        self._build_pages()
        self._build_checkpoint()
        self._build_melody()
        self._lay_out()
        self._bindings.add("record", self.record)
        self._build_shortcut()
        self.set_takes((), "", TakeEdit())
        self.set_tracks((), None, None)
        self.set_melody(None)
        self.set_source(Kind.HUM)

    # What is shown

    def set_source(self, source: str) -> None:
        """Show the page of a source. Emits nothing."""
        self._source.set_value(source)
        for name, page in self._pages.items():
            page.setVisible(name == source)

    def source(self) -> str:
        """Return whose page is shown."""
        return self._source.value()

    def set_takes(self, takes: Sequence[Clip], chosen: str, edit: TakeEdit) -> None:
        """Offer the recorded takes.

        Args:
            takes: Newest first.
            chosen: Id of the one whose melody is followed, or empty.
            edit: How that one is used.
        """
        with QSignalBlocker(self._takes):
            self._takes.clear()
            if chosen not in {take.id for take in takes}:
                self._takes.addItem(self.tr("Choose a recording"), "")
            for take in takes:
                self._takes.addItem(f"{take.title} · {clock(take.duration_s)}", take.id)
            self._takes.setCurrentIndex(max(self._takes.findData(chosen), 0))
        self._take_part.setVisible(bool(takes))
        current = next((take for take in takes if take.id == chosen), None)
        self._trim.setVisible(current is not None)
        if current is not None:
            self._show_edit(edit, current.duration_s)

    def set_tracks(self, tracks: Sequence[MidiTrack], track: int | None, channel: int | None) -> None:
        """Offer the tracks of a MIDI file.

        Args:
            tracks: Those with notes.
            track: The chosen one, None for all.
            channel: The chosen channel, None for all.
        """
        with QSignalBlocker(self._tracks):
            self._tracks.clear()
            self._tracks.addItem(self.tr("All tracks"), (None, None))
            for each in tracks:
                name = each.name or self.tr("Track {0}").format(each.index)
                self._tracks.addItem(self.tr("{0} · {1} notes").format(name, each.notes), (each.index, None))
                for number in each.channels if len(each.channels) > 1 else ():
                    self._tracks.addItem(self.tr("{0}, channel {1}").format(name, number), (each.index, number))
            rows = [self._tracks.itemData(row) for row in range(self._tracks.count())]
            wanted = [tuple(row) for row in rows].index((track, channel)) if (track, channel) in map(tuple, rows) else 0
            self._tracks.setCurrentIndex(wanted)
        self._tracks.setVisible(bool(tracks))

    def set_melody(self, view: MelodyView | None, problem: UserProblem | None = None) -> None:
        """Say which melody is followed.

        Args:
            view: The melody, None for none.
            problem: Why one that was chosen cannot be used.
        """
        self._melody_part.setVisible(view is not None)
        self._nothing.setVisible(view is None)
        self.set_note("" if view is None else view.title)
        if view is not None:
            self._name.setText(view.title)
            self._facts.setText(view.facts)
            self._mini.set_melody(view.melody, view.peaks, view.chroma)
            with QSignalBlocker(self._repeats):
                self._repeats.setChecked(view.repeats)
            with QSignalBlocker(self._all):
                self._all.setChecked(bool(view.follows_all))
            self._all.setVisible(view.follows_all is not None)
        self._problem.set_problem(problem)
        if problem is not None:
            self.seen_wanted.emit(self._problem)

    def show_melody(self) -> None:
        """Scroll the melody into view, such as when it was just found."""
        self.seen_wanted.emit(self._edit)

    def set_busy(self, words: str) -> None:
        """Say what is done in the background; empty for nothing."""
        self._busy.setText(words)
        self._busy.setVisible(bool(words))

    def set_playing(self, progress: float | None) -> None:
        """Say how far what the model hears is played, 0 to 1; None if it is not."""
        self._mini.set_playhead(progress)
        is_playing = progress is not None
        words = self.tr("Stop") if is_playing else self.tr("Play what the model hears")
        if self._play.accessibleName() != words:
            self._play.setIcon(icon("stop" if is_playing else "play"))
            self._play.setAccessibleName(words)
            self._play.setToolTip(words)

    def set_checkpoint(self, name: str, follows: bool, switch_to: str) -> None:
        """Say whether the checkpoint follows melodies.

        Args:
            name: Of the checkpoint.
            follows: Whether it does.
            switch_to: Name of one that does, for the offer to switch; empty if there is none.
        """
        self._text_only.setVisible(not follows)
        self._text_only_words.setText(
            self.tr("{0} follows words only, no melody. A melody waits here until you switch.").format(name)
        )
        self._switch.setText(self.tr("Use {0}").format(switch_to))
        self._switch.setAccessibleName(self._switch.text())
        self._switch.setVisible(bool(switch_to))

    def set_keys(self, keys: KeyMap) -> None:
        """Use other keys from now on."""
        self._bindings.set_keys(keys)
        self.recorder.set_keys(keys)

    @Slot()
    def record(self) -> None:
        """Do what the recorder's button says, its page in view."""
        self.set_open(True)
        if self.source() != Kind.HUM:
            self.set_source(Kind.HUM)
            self.source_chosen.emit(Kind.HUM)
        self.recorder.act()

    def choose_file(self, file: Path) -> None:
        """Ask for a file's melody, with the page that belongs to it in view."""
        self.set_source(Kind.MIDI if holds_midi(file) else Kind.FILE)
        self.file_chosen.emit(file)

    # Building

    def _build_shortcut(self) -> None:
        """Offer the microphone beside the closed fold, for those whose cursor is in the prompt, where R is a letter."""
        button = QToolButton()
        button.setIcon(icon("microphone"))
        button.setText(self.tr("Hum"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAccessibleName(self.tr("Hum a melody"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self.record)
        self._bindings.tip(button, "record", self.tr("Hum a melody that the music follows"))
        self.set_instead(button)

    def _build_takes(self) -> None:
        self._takes = QComboBox()
        self._takes.setAccessibleName(self.tr("Kept recordings"))
        self._takes.setToolTip(self.tr("Every recording is kept; choose the one to follow"))
        self._takes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._takes.currentIndexChanged.connect(self._choose_take)
        self._from, self._to = (NumberBox() for _ in range(2))
        for box, name, tip in (
            (
                self._from,
                self.tr("Use from"),
                self.tr("Where the melody begins; the recording itself stays"),
            ),
            (self._to, self.tr("to"), self.tr("Where it ends")),
        ):
            set_look(box, Look.NUMBER)
            box.lineEdit().setTextMargins(2 * GRID, 0, GRID, 0)
            box.setDecimals(1)
            box.setSingleStep(_STEP_S)
            box.setSuffix(" " + self.tr("s"))
            box.setAccessibleName(self.tr("Recording: {0}").format(name))
            box.setToolTip(tip)
            box.valueChanged.connect(self._tell_edit)
        self._normalise = QCheckBox(self.tr("Bring to full level"))
        self._normalise.setAccessibleName(self._normalise.text())
        self._normalise.setToolTip(self.tr("Make a quiet recording louder when it is used; the recording itself stays"))
        self._normalise.toggled.connect(self._tell_edit)
        self._trim = QWidget()
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for text, box in ((self.tr("Use from"), self._from), (self.tr("to"), self._to)):
            label = plain_label(text, wraps=True)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box, 1)
        column = _column(self._trim)
        column.addLayout(row)
        column.addWidget(self._normalise)
        self._take_part = QWidget()
        column = _column(self._take_part)
        column.addSpacing(GRID)
        column.addWidget(plain_label(self.tr("RECORDINGS"), Look.SECTION))
        column.addWidget(self._takes)
        column.addWidget(self._trim)

    def _build_pages(self) -> None:
        self._tracks = QComboBox()
        self._tracks.setAccessibleName(self.tr("Track"))
        self._tracks.setToolTip(self.tr("Which track and channel of the MIDI file is followed"))
        self._tracks.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._tracks.currentIndexChanged.connect(self._choose_track)
        self._pages = {
            Kind.HUM: _page(self.recorder, self._take_part),
            Kind.FILE: _page(
                _muted(
                    self.tr("One voice works best. Of a full mix lead and chords are followed, without drums and bass.")
                ),
                self._chooser("file-audio", self.tr("Choose a sound file…"), self._ask_sound),
                self._example(self.tr("Try the example hum"), EXAMPLE_HUM),
            ),
            Kind.MIDI: _page(
                _muted(self.tr("The notes of a MIDI file, in its own tempo.")),
                self._chooser("piano", self.tr("Choose a MIDI file…"), self._ask_midi),
                self._example(self.tr("Try the example line"), EXAMPLE_LINE),
                self._tracks,
            ),
            Kind.NOTES: _page(
                _muted(self.tr("Draw notes with the mouse, or play them on the keyboard on the screen.")),
                self._chooser("edit", self.tr("Write notes…"), self.write_requested.emit),
            ),
        }

    def _chooser(self, picture: str, text: str, slot: Callable[[], object]) -> QPushButton:
        button = QPushButton(icon(picture), text)
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _checked=False: slot())
        return button

    def _example(self, text: str, name: str) -> QPushButton:
        button = self._chooser("play", text, lambda: self.choose_file(resources_dir() / "melodies" / name))
        button.setToolTip(self.tr("A melody that comes with the program"))
        set_look(button, Look.QUIET)
        return button

    def _build_checkpoint(self) -> None:
        self._text_only_words = plain_label(look=Look.MUTED, wraps=True)
        self._switch = QPushButton(icon("replace"), "")
        self._switch.setToolTip(self.tr("Use a checkpoint that follows melodies from now on"))
        self._switch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._switch.clicked.connect(self.switch_requested)
        self._text_only = _page(self._text_only_words, self._switch)
        self.set_checkpoint("", follows=True, switch_to="")

    def _build_melody(self) -> None:
        self._nothing = _muted(self.tr("No melody is followed yet."))
        self._busy = plain_label(look=Look.MUTED, wraps=True)
        self._busy.hide()
        self._problem = ProblemNote()
        self._name = ElidedLabel(Look.STRONG)
        self._facts = plain_label(look=Look.MUTED, wraps=True)
        self._mini = MelodyMini()
        self._mini.clicked.connect(self.edit_requested)
        self._mini.drag_requested.connect(self.drag_requested)
        self._edit = QPushButton(icon("edit"), self.tr("Edit notes…"))
        self._edit.setAccessibleName(self._edit.text())
        self._edit.setToolTip(self.tr("See, hear and change the notes"))
        self._edit.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._edit.clicked.connect(self.edit_requested)
        self._play = _small("play", self.tr("Play what the model hears"))
        self._play.clicked.connect(self.play_requested)
        self._clear = _small("close", self.tr("Follow no melody"))
        self._clear.setAccessibleName(self.tr("No melody"))
        self._clear.clicked.connect(self.clear_requested)
        self._repeats = QCheckBox(self.tr("Repeat to the end"))
        self._repeats.setAccessibleName(self._repeats.text())
        self._repeats.setToolTip(self.tr("Else the music goes on freely where the melody has ended"))
        self._repeats.toggled.connect(self.repeats_chosen)
        self._all = QCheckBox(self.tr("Follow drums and bass, too"))
        self._all.setAccessibleName(self._all.text())
        self._all.setToolTip(self.tr("All of a mix goes to the model; else lead and chords, which carry the melody"))
        self._all.toggled.connect(self.follows_all_chosen)
        self._all.hide()

    def _lay_out(self) -> None:
        self._melody_part = QWidget()
        column = _column(self._melody_part)
        head = QHBoxLayout()
        head.addWidget(self._name, 1)
        head.addWidget(self._clear)
        column.addLayout(head)
        column.addWidget(self._mini)
        column.addWidget(self._facts)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._edit, 1)
        row.addWidget(self._play)
        column.addLayout(row)
        column.addWidget(self._repeats)
        column.addWidget(self._all)
        body = QWidget()
        column = _column(body, 2 * GRID)
        column.addWidget(self._source)
        for page in self._pages.values():
            column.addWidget(page)
        for part in (self._text_only, self._busy, self._problem, self._nothing, self._melody_part):
            column.addWidget(part)
        self.set_content(body)

    # What the musician does

    @Slot(str)
    def _turn_to(self, source: str) -> None:
        self.set_source(source)
        self.source_chosen.emit(source)

    @Slot()
    def _choose_take(self) -> None:
        if self._takes.currentData():
            self.take_chosen.emit(self._takes.currentData())

    @Slot()
    def _choose_track(self) -> None:
        self.track_chosen.emit(*self._tracks.currentData())

    def _show_edit(self, edit: TakeEdit, duration_s: float) -> None:
        with QSignalBlocker(self._from), QSignalBlocker(self._to), QSignalBlocker(self._normalise):
            self._from.setRange(0.0, max(duration_s - _STEP_S, 0.0))
            self._to.setRange(_STEP_S, duration_s)
            self._from.setValue(edit.start_s)
            self._to.setValue(duration_s if edit.end_s is None else edit.end_s)
            self._normalise.setChecked(edit.is_normalised)

    @Slot()
    def _tell_edit(self) -> None:
        start_s = self._from.value()
        end_s = max(self._to.value(), start_s + _STEP_S)
        is_whole = self._to.value() >= self._to.maximum()
        self.take_edited.emit(TakeEdit(start_s, None if is_whole else end_s, self._normalise.isChecked()))

    @Slot()
    def _ask_sound(self) -> None:
        self._ask(self.tr("Melody from a sound file"), self.tr("Sound files ({0})"), sound.EXTENSIONS)

    @Slot()
    def _ask_midi(self) -> None:
        self._ask(self.tr("Melody from a MIDI file"), self.tr("MIDI files ({0})"), midi.EXTENSIONS)

    def _ask(self, title: str, kind: str, endings: Sequence[str]) -> None:
        ask_for_file(self, title, kind.format(" ".join(f"*{ending}" for ending in endings)), self.choose_file)


def has_melody(files: Sequence[Path]) -> bool:
    """Tell whether this is one file whose melody can be followed, by its name."""
    return len(files) == 1 and (holds_midi(files[0]) or is_sound(files))


def _small(picture: str, text: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(picture))
    button.setIconSize(QSize(16, 16))
    button.setAccessibleName(text)
    button.setToolTip(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _muted(text: str) -> QLabel:
    return plain_label(text, Look.MUTED, wraps=True)


def _column(widget: QWidget, spacing: int = GRID) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing)
    return column


def _page(*widgets: QWidget) -> QWidget:
    page = QWidget()
    column = _column(page)
    for widget in widgets:
        column.addWidget(widget)
    return page
