"""A sink that lets each take be heard and seen while it grows. Not for playing it (`sound.transport`)."""

from musicgen_studio.engine.api import AudioBlock
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.studio.making.sink import Begun, Sink, TakeEnded


class Growing(Sink):
    """The takes of one prompt as growing sounds."""

    def __init__(self) -> None:
        self.sounds: tuple[GrowingSound, ...] = ()
        """One for each take, from `begin` on."""

    def begin(self, begun: Begun) -> None:
        """Make room for every take."""
        shape = (begun.sample_rate, begun.channels, begun.expected_frames)
        self.sounds = tuple(GrowingSound(*shape) for _ in range(begun.request.takes))

    def block(self, block: AudioBlock) -> None:
        """Let a block be heard."""
        self.sounds[block.take].append(block.audio.samples)

    def take_ended(self, ended: TakeEnded) -> None:
        """Say that nothing more will come."""
        self.sounds[ended.take].end()

    def close(self) -> None:
        """End every sound, also those of takes that never began."""
        for sound in self.sounds:
            sound.end()
