"""What the window says of engine, graphics card and sound devices: in the header, and as notices with what to do."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from musicgen_studio.checkpoints.hub.files import is_repository
from musicgen_studio.core.pace import speed_in_words
from musicgen_studio.studio.making.engines import EngineFacts
from musicgen_studio.ui.panels.header_bar import HeaderBar
from musicgen_studio.ui.panels.notices import Notices
from musicgen_studio.ui.window.services import Services


class News(QObject):
    """Tells of them. Main thread.

    Args:
        services: For the settings and the transport.
        header: Names the checkpoint and how fast it is.
        notices: Where news waits until it is answered.
        parent: Qt's owner.
    """

    restart_wished = Signal()

    def __init__(self, services: Services, header: HeaderBar, notices: Notices, parent: QObject) -> None:
        super().__init__(parent)
        self._services, self._header, self._notices = services, header, notices
        header.set_checkpoint(_title(services.settings.checkpoint))

    @Slot(object)
    def show_engine(self, facts: EngineFacts | None) -> None:
        """Name what makes the music now."""
        if facts is None:
            self._header.set_checkpoint(_title(self._services.settings.checkpoint))  # what will make it next
            self._header.set_speed(self.tr("not loaded"))
            return
        self._header.set_checkpoint(f"{_title(facts.checkpoint.id)} · {facts.checkpoint.licence}")
        self._header.set_speed(facts.info.device.upper())

    @Slot(float)
    def show_speed(self, speed: float) -> None:
        """Say how fast it is, in times of real time."""
        self._header.set_speed(self.tr("{0}× real time").format(speed_in_words(speed)))

    @Slot()
    def offer_restart(self) -> None:
        """Say that the graphics card is gone until the next start."""
        text = self.tr("The graphics card no longer answers; music is made on the processor until the next start.")
        self._notices.add(text, self.tr("Restart"), self.restart_wished.emit)

    @Slot()
    def offer_device(self) -> None:
        """Say that there is another device; what plays is not cut unless that is wanted."""
        text = self.tr("Sound devices have changed. The music goes on where it is.")
        self._notices.add(text, self.tr("Use the new one"), self._services.transport.use_new_devices)


def _title(checkpoint: str) -> str:
    """Return what a checkpoint is called in the header: a name of the Hub as it is, a folder by its last part."""
    return checkpoint if is_repository(checkpoint) else Path(checkpoint).name.capitalize()
