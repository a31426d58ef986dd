"""What a reader gives, and how it fails; shared by both."""

from collections.abc import Callable

from musicgen_studio.core.audio import Samples

MAX_CHANNELS = 8
MAX_SAMPLE_RATE = 384_000
BLOCK_FRAMES = 4_096
"""libsndfile gives nothing of a block that is damaged, so blocks are as small as FLAC's own."""

Sink = Callable[[Samples, int], None]
"""Takes a block, float32 `[frames, channels]`, and its rate in Hz; all blocks have the same rate and channels."""


def too_many(channels: int) -> str:
    """Say that a sound has too many channels."""
    return f"It has {channels} channels; at most {MAX_CHANNELS} can be used."


class NotMineError(Exception):
    """A reader cannot read a file, or is not right for it; nothing was given on. Another one may."""


class DamagedError(Exception):
    """A reader found less than the file promises, or something that makes no sense after a while.

    Args:
        promised_s: How long it should be, in seconds; None if that is not known.
    """

    def __init__(self, promised_s: float | None = None) -> None:
        super().__init__()
        self.promised_s = promised_s
