"""What the window's parts work with, made once by `app` and handed to those that need it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtGui import QUndoStack

from musicgen_studio.compute.speed import ProcessorSpeed
from musicgen_studio.library.library import Library
from musicgen_studio.separation.api import Separator
from musicgen_studio.sound.transport import Transport
from musicgen_studio.studio.humming.recording import RecordingSession
from musicgen_studio.studio.making.engines import EngineChoice
from musicgen_studio.studio.making.queue import JobLoop
from musicgen_studio.studio.program.background import Background
from musicgen_studio.studio.program.downloads import Downloads
from musicgen_studio.studio.program.keeping import WriteInt8
from musicgen_studio.studio.program.settings import Settings, SettingsFile


@dataclass(slots=True)
class Services:
    """The program behind the window. Everything but `settings` stays the same from start to end.

    Args:
        library: The clips.
        loop: The queue and what makes it.
        transport: What is heard.
        background: Short work beside the window.
        recording: What is recorded.
        settings: What the user has chosen; replaced as a whole.
        settings_file: Where they are kept; see `use`.
        downloads: Brings checkpoints beside the music.
        measure_speed: Measures how fast this computer's processor is, which takes it for two seconds; is given what
            tells whether music was made meanwhile.
        forget_int8: Deletes what was kept of a checkpoint's folder in int8, and returns how many bytes that freed.
        write_int8: Writes a checkpoint's folder as int8 into another one, see `keeping.let_originals_go`.
        separator: Gives what takes clips apart; the first call loads it, which takes a moment.
        undo: Edits of clips that can be taken back.
    """

    library: Library
    loop: JobLoop
    transport: Transport
    background: Background
    recording: RecordingSession
    settings: Settings
    settings_file: SettingsFile
    downloads: Downloads
    measure_speed: Callable[[Callable[[], bool]], ProcessorSpeed]
    forget_int8: Callable[[Path], int]
    write_int8: WriteInt8
    separator: Callable[[], Separator]
    undo: QUndoStack = field(default_factory=QUndoStack)

    @property
    def choice(self) -> EngineChoice:
        """The engine that the settings ask for."""
        return EngineChoice(self.settings.checkpoint, self.settings.device, self.settings.precision)

    def use(self, settings: Settings) -> None:
        """Put settings into force, and have them written in the background. Main thread."""
        self.settings = settings
        self.settings_file.save_soon(settings)
        self.background.run("settings", self.settings_file.write_due)

    def remember(self, key: str, text: str) -> None:
        """Keep a text for the next start, without letting the window's thread wait for the disk. Main thread."""
        self.library.remember(key, text, soon=True)
        self.write_soon()

    def write_soon(self) -> None:
        """Have what the library has taken without waiting for the disk be written in the background. Main thread."""
        self.background.run("remember", self.library.write_due)
