"""When beats that were found are those that were played. Not for hearing them (`analysis`)."""

import numpy as np
import numpy.typing as npt

TEMPO_SHARE, DOWNBEAT_S, ENOUGH = 0.01, 0.03, 0.9

_Times = npt.NDArray[np.float64]


def times_agree(true_s: _Times, found_s: _Times, within_s: float) -> bool:
    """Return whether nine of ten true times were found, and nine of ten found ones are true (all but one of a few).

    What is found before the first true time or after the last, where the music has ended, does not count.
    """
    if not len(true_s) or not len(found_s):
        return False
    inside = found_s[(found_s > true_s[0] - within_s) & (found_s < true_s[-1] + within_s)]
    return _mostly(true_s, found_s, within_s) and _mostly(inside, true_s, within_s)


def _mostly(these_s: _Times, those_s: _Times, within_s: float) -> bool:
    if not len(these_s):
        return False
    near = np.abs(these_s[:, None] - those_s[None]).min(axis=1) <= within_s
    return bool(near.mean() >= ENOUGH or (len(near) > 2 and np.sum(~near) <= 1))
