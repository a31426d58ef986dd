"""What checkpoints there are, looked up in the background and remembered for whoever shows it. Not for showing it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from musicgen_studio.checkpoints.hub.cache import hub_cache
from musicgen_studio.checkpoints.hub.published import torch_files
from musicgen_studio.checkpoints.offers import Offer, offers
from musicgen_studio.checkpoints.places import downloads_folder
from musicgen_studio.compute.speed import ProcessorSpeed, remembered
from musicgen_studio.files.there import is_folder_there
from musicgen_studio.studio.program.background import Lane
from musicgen_studio.studio.program.downloads import DownloadEnded
from musicgen_studio.ui.panels.checkpoint_words import CheckpointWords
from musicgen_studio.ui.window.inbox import Inbox
from musicgen_studio.ui.window.services import Services

MEASURE_AFTER_MS = 3000
"""How long the loop must have been idle before the processor is measured, which takes it for two seconds."""


@dataclass(frozen=True, slots=True)
class DownloadPlace:
    """Where downloads go.

    Args:
        folder: Checkpoints.
        torch_folder: Demucs' weights.
        free_bytes: What is free on the folder's disk.
        is_shared: Whether the folder is the one that other programs share.
    """

    folder: Path
    torch_folder: Path
    free_bytes: int
    is_shared: bool


class Shelf(QObject):
    """The offers as they were read last, and how fast this computer is. Main thread.

    Args:
        services: For settings, background and downloads.
        inbox: Tells of downloads that have ended.
        parent: Qt's owner.
    """

    changed = Signal()
    arrived = Signal(str)  # id of what has just come
    failed = Signal(object)  # DownloadEnded

    def __init__(self, services: Services, inbox: Inbox, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.words = CheckpointWords(self)
        self._offers: tuple[Offer, ...] = ()
        self.place: DownloadPlace | None = None
        """Where downloads go, once it was looked up."""
        self._asked = 0
        self._is_measuring = False
        self._quiet = QTimer(self, singleShot=True, interval=MEASURE_AFTER_MS)
        self._quiet.timeout.connect(self._measure_if_quiet)
        inbox.download_ended.connect(self._end_download)

    def offers(self) -> tuple[Offer, ...]:
        """Return what there is and what could be had; nothing before it was looked up."""
        return self._offers

    def offer(self, offer_id: str) -> Offer | None:
        """Return the one with this id."""
        return next((each for each in self._offers if each.id == offer_id), None)

    @Slot()
    def refresh(self) -> None:
        """Look again; `changed` tells when that is done."""
        settings = self._services.settings
        chosen = (settings.checkpoint, *settings.checkpoint_folders)
        self._asked += 1
        asked = self._asked

        def look() -> tuple[tuple[Offer, ...], DownloadPlace, ProcessorSpeed | None]:
            return offers(chosen), _place(), remembered()

        def take(found: tuple[tuple[Offer, ...], DownloadPlace, ProcessorSpeed | None]) -> None:
            if asked == self._asked:  # a later look knows more
                self._offers, self.place = found[0], found[1]
                if found[2] is not None:
                    self.words.speed, self.words.is_rough = found[2], False
                self.changed.emit()

        self._services.background.run("checkpoints", look, take)

    def measure_when_quiet(self) -> None:
        """Measure this computer once, as soon as no music has been made for a few seconds, if it is not known."""
        if self.words.speed is None and not self._is_measuring:
            self.words.is_measuring = True
            self._quiet.start()

    @Slot()
    def _measure_if_quiet(self) -> None:
        if self.words.speed is not None or self._is_measuring:
            return
        if self._is_at_work():  # what is measured beside music is not this computer's speed
            self._quiet.start()
            return
        self._is_measuring = True
        services = self._services

        def measure() -> tuple[ProcessorSpeed, bool]:
            speed = services.measure_speed(self._is_at_work)
            return speed, remembered() is None

        def take(measured: tuple[ProcessorSpeed, bool]) -> None:
            self._is_measuring = False
            if self._is_at_work():
                self._quiet.start()
                return
            self.words.speed, self.words.is_rough = measured
            self.words.is_measuring = False
            self.changed.emit()

        services.background.run("speed", measure, take, self._end_measuring, Lane.LONG)

    def _is_at_work(self) -> bool:
        """Tell whether music is being made, live too. Any thread."""
        return bool(self._services.loop.views()) or self._services.loop.performing is not None

    def _end_measuring(self, _errand: object) -> None:
        self._is_measuring = self.words.is_measuring = False

    @Slot(object)
    def _end_download(self, event: DownloadEnded) -> None:
        self.refresh()
        if event.folder is not None:
            self.arrived.emit(event.id)
        elif not event.is_given_up:
            self.failed.emit(event)


def _place() -> DownloadPlace:
    folder = downloads_folder()
    there = next(each for each in (folder, *folder.parents) if is_folder_there(each))
    return DownloadPlace(folder, torch_files(), shutil.disk_usage(there).free, folder == hub_cache())
