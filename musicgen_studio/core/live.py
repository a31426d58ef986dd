"""Steering music that never ends: what is asked for now, what was asked for when, and the box that carries it over.

Music made live goes on until somebody stops it. Up to four prompts sound at a time, each by a weight; the weights, how
strictly prompts are followed, how adventurous the music is and the melody may change at any moment. Not for making it
(`engine.live`), nor for what was heard and can be kept (`studio.arranging.live`).
"""

import threading
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot, isfinite
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # numpy takes time to import, and the command line names these values before a command runs
    from musicgen_studio.core.melody import Melody

MAX_VOICES = 4
"""How many prompts can sound at a time."""

CHUNK_FRAMES = 5
"""Codec frames that are made at a time, in which nothing can be changed: 0.1 s."""

MAX_CHUNK_FRAMES = 50

SPARSE_WORDS = "sparse, minimal, slow, no drums"
"""Blended in, they make music sparser: of the starter's 3.4 onsets a second half of them takes away 1.7 ± 0.8.

Measured by `bench --controls` over 12 pairs. What else was tried does not do what its name says, so there is no such
control: "busy" words (+0.4 ± 0.8 onsets a second), "bright" and "dark" words (-0.1 ± 0.3 and -0.4 ± 0.5 octaves).
"""


@dataclass(frozen=True, slots=True)
class Steering:
    """What is asked for from a moment on.

    Args:
        prompts: One to four. An empty one means unconditional music.
        weights: What each counts, 0 or more, one above 0; only how they stand to each other matters.
        guidance_scale: How strictly prompts are followed, 0 to 20.
        temperature: How adventurous, 0 to 5.
        melody: Notes to follow, again and again, from the moment they come on; None is no melody.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    prompts: tuple[str, ...]
    weights: tuple[float, ...] = (1.0,)
    guidance_scale: float = 3.0
    temperature: float = 1.0
    melody: "Melody | None" = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.prompts) <= MAX_VOICES:
            raise ValueError(f"prompts must be 1 to {MAX_VOICES}, got {len(self.prompts)}")
        if len(self.weights) != len(self.prompts):
            raise ValueError(f"weights must be one for each of {len(self.prompts)} prompts, got {len(self.weights)}")
        total = sum(self.weights)
        if not all(weight >= 0 for weight in self.weights) or not (total > 0 and isfinite(total)):
            raise ValueError(f"weights must be 0 or more, one of them above 0, got {self.weights}")
        if not 0 <= self.guidance_scale <= 20:
            raise ValueError(f"guidance_scale must be 0 to 20, got {self.guidance_scale}")
        if not 0 <= self.temperature <= 5:
            raise ValueError(f"temperature must be 0 to 5, got {self.temperature}")

    def shares(self, voices: int) -> tuple[float, ...]:
        """Return what each of the first prompts counts: together 1. All the same if none of them counts anything.

        Args:
            voices: How many there are; those beyond the weights count nothing.
        """
        weights = (*self.weights[:voices], *(0.0,) * (voices - len(self.weights)))
        total = sum(weights)
        if total <= 0.0:
            return (1.0 / voices,) * voices
        return tuple(weight / total for weight in weights)

    def sparser(self, share: float) -> "Steering":
        """Return what is asked for with so much of `SPARSE_WORDS` in it; the same where there is no room for them.

        Args:
            share: 0 to 1 of all; 0 is none.
        """
        count = len(self.prompts)
        if share <= 0 or count == MAX_VOICES:
            return self
        weights = (*(each * (1 - share) for each in self.shares(count)), share)
        return replace(self, prompts=(*self.prompts, SPARSE_WORDS), weights=weights)

    def shares_of(self, told: Sequence[str]) -> tuple[float, ...]:
        """Return what each of some prompts counts that may be others than those asked for: together 1.

        Until a window is told what is asked for, what it was told counts by its name. What is not asked for any more
        stands for what is asked for in its place, if that is new, or counts nothing.

        Args:
            told: What the window was told.
        """
        named: dict[str, list[float]] = {}
        for prompt, weight in zip(self.prompts, self.weights, strict=True):
            named.setdefault(prompt, []).append(weight)
        weights = [0.0] * len(told)
        for place, prompt in enumerate(told):
            if named.get(prompt):
                weights[place] = named[prompt].pop(0)
            elif place < len(self.prompts) and self.prompts[place] not in told:
                weights[place] = self.weights[place]
        total = sum(weights)
        return tuple(weight / total for weight in weights) if total > 0 else (1.0 / len(told),) * len(told)


@dataclass(frozen=True, slots=True)
class LiveRequest:
    """What stays as it is while music is made live.

    Args:
        seed: Start of the random numbers, as in `GenerationRequest`.
        chunk_frames: Codec frames made at a time, 1 to 50: how often what is asked for is looked at.
        top_k: Among how many tokens is chosen; None here, as in `top_p`, is what the checkpoint says of itself.
        top_p: Among the likeliest.
        weighs_by_place: Whether weights count by the prompts' places alone until a window is told other prompts, as the
            first records of live music were made.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    seed: int = 0
    chunk_frames: int = CHUNK_FRAMES
    top_k: int | None = None
    top_p: float | None = None
    weighs_by_place: bool = False

    def __post_init__(self) -> None:
        from musicgen_studio.core.request import MAX_SEED

        if not 0 <= self.seed <= MAX_SEED:
            raise ValueError(f"seed must be 0 to {MAX_SEED}, got {self.seed}")
        if not 1 <= self.chunk_frames <= MAX_CHUNK_FRAMES:
            raise ValueError(f"chunk_frames must be 1 to {MAX_CHUNK_FRAMES}, got {self.chunk_frames}")
        if self.top_k is not None and self.top_k < 0:
            raise ValueError(f"top_k must be 0 or more, got {self.top_k}")
        if self.top_p is not None and not 0 <= self.top_p <= 1:
            raise ValueError(f"top_p must be 0 to 1, got {self.top_p}")


@dataclass(frozen=True, slots=True)
class MelodyFrom:
    """From a frame on, a melody, or none.

    Args:
        frame: In codec frames from the beginning of the music.
        melody: None is no melody.
    """

    frame: int
    melody: "Melody | None"


@dataclass(frozen=True, slots=True)
class Told:
    """What a window of the model is told.

    Args:
        prompts: In the order of their weights.
        melodies: What is followed when, in the order of time; before the first of them there is no melody.
    """

    prompts: tuple[str, ...]
    melodies: tuple[MelodyFrom, ...] = ()

    @property
    def melody(self) -> "Melody | None":
        """What is followed last."""
        return self.melodies[-1].melody if self.melodies else None

    def is_for(self, steering: Steering) -> bool:
        """Tell whether nothing else than this is asked for."""
        return self.prompts == steering.prompts and self.melody == steering.melody

    def after(self, steering: Steering, frame: int, oldest: int) -> "Told":
        """Return what is told from a frame on.

        Args:
            steering: What is asked for.
            frame: Where that begins.
            oldest: The first frame that still matters.
        """
        melodies = self.melodies
        if self.melody != steering.melody:
            melodies = (*melodies, MelodyFrom(frame, steering.melody))
        kept = bisect_right([each.frame for each in melodies], oldest) - 1
        return Told(steering.prompts, melodies[max(kept, 0) :])


@dataclass(frozen=True, slots=True)
class Steered:
    """What was asked for from a frame on: where it took effect.

    Args:
        frame: In codec frames from the beginning of the music. Weights, guidance and temperature hold from it on; other
            prompts and another melody are read for up to a few seconds first, always for as long.
        steering: What was asked for.
    """

    frame: int
    steering: Steering


class SteeringSource(Protocol):
    """Where music that is made live finds out how to go on."""

    def read(self, frame: int) -> Steering:
        """Return what is asked for. Called once per chunk.

        Args:
            frame: The first one that is not decided yet, in codec frames from the beginning of the music.
        """
        ...


class Mailbox:
    """Carries what is asked for to the thread that makes the music: the latest counts. Any thread.

    Args:
        steering: What is asked for at the beginning.
    """

    def __init__(self, steering: Steering) -> None:
        self._steering = steering
        self._lock = threading.Lock()

    @property
    def steering(self) -> Steering:
        """What is asked for now."""
        with self._lock:
            return self._steering

    def put(self, steering: Steering) -> None:
        """Ask for something else from now on."""
        with self._lock:
            self._steering = steering

    def read(self, frame: int) -> Steering:  # noqa: ARG002 - whoever plays live asks for it now
        """Return what is asked for."""
        return self.steering


class Replayed:
    """What was asked for, once more, at the same frames.

    Args:
        steered: In the order of their frames; the first of them holds from the beginning on.

    Raises:
        ValueError: If there is none, or their order is another.
    """

    def __init__(self, steered: Sequence[Steered]) -> None:
        self._frames = [each.frame for each in steered]
        if not steered or self._frames != sorted(self._frames):
            raise ValueError(f"steered must be in the order of frames, one at least, got {self._frames!r:.80}")
        self._steered = tuple(steered)

    def read(self, frame: int) -> Steering:
        """Return what was asked for at a frame."""
        return self._steered[max(bisect_right(self._frames, frame) - 1, 0)].steering


def weights_on_plane(puck: tuple[float, float], places: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """Return what prompts count that lie on a plane: 1 / distance² to the puck, together 1.

    Args:
        puck: Where the puck is.
        places: Where the prompts lie, one at least. Where the puck lies upon some, these alone count.
    """
    distances = [hypot(puck[0] - x, puck[1] - y) for x, y in places]
    nearest = min(distances)
    if nearest < 1e-6:
        counts = [float(distance < 1e-6) for distance in distances]
    else:
        counts = [(nearest / distance) ** 2 for distance in distances]
    return tuple(count / sum(counts) for count in counts)
