"""The session's D-Bus: one connection, read in a thread of its own, which answers calls and hears signals.

Not for what is said over it (`mpris`, `notifications`). Source: the D-Bus specification, 0.43; `jeepney` writes and
reads the messages.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.io.threading import DBusConnection, ReceiveStopped, open_dbus_connection

_log = logging.getLogger(__name__)

Body = tuple[Any, ...]
Answer = tuple[str, Body]
"""Signature and values."""

UNKNOWN_METHOD = "org.freedesktop.DBus.Error.UnknownMethod"
UNKNOWN_PROPERTY = "org.freedesktop.DBus.Error.UnknownProperty"


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """A call that is answered by an error.

    Args:
        name: The error's name on the bus.
        why: In words.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name, self.why = name, why


Handler = Callable[[str, str, Body], Answer]
"""Answers a call: interface, method, values → signature and values. Raises Refusal. The bus's thread."""


class SessionBus:
    """The program's connection. Any thread; handlers are called in the bus's own.

    Raises:
        OSError: If there is no session bus, or it does not answer.
    """

    def __init__(self) -> None:
        try:
            self._connection: DBusConnection = open_dbus_connection("SESSION")
        except (KeyError, ValueError, RuntimeError, TimeoutError) as error:  # jeepney's words for "not there"
            raise OSError(f"no session bus: {error!r}") from error
        self._handlers: dict[str, Handler] = {}
        self._listeners: dict[tuple[str, str], Callable[[Body], object]] = {}
        self._waiting: dict[int, Callable[[Body], object]] = {}
        self._thread = threading.Thread(target=self._read, name="session bus", daemon=True)

    def start(self) -> None:
        """Begin to read, after `serve` and `listen`."""
        self._thread.start()

    def own(self, name: str) -> None:
        """Be known by a name."""
        self._connection.send(message_bus.RequestName(name))

    def serve(self, path: str, handler: Handler) -> None:
        """Let a handler answer the calls to a path. Before `start`."""
        self._handlers[path] = handler

    def listen(self, interface: str, signal: str, slot: Callable[[Body], object]) -> None:
        """Let a slot hear a signal. Before `start`."""
        self._listeners[interface, signal] = slot
        rule = MatchRule(type="signal", interface=interface, member=signal)
        self._connection.send(message_bus.AddMatch(rule))

    def call(
        self, to: DBusAddress, method: str, signature: str, body: Sequence[object], answer: Callable[[Body], object]
    ) -> None:
        """Call a method of another program; its answer comes in the bus's thread, an error nowhere."""
        message = new_method_call(to, method, signature, tuple(body))
        serial = next(self._connection.outgoing_serial)
        self._waiting[serial] = answer
        self._send(message, serial)

    def tell(self, path: str, interface: str, signal: str, signature: str, body: Sequence[object]) -> None:
        """Send a signal."""
        self._send(new_signal(DBusAddress(path, interface=interface), signal, signature, tuple(body)))

    def close(self) -> None:
        """End the connection and the thread."""
        self._connection.interrupt()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(2)
        self._connection.close()

    def _send(self, message: Message, serial: int | None = None) -> None:
        try:
            self._connection.send(message, serial)
        except OSError as error:  # the session has ended; the program goes on
            _log.info("the session bus takes nothing: %s", error)

    def _read(self) -> None:
        while True:
            try:
                message = self._connection.receive()
            except (ReceiveStopped, OSError, EOFError):
                return
            self._take(message)

    def _take(self, message: Message) -> None:
        fields, kind = message.header.fields, message.header.message_type
        if kind is MessageType.method_call:
            self._answer(message)
        elif kind is MessageType.method_return:
            self._waiting.pop(fields[HeaderFields.reply_serial], _nothing)(message.body)
        elif kind is MessageType.error:
            self._waiting.pop(fields[HeaderFields.reply_serial], _nothing)
        elif kind is MessageType.signal:
            name = fields[HeaderFields.interface], fields[HeaderFields.member]
            self._listeners.get(name, _nothing)(message.body)

    def _answer(self, call: Message) -> None:
        fields = call.header.fields
        interface, method = fields.get(HeaderFields.interface, ""), fields[HeaderFields.member]
        try:
            handler = self._handlers.get(fields[HeaderFields.path], _nobody)
            signature, body = handler(interface, method, call.body)
        except Refusal as refusal:
            self._send(new_error(call, refusal.name, "s", (refusal.why,)))
        else:
            self._send(new_method_return(call, signature or None, body))


def _nobody(_interface: str, _method: str, _body: Body) -> Answer:
    raise Refusal(UNKNOWN_METHOD, "there is nothing at this path")


def _nothing(_body: Body) -> None:
    """Do nothing with what nobody waits for."""
