"""A screen reader: it asks the program over the accessibility bus, AT-SPI, as Orca does. Not for speaking.

A screen, a session bus and a home of its own, and the whole program in a process of its own, as it is started. Source
of the numbers: `atspi-constants.h` of at-spi2-core.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, MessageType, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.private_bus import private_bus

FOCUSABLE, SHOWING = 11, 25
WAIT_S = 240.0
ANSWER_S = 60.0
_ROOT = "/org/a11y/atspi/accessible/root"
_DEEP = 60


@dataclass(frozen=True, slots=True)
class Thing:
    """What the screen reader hears of one thing.

    Args:
        place: Bus name and path.
        role: As at-spi calls it: `push button`.
        name: What it is called.
        description: What more is said of it.
        states: Numbers of the states it is in.
        above: Roles of what it lies in, the window's first.
    """

    place: tuple[str, str]
    role: str
    name: str
    description: str
    states: frozenset[int]
    above: tuple[str, ...]


class ScreenReader:
    """Asks.

    Args:
        session: Address of the session bus the program is on.
    """

    def __init__(self, session: str) -> None:
        with open_dbus_connection(session) as desktop:
            place = DBusAddress("/org/a11y/bus", bus_name="org.a11y.Bus", interface="org.a11y.Bus")
            answer = desktop.send_and_get_reply(new_method_call(place, "GetAddress"), timeout=ANSWER_S)
        self._bus: DBusConnection = open_dbus_connection(answer.body[0])

    def close(self) -> None:
        """Ask no more."""
        self._bus.close()

    def programs(self) -> list[tuple[str, str]]:
        """Where the programs are that can be asked."""
        children: list[tuple[str, str]] = self._call(("org.a11y.atspi.Registry", _ROOT), "GetChildren")
        return children

    def walk(self, program: tuple[str, str]) -> Iterator[Thing]:
        """Everything a program shows, in its order; what is hidden is not gone into."""
        waiting: list[tuple[tuple[str, str], tuple[str, ...]]] = [(program, ())]
        while waiting:
            place, above = waiting.pop(0)
            thing = self._thing(place, above)
            if thing is None or not (SHOWING in thing.states or len(above) < 1):
                continue
            yield thing
            assert len(above) < _DEEP, "it has no end"
            children = self._call(place, "GetChildren")
            waiting[:0] = [(tuple(child), (*above, thing.role)) for child in children]

    def value(self, thing: Thing) -> tuple[float, float]:
        """Return the value of a slider and the largest it can have."""
        values = (self._get(thing.place, name, "org.a11y.atspi.Value") for name in ("CurrentValue", "MaximumValue"))
        now, most = values
        return float(now), float(most)

    def set_value(self, thing: Thing, value: float) -> None:
        """Move a slider."""
        place = DBusAddress(thing.place[1], bus_name=thing.place[0], interface="org.a11y.atspi.Value")
        self._answer(Properties(place).set("CurrentValue", "d", value))

    def _thing(self, place: tuple[str, str], above: tuple[str, ...]) -> Thing | None:
        try:
            low, high = self._call(place, "GetState")
            states = frozenset(bit for bit in range(64) if (low | high << 32) >> bit & 1)
            role, name = self._call(place, "GetRoleName"), self._get(place, "Name")
            return Thing(place, role, name.strip(), self._get(place, "Description").strip(), states, above)
        except LookupError:  # it went while it was asked
            return None

    def _call(
        self,
        place: tuple[str, str],
        method: str,
        signature: str | None = None,
        body: tuple[object, ...] = (),
        interface: str = "org.a11y.atspi.Accessible",
    ) -> Any:
        address = DBusAddress(place[1], bus_name=place[0], interface=interface)
        return self._answer(new_method_call(address, method, signature, body))

    def _get(self, place: tuple[str, str], name: str, interface: str = "org.a11y.atspi.Accessible") -> Any:
        return self._answer(Properties(DBusAddress(place[1], bus_name=place[0], interface=interface)).get(name))[1]

    def _answer(self, question: Any) -> Any:
        answer = self._bus.send_and_get_reply(question, timeout=ANSWER_S)
        if answer.header.message_type is MessageType.error:
            raise LookupError(answer.body)
        return answer.body[0] if answer.body else None


@contextmanager
def screen() -> Iterator[str]:
    """A screen of its own; gives its name."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as number:
            yield f":{number.readline().strip()}"
        server.terminate()


@contextmanager
def running_program(home: Path, *arguments: str) -> Iterator[tuple[ScreenReader, tuple[str, str]]]:
    """The program as it is started in an empty home; gives who asks it, and where it is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    with screen() as display:
        environment = kept | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "DISPLAY": display}
        environment |= {"QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        with private_bus(home, environment) as address:
            environment["DBUS_SESSION_BUS_ADDRESS"] = address
            command = [sys.executable, "-m", "musicgen_studio", *arguments]
            with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as program:
                reader = ScreenReader(address)
                try:
                    yield reader, within(reader.programs)[0]
                finally:
                    reader.close()
                    program.terminate()


def within(ask: Callable[[], list[Any]]) -> list[Any]:
    """Ask until there is something."""
    deadline_s = time.monotonic() + WAIT_S
    while not (found := ask()):
        assert time.monotonic() < deadline_s, "nothing came"
    return found
