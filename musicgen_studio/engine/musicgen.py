"""The engine: request in, audio blocks out. This file reads like the data flow.

    prompt, passages, melody, continuation → conditions over time (`conditions/`)
    conditions → token frames (`tokens.py`, on a model of `model/`)
    token frames → audio blocks (`codec.py`)

Music longer than the checkpoint's window is made by a sliding window. A continuation's last part opens the first
window. What comes out is new; only a little of the codec's version of what stands before and after comes with it, to be
faded over where that is joined. Source of all rules: AudioCraft `models/musicgen.py` and `models/genmodel.py`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain, groupby, product, repeat
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from musicgen_studio.compute.device import AUTO, resolve_device
from musicgen_studio.compute.memory import explained_when_full, free_memory
from musicgen_studio.compute.precision import Precision, not_finite, resolve_precision
from musicgen_studio.compute.threads import use_threads
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.live import MAX_VOICES, LiveRequest, SteeringSource
from musicgen_studio.core.request import MAX_TAKES, GenerationRequest
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.dsp.channels import with_channels
from musicgen_studio.dsp.resample import resample
from musicgen_studio.engine.api import AudioBlock, EngineInfo, LiveChunk, LiveMusic, LiveState
from musicgen_studio.engine.checkpoint.needs import check_memory, check_room, smaller_where_short, weight_count
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.values import Checkpoint
from musicgen_studio.engine.codec import Codec, DecodeState
from musicgen_studio.engine.conditions.chroma import ChromaConditioner
from musicgen_studio.engine.conditions.over_time import ConditionsOverTime
from musicgen_studio.engine.conditions.prompt import TextConditioner
from musicgen_studio.engine.conditions.steered import SteeredConditions
from musicgen_studio.engine.live import LiveCodes, thawed
from musicgen_studio.engine.model.load import load_language_model
from musicgen_studio.engine.model.protocol import StepMaker
from musicgen_studio.engine.sampling import Noise
from musicgen_studio.engine.tokens import Span, context_frames, likelihood, spans, token_frames
from musicgen_studio.errors import UserProblem

CROSSFADE_S = 0.04
"""How much of the codec's version of what stands before and after comes with the new music, to be faded over."""

SEEN = 10
"""How many codec frames of what stands after the codec looks at, so that the new music ends as if it went on so."""

WARM_UP_S = 1.0
"""How much of a continued sound the codec hears before the crossfade, so that its LSTM is in the right state."""

CHUNK_FRAMES = (5, 5, 10, 25)
"""Codec frames decoded at a time: few at first for an early start, then more, because each chunk costs two extra."""

USUAL_TOKENS = 32
"""So many tokens a prompt has at most, usually: a graphics card gets ready for that."""


SCORED_FRAMES = 10
"""How much of what stands after a fill is scored: a fifth of a second. Further on it follows from itself, whatever the
fill was: over a whole second the seam is lost among tokens that are equally likely after each of them."""


def load_engine(folder: Path, device: str = AUTO, precision: str = AUTO, threads: int | None = None) -> "MusicGen":
    """Load a checkpoint.

    Args:
        folder: Holds the checkpoint in either layout.
        device: `auto`, `cpu`, `cuda` or `mps`.
        precision: `auto`, `float32`, `float16`, `bfloat16` or `int8`.
        threads: How many threads of the processor this process uses from now on, 1 or more; None is all that help.

    Raises:
        UserProblem: If the checkpoint, the device or the precision cannot be used.
    """
    if threads is not None:
        use_threads(threads)
    return MusicGen(open_checkpoint(folder), device, precision)


@dataclass(frozen=True, slots=True)
class _Opening:
    """A sound to go on from.

    Args:
        samples: float32 `[frames, channels]`, as the result begins: in the model's form, cut to whole codec frames.
        codes: `[codebooks, frames]`, the last part of it, as the model reads it.
    """

    samples: Samples
    codes: Tensor


@dataclass(frozen=True, slots=True)
class _Run:
    """A request with its sounds in the model's form.

    Args:
        request: What to make.
        frames: New codec frames per prompt.
        opening: What to go on from, or None.
        after: First codes of what the music leads into, `[codebooks, n]`; none if it just ends.
        conditions: What the model is told, and when.
        plan: What the windows make, one after the other.
    """

    request: GenerationRequest
    frames: int
    opening: _Opening | None
    after: Tensor
    conditions: ConditionsOverTime
    plan: Sequence[Span]

    @property
    def opening_frames(self) -> int:
        """How many codec frames the model reads of the opening."""
        return 0 if self.opening is None else self.opening.codes.shape[-1]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Decoded sound of all clips that are made together.

    Args:
        samples: `[clips, frames, channels]`.
        start: Where it begins, in audio frames of new music.
        is_last: Whether nothing follows.
        is_new: As in `AudioBlock`.
    """

    samples: Samples
    start: int
    is_last: bool
    is_new: bool


class MusicGen:
    """A loaded checkpoint; implements `api.Engine`. Serves one thread at a time.

    Args:
        checkpoint: Where configuration and weights come from.
        device: As in `load_engine`.
        precision: As in `load_engine`.
    """

    def __init__(self, checkpoint: Checkpoint, device: str = AUTO, precision: str = AUTO) -> None:
        config = checkpoint.config
        where = resolve_device(device)
        how = resolve_precision(precision, where)
        if precision == AUTO:
            how = smaller_where_short(config, how, where)
        check_memory(config, how, where)
        outer = checkpoint.outer()
        self._text = TextConditioner(checkpoint, outer.text_projection)  # first: T5 does not stay, see `text`
        layers = (checkpoint.layer(index) for index in range(config.decoder.layers))
        self._config = config
        self.decoder = load_language_model(config.decoder, outer, layers, where, how, checkpoint.identity)
        # On Apple's GPU the codec has given garbage in other programs (facebookresearch/audiocraft issue 612).
        codec_device = torch.device("cpu") if where.type == "mps" else where
        is_light = self.decoder.precision is Precision.INT8
        self.codec = Codec(checkpoint.codec(), config.channels, codec_device, half_weights=is_light)
        self._melody: ChromaConditioner | None = None
        if config.chroma is not None and outer.chroma_projection is not None:
            self._melody = ChromaConditioner(config.chroma, outer.chroma_projection)
        self._info = EngineInfo(
            architecture=config.architecture,
            follows_melody=self._melody is not None,
            channels=config.channels,
            sample_rate=config.sample_rate,
            window_s=config.window_frames / config.frame_rate,
            frame_rate_hz=config.frame_rate,
            parameters=weight_count(config.decoder),
            device=where.type,
            precision=self.decoder.precision.value,
            sampling=config.sampling,
        )
        self._prepare()

    def _prepare(self) -> None:
        """Do once what a graphics card does at the first time only, so that the first clip does not wait for it."""
        if not isinstance(self.decoder, StepMaker):
            return
        config = self._config
        prefix = 0 if config.chroma is None else config.chroma.length + USUAL_TOKENS
        with explained_when_full(self.decoder.release):
            self.decoder.prepare(prefix + config.window_frames + max(config.decoder.delays) + 1, config.sampling)
            codes = torch.zeros(1, config.decoder.codebooks, CHUNK_FRAMES[-1], dtype=torch.int64)
            self.codec.decode(DecodeState(), codes, is_last=False)

    @property
    def info(self) -> EngineInfo:
        """What is loaded."""
        return self._info

    def stream(self, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
        """Make music block by block; see `api.Engine.stream`."""
        with self._explained_when_full():
            run = self._prepared(request)
            self._check_room(run)
        return self._streamed(run, stop)

    def _streamed(self, run: _Run, stop: StopFlag) -> Iterator[AudioBlock]:
        with self._explained_when_full():
            yield from self._blocks(run, stop)

    def _explained_when_full(self) -> AbstractContextManager[None]:
        return explained_when_full(self.decoder.release if isinstance(self.decoder, StepMaker) else None)

    def _blocks(self, run: _Run, stop: StopFlag) -> Iterator[AudioBlock]:
        for group in run.request.groups():
            if stop.is_set():
                return
            prompts = [run.request.prompts[index] for index in group]
            clips = list(product(group, range(run.request.takes)))
            for piece in self._told_apart(run, self._decoded(run, self._token_frames(run, prompts, stop))):
                for (index, take), samples in zip(clips, piece.samples, strict=True):
                    yield AudioBlock(index, take, piece.start, self._audio(samples), piece.is_last, piece.is_new)

    def live(self, request: LiveRequest, steering: SteeringSource, state: LiveState | None = None) -> LiveMusic:
        """Begin music that never ends; see `api.LiveEngine.live`."""
        config, decoder = self._config, self.decoder.config
        with self._explained_when_full():
            # Each prompt has two rows at most; a window that is followed by another lies beside it for a while.
            need = 2 * self.decoder.cache_bytes(2 * MAX_VOICES, config.window_frames)
            check_room(need, 1, self.decoder.device)
            usual = GenerationRequest(("",), top_k=request.top_k, top_p=request.top_p).sampling(config.sampling)
            codes = LiveCodes(
                self.decoder,
                SteeredConditions(config, self._text, self._melody),
                config.window_frames,
                request.chunk_frames,
                usual,
                Noise(request.seed, 1, decoder.codebooks, decoder.card),
                steering,
                state,
                weighs_by_place=request.weighs_by_place,
            )
            start = DecodeState() if state is None else thawed(state.codec, self.codec.device)
            lag = max(decoder.delays)
            return _LiveMusic(codes, self.codec, start, lag, self._explained_when_full, self._audio)

    def score(self, request: GenerationRequest, fills: Sequence[Audio], stop: StopFlag) -> list[float]:
        """Tell how well what stands after follows from each fill; see `api.Engine.score`."""
        if request.after is None:
            raise ValueError("after must be the sound that the fills are to lead into, got None")
        with self._explained_when_full():
            return self._scored(request, request.after, fills, stop)

    def _scored(self, request: GenerationRequest, after: Audio, fills: Sequence[Audio], stop: StopFlag) -> list[float]:
        run, hop = self._prepared(request), self._config.hop_frames
        right = self._whole_frames(after, "lead into", SCORED_FRAMES + SEEN)
        unscored = max(len(right) // hop - SCORED_FRAMES, 0)  # there so that what is scored has the codes it always has
        left = np.empty((0, self._config.channels), np.float32)
        if run.opening is not None:
            left = run.opening.samples[-run.opening_frames * hop :]
        # Encoded in one, as the joined clip would be: alone, what stands after has other codes.
        sounds = [np.concatenate([left, self._whole_frames(fill, "score", least=0), right]) for fill in fills]
        scores = dict[int, float]()
        for places in _of_one_length(sounds):
            if stop.is_set():
                break
            frames = len(sounds[places[0]]) // hop - unscored
            codes = torch.stack([self._codes(sounds[place]) for place in places])[..., :frames]
            codes = codes[..., -self._config.window_frames :]
            told = run.conditions.at(request.prompts[0], len(request.passages), frames - codes.shape[-1])
            known = codes.shape[-1] - (len(right) // hop - unscored)
            scores |= zip(places, likelihood(self.decoder, told, codes, known).tolist(), strict=True)
        return [scores[place] for place in sorted(scores)]

    def _check_room(self, run: _Run) -> None:
        clips = run.request.takes * max(len(group) for group in run.request.groups())
        longest = max(span.context + span.end - span.first for span in run.plan)
        # Two prompts have two pairs of rows at most; a window that is followed by another lies beside it for a while.
        rows = 2 * clips * max(len(span.stretch.voices) for span in run.plan)
        need = self.decoder.cache_bytes(rows, longest) * (2 if len(run.plan) > 1 else 1)
        if isinstance(self.decoder, StepMaker) and need > free_memory(self.decoder.device):
            self.decoder.release()  # what is kept from the run before
        check_room(need, clips, self.decoder.device)

    def _audio(self, samples: Samples) -> Audio:
        if not np.isfinite(samples).all():
            raise not_finite(self.decoder.precision)
        return Audio(samples, self._config.sample_rate)

    def _prepared(self, request: GenerationRequest) -> _Run:
        """Bring the request's sounds into the model's form."""
        config = self._config
        opening = None if request.continuation is None else self._opening(request.continuation)
        samples = np.empty((0, config.channels), np.float32)
        after = self._codes(samples if request.after is None else self._whole_frames(request.after, "lead into", SEEN))
        known = 0 if opening is None else opening.codes.shape[-1]
        frames = max(round(request.duration_s * config.frame_rate), 1)
        samples = samples if opening is None else opening.samples
        conditions = ConditionsOverTime(config, self._text, self._melody, request, samples, known, frames)
        plan = spans(conditions.stretches, known, config.window_frames)
        return _Run(request, frames, opening, after, conditions, plan)

    def _opening(self, continuation: Audio) -> _Opening:
        samples = self._whole_frames(continuation, "continue")
        read = context_frames(self._config.window_frames) * self._config.hop_frames
        return _Opening(samples, self._codes(samples[-read:]))

    def _whole_frames(self, sound: Audio, purpose: str, most: int | None = None, least: int = 1) -> Samples:
        """Return a sound in the model's form, cut to whole codec frames.

        Args:
            sound: Any.
            purpose: What it is there for, as in `the sound to continue`.
            most: How many frames are wanted at most, from its beginning; None is all.
            least: How many there have to be.

        Raises:
            UserProblem: If it is too short.
        """
        hop = self._config.hop_frames
        samples = with_channels(resample(sound, self._config.sample_rate).samples, self._config.channels)
        frames = self._info.codec_frames(sound)
        if frames < least:
            raise UserProblem(
                f"The sound to {purpose} is too short.",
                f"It lasts {sound.duration_s * 1000:.0f} ms.",
                "Give at least a tenth of a second; a few seconds work best.",
            )
        wanted = min(frames, frames if most is None else most) * hop
        return np.pad(samples[:wanted], ((0, max(wanted - len(samples), 0)), (0, 0)))  # a resampler may round off one

    def _codes(self, samples: Samples) -> Tensor:
        """Return the codes `[codebooks, frames]` of whole codec frames; of none too."""
        if not len(samples):
            return torch.empty(self.decoder.config.codebooks, 0, dtype=torch.int64)
        return self.codec.encode(Audio(samples, self._config.sample_rate))

    def _token_frames(self, run: _Run, prompts: Sequence[str], stop: StopFlag) -> Iterator[Tensor]:
        """Make the codes for some prompts: those to warm up on, the new ones as they come, and what stands after.

        Yields:
            `[prompts * takes, codebooks]`.
        """
        request, decoder = run.request, self.decoder.config
        opening = torch.empty(decoder.codebooks, 0, dtype=torch.int64) if run.opening is None else run.opening.codes
        opening = opening.expand(len(prompts) * request.takes, -1, -1)
        yield from opening[..., opening.shape[-1] - self._warm_up_frames(run) :].unbind(dim=-1)
        yield from token_frames(
            self.decoder,
            lambda voice, start: [run.conditions.at(prompt, voice, start) for prompt in prompts],
            run.plan,
            opening,
            request.sampling(self._config.sampling),
            Noise(request.seed, request.takes, decoder.codebooks, decoder.card, len(prompts)),
            stop,
        )
        if not stop.is_set():
            yield from run.after.expand(len(opening), -1, -1).unbind(dim=-1)

    def _warm_up_frames(self, run: _Run) -> int:
        """Return how many of the opening's last codes the codec hears before the new ones."""
        return min(run.opening_frames, round(WARM_UP_S * self._config.frame_rate))

    def _decoded(self, run: _Run, token_frames: Iterator[Tensor]) -> Iterator[tuple[Samples, bool]]:
        """Decode codes in chunks as they come: `[clips, frames, channels]` at a time, and whether it is the last."""
        warm_up = self._warm_up_frames(run)
        sizes = chain((warm_up + CHUNK_FRAMES[0], *CHUNK_FRAMES[1:]), repeat(CHUNK_FRAMES[-1]))
        wanted, chunk, state = next(sizes), list[Tensor](), DecodeState()
        for count, codes in enumerate(token_frames, start=1):
            chunk.append(codes)
            is_last = count == warm_up + run.frames + run.after.shape[-1]
            if len(chunk) == wanted or is_last:
                state, samples = self.codec.decode(state, torch.stack(chunk, dim=-1), is_last)
                yield _interleaved(samples), is_last
                wanted, chunk = next(sizes), []
        if chunk:  # stopped: what is complete is still handed over, as far as it is final
            state, samples = self.codec.decode(state, torch.stack(chunk, dim=-1), is_last=False)
            yield _interleaved(samples), False

    def _told_apart(self, run: _Run, made: Iterator[tuple[Samples, bool]]) -> Iterator[_Piece]:
        """Leave out what the codec only warmed up on or looked ahead at, and part what is new from what is not."""
        hop, fade = self._config.hop_frames, round(CROSSFADE_S * self._config.sample_rate)
        at, new_end = -self._warm_up_frames(run) * hop, run.frames * hop
        end = new_end + min(fade, run.after.shape[-1] * hop)
        parts = ((max(-fade, at), 0, False), (0, new_end, True), (new_end, end, False))
        for samples, _ in made:
            for first, last, is_new in parts:
                piece = samples[:, max(first - at, 0) : max(last - at, 0)]
                if piece.shape[1]:
                    start = max(first, at)
                    yield _Piece(piece, start, start + piece.shape[1] == end, is_new)
            at += samples.shape[1]


class _LiveMusic:
    """Codes without end, and the codec behind them; implements `api.LiveMusic`.

    Args:
        codes: What is decoded.
        codec: Of the checkpoint.
        state: Where it stands.
        lag_frames: How far the first codebook runs ahead of the last.
        explained: A context in which a full memory is explained.
        checked: Says what is wrong with samples that are no numbers.
    """

    def __init__(
        self,
        codes: LiveCodes,
        codec: Codec,
        state: DecodeState,
        lag_frames: int,
        explained: Callable[[], AbstractContextManager[None]],
        checked: Callable[[Samples], Audio],
    ) -> None:
        self._codes, self._codec, self._state = codes, codec, state
        self._lag_frames = lag_frames
        self._explained, self._checked = explained, checked

    def chunk(self) -> LiveChunk:
        """Ask what is wanted, and make the next chunk."""
        with self._explained():
            made, before = self._codes.chunk(), self._state
            self._state, samples = self._codec.decode(before, made.codes, is_last=False)
        opened = None if made.opened is None else made.opened.with_codec(before)
        sound = self._checked(_interleaved(samples)[0]).samples
        obeys = (made.frame + self._lag_frames) * self._codec.hop_frames
        return LiveChunk(made.frame, before.emitted, sound, obeys, made.steering, opened, made.problem)

    def ahead(self) -> None:
        """Read a little of what comes."""
        with self._explained():
            self._codes.ahead()


def _interleaved(samples: Tensor) -> Samples:
    """Turn `[clips, channels, samples]` into `[clips, frames, channels]`."""
    return np.ascontiguousarray(samples.transpose(1, 2).numpy())


def _of_one_length(sounds: Sequence[Samples]) -> list[list[int]]:
    """Return the places of sounds that can be read side by side, up to 16 of the same length."""
    by_length = sorted(range(len(sounds)), key=lambda place: len(sounds[place]))
    alike = [list(places) for _, places in groupby(by_length, key=lambda place: len(sounds[place]))]
    return [some[first : first + MAX_TAKES] for some in alike for first in range(0, len(some), MAX_TAKES)]
