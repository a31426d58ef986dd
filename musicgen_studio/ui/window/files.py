"""Sound and MIDI files that come into the window: dropped, chosen in a dialog, or handed over by another start."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.files import midi, sound
from musicgen_studio.ui.panels.melody_panel import MelodyPanel
from musicgen_studio.ui.widgets.asking_files import ask_for_files
from musicgen_studio.ui.window.collection import Collection


class Files(QObject):
    """Opens them. Main thread.

    Args:
        collection: Takes sound files into the library.
        melody: Follows a MIDI file.
        window: What the dialog belongs to.
    """

    melody_opened = Signal(object)  # Path

    def __init__(self, collection: Collection, melody: MelodyPanel, window: QWidget) -> None:
        super().__init__(window)
        self._collection, self._melody, self._window = collection, melody, window

    @Slot(list)
    def open(self, files: Sequence[Path]) -> None:
        """Open sound files as clips, and follow the melody of the last MIDI file."""
        self._collection.import_files([file for file in files if not midi.is_midi(file)])
        for file in [file for file in files if midi.is_midi(file)][-1:]:
            self.melody_opened.emit(file)
            self._melody.set_open(True)
            self._melody.choose_file(file)

    @Slot()
    def ask(self) -> None:
        """Ask for files, and open them."""
        endings = " ".join(f"*{ending}" for ending in sorted({*sound.EXTENSIONS, *midi.EXTENSIONS}))
        text = self.tr("Sound and MIDI files ({0})").format(endings)
        ask_for_files(self._window, self.tr("Import"), text, self.open)
