"""A second task for the language model: to tell, at each step, what music this is and where in its bar it is.

The next token hardly rewards reading the words: what has just sounded decides nearly everything. A listener in the
middle of the decoder asks for style, key, drums and tempo, which the words say before anything sounds, and for the
place in the metre, which keeping time needs; what the middle knows, the upper layers can use. Training related tasks
together is R. Caruana's "Multitask Learning" (1997). Checkpoints do not contain the listener.

Not for judging generated music: that is `evaluate`, which has ears of its own.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from musicgen_studio.training.music.score import Facts, Role
from musicgen_studio.training.music.styles import STYLES
from musicgen_studio.training.settings import FRAMES_PER_SIXTEENTH

QUESTIONS = {
    "style": len(STYLES),
    "key": 24,
    "drums": 2,
    "tempo": len(FRAMES_PER_SIXTEENTH),
    "sixteenth of the bar": max(style.steps for style in STYLES.values()),
    "frame of the sixteenth": max(FRAMES_PER_SIXTEENTH),
}
"""What is asked, and how many answers there are."""

UNKNOWN = -100
_STYLE_NUMBERS = {name: number for number, name in enumerate(STYLES)}


def answers(facts: Facts, start: int, frames: int) -> npt.NDArray[np.int64]:
    """Return what is true of a stretch of a piece.

    Args:
        facts: Of the piece.
        start: Codec frame it begins at; the piece begins with a bar.
        frames: Its length.

    Returns:
        `[questions, frames]`.
    """
    k = facts.frames_per_sixteenth
    sixteenth, frame = np.divmod(start + np.arange(frames), k)
    known = (
        _STYLE_NUMBERS[facts.style],
        2 * facts.key.tonic + facts.key.is_major,
        int(Role.DRUMS in facts.instruments),
        k - FRAMES_PER_SIXTEENTH[0],
    )
    constant = np.repeat(np.array(known)[:, None], frames, axis=1)
    return np.stack([*constant, sixteenth % STYLES[facts.style].steps, frame]).astype(np.int64)


def no_answers(frames: int) -> npt.NDArray[np.int64]:
    """Return the answers for music nothing is known about: `UNKNOWN`, `[questions, frames]`."""
    return np.full((len(QUESTIONS), frames), UNKNOWN, np.int64)


@dataclass(frozen=True, slots=True)
class Recognition:
    """How well the listener could tell.

    Args:
        losses: Cross-entropy of each question in nats, `[questions]`; 0 if nothing was known.
        right: Share of its answers that are right, `[questions]`.
    """

    losses: Tensor
    right: Tensor


class Listener(nn.Module):
    """Reads the answers off the hidden states.

    Args:
        width: Of the decoder.
        seed: Of the random weights it begins with.
    """

    def __init__(self, width: int, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.norm = nn.LayerNorm(width)
            self.heads = nn.ModuleList(nn.Linear(width, count) for count in QUESTIONS.values())

    def forward(self, hidden: Tensor, answers: Tensor, weights: Tensor) -> Recognition:
        """Compare what it tells with what is true.

        Args:
            hidden: `[rows, frames, width]`: the state that predicts each frame.
            answers: int64 `[rows, questions, frames]`.
            weights: How much each frame counts, `[rows, frames]`.
        """
        states = self.norm(hidden)
        each = [self._ask(head(states), answers[:, place], weights) for place, head in enumerate(self.heads)]
        losses, right = zip(*each, strict=True)
        return Recognition(torch.stack(losses), torch.stack(right))

    def _ask(self, told: Tensor, true: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        losses = functional.cross_entropy(told.mT.float(), true, ignore_index=UNKNOWN, reduction="none")
        counts = weights * (true != UNKNOWN)
        total = counts.sum().clamp(min=1e-6)
        right = (told.argmax(dim=-1) == true) * counts
        return (losses * counts).sum() / total, right.sum().detach() / total
