"""What a musician asks for, as one value. All options travel in it; nothing is set on an engine between calls.

Ranges follow AudioCraft's `MusicGen.set_generation_params` (`models/musicgen.py`), and so does `Sampling`, unless a
checkpoint says otherwise of itself: top-k 250, temperature 1.0, guidance scale 3.0, top-p off.
"""

from dataclasses import dataclass, fields, replace
from itertools import groupby
from math import isfinite

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.passages import Passage, check_passages

MAX_DURATION_S = 3600.0
MAX_TAKES = 16
MAX_PROMPTS = 10_000
MAX_SEED = 2**63 - 1 - MAX_TAKES


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen; see `GenerationRequest` for what each value means."""

    guidance_scale: float = 3.0
    temperature: float = 1.0
    top_k: int = 250
    top_p: float = 0.0


USUAL_SAMPLING = Sampling()
"""For checkpoints that say nothing of themselves."""


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One order to an engine.

    Args:
        prompts: One or many descriptions in English. An empty one means unconditional music: guidance is then off,
            because with and without the prompt are the same thing.
        passages: What follows the prompt later on, in the order of time, the same for each of the prompts. None
            of them: the prompt holds to the end.
        duration_s: Seconds of new music for each prompt, above 0 and up to 3600. More than the checkpoint's window is
            made by a sliding window.
        melody: Sound whose melody is to be followed, or notes, or None. Only melody checkpoints can. It begins with the
            new music; what goes beyond the music's end is not heard.
        melody_repeats: Whether a melody shorter than the music begins again each time it ends. If not, the music is
            free once it has ended.
        continuation: Sound to go on from, or None. It opens the result sample for sample, up to a short crossfade
            into the new music, so the result is longer than `duration_s`.
        after: Sound that the new music is to lead into, or None: the music is then made between two sounds. It stands
            where the new music ends. How well that fits is told by `engine.api.Engine.score`; that it fits is not
            promised.
        aligned: Whether the new music is moved by up to a tenth of a second where it has a beat, so that its beats run
            on into those of the sound after. Both crossfades then lie in the new music (`studio.making.fill`).
        ends: Whether the new music comes to an end (`studio.making.ending`).
        endings: Of music that ends, among how many versions of its last bars one is looked for that comes to rest by
            itself, 0 to 16; the first is the music as it was made. If there is none, or with 0, it fades out.
        guidance_scale: How strictly the prompt is followed, 0 to 20. 1 turns guidance off. None here, as in the three
            that follow, is what the checkpoint says of itself.
        temperature: 0 to 5. Higher is more adventurous; 0 always takes the likeliest token.
        top_k: Sample among the k likeliest tokens; 0 means among all.
        top_p: Sample among the likeliest tokens that together reach this probability, 0 to 1; 0 is off. If on, top_k
            is not used, as in AudioCraft.
        seed: Start of the random numbers, 0 to 2^63 - 1 - 16. Take n (from 0) uses seed + n.
        takes: How many versions of each prompt, 1 to 16. They are made together.
        together: How many prompts are made at a time; with their takes 16 clips at most. One after the other the first
            is done sooner, together all are. The sounds are the same but for rounding, see `studio.recipe`.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    prompts: tuple[str, ...]
    duration_s: float = 15.0
    melody: Audio | Melody | None = None
    melody_repeats: bool = True
    continuation: Audio | None = None
    after: Audio | None = None
    aligned: bool = False
    ends: bool = False
    endings: int = 0
    passages: tuple[Passage, ...] = ()
    guidance_scale: float | None = None
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0
    takes: int = 1
    together: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.prompts, tuple) or not 1 <= len(self.prompts) <= MAX_PROMPTS:
            raise ValueError(f"prompts must be a tuple of 1 to {MAX_PROMPTS} texts, got {self.prompts!r:.80}")
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, float) and not isfinite(value):
                raise ValueError(f"{field.name} must be a finite number, got {value}")
        _check(
            "duration_s",
            self.duration_s,
            0.0 < self.duration_s <= MAX_DURATION_S,
            f"above 0, at most {MAX_DURATION_S:g}",
        )
        check_passages(self.passages, self.duration_s)
        if self.aligned and self.after is None:
            raise ValueError("aligned must be false where no sound stands after, got true")
        if self.ends and self.after is not None:
            raise ValueError("ends must be false where a sound stands after, got true")
        _check("endings", self.endings, 0 <= self.endings <= MAX_TAKES * self.ends, _allowed_endings(self.ends))
        sampling = self.sampling()
        _check("guidance_scale", sampling.guidance_scale, 0.0 <= sampling.guidance_scale <= 20.0, "0 to 20")
        _check("temperature", sampling.temperature, 0.0 <= sampling.temperature <= 5.0, "0 to 5")
        _check("top_k", sampling.top_k, sampling.top_k >= 0, "0 or more")
        _check("top_p", sampling.top_p, 0.0 <= sampling.top_p <= 1.0, "0 to 1")
        _check("seed", self.seed, 0 <= self.seed <= MAX_SEED, f"0 to {MAX_SEED}")
        _check("takes", self.takes, 1 <= self.takes <= MAX_TAKES, f"1 to {MAX_TAKES}")
        most = MAX_TAKES // self.takes
        _check("together", self.together, 1 <= self.together <= most, f"1 to {most} with {self.takes} takes")

    def sampling(self, usual: Sampling = USUAL_SAMPLING) -> Sampling:
        """Return how tokens are chosen.

        Args:
            usual: What the checkpoint says of itself, for what the request leaves open.
        """
        chosen = {field.name: getattr(self, field.name) for field in fields(Sampling)}
        return replace(usual, **{name: value for name, value in chosen.items() if value is not None})

    def groups(self) -> list[list[int]]:
        """Return the numbers of the prompts that are made at a time, in order; `together` at most.

        An empty prompt may need no guidance, so those that are empty and those that are not are not made together.
        """
        made = list[list[int]]()
        for _, alike in groupby(range(len(self.prompts)), key=lambda index: not self.prompts[index]):
            numbers = list(alike)
            made += (numbers[first : first + self.together] for first in range(0, len(numbers), self.together))
        return made


def _allowed_endings(ends: bool) -> str:
    return f"0 to {MAX_TAKES}" if ends else "0 for music that does not end"


def _check(name: str, value: object, holds: bool, allowed: str) -> None:
    if not holds:
        raise ValueError(f"{name} must be {allowed}, got {value}")
