"""A sink that lets a run be heard take after take, as one stretch of sound. Not for devices (`sound.player`)."""

from typing import Protocol

from musicgen_studio.core.audio import Audio
from musicgen_studio.engine.api import AudioBlock
from musicgen_studio.studio.making.sink import Begun, Sink


class BlockPlayer(Protocol):
    """Takes blocks of sound while they are made, such as `playback.LivePlayback`."""

    def write(self, audio: Audio) -> None:
        """Take the next block."""
        ...


class Played(Sink):
    """Hands a player the first take of every prompt; of prompts made together one at most.

    Args:
        player: What plays.
        only: Numbers of the prompt and the take that is heard instead, from 0, or None.
    """

    def __init__(self, player: BlockPlayer, only: tuple[int, int] | None = None) -> None:
        self._player = player
        self._heard = set() if only is None else {only}

    def begin(self, begun: Begun) -> None:
        """See which takes come one after the other."""
        self._heard = self._heard or {(group[0], 0) for group in begun.request.groups()}

    def block(self, block: AudioBlock) -> None:
        """Play a block."""
        if (block.prompt, block.take) in self._heard:
            self._player.write(block.audio)
