"""Music between two sounds whose beats meet those of the sound after: a stream like the engine's, best take first.

    left ─► engine.stream, a little longer than wanted ─► moved onto the beats of the right side ─► blocks
                                                                └─► engine.score: how well the right side follows

That a fill leads into what stands after it is not promised by a model that only looks back. So some are made from the
left, each goes on a little beyond its end, and where its beats would then come is compared with where they are in the
sound after (`dsp.meeting`); a small difference is taken out at an onset. Which of them fits best is told by the
likelihood of the right side after each. Not for joining them to what is around (`join`).
"""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.meeting import MOST_S, lateness_s, moved
from musicgen_studio.engine.api import AudioBlock, Engine, StopFlag

BEYOND_S = 1.5
"""So much of the right side's beats is compared."""

VERSION_S = 0.04
"""As much of each fill goes on beyond its end, for `join` to fade over from."""


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
    scores = engine.score(alone, [met[key][1] for key in keys], stop)
    if len(scores) < len(keys):
        return  # stopped
    for score, (prompt, take) in sorted(zip(scores, keys, strict=True), key=lambda entry: -entry[0]):
        lead, new, version = met[prompt, take]
        yield from lead
        yield AudioBlock(prompt, take, 0, new, is_last=False)
        yield AudioBlock(prompt, take, new.frames, version, is_last=True, is_new=False, fit=score)
