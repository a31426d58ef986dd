"""The melody of the chosen passage: the button by which it is chosen or left, and a line of what is followed of a mix.

Not for reading it (`studio.making.source`), nor for the melody on the left (`melody_panel`).
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QWidget

from musicgen_studio.files import midi, sound
from musicgen_studio.ui.look.theme import GRID, Look
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.widgets.asking_files import ask_for_file
from musicgen_studio.ui.widgets.picture_button import picture_button


class PassageMelody(QObject):
    """A button and a line, each to be put where there is room for it. Main thread.

    Args:
        parent: Above it the file is asked for.
    """

    file_chosen = Signal(int, str)
    """(a passage, counted from 0; the sound or MIDI file that it is to follow, empty for none of its own)."""
    follows_all_chosen = Signal(int, bool)
    """(a passage, whether of the mix that it follows drums and bass are followed, too)."""
    left_chosen = Signal(int)
    """This passage is to follow the melody that is hummed, opened or drawn elsewhere in the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._place = parent
        self.has_left: Callable[[], bool] = lambda: False
        """Tells whether there is such a melody."""
        self.is_mix: Callable[[str], bool] = lambda _file: False
        """Tells whether a file is known to be a mix."""
        self._passage, self._file, self._follows_all = 0, "", False
        self.button = picture_button("note", self.tr("Melody of the passage"))
        self.button.setCheckable(True)
        self.button.clicked.connect(self._ask)
        self._told = plain_label("", Look.MUTED, wraps=True)
        self._all = QCheckBox(self.tr("Follow drums and bass, too"))
        self._all.setAccessibleName(self.tr("Follow drums and bass of the passage's melody, too"))
        self._all.setToolTip(self.tr("All of a mix goes to the model; else lead and chords, which carry the melody"))
        self._all.toggled.connect(lambda is_on: self.follows_all_chosen.emit(self._passage, is_on))
        self.line = QWidget()
        """Seen where that melody is a mix."""
        row = QHBoxLayout(self.line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self._told, 1)
        row.addWidget(self._all)

    def show_of(self, passage: int, file: str, *, follows_all: bool = False) -> None:
        """Show what a passage, counted from 0, follows, and whether all of it; an empty file is none of its own."""
        self._passage, self._file, self._follows_all = passage, file, follows_all
        self.show_again()

    @Slot()
    def show_again(self) -> None:
        """Show the same, as more is known of it now."""
        name = Path(self._file).name
        self.button.setChecked(bool(name))
        self.button.setToolTip(
            self.tr("Follows {0}; click to follow none").format(name)
            if name
            else self.tr("Let the passage follow a melody: the one on the left, or a sound or MIDI file")
        )
        is_mix = bool(name) and self.is_mix(self._file)
        told = (
            self.tr("{0} is a mix: all of it is followed, drums and bass too")
            if self._follows_all
            else self.tr("{0} is a mix: its lead and chords are followed, without drums and bass")
        )
        self._told.setText(told.format(name) if is_mix else "")
        with QSignalBlocker(self._all):
            self._all.setChecked(self._follows_all)
        self.line.setVisible(is_mix)

    @Slot()
    def _ask(self) -> None:
        passage = self._passage
        if self._file:
            self.file_chosen.emit(passage, "")
            return
        self.button.setChecked(False)
        menu = QMenu(self._place)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        left = menu.addAction(self.tr("Follow the melody on the left"))
        left.setEnabled(self.has_left())
        left.triggered.connect(lambda: self.left_chosen.emit(passage))
        menu.addAction(self.tr("Choose a file…")).triggered.connect(lambda: self._ask_for_file(passage))
        menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))

    def _ask_for_file(self, passage: int) -> None:
        endings = " ".join(f"*{ending}" for ending in sorted({*sound.EXTENSIONS, *midi.EXTENSIONS}))
        names = self.tr("Sound and MIDI files ({0})").format(endings)
        title = self.tr("Melody of the passage")
        ask_for_file(self._place, title, names, lambda file: self.file_chosen.emit(passage, str(file)))
