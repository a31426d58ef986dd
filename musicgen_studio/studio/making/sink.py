"""What hears of music while it is made: one small protocol, and the values it is told.

A new thing to do with music (judge it, split it into stems, put it into a cluster's shard) is a new sink in `sinks/`.
Not for making music (`make`) and not for the sinks themselves.
"""

from dataclasses import dataclass
from typing import Protocol

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.ending import Ending
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import AudioBlock, EngineInfo


@dataclass(frozen=True, slots=True)
class Begun:
    """The first sound of a run is there.

    Args:
        request: What is made.
        info: What makes it.
        sample_rate: Of every block, in Hz.
        channels: Of every block.
        given_s: How much of each take, from its beginning, was there before: what is continued, in seconds.
    """

    request: GenerationRequest
    info: EngineInfo
    sample_rate: int
    channels: int
    given_s: float

    @property
    def expected_frames(self) -> int:
        """How long each take will be if nothing stops it."""
        after_s = self.request.after.duration_s if self.request.after else 0.0
        return round((self.given_s + self.request.duration_s + after_s) * self.sample_rate)


@dataclass(frozen=True, slots=True)
class TakeEnded:
    """No more will come of a take.

    Args:
        prompt: Index into the request's prompts.
        take: Take number, from 0.
        audio: The whole of it, one frame at least.
        is_complete: False if a stop or a fault cut it short.
        fit: As in `AudioBlock`.
        ending: As in `AudioBlock`.
    """

    prompt: int
    take: int
    audio: Audio
    is_complete: bool
    fit: float | None = None
    ending: Ending | None = None


class Sink(Protocol):
    """Hears of one run, in the thread that makes it. What does not concern it, it leaves to the empty methods here.

    `begin` comes first, but for `under_way`, and not at all where there is no sound; `take_ended` follows the last
    block of each take that had any, whatever happens; `failed` comes last, and only after a fault. A sink that raises
    ends the run: all sinks then hear how the takes ended and that it failed, one by one, also where others raise again.
    """

    def begin(self, begun: Begun) -> None:  # noqa: ARG002 - for those that care
        """Hear what is coming, before the first block."""
        return

    def under_way(self, share: float, wanted_s: float) -> None:  # noqa: ARG002 - for those that care
        """Hear how far takes are of which there is nothing before they are whole: fills, before `begin`.

        Args:
            share: Of the music made, above 0 to 1; how well it fits is still to be found out.
            wanted_s: Seconds of music ordered, over all prompts and takes.
        """
        return

    def block(self, block: AudioBlock) -> None:  # noqa: ARG002 - for those that care
        """Take the next block of a take."""
        return

    def take_ended(self, ended: TakeEnded) -> None:  # noqa: ARG002 - for those that care
        """Take a take that is over."""
        return

    def failed(self, error: Exception) -> None:  # noqa: ARG002 - for those that care
        """Hear why the run ended early. A stop is no fault."""
        return
