"""From what each clip is told to the rows of a batch, and from the logits of all rows back to those of each clip.

Every clip has a row that is told something, and with guidance another one that is told nothing. While one prompt goes
over into another, both ride side by side: each has its rows, all read the same tokens, and what they expect is blended,
`Σ wᵢ · (uᵢ + g · (cᵢ − uᵢ))`. Rows that would be the same are one: told nothing, the two prompts' are, unless a melody
model's prefixes differ in length. Not for when which prompt sounds: `over_time.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.engine.sampling import blended


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the model is told in one window.

    Args:
        text: States `[tokens, width]` to attend to, in models with cross-attention.
        prefix: States `[positions, width]` put before the music, in melody models.
        null_prefix: The same for the rows that are told nothing; as long as `prefix`, and equal to it if `is_null`.
        is_null: Whether this says nothing at all, so that guidance would change nothing.
    """

    text: Tensor | None = None
    prefix: Tensor | None = None
    null_prefix: Tensor | None = None
    is_null: bool = False


class Rows:
    """The rows of a batch, in groups of one row per clip: first those that are told something.

    Args:
        voices: Of each prompt that sounds at the time, up to four, what the clips of each result are told; either all
            of a voice say nothing or none.
        clips: How many clips, as many for each result, those of the first result first.
        is_guided: Whether there is guidance, so that rows are needed that are told nothing.
        width: Of the model.
    """

    def __init__(self, voices: Sequence[Sequence[Conditions]], clips: int, is_guided: bool, width: int) -> None:
        self.clips = clips
        self.texts: list[Tensor] = []
        """What rows attend to, from the first on, as many to each."""
        self._is_guided = is_guided
        self._groups: list[list[Tensor | None]] = []  # by group, the prefix of each result
        told = [None if voice[0].is_null else self._told(voice) for voice in voices]
        self._first_null = len(self._groups)
        self._pairs = tuple(self._pair(group, voice) for group, voice in zip(told, voices, strict=True))
        self.prefix, self.begins = self._stacked(width)
        """The prefix of every row, `[rows, positions, width]`, and at which position each of them begins."""

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._groups) * self.clips

    @property
    def text_rows(self) -> int:
        """How many rows, from the first, attend to a text."""
        each = self.clips // len(self._groups[0])
        return len(self.texts) * each

    def repeated(self, x: Tensor) -> Tensor:
        """Return what the clips read, `[clips, ...]`, for all rows."""
        return x if len(self._groups) == 1 else torch.cat([x] * len(self._groups))

    def blended(self, logits: Tensor, weights: Sequence[float], guidance_scale: float) -> Tensor:
        """Return the logits of each clip, `[clips, ...]`, from those of all rows and what each voice counts."""
        by_group = logits.view(len(self._groups), self.clips, *logits.shape[1:])
        return blended(by_group, self._pairs, guidance_scale, weights)

    def _told(self, voice: Sequence[Conditions]) -> int:
        """Add the rows that are told something; return the number of their group."""
        self.texts += [told.text for told in voice if told.text is not None]
        self._groups.append([told.prefix for told in voice])
        return len(self._groups) - 1

    def _pair(self, told: int | None, voice: Sequence[Conditions]) -> tuple[int, int]:
        """Return the groups of a voice: what is told something, and what guidance leads away from, if anything."""
        if told is not None and not self._is_guided:
            return told, told
        prefixes = [conditions.null_prefix for conditions in voice]
        for number in range(self._first_null, len(self._groups)):
            if all(_same(one, other) for one, other in zip(self._groups[number], prefixes, strict=True)):
                return number if told is None else told, number
        self._groups.append(prefixes)
        null = len(self._groups) - 1
        return null if told is None else told, null

    def _stacked(self, width: int) -> tuple[Tensor, list[int]]:
        """Return the prefix of every row, `[rows, positions, width]`, and at which position each of them begins.

        All end together, where the music begins; no positions where no row has a prefix.
        """
        nothing = torch.empty(0, width)
        prefixes = [
            nothing if prefix is None else prefix
            for group in self._groups
            for prefix in group
            for _ in range(self.clips // len(group))
        ]
        longest = max(len(prefix) for prefix in prefixes)
        begins = [longest - len(prefix) for prefix in prefixes]
        rows = [functional.pad(prefix, (0, 0, begin, 0)) for prefix, begin in zip(prefixes, begins, strict=True)]
        return torch.stack(rows), begins


def _same(one: Tensor | None, other: Tensor | None) -> bool:
    if one is None or other is None:
        return one is other
    return torch.equal(one, other)
