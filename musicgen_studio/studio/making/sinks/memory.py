"""A sink that keeps whole takes in memory, for those who go on with them in Python."""

from musicgen_studio.core.audio import Audio
from musicgen_studio.studio.making.sink import Sink, TakeEnded


class InMemory(Sink):
    """Keeps every take, also those that were cut short."""

    def __init__(self) -> None:
        self._takes: dict[tuple[int, int], Audio] = {}

    def take_ended(self, ended: TakeEnded) -> None:
        """Keep a take."""
        self._takes[ended.prompt, ended.take] = ended.audio

    def clips(self) -> list[Audio]:
        """Return what there is: by prompt, and within a prompt by take."""
        return [audio for _, audio in sorted(self._takes.items(), key=lambda entry: entry[0])]
