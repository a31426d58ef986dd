"""What the desktop shows while the musician is elsewhere: that a long job has ended.

Source: the Desktop Notifications Specification, 1.2. Not for deciding what is worth one (`desktop`).
"""

from collections.abc import Callable

from jeepney import DBusAddress

from musicgen_studio.ui.desktop.bus import Body, SessionBus
from musicgen_studio.ui.desktop.mpris import DESKTOP_ENTRY

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
_SERVICE = DBusAddress(PATH, bus_name=NAME, interface=NAME)
_AS_USUAL_MS = -1


class Notifications:
    """Shows one notification at a time: a new one takes the place of the last. Any thread.

    Args:
        bus: The session's, not started yet.
        on_chosen: Hears, in the bus's thread, that the notification was clicked.
    """

    def __init__(self, bus: SessionBus, on_chosen: Callable[[], object]) -> None:
        self._bus = bus
        self._on_chosen = on_chosen
        self._shown = 0
        bus.listen(NAME, "ActionInvoked", self._hear)

    def show(self, title: str, text: str, action: str) -> None:
        """Show a notification.

        Args:
            title: What has happened.
            text: More of it; may be empty.
            action: What a click does, in words.
        """
        hints = {"desktop-entry": ("s", DESKTOP_ENTRY)}
        actions = ["default", action]
        body = ("MusicGen Studio", self._shown, DESKTOP_ENTRY, title, text, actions, hints, _AS_USUAL_MS)
        self._bus.call(_SERVICE, "Notify", "susssasa{sv}i", body, self._keep)

    def _keep(self, answer: Body) -> None:
        self._shown = answer[0]

    def _hear(self, body: Body) -> None:
        if body[0] == self._shown:
            self._on_chosen()
