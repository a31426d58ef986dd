"""What an export is to be: format, rate, loudness, where to, under which names, and what the licence allows.

It asks only. What was chosen goes out as an `ExportChoice`; the exporting runs elsewhere (`export.clips`).
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.loudness import STREAMING_LUFS
from musicgen_studio.core.names import MAX_STEM_BYTES, folded
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.clips import SAMPLE_RATES_HZ
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.export.licence import forbids_commercial_use
from musicgen_studio.export.names import free_names, suggested_name, taken_names
from musicgen_studio.export.targets import Target
from musicgen_studio.export.tracks import TRACK_FORMATS
from musicgen_studio.files.sound import SoundFormat
from musicgen_studio.files.there import is_folder_there, status_of
from musicgen_studio.paths import from_home
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.clip_words import clock
from musicgen_studio.ui.panels.export_choice import ExportChoice
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.widgets.asking_files import ask_for_folder
from musicgen_studio.ui.widgets.choice_box import choice_box
from musicgen_studio.ui.widgets.number_box import inset

MAX_LOOP_BARS = 64
_MAX_ROWS = 5  # of names that are seen at once


class ExportDialog(QDialog):
    """Asks how to export clips. Open it with `open()`.

    Args:
        clips: What is to be exported, at least one.
        folder: Where to, unless `set_settings` knows better.
        parent: The window.
        selection_s: What is selected of the one clip, from and to in seconds; None if nothing is.
        looped: Which bars of the one clip are looped or selected: the first, from 0, and how many; None if none are.
    """

    export_accepted = Signal(object)  # ExportChoice

    def __init__(
        self,
        clips: Sequence[Clip],
        folder: Path,
        parent: QWidget | None = None,
        selection_s: tuple[float, float] | None = None,
        looped: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(parent)
        self._clips = tuple(clips)
        self._looped = looped
        self._suggested = tuple(suggested_name(clip.title, clip.tempo_bpm) for clip in clips)
        self._taken: frozenset[str] = frozenset()
        self._usual_rate: int | None = None  # what is chosen where the format leaves the choice
        self.setWindowTitle(self.tr("Export"))
        self._build_target()
        self._build_selection(selection_s)
        self._build_sound()
        self._build_place(folder)
        self._build_words()
        self._lay_out()
        self._connect()
        self._target_changed()
        self._format_changed()
        self._folder_changed()

    def choice(self) -> ExportChoice:
        """Return what is chosen now."""
        sound_format = self._sound_format()
        settings = FinishSettings(
            sound_format=sound_format,
            sample_rate=sound_format.only_rate_hz or self._rate.currentData(),
            loudness_lufs=self._loudness.currentData(),
        )
        is_loop = self._target_now() is Target.LOOP
        return ExportChoice(
            settings,
            self._chosen_folder(),
            self._names(),
            self._selection.isChecked() and not is_loop,
            self._target_now(),
            self._bars.value(),
            self._looped[0] if self._looped and is_loop else None,
        )

    def settings(self) -> dict[str, str | int | float | None]:
        """Return what is to be remembered for the next export, ready for JSON."""
        return {
            "sound_format": self._sound_format().value,
            "sample_rate": self._usual_rate,
            "loudness_lufs": self._loudness.currentData(),
            "folder": self._folder.text(),
        }

    def set_settings(self, settings: Mapping[str, object]) -> None:
        """Choose what was remembered. What is missing or not known any more is left as it is.

        Args:
            settings: From `settings`, perhaps of another version of the program.
        """
        for key, box in (
            ("sample_rate", self._rate),
            ("sound_format", self._format),
            ("loudness_lufs", self._loudness),
        ):
            index = box.findData(settings[key]) if key in settings else -1
            if index >= 0:
                box.setCurrentIndex(index)
        self._format_changed()
        folder = settings.get("folder")
        if isinstance(folder, str) and folder:
            self._folder.setText(folder)

    @Slot()
    def accept(self) -> None:
        """Give the choice out and close, if it still can be done."""
        self._folder_changed()  # the disk may have changed since
        if self._export.isEnabled():
            self.export_accepted.emit(self.choice())
            super().accept()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin where most is decided."""
        super().showEvent(event)
        self._make_room(fits=True)
        if len(self._clips) == 1:
            self._name.setFocus()
            self._name.setSelection(len(self._name.text()), -len(self._name.text()))  # all; its beginning is seen

    def _build_target(self) -> None:
        self._target = choice_box({}, self.tr("What is made of the clip"), self.tr("What"))
        for target, text in (
            (Target.SOUND, self.tr("Sound file")),
            (Target.STEMS, self.tr("Folder of stems")),
            (Target.LOOP, self.tr("Loop of whole bars")),
            (Target.DAWPROJECT, self.tr("DAWproject: Bitwig, Studio One, Cubase")),
            (Target.REAPER, self.tr("REAPER project")),
            (Target.MIDI, self.tr("MIDI of the music")),
        ):
            self._target.addItem(text, target)
        self._target_note = plain_label(look=Look.MUTED, wraps=True)
        self._bars = QSpinBox(minimum=1, maximum=MAX_LOOP_BARS)
        self._bars.setValue(self._looped[1] if self._looped else 4)
        inset(self._bars)
        self._bars.setAccessibleName(self.tr("Bars"))
        self._bars.setToolTip(self.tr("How many bars the loop has"))
        self._rows: dict[QWidget, QLabel | None] = {}  # fields that not every target has, with their labels

    def _target_notes(self) -> dict[Target, str]:
        return {
            Target.SOUND: "",
            Target.STEMS: self.tr("Aligned, equally long, and they add up to the clip; made first if there are none."),
            Target.LOOP: self._loop_note(),
            Target.DAWPROJECT: self.tr(
                "Tracks, tempo, bars and markers in one file, with the stems if there are some."
            ),
            Target.REAPER: self.tr("A folder with the project and its sounds, with its stems if it has some."),
            Target.MIDI: self.tr("The notes that are heard, one track for each stem."),
        }

    def _loop_note(self) -> str:
        note = self.tr("Begins and ends on a bar, closes without a click, and tells its tempo.")
        if self._looped is None:
            return note
        where = self.tr("It begins with bar {0}, as what is marked in the clip.").format(self._looped[0] + 1)
        return f"{note} {where}"

    def _build_selection(self, selection_s: tuple[float, float] | None) -> None:
        self._selection = QCheckBox()
        self._has_selection = selection_s is not None
        if selection_s is not None:
            words = self.tr("Only the selection, {0} to {1}").format(*map(clock, selection_s))
            self._selection.setText(words)
            self._selection.setAccessibleName(words)
            self._selection.setToolTip(self.tr("Else the whole clip is exported"))

    def _build_sound(self) -> None:
        self._format = choice_box({}, self.tr("The kind of sound file"), self.tr("Format"))
        for sound_format, text in self._format_texts().items():
            self._format.addItem(text, sound_format.value)
        self._format.setCurrentIndex(self._format.findData(SoundFormat.WAV24.value))
        self._format_note = plain_label(look=Look.MUTED, wraps=True)
        self._rate = choice_box({}, self.tr("How many samples a second the file has"), self.tr("Sample rate"))
        own_rates = {clip.sample_rate for clip in self._clips}
        own = self.tr("As it is ({0})").format(_kilohertz(*own_rates)) if len(own_rates) == 1 else self.tr("As it is")
        self._rate.addItem(own, None)
        for rate_hz in SAMPLE_RATES_HZ:
            self._rate.addItem(_kilohertz(rate_hz), rate_hz)
        self._loudness = choice_box(
            {}, self.tr("Whether all files are to sound equally loud"), name=self.tr("Loudness")
        )
        self._loudness.addItem(self.tr("As it is"), None)
        self._loudness.addItem(self.tr("−14 LUFS, true peak −1 dB: for streaming"), STREAMING_LUFS)

    def _format_texts(self) -> dict[SoundFormat, str]:
        return {
            SoundFormat.WAV16: self.tr("WAV, 16 bit"),
            SoundFormat.WAV24: self.tr("WAV, 24 bit"),
            SoundFormat.WAV32F: self.tr("WAV, 32 bit float"),
            SoundFormat.FLAC: self.tr("FLAC, 24 bit"),
            SoundFormat.OGG: self.tr("OGG Vorbis"),
            SoundFormat.OPUS: self.tr("Opus"),
            SoundFormat.MP3: self.tr("MP3, 320 kbit/s"),
        }

    def _format_notes(self) -> dict[SoundFormat, str]:
        return {
            SoundFormat.WAV16: self.tr("As on a CD; every program reads it."),
            SoundFormat.WAV24: self.tr("What music programs work with: the usual choice."),
            SoundFormat.WAV32F: self.tr("Keeps even what is louder than full scale."),
            SoundFormat.FLAC: self.tr("Exactly the same sound in about half the space."),
            SoundFormat.OGG: self.tr("Small, and hardly to be told from the original."),
            SoundFormat.OPUS: self.tr("Smallest at good sound; always 48 kHz."),
            SoundFormat.MP3: self.tr("Small, and plays everywhere."),
        }

    def _build_place(self, folder: Path) -> None:
        self._folder = QLineEdit(from_home(folder))
        self._folder.setAccessibleName(self.tr("Folder"))
        self._folder.setToolTip(self.tr("Where the files go"))
        self._folder_button = QPushButton(self.tr("Folder…"))
        self._folder_button.setAutoDefault(False)
        self._folder_button.setAccessibleName(self.tr("Choose a folder"))
        self._folder_button.setToolTip(self.tr("Choose a folder"))
        self._name = QLineEdit(self._suggested[0])
        self._name.setMaxLength(MAX_STEM_BYTES)
        self._name.setPlaceholderText(self._suggested[0])
        self._name.setAccessibleName(self.tr("File name"))
        self._name.setToolTip(self.tr("Without ending; what no file name may hold is left out"))
        self._files = QListWidget()
        self._files.setAccessibleName(self.tr("Files that will be written"))
        set_look(self._files, Look.CARD)
        self._files.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._files.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._files.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _build_words(self) -> None:
        self._name_note = plain_label(look=Look.MUTED, wraps=True)
        self._problem = plain_label(wraps=True)
        self._problem_frame = _frame(Look.PROBLEM, self._problem)
        self._licence = plain_label(self._licence_text(), wraps=True)
        self._licence.setAccessibleName(self.tr("Licence"))
        self._licence_frame = _frame(Look.CARD, self._licence)
        is_one = len(self._clips) == 1
        self._buttons = QDialogButtonBox()
        self._export = self._buttons.addButton(
            self.tr("Export") if is_one else self.tr("Export {0} clips").format(len(self._clips)),
            QDialogButtonBox.ButtonRole.AcceptRole,
        )
        self._export.setDefault(True)
        set_look(self._export, Look.PRIMARY)
        self._buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)

    def _licence_text(self) -> str:
        counts = Counter(clip.licence for clip in self._clips)
        lines = [self._licence_line(licence) for licence in counts]
        if len(counts) == 1:
            lines = [lines[0][0].upper() + lines[0][1:]]
        else:
            text = self.tr("{0} of {1} clips: {2}")
            total = len(self._clips)
            lines = [text.format(count, total, line) for count, line in zip(counts.values(), lines, strict=True)]
        if any(counts):  # those without one have nothing to say
            lines.append(self.tr("The licence is written into the file."))
        return "\n".join(lines)

    def _licence_line(self, licence: str) -> str:
        if not licence:
            return self.tr("your own sound, no licence known.")
        name = licence if " " in licence else licence.upper()  # model cards write cc-by-nc-4.0
        if forbids_commercial_use(licence) and "commercial" not in licence.lower():
            return self.tr("{0}: not for commercial use.").format(name)
        return f"{name}."

    def _lay_out(self) -> None:
        rows = QGridLayout()  # a form layout gives every text that may wrap the height of two lines
        rows.setVerticalSpacing(2 * GRID)
        rows.setHorizontalSpacing(4 * GRID)
        rows.setColumnStretch(1, 1)
        if len(self._clips) == 1:
            _add_row(rows, self.tr("&What"), self._target)
            _add_row(rows, "", self._target_note)
            self._rows[self._bars] = _add_row(rows, self.tr("&Bars"), self._bars)
        if self._has_selection:
            self._rows[self._selection] = _add_row(rows, "", self._selection)
        self._rows[self._format] = _add_row(rows, self.tr("&Format"), self._format)
        self._rows[self._format_note] = _add_row(rows, "", self._format_note)
        self._rows[self._rate] = _add_row(rows, self.tr("&Sample rate"), self._rate)
        self._rows[self._loudness] = _add_row(rows, self.tr("&Loudness"), self._loudness)
        _add_row(rows, self.tr("F&older"), self._folder, self._folder_button)
        _add_row(rows, "", self._problem_frame)
        if len(self._clips) == 1:
            self._rows[self._name] = _add_row(rows, self.tr("&Name"), self._name)
            self._rows[self._files] = _add_row(rows, self.tr("File"), self._files)
        else:
            _add_row(rows, self.tr("Files"), self._files)
        _add_row(rows, "", self._name_note)
        _add_row(rows, self.tr("Licence"), self._licence_frame)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(6 * GRID, 4 * GRID, 6 * GRID, 4 * GRID)
        self._column.setSpacing(4 * GRID)
        self._column.addLayout(rows)
        self._column.addStretch(1)
        self._column.addWidget(self._buttons)
        self.setMinimumWidth(520)

    def _connect(self) -> None:
        self._target.currentIndexChanged.connect(self._target_changed)
        self._format.currentIndexChanged.connect(self._format_changed)
        self._rate.currentIndexChanged.connect(self._rate_changed)
        self._folder.textChanged.connect(self._folder_changed)
        self._folder_button.clicked.connect(self._ask_folder)
        self._name.textChanged.connect(self._refresh)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def _target_now(self) -> Target:
        return Target(self._target.currentData())

    @Slot()
    def _target_changed(self) -> None:
        """Show what this target can be told, and nothing else."""
        target = self._target_now()
        is_file, has_sound = target is Target.SOUND, target is not Target.MIDI
        if not is_file and self._sound_format() not in TRACK_FORMATS:
            self._format.setCurrentIndex(self._format.findData(SoundFormat.WAV24.value))
        shown = {
            self._bars: target is Target.LOOP,
            self._selection: self._has_selection and target is not Target.LOOP,
            self._format: has_sound,
            self._format_note: has_sound,
            self._rate: has_sound,
            self._loudness: is_file,
            self._name: is_file,
            self._files: is_file,
        }
        for field, is_shown in shown.items():
            if field in self._rows:
                field.setVisible(is_shown)
                label = self._rows[field]
                if label is not None:
                    label.setVisible(is_shown)
        note = self._target_notes()[target]
        self._target_note.setText(note)
        self._target_note.setVisible(bool(note))
        self._refresh()
        self._make_room(fits=True)

    def _sound_format(self) -> SoundFormat:
        return SoundFormat(self._format.currentData())

    def _chosen_folder(self) -> Path:
        text = self._folder.text().strip()
        return Path.home() / text[2:] if text.startswith(("~/", "~\\")) else Path(text)

    def _names(self) -> tuple[str, ...]:
        return (self._name.text().strip() or self._suggested[0],) if len(self._clips) == 1 else self._suggested

    @Slot()
    def _format_changed(self) -> None:
        sound_format = self._sound_format()
        usual_rate = self._usual_rate
        self._rate.setCurrentIndex(self._rate.findData(sound_format.only_rate_hz or usual_rate))
        self._usual_rate = usual_rate
        self._rate.setEnabled(sound_format.only_rate_hz is None)
        self._format_note.setText(self._format_notes()[sound_format])
        self._refresh()

    @Slot()
    def _rate_changed(self) -> None:
        self._usual_rate = self._rate.currentData()

    @Slot()
    def _folder_changed(self) -> None:
        self._taken = taken_names(self._chosen_folder())
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        """Show what would come of the choice as it is now."""
        problem, files = self._folder_problem() or self._format_problem(), []
        extension = self._sound_format().extension
        if not problem and self._target_now() is Target.SOUND:
            try:
                files = free_names(self._chosen_folder(), self._names(), extension, self._taken)
            except UserProblem as no_room:
                problem = f"{no_room.why} {no_room.what_to_do}"
        self._problem.setText(problem)
        self._problem_frame.setVisible(bool(problem))
        self._files.clear()
        self._files.addItems(files)
        for row, file in enumerate(files):
            self._files.item(row).setToolTip(file)
        self._files.setFixedHeight(_height(self._files, min(max(len(files), 1), _MAX_ROWS)))
        note = self._taken_note(extension, files)
        self._name_note.setText(note)
        self._name_note.setVisible(bool(note))
        self._export.setEnabled(not problem)
        self._make_room()

    def _format_problem(self) -> str:
        """Say why a format does not do for this target."""
        if self._target_now() in (Target.SOUND, Target.MIDI) or self._sound_format() in TRACK_FORMATS:
            return ""
        return self.tr("This format changes a sound's length a little. Choose WAV or FLAC.")

    def _folder_problem(self) -> str:
        if not self._folder.text().strip():
            return self.tr("Choose a folder.")
        folder = self._chosen_folder()
        if not folder.is_absolute():
            return self.tr("Give the whole path of the folder, or choose it.")
        there = next((one for one in (folder, *folder.parents) if status_of(one) is not None), folder)
        if not is_folder_there(there):
            return self.tr("{0} is not a folder.").format(there)
        if not os.access(there, os.W_OK):
            return self.tr("Writing in {0} is not allowed. Choose another folder.").format(there)
        return ""

    def _taken_note(self, extension: str, files: Sequence[str]) -> str:
        """Say which names are not the ones wanted, because those are taken, and whether the folder is new."""
        wanted = free_names(self._chosen_folder(), self._names(), extension, ()) if files else []
        moved = [(old, new) for old, new in zip(wanted, files, strict=True) if folded(old) != folded(new)]
        lines = []
        if len(moved) == 1:
            lines.append(self.tr("“{0}” is there already: this one will be called “{1}”.").format(*moved[0]))
        elif moved:
            lines.append(self.tr("{0} names are taken; these files get a number.").format(len(moved)))
        if files and status_of(self._chosen_folder()) is None:
            lines.append(self.tr("The folder will be made."))
        return "\n".join(lines)

    def _make_room(self, *, fits: bool = False) -> None:
        """Grow where texts take more lines than before; a layout does that by itself only when it is shown first.

        Args:
            fits: Whether to shrink, too: another target has fewer fields, and would leave a hole above the buttons.
        """
        self._column.activate()  # what was hidden or shown just now counts
        needed = self._column.totalHeightForWidth(self.width())
        if self.isVisible() and (needed > self.height() or fits):
            self.resize(self.width(), needed)

    @Slot()
    def _ask_folder(self) -> None:
        title = self.tr("Folder for the files")
        ask_for_folder(self, title, lambda folder: self._folder.setText(str(folder)), self._chosen_folder())


def _add_row(rows: QGridLayout, text: str, field: QWidget, button: QPushButton | None = None) -> QLabel | None:
    """Add a field behind its label, which is returned. It stands level with the first line of a tall field."""
    row, label = rows.rowCount(), None
    if text:
        label = QLabel(text)
        label.setBuddy(field)
        label.setContentsMargins(0, 2 * GRID - 1, 0, 0)
        rows.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
    if button is None:
        rows.addWidget(field, row, 1)
        return label
    both = QHBoxLayout()
    both.setSpacing(2 * GRID)
    both.addWidget(field, 1)
    both.addWidget(button)
    rows.addLayout(both, row, 1)
    return label


def _frame(look: Look, label: QLabel) -> QFrame:
    frame = QFrame()
    set_look(frame, look)
    column = QVBoxLayout(frame)
    column.setContentsMargins(3 * GRID - 1, 2 * GRID, 3 * GRID - 1, 2 * GRID)  # the text below that of the fields
    column.addWidget(label)
    return frame


def _height(files: QListWidget, rows: int) -> int:
    row = files.sizeHintForRow(0) if files.count() else files.fontMetrics().height() + 3 * GRID
    return rows * row + 2 * files.frameWidth()


def _kilohertz(rate_hz: int) -> str:
    return f"{rate_hz / 1000:g} kHz"
