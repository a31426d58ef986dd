"""In which key a melody stands: Krumhansl's and Kessler's key profiles, by the Krumhansl-Schmuckler method.

Source: C. L. Krumhansl, Cognitive Foundations of Musical Pitch (1990), chapters 2 and 4. Not for modes, or for keys
that change within a melody.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.melody import PITCH_CLASSES, Key, Note

_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])


def find_key(notes: Sequence[Note]) -> Key:
    """Return the key that notes fit best, each counted by its length.

    Args:
        notes: Any number, in any order.

    Returns:
        The key; its strength is the correlation with the key's profile. C major with strength 0 if there is nothing to
        go by: no note, or all pitch classes alike.
    """
    heard = np.zeros(PITCH_CLASSES)
    for note in notes:
        heard[note.pitch_class] += note.duration_s
    return key_of(heard)


def key_of(heard: npt.NDArray[np.floating]) -> Key:
    """Return the key that pitch classes fit best.

    Args:
        heard: How much of each there is: `[12]`, from C on, 0 or more.

    Returns:
        As `find_key` does.
    """
    if np.allclose(heard, heard[0]):
        return Key(0, is_minor=False, strength=0.0)
    fits = key_fits(heard)
    strength, tonic, is_minor = max((fits[minor, tonic], tonic, minor) for minor in (0, 1) for tonic in range(12))
    return Key(tonic, bool(is_minor), min(max(float(strength), 0.0), 1.0))


def key_fits(heard: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return how well pitch classes `[12]`, not all alike, fit each key: correlations `[2, 12]`, major then minor."""
    return np.array(
        [[np.corrcoef(heard, np.roll(profile, tonic))[0, 1] for tonic in range(12)] for profile in (_MAJOR, _MINOR)]
    )
