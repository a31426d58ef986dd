"""What can be set for good: one page, one value in, one value out. Keys have their own sheet (`shortcuts_dialog`)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.compute.device import AUTO
from musicgen_studio.compute.precision import PRECISIONS
from musicgen_studio.paths import from_home
from musicgen_studio.sound.metronome import MAX_BEATS_PER_BAR
from musicgen_studio.studio.program.settings import MAX_OFFSET_MS, Settings
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.widgets.asking_files import ask_for_folder
from musicgen_studio.ui.widgets.choice_box import choice_box
from musicgen_studio.ui.widgets.number_box import inset
from musicgen_studio.ui.widgets.tall_area import TallArea

STARTER = "starter"
MAX_IDLE_MIN = 24 * 60

_LEAST_PX = 118 * GRID  # of its width


class SettingsDialog(QDialog):
    """Shows settings and gives the changed ones back. Open it with `open()`.

    Args:
        settings: What holds now.
        output_devices: The sound devices there are, as `name|host api`.
        describe_checkpoint: Says in a line what the checkpoint with this name or folder is and under which licence, or
            what is wrong with it.
        parent: The window.
    """

    settings_accepted = Signal(object)  # Settings
    shortcuts_requested = Signal()

    def __init__(
        self,
        settings: Settings,
        output_devices: Sequence[str],
        describe_checkpoint: Callable[[str], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self._settings = settings
        self._describe_checkpoint = describe_checkpoint
        self._build_look()
        self._build_engine()
        self._build_sound(output_devices)
        self._build_recording()
        self._lay_out()
        self._show(settings)

    def values(self) -> Settings:
        """Return the settings as they are shown."""
        return replace(
            self._settings,
            theme=self._theme.currentData(),
            device=self._device.currentData(),
            precision=self._precision.currentData(),
            checkpoint=self._checkpoint.currentData(),
            output_device=self._output.currentData(),
            unload_after_min=self._unload.value(),
            library_folder=self._library_folder,
            snap=self._snap.currentData(),
            follow_playhead=self._follow.isChecked(),
            keeps_playing=self._keeps_playing.isChecked(),
            recording_offset_ms=float(self._offset.value()),
            beats_per_bar=self._beats.value(),
        )

    def add_checkpoint(self, folder: str) -> None:
        """Choose a checkpoint, offering it from now on if it was not among the choices."""
        if self._checkpoint.findData(folder) < 0:
            self._checkpoint.addItem(folder, folder)
        self._checkpoint.setCurrentIndex(self._checkpoint.findData(folder))

    def set_output_devices(self, devices: Sequence[str]) -> None:
        """Offer other sound devices; the chosen one stays chosen, be it there or not.

        Args:
            devices: As for the constructor.
        """
        chosen = str(self._output.currentData())
        while self._output.count() > 1:  # the first is the system's choice
            self._output.removeItem(1)
        for device in devices:
            self._output.addItem(_device_title(device), device)
        self._offer_absent(chosen)
        self._output.setCurrentIndex(self._output.findData(chosen))

    def set_library_folder(self, folder: str) -> None:
        """Choose where clips are kept, from the next start on."""
        self._show_folder(folder)
        self._folder_note.setVisible(folder != self._settings.library_folder)

    @Slot()
    def accept(self) -> None:
        """Give the settings back and close."""
        self.settings_accepted.emit(self.values())
        super().accept()

    def _build_look(self) -> None:
        self._theme = choice_box(
            {"dark": self.tr("Dark"), "light": self.tr("Light"), "system": self.tr("Like the system")},
            self.tr("Colours of the window"),
        )
        self._follow = _check(self.tr("Follow the playhead"), self.tr("The waveform scrolls along while it plays"))
        self._keeps_playing = _check(
            self.tr("Keep playing when new music begins"),
            self.tr("Else what is being made is shown and heard at once, in place of what plays"),
        )
        self._snap = choice_box(
            {"off": self.tr("Nothing"), "beat": self.tr("Beats"), "bar": self.tr("Bars")},
            self.tr("What selections, loops and the playhead fall on where the tempo is known"),
        )

    def _build_engine(self) -> None:
        automatic = self.tr("Automatic")
        self._checkpoint = choice_box({STARTER: self.tr("Starter")}, self.tr("The checkpoint that makes the music"))
        self._licence = plain_label(look=Look.MUTED, wraps=True)
        self._checkpoint.currentIndexChanged.connect(self._describe)
        self._device = choice_box(
            {"auto": automatic, "cpu": self.tr("Processor"), "cuda": "CUDA", "mps": self.tr("Apple graphics (MPS)")},
            self.tr("Where the checkpoint runs"),
        )
        self._precision = choice_box(
            {name: automatic if name == AUTO else name for name in PRECISIONS},
            self.tr("How exactly it calculates: less is faster and needs less memory"),
        )
        self._unload = QSpinBox(minimum=0, maximum=MAX_IDLE_MIN)
        inset(self._unload)
        self._unload.setSpecialValueText(self.tr("never"))
        self._unload.setSuffix(self.tr(" min idle"))
        self._unload.setToolTip(self.tr("When the checkpoint's memory is given back; it is loaded again when needed"))

    def _build_sound(self, output_devices: Sequence[str]) -> None:
        names = {"": self.tr("The system's")} | {device: _device_title(device) for device in output_devices}
        self._output = choice_box(names, self.tr("The sound device that plays"))
        self._folder = QLineEdit(readOnly=True)
        self._folder_tip = self.tr("Where all clips are kept; files dragged into other programs must stay there")
        self._folder_note = plain_label(self.tr("Used from the next start of the program."), Look.MUTED, wraps=True)
        self._folder_note.hide()
        self._keys = QPushButton(self.tr("Change keys…"))
        self._keys.setToolTip(self.tr("Which key does what"))
        self._keys.setAutoDefault(False)
        self._keys.clicked.connect(self.shortcuts_requested)

    def _build_recording(self) -> None:
        self._offset = QSpinBox(minimum=-round(MAX_OFFSET_MS), maximum=round(MAX_OFFSET_MS))
        self._offset.setSuffix(self.tr(" ms"))
        self._offset.setToolTip(
            self.tr("How much too late a recording is against the metronome: it is moved forward by that")
        )
        self._beats = QSpinBox(minimum=1, maximum=MAX_BEATS_PER_BAR)
        self._beats.setToolTip(self.tr("Beats per bar of the metronome; the first one is accented"))
        for box in (self._offset, self._beats):
            inset(box)

    def _lay_out(self) -> None:
        page = QWidget()
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(2 * GRID)
        form.setHorizontalSpacing(4 * GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._section(form, self.tr("Music"))
        self._row(
            form, self.tr("&Checkpoint"), self._checkpoint, self._button(self.tr("Folder…"), self._ask_checkpoint)
        )
        form.addRow("", self._licence)
        self._row(form, self.tr("&Runs on"), self._device)
        self._row(form, self.tr("&Precision"), self._precision)
        self._row(form, self.tr("&Unload after"), self._unload)
        self._section(form, self.tr("Sound and clips"))
        self._row(form, self.tr("&Sound device"), self._output)
        self._row(form, self.tr("&Library folder"), self._folder, self._button(self.tr("Folder…"), self._ask_folder))
        form.addRow("", self._folder_note)
        self._section(form, self.tr("Recording"))
        self._row(form, self.tr("La&tency offset"), self._offset)
        self._row(form, self.tr("&Beats per bar"), self._beats)
        self._section(form, self.tr("Window"))
        self._row(form, self.tr("C&olours"), self._theme)
        self._row(form, self.tr("S&nap to"), self._snap)
        form.addRow("", self._follow)
        form.addRow("", self._keeps_playing)
        self._row(form, self.tr("&Keys"), self._keys)
        column = QVBoxLayout(self)
        column.setContentsMargins(6 * GRID, 4 * GRID, 6 * GRID, 4 * GRID)
        column.setSpacing(4 * GRID)
        column.addWidget(TallArea(page), 1)
        column.addWidget(self._buttons())
        column.addStrut(_LEAST_PX)  # not a minimum of the dialog, which would count even where texts need more

    def _section(self, form: QFormLayout, title: str) -> None:
        label = plain_label(title.upper(), Look.SECTION)
        label.setContentsMargins(0, 2 * GRID, 0, 0)
        form.addRow(label)

    def _row(self, form: QFormLayout, text: str, field: QWidget, button: QPushButton | None = None) -> None:
        label = QLabel(text)
        label.setBuddy(field)
        name = text.replace("&", "")
        field.setAccessibleName(name)
        if button is None:
            form.addRow(label, field)
            return
        button.setAccessibleName(self.tr("{0}: choose a folder").format(name))
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(field, 1)
        row.addWidget(button)
        form.addRow(label, row)

    def _button(self, text: str, slot: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.setToolTip(self.tr("Choose a folder"))
        button.clicked.connect(slot)
        return button

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        save = box.addButton(self.tr("Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        save.setDefault(True)
        set_look(save, Look.PRIMARY)
        save.setToolTip(self.tr("Use these settings from now on"))
        cancel = box.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setToolTip(self.tr("Leave the settings as they were"))
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        return box

    def _show(self, settings: Settings) -> None:
        self.add_checkpoint(settings.checkpoint)
        self._offer_absent(settings.output_device)
        for choice, value in (
            (self._theme, settings.theme),
            (self._snap, settings.snap),
            (self._device, settings.device),
            (self._precision, settings.precision),
            (self._output, settings.output_device),
        ):
            choice.setCurrentIndex(choice.findData(value))
        self._unload.setValue(settings.unload_after_min)
        self._offset.setValue(round(settings.recording_offset_ms))
        self._beats.setValue(settings.beats_per_bar)
        self._show_folder(settings.library_folder)
        self._follow.setChecked(settings.follow_playhead)
        self._keeps_playing.setChecked(settings.keeps_playing)
        self._describe()

    def _show_folder(self, folder: str) -> None:
        """Show a folder from its beginning on; where it is too long for its line, the tooltip says all."""
        self._library_folder = folder
        self._folder.setText(from_home(Path(folder)))
        self._folder.setCursorPosition(0)
        self._folder.setToolTip(f"{self._folder_tip}\n{folder}")

    def _offer_absent(self, device: str) -> None:
        if self._output.findData(device) < 0:
            self._output.addItem(self.tr("{0} (not there now)").format(_device_title(device)), device)

    @Slot()
    def _describe(self) -> None:
        self._licence.setText(self._describe_checkpoint(self._checkpoint.currentData()))

    @Slot()
    def _ask_checkpoint(self) -> None:
        self._ask(self.tr("Folder of a MusicGen checkpoint"), self.add_checkpoint)

    @Slot()
    def _ask_folder(self) -> None:
        self._ask(self.tr("Folder for the library"), self.set_library_folder)

    def _ask(self, title: str, chosen: Callable[[str], None]) -> None:
        ask_for_folder(self, title, lambda folder: chosen(str(folder)), Path(self._library_folder))


def _check(text: str, tip: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setToolTip(tip)
    box.setAccessibleName(text)
    return box


def _device_title(device: str) -> str:
    name, _, host_api = device.partition("|")
    return f"{name} ({host_api})" if host_api else name
