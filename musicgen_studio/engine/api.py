"""What the rest of the program sees of an engine, without torch.

Not for how music is made: that begins in `musicgen.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event
from typing import Protocol

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import USUAL_SAMPLING, GenerationRequest, Sampling


class StopFlag(Protocol):
    """Anything with `is_set`, such as `threading.Event`. May be set from any thread."""

    def is_set(self) -> bool:
        """Tell whether the run is to stop."""
        ...


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """A finished piece of one result. The blocks of a result follow each other without gap or overlap.

    Args:
        prompt: Index into the request's prompts.
        take: Take number, from 0.
        start_frame: Where the block begins in its result, in audio frames.
        audio: The sound, in the engine's sample rate and channels.
        is_last: Whether it ends its result. A stopped run may never send one.
    """

    prompt: int
    take: int
    start_frame: int
    audio: Audio
    is_last: bool


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


class Engine(Protocol):
    """Turns requests into sound. One thread at a time."""

    @property
    def info(self) -> EngineInfo:
        """What is loaded."""
        ...

    def stream(self, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
        """Make music and hand it over block by block while it is being made.

        As many prompts as the request says are made at a time, with all their takes, then the next ones.

        Args:
            request: What to make.
            stop: Looked at once per decoding step (20 ms of music), on a GPU every few. A stopped run has delivered
                every complete block.

        Yields:
            Blocks in the order of time; those of clips made together take turns.

        Raises:
            UserProblem: If the loaded checkpoint cannot do what is asked, such as follow a melody.
        """
        ...


def whole_clips(engine: Engine, request: GenerationRequest) -> list[Audio]:
    """Make everything a request asks for, for those who need no blocks: by prompt, and within a prompt by take.

    Raises:
        UserProblem: As in `Engine.stream`.
    """
    blocks: dict[tuple[int, int], list[Audio]] = {}
    for block in engine.stream(request, Event()):
        blocks.setdefault((block.prompt, block.take), []).append(block.audio)
    return [
        Audio(np.concatenate([audio.samples for audio in clip]), clip[0].sample_rate)
        for _, clip in sorted(blocks.items())
    ]
