"""The niceness of threads, and whether this user may lower it."""

import os
import sys


def niceness(thread: int) -> int:
    """Return the niceness of a thread by its id; 0 is the thread that asks."""
    return os.getpriority(os.PRIO_PROCESS, thread) if sys.platform != "win32" else 0


def may_lower() -> bool:
    """Tell whether a thread of this user may lower its niceness; it is as before then."""
    if sys.platform != "linux":
        return False
    before = niceness(0)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, before - 1)
    except PermissionError:
        return False
    os.setpriority(os.PRIO_PROCESS, 0, before)
    return True
