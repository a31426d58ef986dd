"""The key of a clip, from how much of each semitone sounds. Not for that of notes (`dsp.key`).

A moment counts as much as any other, however loud, and within it the loudest notes less than they sound: the overtones
of a loud bass would otherwise decide. Drums have no key: what is spread over all pitch classes alike is not sure.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.melody import PITCH_CLASSES, Key
from musicgen_studio.dsp.key import key_fits, key_of
from musicgen_studio.dsp.spectra import LOWEST_SEMITONE, Floats

_LOUDNESS = 0.5  # power to this counts
_AUDIBLE = 1e-3  # of the average moment
_RANGE = slice(36 - LOWEST_SEMITONE, 88 - LOWEST_SEMITONE)  # C2 to E6: lower the semitones blur, higher are overtones
_CLEAR_LEAD, _CLEAR_FIT = 0.15, 0.7  # a key that nobody would doubt
_NOISE, _MUSIC = 0.16, 0.24  # how far pitch classes differ from one another, as a share of their mean


def find_key(semitones: Floats) -> Key | None:
    """Return the key that fits best.

    Args:
        semitones: Power, `[frames, SEMITONES]`; see `dsp.spectra`.

    Returns:
        The key, its strength being how sure it is, 0 to 1; None if nothing sounds.
    """
    heard = pitch_classes(semitones)
    if not heard.any() or np.allclose(heard, heard[0]):
        return None
    key = key_of(heard)
    return replace(key, strength=round(_confidence(heard, key), 3))


def pitch_classes(semitones: Floats) -> npt.NDArray[np.float64]:
    """Return how much of each pitch class sounds, `[12]` from C on, adding up to 1; zeros for silence."""
    heard = semitones[:, _RANGE]
    loudness = heard.sum(axis=1)
    audible = heard[loudness > _AUDIBLE * loudness.mean()].astype(np.float64) ** _LOUDNESS
    if not len(audible):
        return np.zeros(PITCH_CLASSES)
    shares = (audible / audible.sum(axis=1, keepdims=True)).mean(axis=0)  # [semitones]
    classes = (np.arange(len(shares)) + LOWEST_SEMITONE + _RANGE.start) % PITCH_CLASSES
    classes_heard: npt.NDArray[np.float64] = np.bincount(classes, weights=shares, minlength=PITCH_CLASSES).astype(
        np.float64
    )
    return classes_heard


def _confidence(heard: npt.NDArray[np.float64], key: Key) -> float:
    """Return how sure a key is: how much better it fits than all but its relative, and how well at all."""
    fits = key_fits(heard)
    tonic, minor = key.tonic, int(key.is_minor)
    relative = (tonic + (3 if minor else 9)) % PITCH_CLASSES
    others = [
        fits[mode, other]
        for mode in (0, 1)
        for other in range(PITCH_CLASSES)
        if (mode, other) not in ((minor, tonic), (1 - minor, relative))
    ]
    lead = fits[minor, tonic] - max(others)
    contrast = (heard.std() / heard.mean() - _NOISE) / (_MUSIC - _NOISE)
    return float(np.clip(lead / _CLEAR_LEAD, 0, 1) * np.clip(key.strength / _CLEAR_FIT, 0, 1) * np.clip(contrast, 0, 1))
