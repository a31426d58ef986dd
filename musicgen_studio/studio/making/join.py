"""Joining what an engine makes to the sound it goes on from, and to the sound it leads into: both stay as they are.

    original, sample for sample ─┐ crossfade ┌─ new music ─┐ crossfade ┌─ original, sample for sample
                                 └───────────┘             └───────────┘

The original keeps its rate and its channels; the new music is brought to them. If the engine has more channels than
the original, the original's are repeated. New music begins where the last whole codec frame (20 ms) of the original
ends. The fades have equal power and lie in the original's last and first 40 ms: there it goes over into the codec's
version of itself, which the engine hands over with the new music, so that nothing jumps.

A stream, like the engine's: the original opens at once, before any music is made. Not for how music is made.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.passages import from_on
from musicgen_studio.core.request import MAX_SEED, GenerationRequest
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.dsp.channels import with_channels
from musicgen_studio.dsp.fades import equal_power_crossfade
from musicgen_studio.dsp.resample import StreamResampler, resample
from musicgen_studio.engine.api import AudioBlock, Engine, EngineInfo
from musicgen_studio.studio.making.ending import ended
from musicgen_studio.studio.making.fill import filled

FADE_S = 0.04
_ENDING_SEEDS = 1_000_003  # so far from a take's random numbers are those of its tries to end


def joined(engine: Engine, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
    """Make music and join it to what is around it: `engine.stream`, whose blocks then make up whole clips.

    Args:
        engine: What makes the music.
        request: What to make.
        stop: As in `Engine.stream`. What was made so far is then joined to what stands before it.

    Yields:
        Blocks of each clip from its beginning on. Without sound around it, the engine's own.

    Raises:
        UserProblem: As in `Engine.stream`.
    """
    made = _joined(engine, request, stop)
    yield from ended(made, request, partial(_ends_again, engine, request, stop)) if request.ends else made


def _ends_again(
    engine: Engine,
    request: GenerationRequest,
    stop: StopFlag,
    clip: tuple[int, int],
    so_far: Audio,
    at_s: float,
    duration_s: float,
) -> list[Audio]:
    """Make a clip's last bars anew; see `ending.GoingOn`."""
    prompt, passages = from_on(request.prompts[clip[0]], request.passages, at_s)
    again = replace(
        request,
        prompts=(prompt,),
        passages=passages,
        duration_s=duration_s,
        melody=None,
        continuation=so_far,
        ends=False,
        endings=0,
        seed=(request.seed + (clip[1] + 1) * _ENDING_SEEDS) % MAX_SEED,
        takes=request.endings - 1,
        together=1,
    )
    made, done = [list[Samples]() for _ in range(again.takes)], 0
    for block in _joined(engine, again, stop):
        made[block.take].append(block.audio.samples)
        done += block.is_last
    if done < again.takes:
        return []
    return [Audio(np.concatenate(blocks), so_far.sample_rate) for blocks in made]


def _joined(engine: Engine, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
    if request.continuation is None and request.after is None:
        yield from engine.stream(request, stop)
        return
    if request.aligned:
        yield from _whole_ones(engine, request, stop)
        return
    made = engine.stream(request, stop)  # refuses what it cannot make before the original is handed over
    for group in request.groups():
        if stop.is_set():
            return
        clips = {clip: _Clip(request, engine.info) for clip in product(group, range(request.takes))}
        for (prompt, take), clip in clips.items():
            if (opening := clip.opening()).frames:
                yield AudioBlock(prompt, take, 0, opening, is_last=False, is_new=False)
        going_on = len(clips)
        for block in made:
            clip = clips[block.prompt, block.take]
            start, audio = clip.frames, clip.joined(block)
            if audio.frames or block.is_last:
                yield replace(block, start_frame=start, audio=audio, is_new=True)
            going_on -= block.is_last
            if not going_on:
                break


def _whole_ones(engine: Engine, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
    """Join fills, take after take: each is there as a whole, so nothing is kept of one that was stopped."""
    clip: _Clip | None = None
    for block in filled(engine, request, stop):
        if clip is None:
            clip = _Clip(request, engine.info)
            if (opening := clip.opening()).frames:
                yield AudioBlock(block.prompt, block.take, 0, opening, is_last=False, is_new=False)
        start, audio = clip.frames, clip.joined(block)
        if audio.frames or block.is_last:
            yield replace(block, start_frame=start, audio=audio, is_new=True)
        if block.is_last:
            clip = None


def as_first_joined(request: GenerationRequest, info: EngineInfo) -> GenerationRequest:
    """Return a request whose clips come out as those of records of formats 1 to 3: all in the engine's own form.

    Args:
        request: What to make.
        info: What makes the music.
    """
    before = request.continuation
    if before is None:
        return request
    at_rate = resample(before, info.sample_rate)
    return replace(request, continuation=Audio(with_channels(at_rate.samples, info.channels), info.sample_rate))


class _Clip:
    """One clip being joined.

    Args:
        request: What stands before and after it, at least one of them.
        info: What makes the music.
    """

    def __init__(self, request: GenerationRequest, info: EngineInfo) -> None:
        before, after = request.continuation, request.after
        original = before or after
        assert original is not None
        self.frames = 0
        """How much of the clip there is."""
        self._rate, self._channels = original.sample_rate, max(original.channels, info.channels)
        self._per_frame = self._rate / info.sample_rate
        self._before = self._after = np.empty((0, self._channels), np.float32)
        if before is not None:
            splice = round(info.codec_frames(before) / info.frame_rate_hz * self._rate)
            self._before = with_channels(before.samples[:splice], self._channels)
        if after is not None:
            self._after = with_channels(resample(after, self._rate).samples, self._channels)
        most = round(FADE_S * self._rate)
        self._outgoing, self._incoming = self._before[max(len(self._before) - most, 0) :], self._after[:most]
        is_same = self._rate == info.sample_rate
        self._resampler = None if is_same else StreamResampler(info.sample_rate, self._rate, self._channels)
        self._held = np.empty((0, self._channels), np.float32)  # what came and is not handed on yet
        self._new = 0  # frames of new music handed on
        self._end: int | None = None  # frames of new music there will be, once that is known

    def opening(self) -> Audio:
        """Return the original up to the crossfade. Called once, before `joined`."""
        return self._handed_on(self._before[: len(self._before) - len(self._outgoing)])

    def joined(self, block: AudioBlock) -> Audio:
        """Return what is ready of the clip after the engine's next block of it; possibly nothing."""
        samples = with_channels(block.audio.samples, self._channels)
        if self._resampler is not None:
            samples = self._resampler.push(samples)
            if block.is_last:
                samples = np.concatenate([samples, self._resampler.flush()])
        self._held = np.concatenate([self._held, samples])
        if self._end is None and (block.is_last or (not block.is_new and block.start_frame >= 0)):
            end = block.start_frame + (block.audio.frames if block.is_new else 0)
            self._end = round(end * self._per_frame)
        return self._handed_on(np.concatenate(list(self._ready(block.is_last))))

    def _ready(self, is_last: bool) -> Iterator[Samples]:
        """Take what can be handed on from what is held."""
        yield self._held[:0]
        if len(self._outgoing):
            if len(self._held) < len(self._outgoing) and not is_last:
                return
            yield equal_power_crossfade(self._outgoing, self._taken(len(self._outgoing)))
            self._outgoing = self._outgoing[:0]
        new = self._taken(len(self._held) if self._end is None else self._end - self._new, is_padded=is_last)
        self._new += len(new)
        yield new
        if is_last and len(self._after):
            yield equal_power_crossfade(self._taken(len(self._incoming)), self._incoming)
            yield self._after[len(self._incoming) :]

    def _taken(self, frames: int, *, is_padded: bool = True) -> Samples:
        """Take so many frames of what is held; a resampler may have rounded off the last one or two."""
        taken, self._held = self._held[:frames], self._held[frames:]
        return np.pad(taken, ((0, frames - len(taken)), (0, 0))) if is_padded else taken

    def _handed_on(self, samples: Samples) -> Audio:
        self.frames += len(samples)
        return Audio(samples, self._rate)
