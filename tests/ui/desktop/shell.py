"""A private session bus, with a desktop on it that uses the program and shows its notifications."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    Properties,
    message_bus,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.io.threading import DBusConnection, DBusRouter, ReceiveStopped, open_dbus_connection

from musicgen_studio.ui.desktop.mpris import NAME, PATH
from tests.private_bus import private_bus

PLAYER = DBusAddress(PATH, bus_name=NAME, interface="org.mpris.MediaPlayer2.Player")
ROOT = DBusAddress(PATH, bus_name=NAME, interface="org.mpris.MediaPlayer2")


class Shell:
    """A desktop: it shows notifications, and uses players as GNOME's and KDE's do."""

    def __init__(self) -> None:
        self.notes: list[tuple[Any, ...]] = []
        self.changes: list[dict[str, Any]] = []
        self.jumps: list[int] = []
        self._service = open_dbus_connection("SESSION")
        self._service.send(message_bus.RequestName("org.freedesktop.Notifications"))
        for interface, member in (
            ("org.freedesktop.DBus.Properties", "PropertiesChanged"),
            ("org.mpris.MediaPlayer2.Player", "Seeked"),
        ):
            self._service.send(message_bus.AddMatch(MatchRule(type="signal", interface=interface, member=member)))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        self._calls: DBusConnection = open_dbus_connection("SESSION")
        self._router = DBusRouter(self._calls)

    def call(self, to: DBusAddress, method: str, signature: str = "", *body: object) -> Message:
        """Call the player and return its answer."""
        message = new_method_call(to, method, signature or None, body)
        return self._router.send_and_get_reply(message, timeout=10)

    def get(self, name: str) -> Any:
        """Return a property of the player."""
        return self._router.send_and_get_reply(Properties(PLAYER).get(name), timeout=10).body[0][1]

    def all(self, address: DBusAddress) -> dict[str, Any]:
        """Return all properties of an interface."""
        answer = self._router.send_and_get_reply(Properties(address).get_all(), timeout=10).body[0]
        return {name: value for name, (_signature, value) in answer.items()}

    def set(self, name: str, signature: str, value: object) -> Message:
        """Set a property of the player."""
        return self._router.send_and_get_reply(Properties(PLAYER).set(name, signature, value), timeout=10)

    def has_player(self) -> bool:
        """Tell whether the program is on the bus."""
        return bool(self._router.send_and_get_reply(message_bus.NameHasOwner(NAME), timeout=10).body[0])

    def click(self, number: int) -> None:
        """Click a notification."""
        place = DBusAddress("/org/freedesktop/Notifications", interface="org.freedesktop.Notifications")
        self._service.send(new_signal(place, "ActionInvoked", "us", (number, "default")))

    def close(self) -> None:
        """Log out."""
        self._router.close()
        self._calls.close()
        self._service.interrupt()
        self._thread.join()
        self._service.close()

    def _serve(self) -> None:
        while True:
            try:
                message = self._service.receive()
            except (ReceiveStopped, OSError, EOFError):
                return
            member = message.header.fields.get(HeaderFields.member)
            if message.header.message_type is MessageType.method_call and member == "Notify":
                self.notes.append(message.body)
                number = message.body[1] or len(self.notes)
                self._service.send(new_method_return(message, "u", (number,)))
            elif member == "PropertiesChanged":
                self.changes.append({name: value for name, (_signature, value) in message.body[1].items()})
            elif member == "Seeked":
                self.jumps.append(message.body[0])


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a session bus of its own, which the program finds as any other."""
    with private_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


@pytest.fixture
def shell(bus: str) -> Iterator[Shell]:  # noqa: ARG001 - it is what it talks over
    """A desktop on the bus."""
    shell = Shell()
    yield shell
    shell.close()
