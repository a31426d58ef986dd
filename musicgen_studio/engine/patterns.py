"""Where each token sits in the sequence: the delay pattern, in closed form.

Codebook q runs `delays[q]` steps behind, so that a step never needs a token of its own step. Step 0 is empty, and
step s carries, for codebook q, time s - 1 - delays[q]; places before or after the music hold the special token.
Source: AudioCraft `modules/codebooks_patterns.py` (DelayedPatternProvider), paper arXiv:2306.05284 section 2.2.

Not for choosing tokens: that is `tokens.py`.
"""

from torch import Tensor

UNKNOWN = -1
"""Marks a token that is still to be made."""


def sequence_steps(frames: int, delays: tuple[int, ...]) -> int:
    """Return how many steps hold `frames` frames, the empty step 0 included."""
    return frames + max(delays) + 1


def delayed(codes: Tensor, special: int, delays: tuple[int, ...]) -> Tensor:
    """Lay codes out in steps.

    Args:
        codes: `[rows, codebooks, frames]`.
        special: Token id for places that hold no music.
        delays: Steps by which each codebook lags.

    Returns:
        `[rows, codebooks, steps]` with `sequence_steps(frames, delays)` steps.
    """
    rows, codebooks, frames = codes.shape
    steps = codes.new_full((rows, codebooks, sequence_steps(frames, delays)), special)
    for codebook, delay in enumerate(delays):
        steps[:, codebook, 1 + delay : 1 + delay + frames] = codes[:, codebook]
    return steps
