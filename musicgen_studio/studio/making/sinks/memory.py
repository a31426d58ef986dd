"""A sink that keeps whole takes in memory, for those who go on with them in Python."""

from musicgen_studio.core.audio import Audio
from musicgen_studio.studio.making.sink import Sink, TakeEnded


class InMemory(Sink):
    """Keeps every take, also those that were cut short."""

    def __init__(self) -> None:
        self._takes: dict[tuple[int, int], Audio] = {}
        self._fits: dict[tuple[int, int], float] = {}

    def take_ended(self, ended: TakeEnded) -> None:
        """Keep a take."""
        self._takes[ended.prompt, ended.take] = ended.audio
        self._fits[ended.prompt, ended.take] = ended.fit or 0.0

    def clips(self) -> list[Audio]:
        """Return what there is: by prompt, and within a prompt by take."""
        return [audio for _, audio in sorted(self._takes.items(), key=lambda entry: entry[0])]

    def best_first(self) -> list[Audio]:
        """Return what there is: by prompt, and within a prompt what fits best to the sound around it first."""
        return [self._takes[key] for key in sorted(self._takes, key=lambda key: (key[0], -self._fits[key], key[1]))]
