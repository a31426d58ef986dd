"""Letting music come to an end: by itself where one of some tries does, else by a fade over its last bar or two.

    music, as long as asked for ─► does it come to rest? ─► yes: it ends there
       └─► no: its last bars made anew some times ─► the best that comes to rest, on the bar and in the key
                                                └─► none does: a fade that begins where a bar does

A model that learned from excerpts does not know that the end is near, so its music stops in the middle of the sound
when its time is over (`analysis.faults` says so of nearly every clip). What comes to rest by itself now and then is
measured by `analysis.endings`; the tries follow no melody, which would tell the music to go on. A fade that begins
where a bar begins is an end that nobody stumbles over; with no beat to be heard it takes the last seconds. Not for
loops, which have no end, nor for `dsp.fades`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Protocol

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.ending import Ending
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import AudioBlock

ENDINGS = 4
"""Among how many versions of the last bars an end is looked for, usually."""

HELD_S = 8.0
"""The last so many seconds wait until it is known that they are the last."""

TRIED_S = 5.0
"""So much of the end is made anew in each try: two bars and a little."""

LEAST_NEW_S = 1.0
"""A try must go on for so long at least; so much earlier than asked for, less `TRIED_S`, may the music end."""

HEARD_S = 20.0
"""So much of the music, the tries with it, is listened to for its beat and its key."""

LEAST_S, WITHOUT_BEATS_S = 1.0, 2.0
_JOINED_S = 0.04  # `join` fades over into a try
_AFTER_REST_S, _CLOSE_S = 0.1, 0.05  # of silence stay, faded to nothing


class GoingOn(Protocol):
    """Makes music's last bars anew."""

    def __call__(self, clip: tuple[int, int], so_far: Audio, at_s: float, duration_s: float) -> Sequence[Audio]:
        """Go on from a moment of a clip, once less often than its request says: its own music is a try, too.

        Args:
            clip: Its prompt and take.
            so_far: What is before.
            at_s: The moment, in seconds of new music.
            duration_s: How much is made.

        Returns:
            What is before and what follows, of each try; none at all if it was stopped.
        """
        ...


def ended(blocks: Iterator[AudioBlock], request: GenerationRequest, go_on: GoingOn) -> Iterator[AudioBlock]:
    """Let each take of a stream come to an end.

    Args:
        blocks: Of whole clips; the last seconds of each are held back until its end. Those that are made together end
            together: only then does the engine have its hands free.
        request: What they are made of.
        go_on: For the tries.

    Yields:
        The same, the end of each take another one. A take that a stop cuts short is handed over as far as it got.
    """
    for group in request.groups():
        takes = {clip: _Held(*clip) for clip in product(group, range(request.takes))}
        going_on = set(takes)
        while going_on and (block := next(blocks, None)) is not None:
            yield from takes[block.prompt, block.take].push(block)
            if block.is_last:
                going_on.discard((block.prompt, block.take))
        for clip, held in takes.items():
            yield from held.stopped() if clip in going_on else _end(held, request, go_on)


class _Held:
    """A take whose last seconds wait.

    Args:
        prompt: Of which prompt.
        take: Which take.
    """

    def __init__(self, prompt: int, take: int) -> None:
        self.clip = (prompt, take)
        self.given = 0
        """How many of its frames were there before."""
        self._heard: list[Samples] = []
        self._waiting: list[Samples] = []
        self._rate = 0
        self._frames = self._out = 0  # that came, and that were handed on

    def push(self, block: AudioBlock) -> Iterator[AudioBlock]:
        """Take the next block; yield what is ready, if anything."""
        self._rate = block.audio.sample_rate
        self._heard.append(block.audio.samples)
        self._waiting.append(block.audio.samples)
        self._frames += block.audio.frames
        self.given += 0 if block.is_new else block.audio.frames
        yield from self.up_to(self._frames - round(HELD_S * self._rate))

    def whole(self) -> Audio:
        """Return all that came. There must be some."""
        return Audio(np.concatenate(self._heard), self._rate)

    def up_to(self, frame: int) -> Iterator[AudioBlock]:
        """Yield what waits before a frame, as it came."""
        if frame > self._out:
            waiting, ready = np.concatenate(self._waiting), frame - self._out
            self._waiting = [waiting[ready:]]
            yield self._block(waiting[:ready])

    def stopped(self) -> Iterator[AudioBlock]:
        """Yield what waits: it will have no end."""
        yield from self.up_to(self._frames)

    def last(self, end: Samples, ending: Ending) -> AudioBlock:
        """Return the last block.

        Args:
            end: The whole take as it is to be, or its end: float32 `[frames, channels]`, up to its last frame.
            ending: How it ends.
        """
        return replace(self._block(end), is_last=True, ending=ending)

    @property
    def out(self) -> int:
        """How many frames were handed on."""
        return self._out

    def _block(self, samples: Samples) -> AudioBlock:
        start, self._out = self._out, self._out + len(samples)
        return AudioBlock(*self.clip, start, Audio(samples, self._rate), is_last=False)


def _end(held: _Held, request: GenerationRequest, go_on: GoingOn) -> Iterator[AudioBlock]:
    """Yield what waits of a take that has all of its music, with an end."""
    whole = held.whole()
    rate = whole.sample_rate
    begins = held.given + (round(_JOINED_S * rate) if held.given else 0)  # where the music is new alone
    cut = max(whole.frames - round(TRIED_S * rate), begins)
    fade = _fade_begins(whole)
    if request.endings:  # orders of records up to format 6 have none, and come out as they did
        fade = max(fade, held.given)
    first = max(cut - round((HEARD_S - TRIED_S) * rate), 0)
    heard, is_long = [Audio(whole.samples[first:], rate)], whole.frames - cut > 2 * LEAST_NEW_S * rate
    end, ending = _best(heard, (cut - first) / rate) if request.endings and is_long else (None, Ending(0))
    if end is None and request.endings > 1 and is_long and cut - first >= LEAST_S * rate:
        yield from held.up_to(min(cut - round(_JOINED_S * rate), fade))
        so_far = Audio(whole.samples[first:cut], rate)
        tries = go_on(held.clip, so_far, (cut - begins) / rate, (whole.frames - cut) / rate)
        if not tries:
            yield from held.stopped()
            return
        end, ending = _best([*heard, *tries], so_far.duration_s)
    if end is None:
        yield held.last(_faded(whole, fade)[held.out :], ending)
        return
    early_s = round((whole.frames - first - len(end)) / rate, 6)
    yield held.last(end[held.out - first :], replace(ending, early_s=early_s))


def _best(tries: Sequence[Audio], from_s: float) -> tuple[Samples | None, Ending]:
    """Return the try that ends best, up to its end; None if none of them does well."""
    from musicgen_studio.analysis.endings import rest_of  # late: it loads torch

    rests = [(rest_of(each, from_s + LEAST_NEW_S), each) for each in tries]
    found = [(rest, each) for rest, each in rests if rest is not None]
    good = [(rest, each) for rest, each in found if rest.is_good]
    if not good:
        return None, Ending(len(tries), len(found))
    rest, sound = max(good, key=lambda pair: pair[0].score)
    end = sound.samples[: round((rest.at_s + _AFTER_REST_S) * sound.sample_rate)].copy()
    closing = min(round(_CLOSE_S * sound.sample_rate), len(end))
    end[len(end) - closing :] *= np.linspace(1, 0, closing, dtype=np.float32)[:, np.newaxis]  # [frames, 1]
    ending = Ending(
        len(tries), len(found), len(good), is_own=True, late_beats=rest.late_beats, chord_share=rest.chord_share
    )
    return end, ending


def faded(clip: Audio) -> Audio:
    """Return a clip that fades out from where its last bar begins, or the one before if that is too short.

    Args:
        clip: The whole of it.
    """
    return Audio(_faded(clip, _fade_begins(clip)), clip.sample_rate)


def _fade_begins(clip: Audio) -> int:
    return clip.frames - min(round(_fade_s(clip) * clip.sample_rate), clip.frames)


def _faded(clip: Audio, first: int) -> Samples:
    """Return a clip's samples, fading out from a frame on."""
    angle = np.linspace(0, np.pi / 2, clip.frames - first, dtype=np.float32)
    samples = clip.samples.copy()
    samples[first:] *= (np.cos(angle) ** 2)[:, np.newaxis]  # [frames, 1]
    return samples


def _fade_s(clip: Audio) -> float:
    from musicgen_studio.analysis.beats import find_beats  # late: it loads torch

    bars = find_beats(clip, is_counted=False)
    if bars is None:
        return WITHOUT_BEATS_S
    end_s, grid = clip.duration_s, bars.tempo_map
    bar = int(grid.bar_at(end_s - LEAST_S))
    return min(end_s - grid.bar_s(bar), HELD_S)
