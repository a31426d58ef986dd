"""What a listening network is to the measures: numbers for every few seconds of a clip, tags, and words it agrees with.

Figures made with different networks have different names and are never compared with each other. Not for the networks
themselves (`embedders`) nor for what is reckoned from their numbers (`distance`, `judging`).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbedderInfo:
    """What there is to say of a network.

    Args:
        id: What its figures are named by, such as `musicnn`.
        name: The network and its training, for a person.
        numbers: How many numbers it gives for a window.
        window_s: Length of a window in seconds.
        trained_on: What is known of the music it was trained on.
        licence: Of its weights.
    """

    id: str
    name: str
    numbers: int
    window_s: float
    trained_on: str
    licence: str

    def __post_init__(self) -> None:
        if self.numbers < 1:
            raise ValueError(f"numbers must be 1 or more, got {self.numbers}")
        if not self.window_s > 0:
            raise ValueError(f"window_s must be above 0, got {self.window_s}")


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """What a network says of a clip, window by window.

    Args:
        embedding: float32 `[windows, numbers]`.
        likely: How likely each of its tags is, 0 to 1: float32 `[windows, tags]`; None if it knows no tags.
    """

    embedding: Floats
    likely: Floats | None = None

    def __post_init__(self) -> None:
        if self.embedding.ndim != 2 or not len(self.embedding):
            raise ValueError(f"embedding must be [windows, numbers], got {list(self.embedding.shape)}")
        if self.likely is not None and len(self.likely) != len(self.embedding):
            raise ValueError(f"likely must have {len(self.embedding)} windows, got {len(self.likely)}")


class Embedder(Protocol):
    """A network that listens. One thread at a time."""

    @property
    def info(self) -> EmbedderInfo:
        """What there is to say of it."""
        ...

    def hear(self, audio: Audio) -> Embedded:
        """Return what it says of a sound of any rate, channels and length."""
        ...

    def agreement(self, heard: Embedded, prompt: str) -> float | None:
        """Return how far a sound agrees with words, more is better; None where it can say nothing of these words."""
        ...
