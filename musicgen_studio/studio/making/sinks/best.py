"""A sink that keeps the best of a prompt's takes and lets another sink have that one alone.

Not for what makes a take good (`evaluation.ranking`).
"""

from collections.abc import Callable

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.evaluation.ranking import Ranked, own_ends_first, ranked
from musicgen_studio.studio.making.sink import Begun, Sink, TakeEnded


class BestTake(Sink):
    """Waits for all takes of a prompt.

    Args:
        inner: What gets the best of them.
        request: What is made.
        say: Told a line a take, best first.
    """

    def __init__(self, inner: Sink, request: GenerationRequest, say: Callable[[str], None]) -> None:
        self._inner, self._request, self._say = inner, request, say
        self._ended: dict[int, list[TakeEnded]] = {}

    def begin(self, begun: Begun) -> None:
        """Tell the other sink."""
        self._inner.begin(begun)

    def take_ended(self, ended: TakeEnded) -> None:
        """Keep a take until all of its prompt are there; of a run that was cut short each take is handed on."""
        if not ended.is_complete:
            self._hand_on_all()
            self._inner.take_ended(ended)
            return
        takes = self._ended.setdefault(ended.prompt, [])
        takes.append(ended)
        if len(takes) == self._request.takes:
            order = self._ranked(takes)
            for place, each in enumerate(order, start=1):
                self._say(f"{place}. take {takes[each.take].take + 1}: {each.reason}")
            del self._ended[ended.prompt]
            self._inner.take_ended(takes[order[0].take])

    def failed(self, error: Exception) -> None:
        """Hand on what waits: it is not lost to a fault in another take."""
        self._hand_on_all()
        self._inner.failed(error)

    def _hand_on_all(self) -> None:
        waiting, self._ended = self._ended, {}
        for takes in waiting.values():
            for ended in takes:
                self._inner.take_ended(ended)

    def _ranked(self, takes: list[TakeEnded]) -> list[Ranked]:
        fits = [each.fit for each in takes]
        if None not in fits:  # between two sounds, what comes after has the say
            by_fit = [Ranked(number, fit, f"fits {fit:.2f}") for number, fit in enumerate(fits) if fit is not None]
            return sorted(by_fit, key=lambda each: -each.score)
        given_s = self._request.continuation.duration_s if self._request.continuation else 0.0
        new = [_from(each.audio, given_s) for each in takes]
        found = ranked(new, self._request.prompts[takes[0].prompt], self._request.melody)
        return own_ends_first(found, [each.ending for each in takes])


def _from(audio: Audio, start_s: float) -> Audio:
    return Audio(audio.samples[min(round(start_s * audio.sample_rate), audio.frames - 1) :], audio.sample_rate)
