"""How far music is that is handed over only when it is whole, such as fills. Not for music that grows as it is made."""

from collections.abc import Callable, Iterator, Sequence

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.engine.api import AudioBlock, Engine, EngineInfo


class Watched:
    """An engine that tells how far it is, by `engine.api.Engine`.

    Args:
        engine: What makes the music.
        on_share: Told after each block what share of a stream is made, above 0 to 1, in the thread that makes it.
    """

    def __init__(self, engine: Engine, on_share: Callable[[float], object]) -> None:
        self._engine, self._on_share = engine, on_share

    @property
    def info(self) -> EngineInfo:
        """What is loaded."""
        return self._engine.info

    def stream(self, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
        """Make music; see `Engine.stream`."""
        made = self._engine.stream(request, stop)  # refuses at once what it cannot make
        return self._counted(made, len(request.prompts) * request.takes * request.duration_s)

    def score(self, request: GenerationRequest, fills: Sequence[Audio], stop: StopFlag) -> list[float]:
        """Tell how well what stands after follows; see `Engine.score`."""
        return self._engine.score(request, fills, stop)

    def _counted(self, blocks: Iterator[AudioBlock], wanted_s: float) -> Iterator[AudioBlock]:
        made_s = 0.0
        for block in blocks:
            if block.is_new:
                made_s += block.audio.duration_s
                self._on_share(min(made_s / wanted_s, 1.0))
            yield block
