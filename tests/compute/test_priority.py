"""Threads that go before other programs: the system's word, and RealtimeKit's on a system bus of the test's own."""

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("threads have a niceness of their own on Linux only", allow_module_level=True)

from jeepney import HeaderFields, MessageType, message_bus, new_error, new_method_return
from jeepney.io.threading import ReceiveStopped, open_dbus_connection

from musicgen_studio.compute.priority import HELPER, NICENESS, before_other_programs
from tests.niceness import may_lower, niceness
from tests.private_bus import private_bus

AUTOGROUP = Path("/proc/self/autogroup")
KIT = "org.freedesktop.RealtimeKit1"


def has_autogroup() -> bool:
    """Tell whether this session is a group of the processor's; in a container's own group the file says nothing."""
    return AUTOGROUP.exists() and bool(AUTOGROUP.read_text(encoding="ascii").strip())


@contextmanager
def sleeper(name: str) -> Iterator[int]:
    """Have a thread that does nothing, and give its id."""
    over = threading.Event()
    thread = threading.Thread(target=over.wait, name=name)
    thread.start()
    assert thread.native_id is not None
    try:
        yield thread.native_id
    finally:
        over.set()
        thread.join()


@pytest.fixture
def may_not(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A user who may not lower any niceness, and the threads that wanted it."""
    wanted, set_it = list[int](), os.setpriority

    def refused(which: int, who: int, priority: int) -> None:
        if priority < os.getpriority(which, who):
            wanted.append(who)
            raise PermissionError(13, "Permission denied")
        set_it(which, who, priority)

    monkeypatch.setattr(os, "setpriority", refused)
    return wanted


class Kit:
    """RealtimeKit: notes who is to be raised, and refuses after so many."""

    def __init__(self, most: int) -> None:
        self.asked = list[tuple[int, int]]()
        self._most = most
        self._connection = open_dbus_connection("SYSTEM")
        self._connection.send(message_bus.RequestName(KIT))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Go."""
        self._connection.interrupt()
        self._thread.join()
        self._connection.close()

    def _serve(self) -> None:
        while True:
            try:
                message = self._connection.receive()
            except (ReceiveStopped, OSError, EOFError):
                return
            fields = message.header.fields
            if message.header.message_type is MessageType.method_call:
                assert fields[HeaderFields.member] == "MakeThreadHighPriority"
                self.asked.append(message.body)
                is_refused = len(self.asked) > self._most
                denied = new_error(message, "org.freedesktop.DBus.Error.AccessDenied", "s", ("too many",))
                self._connection.send(denied if is_refused else new_method_return(message))


@pytest.fixture
def system_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("needs dbus-daemon")
    with private_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        yield


@pytest.mark.skipif(not may_lower(), reason="this user may not lower a niceness")
def test_this_thread_and_its_helpers_go_first_and_nobody_else() -> None:
    before = niceness(0)
    with sleeper(f"{HELPER}1") as helper, sleeper("background") as other:
        with before_other_programs():
            assert niceness(threading.get_native_id()) == niceness(helper) == NICENESS
            assert niceness(other) == before
        assert niceness(threading.get_native_id()) == niceness(helper) == before


@pytest.mark.skipif(not may_lower() or not has_autogroup(), reason="no sessions that share, or no leave for it")
def test_its_session_goes_before_others() -> None:
    before = AUTOGROUP.read_text(encoding="ascii")
    with before_other_programs():
        assert AUTOGROUP.read_text(encoding="ascii").split()[-1] == str(NICENESS)
    assert AUTOGROUP.read_text(encoding="ascii") == before


@pytest.mark.parametrize("says", ["", "/autogroup-7 nice\n"])
def test_a_session_that_is_no_group_is_left_as_it_is(
    says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = tmp_path / "autogroup"
    group.write_text(says, encoding="ascii")
    monkeypatch.setattr("musicgen_studio.compute.priority._AUTOGROUP", group)
    with before_other_programs():
        assert group.read_text(encoding="ascii") == says
    assert group.read_text(encoding="ascii") == says


def test_where_nobody_allows_it_all_goes_on_as_before(may_not: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    before = niceness(0)
    with before_other_programs():
        assert niceness(threading.get_native_id()) == before
    assert may_not


@pytest.mark.usefixtures("may_not", "system_bus")
def test_who_may_not_asks_realtime_kit_for_itself_first() -> None:
    kit = Kit(most=100)
    try:
        with sleeper(f"{HELPER}1") as helper, sleeper("background") as other, before_other_programs():
            asked = list(kit.asked)
    finally:
        kit.close()
    assert asked[:2] == [(threading.get_native_id(), NICENESS), (helper, NICENESS)]
    assert other not in dict(asked)


@pytest.mark.usefixtures("may_not", "system_bus")
def test_after_a_refusal_it_asks_no_more() -> None:
    kit = Kit(most=1)
    try:
        with sleeper(f"{HELPER}1"), sleeper(f"{HELPER}2"), before_other_programs():
            pass
    finally:
        kit.close()
    assert len(kit.asked) == 2


@pytest.mark.usefixtures("may_not", "system_bus")
def test_a_bus_without_realtime_kit_is_no_fault() -> None:
    with before_other_programs():
        pass
