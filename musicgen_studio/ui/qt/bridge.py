"""Where other threads meet Qt: rare events come in from any thread and go out as signals in the window's.

Fast data (progress, playhead, peaks) is polled by the window and never comes this way.
"""

from PySide6.QtCore import QObject, Signal


class Bridge(QObject):
    """Carries events over. It lives in the window's thread, so its signals are queued from all others."""

    posted = Signal(object)
    """A `studio.jobs.JobEvent`, or what another Qt-free room wants the window to know."""

    def post(self, event: object) -> None:
        """Send an event on; from any thread, returns at once."""
        self.posted.emit(event)
