"""The program as a player, in the desktop's words: what it is asked for, and what it says of itself. Values only."""

from dataclasses import dataclass
from enum import StrEnum


class Command(StrEnum):
    """What the desktop asks for."""

    PLAY = "Play"
    PAUSE = "Pause"
    PLAY_PAUSE = "PlayPause"
    STOP = "Stop"
    NEXT = "Next"
    PREVIOUS = "Previous"
    RAISE = "Raise"
    QUIT = "Quit"


@dataclass(frozen=True, slots=True)
class PlayerState:
    """What the desktop is told.

    Args:
        title: Of the clip; empty for none.
        is_playing: Whether it is heard.
        position_s: Where it is, in seconds.
        duration_s: How long it is, in seconds.
        is_looping: Whether it is repeated.
        volume: 0 to 1.
        has_next: Whether there is another take after it.
        has_previous: Whether there is one before it.
    """

    title: str = ""
    is_playing: bool = False
    position_s: float = 0.0
    duration_s: float = 0.0
    is_looping: bool = False
    volume: float = 1.0
    has_next: bool = False
    has_previous: bool = False
