"""Ctrl-C in two steps: the first asks the run to stop and keep what was made, the second quits at once."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells do


@contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """Give a stop flag that the first Ctrl-C sets; the second raises KeyboardInterrupt. Main thread only."""
    stop = threading.Event()

    def interrupted(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        with suppress(OSError, RuntimeError):  # whoever listened has left, or a line was just being written
            print("\nStopping; what was made is kept. Ctrl-C again quits at once.", file=sys.stderr)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
