"""What can be played: a sound that may still grow, whoever makes its samples up when they are asked for.

`growing.GrowingSound` holds them; `mixing.StemMix` and `mixing.ClickedSound` make them from others at each reading.
"""

from typing import Protocol

from musicgen_studio.core.audio import Samples


class PlayableSound(Protocol):
    """A sound as the transport sees it; see `growing.GrowingSound` for what each part means."""

    @property
    def sample_rate(self) -> int:
        """Frames per second, in Hz."""
        ...

    @property
    def channels(self) -> int:
        """Samples per frame."""
        ...

    @property
    def frames(self) -> int:
        """How many frames there are by now."""
        ...

    @property
    def expected_frames(self) -> int:
        """How many there will be."""
        ...

    @property
    def largest_block_frames(self) -> int:
        """The largest number of frames that came at once."""
        ...

    @property
    def is_ended(self) -> bool:
        """Whether nothing more will come."""
        ...

    def read(self, start: int, count: int) -> Samples:
        """Return what there is of a stretch, `[frames, channels]`."""
        ...
