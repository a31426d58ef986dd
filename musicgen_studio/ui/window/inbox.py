"""What other threads tell, sorted by what it is, for whichever part of the window it concerns.

    bridge.posted ─► inbox ─┬─► job_started, job_ended, engine_changed, device_lost
                            └─► errand_ended, download_ended, bug_found

Each part listens to what it needs; none hands an event on to another.
"""

from PySide6.QtCore import QObject, Signal, Slot

from musicgen_studio.studio.making.queue import DeviceLost, EngineChanged, FaultFound, JobEnded, JobStarted
from musicgen_studio.studio.program.background import ErrandDone
from musicgen_studio.studio.program.downloads import DownloadEnded


class Inbox(QObject):
    """Sorts events. Main thread."""

    job_started = Signal(object)  # JobStarted
    job_ended = Signal(object)  # JobEnded
    engine_changed = Signal(object)  # EngineFacts, or None
    device_lost = Signal()
    errand_ended = Signal(object)  # ErrandDone
    download_ended = Signal(object)  # DownloadEnded
    bug_found = Signal(str)  # a traceback

    @Slot(object)
    def take(self, event: object) -> None:
        """Take what another thread has posted."""
        match event:
            case JobStarted():
                self.job_started.emit(event)
            case JobEnded():
                self.job_ended.emit(event)
                self._tell_bug(event.bug)
            case EngineChanged():
                self.engine_changed.emit(event.facts)
            case DeviceLost():
                self.device_lost.emit()
            case ErrandDone():
                self._tell_bug(event.bug)
                self.errand_ended.emit(event)
            case DownloadEnded():
                self._tell_bug(event.bug)
                self.download_ended.emit(event)
            case FaultFound():
                self.bug_found.emit(event.bug)
            case _:
                raise TypeError(f"nobody takes {event!r:.80}")

    def _tell_bug(self, bug: str | None) -> None:
        if bug is not None:
            self.bug_found.emit(bug)
