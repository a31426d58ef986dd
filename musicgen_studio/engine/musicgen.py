"""The engine: request in, audio blocks out. This file reads like the data flow.

    prompt, melody, continuation → conditions (`text.py`, `melody.py`)
    conditions → token frames (`tokens.py`, on a `language_model.py`)
    token frames → audio blocks (`codec.py`)

Music longer than the checkpoint's window is made by a sliding window. A continuation's last part opens the first
window; the result begins with the given sound itself, and crosses over into the codec's version of it shortly before
the new music begins. Source of all rules: AudioCraft `models/musicgen.py` and `models/genmodel.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product, repeat
from math import ceil
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from musicgen_studio.compute.device import AUTO, resolve_device
from musicgen_studio.compute.memory import explained_when_full, free_memory
from musicgen_studio.compute.precision import Precision, not_finite, resolve_precision
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.fades import equal_power_crossfade
from musicgen_studio.dsp.resample import resample
from musicgen_studio.engine.api import AudioBlock, EngineInfo, StopFlag
from musicgen_studio.engine.checkpoint.needs import check_memory, check_room, smaller_where_short, weight_count
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.values import Checkpoint
from musicgen_studio.engine.codec import Codec, DecodeState
from musicgen_studio.engine.conditions.melody import ChromaConditioner
from musicgen_studio.engine.conditions.prompt import TextConditioner
from musicgen_studio.engine.model.load import load_language_model
from musicgen_studio.engine.model.protocol import StepMaker
from musicgen_studio.engine.sampling import Noise
from musicgen_studio.engine.tokens import Conditions, context_frames, sliding_token_frames
from musicgen_studio.errors import UserProblem

CROSSFADE_S = 0.04
"""Length of the equal-power crossfade from a continued sound into its codec version; it ends at the splice."""

WARM_UP_S = 1.0
"""How much of a continued sound the codec hears before the crossfade, so that its LSTM is in the right state."""

CHUNK_FRAMES = (5, 5, 10, 25)
"""Codec frames decoded at a time: few at first for an early start, then more, because each chunk costs two extra."""

USUAL_TOKENS = 32
"""So many tokens a prompt has at most, usually: a graphics card gets ready for that."""


def load_engine(folder: Path, device: str = AUTO, precision: str = AUTO) -> "MusicGen":
    """Load a checkpoint.

    Args:
        folder: Holds the checkpoint in either layout.
        device: `auto`, `cpu`, `cuda` or `mps`.
        precision: `auto`, `float32`, `float16`, `bfloat16` or `int8`.

    Raises:
        UserProblem: If the checkpoint, the device or the precision cannot be used.
    """
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
        melody: Mono samples `[frames]` as the chroma analysis wants them, or notes, or None.
    """

    request: GenerationRequest
    frames: int
    opening: _Opening | None
    melody: Samples | Melody | None


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
        with explained_when_full(self.decoder.release if isinstance(self.decoder, StepMaker) else None):
            yield from self._blocks(request, stop)

    def _blocks(self, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
        run = self._prepared(request)
        self._check_room(run)
        for group in request.groups():
            if stop.is_set():
                return
            prompts, start = [request.prompts[index] for index in group], 0
            clips = list(product(group, range(request.takes)))
            made = self._decoded(run, self._token_frames(run, prompts, stop))
            for samples, is_last in self._spliced(run, len(clips), made):
                for (index, take), clip in zip(clips, samples, strict=True):
                    yield AudioBlock(index, take, start, self._audio(clip), is_last)
                start += samples.shape[1]

    def _check_room(self, run: _Run) -> None:
        clips = run.request.takes * max(len(group) for group in run.request.groups())
        frames = run.frames + (0 if run.opening is None else run.opening.codes.shape[-1])
        window = self._config.window_frames
        # A window that is followed by another lies beside it for a while.
        need = self.decoder.cache_bytes(2 * clips, min(frames, window)) * (2 if frames > window else 1)
        if isinstance(self.decoder, StepMaker) and need > free_memory(self.decoder.device):
            self.decoder.release()  # what is kept from the run before
        check_room(need, clips, self.decoder.device)

    def _audio(self, samples: Samples) -> Audio:
        if not np.isfinite(samples).all():
            raise not_finite(self.decoder.precision)
        return Audio(samples, self._config.sample_rate)

    def _prepared(self, request: GenerationRequest) -> _Run:
        """Bring the request's sounds into the model's form."""
        melody: Samples | Melody | None = None
        if request.melody is not None:
            if self._melody is None:
                raise UserProblem(
                    "This checkpoint cannot follow a melody.",
                    "It is a text checkpoint; only melody checkpoints listen to one.",
                    "Choose a melody checkpoint, such as the starter or facebook/musicgen-melody.",
                )
            given = request.melody
            melody = self._melody.prepared(given) if isinstance(given, Audio) else given
        opening = None if request.continuation is None else self._opening(request.continuation)
        frames = max(round(request.duration_s * self._config.frame_rate), 1)
        return _Run(request, frames, opening, melody)

    def _opening(self, continuation: Audio) -> _Opening:
        audio = resample(continuation, self._config.sample_rate)
        samples = _with_channels(audio.samples, self._config.channels)
        hop = self._config.hop_frames
        frames = len(samples) // hop
        if frames == 0:
            raise UserProblem(
                "The sound to continue is too short.",
                f"It lasts {continuation.duration_s * 1000:.0f} ms.",
                "Give at least a tenth of a second; a few seconds work best.",
            )
        samples = samples[: frames * hop]
        read = min(frames, context_frames(self._config.window_frames))
        return _Opening(samples, self.codec.encode(Audio(samples[-read * hop :], audio.sample_rate)))

    def _token_frames(self, run: _Run, prompts: Sequence[str], stop: StopFlag) -> Iterator[Tensor]:
        """Make the codes for some prompts: first those the codec warms up on, if any, then the new ones as they come.

        Yields:
            `[prompts * takes, codebooks]`.
        """
        request, decoder = run.request, self.decoder.config
        opening = torch.empty(decoder.codebooks, 0, dtype=torch.int64) if run.opening is None else run.opening.codes
        opening = opening.expand(len(prompts) * request.takes, -1, -1)
        yield from opening[..., opening.shape[-1] - self._warm_up_frames(run) :].unbind(dim=-1)
        yield from sliding_token_frames(
            self.decoder,
            lambda start: [self._conditions(run, prompt, start) for prompt in prompts],
            self._config.window_frames,
            opening,
            run.frames,
            request.sampling(self._config.sampling),
            Noise(request.seed, request.takes, decoder.codebooks, decoder.card, len(prompts)),
            stop,
        )

    def _warm_up_frames(self, run: _Run) -> int:
        """Return how many of the opening's last codes the codec hears before the new ones."""
        return (
            0 if run.opening is None else min(run.opening.codes.shape[-1], round(WARM_UP_S * self._config.frame_rate))
        )

    def _decoded(self, run: _Run, token_frames: Iterator[Tensor]) -> Iterator[tuple[Samples, bool]]:
        """Decode codes in chunks as they come: `[clips, frames, channels]` at a time, and whether it is the last."""
        warm_up = self._warm_up_frames(run)
        sizes = chain((warm_up + CHUNK_FRAMES[0], *CHUNK_FRAMES[1:]), repeat(CHUNK_FRAMES[-1]))
        wanted, chunk, state = next(sizes), list[Tensor](), DecodeState()
        for count, codes in enumerate(token_frames, start=1):
            chunk.append(codes)
            is_last = count == warm_up + run.frames
            if len(chunk) == wanted or is_last:
                state, samples = self.codec.decode(state, torch.stack(chunk, dim=-1), is_last)
                yield _interleaved(samples), is_last
                wanted, chunk = next(sizes), []
        if chunk:  # stopped: what is complete is still handed over, as far as it is final
            state, samples = self.codec.decode(state, torch.stack(chunk, dim=-1), is_last=False)
            yield _interleaved(samples), False

    def _spliced(self, run: _Run, clips: int, made: Iterator[tuple[Samples, bool]]) -> Iterator[tuple[Samples, bool]]:
        """Put the opening, sample for sample, before what was made, with a crossfade that ends where it ends."""
        if run.opening is None:
            yield from (block for block in made if block[0].shape[1])
            return
        original = run.opening.samples
        splice = self._warm_up_frames(run) * self._config.hop_frames
        fade = min(round(CROSSFADE_S * self._config.sample_rate), splice)
        if len(original) > fade:
            yield np.repeat(original[None, : len(original) - fade], clips, axis=0), False
        heard = np.empty((clips, 0, self._config.channels), np.float32)
        for samples, is_last in made:
            heard = np.concatenate([heard, samples], axis=1)
            if heard.shape[1] > splice:
                outgoing = original[len(original) - fade :]
                joint = [equal_power_crossfade(outgoing, clip[splice - fade : splice]) for clip in heard]
                yield np.concatenate([np.stack(joint), heard[:, splice:]], axis=1), is_last
                break
        yield from (block for block in made if block[0].shape[1])

    def _conditions(self, run: _Run, prompt: str, start: int) -> Conditions:
        """Return what the model is told in the window that begins `start` frames after the opening's first code."""
        text = self._text.states(prompt)
        if self._melody is None:
            return Conditions(text=text if prompt else None, is_null=not prompt)
        chroma = self._chroma_in_window(self._melody, run, start)
        return Conditions(
            prefix=torch.cat([self._melody.states(chroma), text]),
            null_prefix=torch.cat([self._melody.states(self._melody.null_chroma()), torch.zeros_like(text)]),
            is_null=not prompt and run.melody is None,
        )

    def _chroma_in_window(self, conditioner: ChromaConditioner, run: _Run, start: int) -> Tensor:
        """Return the melody's chroma `[length, bins]` in the window that begins at codec frame `start`.

        The melody begins with the new music. Over an opening it is the chroma of the opening itself, so that chroma and
        tokens agree.
        """
        if run.melody is None:
            return conditioner.null_chroma()
        if not isinstance(run.melody, Melody):
            return conditioner.chroma(self._melody_in_window(run, run.melody, start))
        first_s = self._melody_frame(run, start) / self._config.frame_rate
        chroma = conditioner.note_chroma(run.melody, first_s, run.request.melody_repeats)
        if first_s < 0:
            before = ceil(-first_s * conditioner.config.sample_rate / conditioner.config.hop_frames)
            silence = np.zeros(1, np.float32)
            chroma[:before] = conditioner.chroma(self._melody_in_window(run, silence, start))[:before]
        return chroma

    def _melody_frame(self, run: _Run, start: int) -> int:
        """Return at which codec frame of the melody a window begins; negative over an opening."""
        return start - (0 if run.opening is None else run.opening.codes.shape[-1])

    def _melody_in_window(self, run: _Run, melody: Samples, start: int) -> Samples:
        """Return mono samples `[frames]` of the melody as the window that begins at codec frame `start` hears it.

        It is repeated as long as the music lasts, or else followed by silence.
        """
        hop, window = self._config.hop_frames, self._config.window_frames
        repeats = run.request.melody_repeats
        if run.opening is None and run.frames <= window and repeats:
            return melody[: window * hop]  # one window: the chroma is repeated, not the sound (AudioCraft)
        first = self._melody_frame(run, start) * hop
        positions = np.arange(first, first + window * hop)
        heard = melody[positions % len(melody)]
        if not repeats:
            heard[positions >= len(melody)] = 0.0
        if run.opening is not None:
            before = positions < 0
            heard[before] = run.opening.samples.mean(axis=1)[positions[before]]
        return heard


def _interleaved(samples: Tensor) -> Samples:
    """Turn `[clips, channels, samples]` into `[clips, frames, channels]`."""
    return np.ascontiguousarray(samples.transpose(1, 2).numpy())


def _with_channels(samples: Samples, channels: int) -> Samples:
    """Return `[frames, channels]`: mono is the mean of what there is, stereo from mono is the same twice."""
    if samples.shape[1] == channels:
        return samples
    mono = samples.mean(axis=1, keepdims=True)
    return np.ascontiguousarray(np.repeat(mono, channels, axis=1))
