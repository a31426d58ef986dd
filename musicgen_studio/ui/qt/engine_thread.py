"""The engine's thread: one worker object moved to one QThread, in which it runs the Qt-free job loop.

The thread is never terminated: it is asked to end, sees that within one step of the model, and is waited for. One that
is in the middle of reading a checkpoint sees it later: it may outlive its owner, and Python's end waits for it.
"""

import atexit

from PySide6.QtCore import QObject, QThread, Slot

from musicgen_studio.studio.making.queue import JobLoop

STOP_TIMEOUT_MS = 10_000

_late: "list[EngineThread]" = []
"""Asked to end, and not there yet. Qt ends the program where a thread's object goes before the thread does."""


@atexit.register
def _await_late() -> None:
    for thread in _late:
        thread.wait()


class _Worker(QObject):
    """Runs the loop in the thread it was moved to."""

    def __init__(self, loop: JobLoop) -> None:
        super().__init__()
        self._loop = loop

    @Slot()
    def run(self) -> None:
        """Make jobs until the loop is told to quit, then end the thread's event loop too."""
        self._loop.run()
        self.thread().quit()


class EngineThread:
    """Owns the thread. To be made, started and stopped in the window's thread.

    Args:
        loop: What it runs.
    """

    def __init__(self, loop: JobLoop) -> None:
        self._loop = loop
        self._thread = QThread()
        self._thread.setObjectName("engine")
        self._worker = _Worker(loop)
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.run)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, timeout_ms: int = STOP_TIMEOUT_MS) -> bool:
        """Ask the loop to end and wait; what the current job has made is saved meanwhile.

        Returns:
            False if it is still busy, for instance because a checkpoint is being read.
        """
        self._loop.quit()
        is_over = self._thread.wait(timeout_ms)
        _late[:] = [each for each in _late if each.is_at_work and each is not self]
        if not is_over:
            _late.append(self)
        return is_over

    @property
    def is_at_work(self) -> bool:
        """Whether the thread runs."""
        return self._thread.isRunning()

    def wait(self) -> None:
        """Wait for the end, however long that takes."""
        self._thread.wait()
