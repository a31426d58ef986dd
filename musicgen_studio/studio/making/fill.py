"""Music between two sounds whose beats meet those of the sound after: a stream like the engine's, best take first.

    left ─► engine.stream, a little longer than wanted ─► moved onto the beats of the right side ─► blocks
                                                                └─► engine.score: how well the right side follows

That a fill leads into what stands after it is not promised by a model that only looks back. So some are made from the
left, each goes on a little beyond its end, and where its beats would then come is compared with where they are in the
sound after (`dsp.meeting`); a small difference is taken out at an onset. Which of them fits best is told by two things
together, each beside the others made with it: how likely the model finds the first moments of the right side after it,
and how little the spectrum changes at the seam (`bench --sections` measures what that is worth). Not for joining them
to what is around (`join`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.dsp.breaks import change_at
from musicgen_studio.dsp.meeting import MOST_S, lateness_s, moved
from musicgen_studio.dsp.onsets import RATE_HZ
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.engine.api import AudioBlock, Engine

BEYOND_S = 1.5
"""So much of the right side's beats is compared."""

SIDE_S = 1.0
"""So much on either side of the right seam is compared in its spectrum."""

VERSION_S = 0.04
"""As much of each fill goes on beyond its end, for `join` to fade over from."""

_SAME = 1e-9


def filled(engine: Engine, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
    """Make fills between what stands before, if anything, and what stands after.

    Args:
        engine: What makes the music.
        request: With `after`, and aligned.
        stop: Ends it: what is not complete is then not handed over at all.

    Yields:
        The blocks of whole takes as `Engine.stream` has them, of each prompt the take that fits best first; the last
        block of each says how well it fits.

    Raises:
        UserProblem: As in `Engine.stream` and `Engine.score`.
    """
    after = request.after
    assert after is not None  # the request saw to it
    frames = max(round(request.duration_s * engine.info.frame_rate_hz), 1)
    beyond = ceil((BEYOND_S + 2 * MOST_S) * engine.info.frame_rate_hz)
    longer_s = (frames + beyond) / engine.info.frame_rate_hz
    made = engine.stream(replace(request, after=None, aligned=False, duration_s=longer_s), stop)
    end = round(frames / engine.info.frame_rate_hz * engine.info.sample_rate)
    for group in request.groups():
        fills = _fills(made, len(group) * request.takes)
        if len(fills) < len(group) * request.takes:
            return  # stopped
        met = {key: _met(fill, end, after) for key, fill in fills.items()}
        for prompt in group:
            yield from _best_first(engine, request, {key: fill for key, fill in met.items() if key[0] == prompt}, stop)


class _Fill:
    """One fill as it came.

    Args:
        lead: The engine's version of what stands before, to be faded over from.
        audio: What is new, longer than wanted.
    """

    def __init__(self) -> None:
        self.lead: list[AudioBlock] = []
        self.new: list[Samples] = []
        self.rate = 0

    def take(self, block: AudioBlock) -> None:
        """Take the next block of it."""
        self.rate = block.audio.sample_rate
        if block.is_new:
            self.new.append(block.audio.samples)
        else:
            self.lead.append(block)

    @property
    def audio(self) -> Audio:
        """What is new of it."""
        return Audio(np.concatenate(self.new), self.rate)


_Key = tuple[int, int]  # prompt and take
_Met = tuple[list[AudioBlock], Audio, Audio]  # the lead, what is new, and what goes on beyond it


def _fills(made: Iterator[AudioBlock], wanted: int) -> dict[_Key, _Fill]:
    """Collect the next clips that are made together; of those that a stop cut short none."""
    going, done = dict[_Key, _Fill](), dict[_Key, _Fill]()
    while len(done) < wanted and (block := next(made, None)) is not None:
        key = (block.prompt, block.take)
        going.setdefault(key, _Fill()).take(block)
        if block.is_last:
            done[key] = going.pop(key)
    return done


def _met(fill: _Fill, end: int, after: Audio) -> _Met:
    """Move a fill so that it meets the sound after at frame `end`."""
    sound = fill.audio
    most, seen = (round(time_s * sound.sample_rate) for time_s in (MOST_S, BEYOND_S))
    beginning = Audio(after.samples[: round(BEYOND_S * after.sample_rate)], after.sample_rate)
    going_on = np.pad(sound.samples, ((most, 0), (0, 0)))[end : end + 2 * most + seen]
    samples = moved(sound, lateness_s(Audio(going_on, sound.sample_rate), beginning), end)
    version = round(VERSION_S * sound.sample_rate)
    return fill.lead, Audio(samples[:end], sound.sample_rate), Audio(samples[end : end + version], sound.sample_rate)


def _best_first(
    engine: Engine, request: GenerationRequest, met: dict[_Key, _Met], stop: StopFlag
) -> Iterator[AudioBlock]:
    keys = list(met)
    alone = replace(request, prompts=(request.prompts[keys[0][0]],), together=1)
    scores = fits_of(engine, alone, [met[key][1] for key in keys], stop)
    if len(scores) < len(keys):
        return  # stopped
    for score, (prompt, take) in sorted(zip(scores, keys, strict=True), key=lambda entry: -entry[0]):
        lead, new, version = met[prompt, take]
        yield from lead
        yield AudioBlock(prompt, take, 0, new, is_last=False)
        yield AudioBlock(prompt, take, new.frames, version, is_last=True, is_new=False, fit=score)


def fits_of(engine: Engine, request: GenerationRequest, fills: Sequence[Audio], stop: StopFlag) -> list[float]:
    """Tell how well some fills lead into what stands after, each beside the others.

    Args:
        engine: Finds how likely what follows is.
        request: What stands before, if anything, and after.
        fills: Music for in between.
        stop: As in `Engine.score`.

    Returns:
        For each a number, the higher the better: by how many standard deviations it is above the average of these
        fills in likelihood, and below it in change of spectrum. Fewer if it was stopped.

    Raises:
        UserProblem: As in `Engine.score`.
    """
    likely = engine.score(request, fills, stop)
    if len(likely) < len(fills):
        return []
    changes = [_change(request, fill) for fill in fills]
    return [float(fit) for fit in _beside(likely) - _beside(changes)]


def _change(request: GenerationRequest, fill: Audio) -> float:
    """Return how much the spectrum changes where a fill ends."""
    after, side = request.after, 2 * SIDE_S
    assert after is not None
    left = mono_at(fill, RATE_HZ)
    if request.continuation is not None and fill.duration_s < SIDE_S:
        left = np.concatenate([mono_at(_last(request.continuation, SIDE_S), RATE_HZ), left])
    left = left[-round(side * RATE_HZ) :]
    first = Audio(after.samples[: round(side * after.sample_rate)], after.sample_rate)
    return change_at(np.concatenate([left, mono_at(first, RATE_HZ)]), len(left) / RATE_HZ, SIDE_S)


def _last(sound: Audio, seconds: float) -> Audio:
    return Audio(sound.samples[-round(seconds * sound.sample_rate) :], sound.sample_rate)


def _beside(values: Sequence[float]) -> npt.NDArray[np.float64]:
    """Return values as standard deviations from their average; all the same are all 0."""
    given = np.asarray(values, np.float64)
    spread = given.std()
    return (given - given.mean()) / spread if spread > _SAME else np.zeros(len(given))
