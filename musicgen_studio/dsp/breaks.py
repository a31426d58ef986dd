"""How loud a stretch of sound is, and whether a sound breaks where it was joined.

All takes mono float32 `[samples]` at 32 kHz. Not for loudness as the ear has it (`loudness`).
"""

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.dsp.onsets import NOVELTY_RATE_HZ, RATE_HZ, log_mel

_SIDE_S = 2
_LOWEST_RMS = 1e-6


def level_db(sound: Samples) -> float:
    """Return the RMS level in dB below full scale, -120 at least."""
    return float(20 * np.log10(max(np.sqrt(np.mean(np.square(sound, dtype=np.float64))), _LOWEST_RMS)))


def change_at(sound: Samples, splice_s: float, side_s: float) -> float:
    """Return how much the spectrum changes at a splice: the mean difference of log mel levels on both sides of it.

    Args:
        sound: With the splice in it; there may be less than is wanted on either side.
        splice_s: Where it is.
        side_s: So much of each side is looked at.
    """
    levels = log_mel(sound)
    at, side = round(splice_s * NOVELTY_RATE_HZ), max(round(side_s * NOVELTY_RATE_HZ), 1)
    before, after = levels[:, max(at - side, 0) : at], levels[:, at : at + side]
    if not before.shape[1] or not after.shape[1]:
        return 0.0
    return float(np.abs(before.mean(axis=1) - after.mean(axis=1)).mean())


def break_at(sound: Samples, splice_s: float) -> tuple[float, float]:
    """Return how much a sound changes at a splice: in level, and in spectrum compared with what it does elsewhere.

    Args:
        sound: With the splice in it, two seconds of sound on each side at least.
        splice_s: Where it is.

    Returns:
        The change of level over two seconds on each side in dB; and the share of other places whose half seconds
        before and after differ less in spectrum than those at the splice: near 1 is a break, 0.5 is like anywhere.
    """
    frame, side = int(splice_s * RATE_HZ), _SIDE_S * RATE_HZ
    before, after = sound[max(frame - side, 0) : frame], sound[frame : frame + side]
    levels = log_mel(sound)
    half = NOVELTY_RATE_HZ // 2

    def change(at: int) -> float:
        return float(np.abs(levels[:, at - half : at].mean(axis=1) - levels[:, at : at + half].mean(axis=1)).mean())

    others = [change(at) for at in range(half, levels.shape[1] - half, half // 4)]
    here = change(round(splice_s * NOVELTY_RATE_HZ))
    return level_db(after) - level_db(before), float(np.mean([other < here for other in others]))
