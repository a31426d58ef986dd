"""What the rest of the program sees of an engine, without torch.

Not for how music is made: that begins in `musicgen.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.ending import Ending
from musicgen_studio.core.live import LiveRequest, Steering, SteeringSource, Told
from musicgen_studio.core.request import USUAL_SAMPLING, GenerationRequest, Sampling
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.errors import UserProblem


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """A finished piece of one result. The blocks of a result follow each other without gap or overlap.

    An engine's blocks hold what is new. Only where that joins another sound, some of the codec's version of that sound
    comes with it, in blocks of its own: to be faded over from and to (`studio.making.join`), not to be kept.

    Args:
        prompt: Index into the request's prompts.
        take: Take number, from 0.
        start_frame: Where the block begins, in audio frames: 0 is where the new music does, or after joining where the
            whole clip does. Negative before the new music.
        audio: The sound, of the same rate and channels in all blocks.
        is_last: Whether it ends its result. A stopped run may never send one.
        is_new: Whether it is new music, and not a version of what stands before or after it.
        fit: In the last block of music that was fitted between two sounds, how well it fits beside the others that were
            made with it (`studio.making.fill`): 0 is like the average.
        ending: In the last block of music that was to come to an end, how it does (`studio.making.ending`).
    """

    prompt: int
    take: int
    start_frame: int
    audio: Audio
    is_last: bool
    is_new: bool = True
    fit: float | None = None
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What is loaded, for records and for display.

    Args:
        architecture: `musicgen` or `musicgen_melody`.
        follows_melody: Whether a melody can be given.
        channels: 1 mono or 2 stereo.
        sample_rate: In Hz.
        window_s: Length the model was trained on; longer music is made by a sliding window.
        parameters: Number of weights in the language model, for example 420_000_000.
        device: `cpu`, `cuda` or `mps`.
        precision: Of the language model's matrices: `float32`, `float16`, `bfloat16` or `int8`.
        sampling: How tokens are chosen where a request leaves it open.
        frame_rate_hz: Codec frames per second; sound is continued and made in whole ones.
    """

    architecture: str
    follows_melody: bool
    channels: int
    sample_rate: int
    window_s: float
    parameters: int
    device: str
    precision: str
    sampling: Sampling = USUAL_SAMPLING
    frame_rate_hz: float = 50.0

    def codec_frames(self, sound: Audio) -> int:
        """Return how many whole codec frames there are in a sound."""
        return int(sound.frames * self.frame_rate_hz // sound.sample_rate)


class Engine(Protocol):
    """Turns requests into sound. One thread at a time."""

    @property
    def info(self) -> EngineInfo:
        """What is loaded."""
        ...

    def stream(self, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
        """Make music and hand it over block by block while it is being made; what is new, see `AudioBlock`.

        As many prompts as the request says are made at a time, with all their takes, then the next ones.

        Args:
            request: What to make.
            stop: Looked at once per decoding step (20 ms of music), on a GPU every few. A stopped run has delivered
                every complete block.

        Yields:
            Blocks in the order of time; those of clips made together take turns.

        Raises:
            UserProblem: When called, not with the first block: if the loaded checkpoint cannot do what is asked, such
                as follow a melody.
        """
        ...

    def score(self, request: GenerationRequest, fills: Sequence[Audio], stop: StopFlag) -> list[float]:
        """Tell how well what stands after follows from each of some fills, by the likelihood that the model gives it.

        Args:
            request: Its `continuation` stands before the fills, if there is one, and its `after` behind them. The
                first of its prompts counts, or its last passage.
            fills: New music for in between, as `stream` makes it, in any rate and channels; possibly none at all,
                of 0 frames.
            stop: Looked at between the fills that are read together.

        Returns:
            For each fill the mean log-likelihood of the codes of up to a fifth of a second after it, in nats per token:
            below 0, the higher the better. Fewer than there are fills if it was stopped.

        Raises:
            UserProblem: If the checkpoint cannot do what is asked, or what stands after is too short.
            ValueError: If nothing stands after.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class CodecState:
    """Where the codec stands. An array of no numbers stands for what is not there yet.

    Args:
        latents: float32 `[channels, dimension, n]`: what its first convolution still looks back at.
        lstm_hidden: float32 `[layers, channels, width]`.
        lstm_cell: The same.
        hidden: float32 `[channels, width, n]`: what its upsampling still looks back at.
        known: Frames whose codes it was given.
        convolved: Frames that have gone through its LSTM.
        emitted: Audio frames it handed out.
    """

    latents: Samples
    lstm_hidden: Samples
    lstm_cell: Samples
    hidden: Samples
    known: int
    convolved: int
    emitted: int


@dataclass(frozen=True, slots=True, eq=False)
class LiveState:
    """All that live music depends on from a moment on, but for how it is steered: where a window of the model opens.

    Args:
        frame: The moment, in codec frames from the beginning of the music.
        told: What the window is told.
        pieces: How many positions at a time it had read by then.
        codes: int16 `[codebooks, n]`: what it opens with, the codes of the music before.
        noise: The position of the random numbers.
        codec: Where the codec stands.
    """

    frame: int
    told: Told
    pieces: tuple[int, ...]
    codes: npt.NDArray[np.int16]
    noise: bytes
    codec: CodecState


@dataclass(frozen=True, slots=True, eq=False)
class LiveChunk:
    """A little live music.

    Args:
        frame: The codec frame from which on it was made as `steering` says.
        start: The first of its audio frames. The sound of a codec frame comes somewhat later than its codes.
        samples: float32 `[frames, channels]`; none at all perhaps at the very beginning.
        obeys: The audio frame from which on all of the sound was made by `steering`, a few codec frames later.
        steering: What it was made by.
        opened: How everything stood before it, where a window opened with it.
        problem: Why what was asked for cannot be done; the music then goes on as before. Told once.
    """

    frame: int
    start: int
    samples: Samples
    obeys: int
    steering: Steering
    opened: LiveState | None = None
    problem: UserProblem | None = None


class LiveMusic(Protocol):
    """Music without end. One thread at a time."""

    def chunk(self) -> LiveChunk:
        """Ask what is wanted, and make the next chunk.

        Raises:
            UserProblem: If the model computes what is no number, or memory is full.
        """
        ...

    def ahead(self) -> None:
        """Do what the music will need later; to be called once after each chunk, when its sound is on its way.

        Raises:
            UserProblem: As `chunk`.
        """
        ...


@runtime_checkable
class LiveEngine(Engine, Protocol):
    """An engine that makes music without end, too."""

    def live(self, request: LiveRequest, steering: SteeringSource, state: LiveState | None = None) -> LiveMusic:
        """Begin music that never ends.

        Args:
            request: What stays as it is.
            steering: Asked once per chunk.
            state: To make what was made before once more: where to begin. The steering must be what it was then.

        Raises:
            UserProblem: If what is asked for at the beginning cannot be done.
            ValueError: If the state is not one of this checkpoint.
        """
        ...


def whole_clips(engine: Engine, request: GenerationRequest) -> list[Audio]:
    """Make everything new a request asks for, for those who need no blocks: by prompt, and within a prompt by take.

    Raises:
        UserProblem: As in `Engine.stream`.
    """
    blocks: dict[tuple[int, int], list[Audio]] = {}
    for block in engine.stream(request, Event()):
        if block.is_new:
            blocks.setdefault((block.prompt, block.take), []).append(block.audio)
    return [
        Audio(np.concatenate([audio.samples for audio in clip]), clip[0].sample_rate)
        for _, clip in sorted(blocks.items())
    ]
