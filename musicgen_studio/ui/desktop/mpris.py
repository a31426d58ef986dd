"""The program as a media player of the desktop, by MPRIS: media keys, lock screen and headphones play and stop it.

Source: the MPRIS D-Bus interface specification, 2.2. Not for deciding what a key does: whoever made it hears of that.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from time import monotonic
from typing import Any

from musicgen_studio.ui.desktop.bus import UNKNOWN_METHOD, UNKNOWN_PROPERTY, Answer, Body, Refusal, SessionBus
from musicgen_studio.ui.desktop.player import Command, PlayerState

NAME = "org.mpris.MediaPlayer2.musicgen_studio"
PATH = "/org/mpris/MediaPlayer2"
_ROOT, _PLAYER = "org.mpris.MediaPlayer2", "org.mpris.MediaPlayer2.Player"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_TRACK = "/org/mpris/MediaPlayer2/musicgen_studio/clip"
_NO_TRACK = "/org/mpris/MediaPlayer2/TrackList/NoTrack"
_US = 1_000_000
DESKTOP_ENTRY = "musicgen-studio"


class Mpris:
    """Answers the desktop. `show` from the window's thread; what is asked for comes in the bus's.

    Args:
        bus: The session's, not started yet.
        on_command: Hears what is asked for.
        on_seek: Hears where to go, in seconds.
        on_loop: Hears whether to repeat.
        on_volume: Hears how loud, 0 to 1.
    """

    def __init__(
        self,
        bus: SessionBus,
        on_command: Callable[[Command], object],
        on_seek: Callable[[float], object],
        on_loop: Callable[[bool], object],
        on_volume: Callable[[float], object],
    ) -> None:
        self._bus = bus
        self._on_command, self._on_seek, self._on_loop, self._on_volume = on_command, on_seek, on_loop, on_volume
        self._state = PlayerState()
        self._state_s = monotonic()
        bus.serve(PATH, self._answer)
        bus.own(NAME)

    def show(self, state: PlayerState) -> None:
        """Tell the desktop what has changed. Where it is goes by itself; only a jump is told."""
        before, self._state, self._state_s = self._state, state, monotonic()
        if any(getattr(before, name) != getattr(state, name) for name in _TOLD):
            old, new = _player_properties(before), _player_properties(state)
            changed = {name: value for name, value in new.items() if old[name] != value and name != "Position"}
            self._bus.tell(PATH, _PROPERTIES, "PropertiesChanged", "sa{sv}as", (_PLAYER, changed, []))

    def tell_jump(self, position_s: float) -> None:
        """Tell the desktop that the playhead has jumped."""
        self._bus.tell(PATH, _PLAYER, "Seeked", "x", (round(position_s * _US),))

    def _answer(self, interface: str, method: str, body: Body) -> Answer:
        if interface == _PROPERTIES:
            return self._answer_properties(method, body)
        if interface in (_ROOT, _PLAYER, "") and method in set(Command):
            self._on_command(Command(method))
            return "", ()
        if interface == _PLAYER and method == "Seek":
            self._seek(max(self._now().position_s + body[0] / _US, 0.0))
            return "", ()
        if interface == _PLAYER and method == "SetPosition":
            if body[0] == _TRACK and 0 <= body[1] <= self._state.duration_s * _US:  # else it means another clip
                self._seek(body[1] / _US)
            return "", ()
        if interface == "org.freedesktop.DBus.Peer" and method == "Ping":
            return "", ()
        raise Refusal(UNKNOWN_METHOD, f"{interface}.{method} is not known here")

    def _seek(self, position_s: float) -> None:
        """Go there; whoever asks meanwhile is told that it is there."""
        self._state, self._state_s = replace(self._state, position_s=position_s), monotonic()
        self._on_seek(position_s)

    def _now(self) -> PlayerState:
        """Return how it stands at this moment: the window says so a few times a second only."""
        state = self._state
        if not state.is_playing:
            return state
        return replace(state, position_s=min(state.position_s + monotonic() - self._state_s, state.duration_s))

    def _answer_properties(self, method: str, body: Body) -> Answer:
        known = (
            _player_properties(self._now()) if body[0] == _PLAYER else _root_properties() if body[0] == _ROOT else {}
        )
        if method == "GetAll":
            return "a{sv}", (known,)
        if method not in ("Get", "Set") or body[1] not in known:
            raise Refusal(UNKNOWN_PROPERTY, f"{body[1:2]} of {body[0]} is not known here")
        if method == "Get":
            return "v", (known[body[1]],)
        self._set(body[1], body[2][1])
        return "", ()

    def _set(self, name: str, value: Any) -> None:
        if name == "LoopStatus":
            self._on_loop(value != "None")
        elif name == "Volume":
            self._on_volume(min(max(value, 0.0), 1.0))
        elif name != "Rate":
            raise Refusal("org.freedesktop.DBus.Error.PropertyReadOnly", f"{name} cannot be set")


def _player_properties(state: PlayerState) -> dict[str, tuple[str, Any]]:
    """Return the player's properties by name, each as signature and value."""
    paused = "Paused" if state.title else "Stopped"
    return {
        "PlaybackStatus": ("s", "Playing" if state.is_playing else paused),
        "LoopStatus": ("s", "Track" if state.is_looping else "None"),
        "Rate": ("d", 1.0),
        "MinimumRate": ("d", 1.0),
        "MaximumRate": ("d", 1.0),
        "Volume": ("d", state.volume),
        "Position": ("x", round(state.position_s * _US)),
        "Metadata": ("a{sv}", _metadata(state)),
        "CanGoNext": ("b", state.has_next),
        "CanGoPrevious": ("b", state.has_previous),
        "CanPlay": ("b", bool(state.title)),
        "CanPause": ("b", bool(state.title)),
        "CanSeek": ("b", bool(state.title)),
        "CanControl": ("b", True),
    }


def _metadata(state: PlayerState) -> dict[str, tuple[str, Any]]:
    if not state.title:
        return {"mpris:trackid": ("o", _NO_TRACK)}
    return {
        "mpris:trackid": ("o", _TRACK),
        "mpris:length": ("x", round(state.duration_s * _US)),
        "xesam:title": ("s", state.title),
        "xesam:artist": ("as", ["MusicGen Studio"]),
    }


def _root_properties() -> dict[str, tuple[str, Any]]:
    return {
        "CanQuit": ("b", True),
        "CanRaise": ("b", True),
        "HasTrackList": ("b", False),
        "Identity": ("s", "MusicGen Studio"),
        "DesktopEntry": ("s", DESKTOP_ENTRY),
        "SupportedUriSchemes": ("as", []),
        "SupportedMimeTypes": ("as", []),
    }


_TOLD = tuple(field.name for field in fields(PlayerState) if field.name != "position_s")
