"""How much of generated music is copied from what a model has learned from, code for code."""

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint16]


def nearest_overlap(codes: Codes, known: Codes, window: int = 100) -> float:
    """Return how much of a window of codes is found, code for code, at the best place in other music; mean of windows.

    Args:
        codes: First codebook of a clip, `[frames]`.
        known: First codebook of the other music, `[frames]`, at least a window of it.
        window: In frames; two seconds.
    """
    shares = []
    for first in range(0, len(codes) - window + 1, window):
        equal = np.zeros(len(known) - window + 1, np.uint16)
        for offset, code in enumerate(codes[first : first + window]):
            equal += known[offset : offset + len(equal)] == code
        shares.append(float(equal.max()) / window)
    return float(np.mean(shares)) if shares else 0.0
