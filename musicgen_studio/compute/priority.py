"""Letting threads that must not be late go before those of other programs, where the system allows it.

On Linux each thread has a niceness of its own. Who may not lower it asks RealtimeKit on the system's D-Bus, as sound
servers do; desktops have it. The real-time class is never asked for: there a thread that computes for long is killed.
Where the processor is shared among sessions first, the session's niceness is lowered, too, by who may; a kill leaves
it so until the session ends. On Windows and macOS nothing changes. Not for how many threads there are (`threads`).

Sources: sched(7) of the Linux manual, 6.9 (autogroups); RealtimeKit's README, 0.13.
"""

import logging
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

NICENESS = -11
"""That of PulseAudio and PipeWire, which must not wait for the music either."""

HELPER = "step-"
"""What the names of threads begin with that share the work of another one."""

_AUTOGROUP = Path("/proc/self/autogroup")
_ANSWER_S = 1.0
_FOREIGN = "Dummy-"  # what Python calls threads that it met and did not start

_log = logging.getLogger(__name__)


@contextmanager
def before_other_programs() -> Iterator[None]:
    """Let this thread go first while the block runs, with those that share its work.

    These are the helpers of the step (`HELPER`), the threads of libraries (OpenMP's, the sound device's), and the first
    thread, in which somebody turns the controls. What works in the background gives way to them, too.
    """
    if sys.platform != "linux":
        yield
        return
    former = {thread: niceness for thread in _sharing() if (niceness := _niceness(thread)) > NICENESS}
    try:
        _raise(list(former))
        with _session_before_others():
            yield
    finally:
        for thread, niceness in former.items():
            with suppress(OSError):  # it has ended
                os.setpriority(os.PRIO_PROCESS, thread, niceness)


def _sharing() -> list[int]:
    """Return the ids of the threads that are meant, this one first, then the helpers."""
    own = {
        thread.native_id: thread.name.startswith(HELPER)
        for thread in threading.enumerate()
        if thread is not threading.main_thread() and not thread.name.startswith(_FOREIGN)
    }
    helpers = [number for number, is_helper in own.items() if is_helper and number is not None]
    tasks = [int(task.name) for task in Path("/proc/self/task").iterdir()]
    others = [task for task in tasks if task not in own]
    return list(dict.fromkeys([threading.get_native_id(), *helpers, *others]))


def _niceness(thread: int) -> int:
    try:
        return os.getpriority(os.PRIO_PROCESS, thread)
    except OSError:  # it has ended
        return NICENESS


@contextmanager
def _session_before_others() -> Iterator[None]:
    former = NICENESS
    with suppress(OSError, ValueError, IndexError):  # there are no autogroups
        former = int(_AUTOGROUP.read_text(encoding="ascii").rsplit(maxsplit=1)[-1])
    if former <= NICENESS:  # somebody else has lowered it, who will also raise it
        yield
        return
    try:
        _set_session_niceness(NICENESS)
        yield
    finally:
        _set_session_niceness(former)


def _set_session_niceness(niceness: int) -> None:
    with suppress(OSError):  # this user may not
        _AUTOGROUP.write_text(str(niceness), encoding="ascii")


def _raise(ids: Sequence[int]) -> None:
    try:
        for number in ids:
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, number, NICENESS)
    except PermissionError:
        try:
            _ask_for(ids)
        except OSError as error:
            _log.info("threads share the processor with other programs: %s", error)


def _ask_for(ids: Sequence[int]) -> None:
    """Let RealtimeKit raise threads, the first ones first: it takes some two dozen in a moment.

    Raises:
        OSError: If there is none, or it refuses.
    """
    from jeepney import DBusAddress, MessageType, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    name = "org.freedesktop.RealtimeKit1"
    kit = DBusAddress("/org/freedesktop/RealtimeKit1", bus_name=name, interface=name)
    try:
        with open_dbus_connection("SYSTEM") as connection:
            for number in ids:
                call = new_method_call(kit, "MakeThreadHighPriority", "ti", (number, NICENESS))
                answer = connection.send_and_get_reply(call, timeout=_ANSWER_S)
                if answer.header.message_type is MessageType.error:
                    raise OSError(f"RealtimeKit says {answer.body}")
    except (KeyError, ValueError, RuntimeError, EOFError) as error:  # jeepney's words for "not there"
        raise OSError(f"no system bus: {error!r}") from error
