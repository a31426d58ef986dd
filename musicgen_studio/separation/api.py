"""What the program sees of a separator, without torch.

Not for how sound is taken apart (`masks`, `demucs`), nor for stems as files that add up bit by bit (`dsp.adding_up`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.stopping import StopFlag

OnProgress = Callable[[float], None]
"""Told which share is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class SeparatorInfo:
    """What a person should know of a separator before using it.

    Args:
        name: What it is called.
        stems: Names of its stems, in order; the last is what the others leave.
        trained_on: What music it has learnt from, in words.
        licence: The licence of its weights, in words.
        size_bytes: Of its weights on disk.
    """

    name: str
    stems: tuple[str, ...]
    trained_on: str
    licence: str
    size_bytes: int

    def __post_init__(self) -> None:
        if len(set(self.stems)) != len(self.stems) or len(self.stems) < 2:
            raise ValueError(f"stems must be two names or more, none twice, got {self.stems}")
        if self.size_bytes < 0:
            raise ValueError(f"size_bytes must be 0 or more, got {self.size_bytes}")


def with_rest(audio: Audio, stems: Sequence[Samples]) -> tuple[Audio, ...]:
    """Return stems and what they leave of the sound, as the last one. Memory grows by that one alone."""
    rest = audio.samples.copy()
    for stem in stems:
        rest -= stem
    return tuple(Audio(samples, audio.sample_rate) for samples in [*stems, rest])


class Separator(Protocol):
    """Takes sound apart. One thread at a time."""

    @property
    def info(self) -> SeparatorInfo:
        """What it is."""
        ...

    def separate(self, audio: Audio, stop: StopFlag, on_progress: OnProgress) -> tuple[Audio, ...]:
        """Take sound apart.

        Args:
            audio: Any rate, any number of channels, any length, also silence.
            stop: Looked at several times a minute of sound.
            on_progress: Told after each piece, in this thread.

        Returns:
            A stem for each of `info.stems`, of the sound's rate, channels and length. Their sum is the sound, to the
            rounding of float32.

        Raises:
            StoppedError: If it was stopped.
        """
        ...
