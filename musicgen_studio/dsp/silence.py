"""Whether a sound carries anything once its channels are mixed into one. Not for finding pauses (`dsp.notes`)."""

import numpy as np

from musicgen_studio.core.audio import Audio, mono_mix

_LEAST = 1e-4
"""A swing of −80 dB, below what a 16-bit recording's noise is; there is no melody in less."""


def why_silent(audio: Audio) -> str:
    """Return why nothing is heard, as the end of a sentence that begins with the sound's name; empty if there is."""
    if not audio.frames:
        return "is empty"
    if _swing(audio.samples.min(axis=0), audio.samples.max(axis=0)) < _LEAST:
        return "is silent" if np.abs(audio.samples).max() < _LEAST else "holds one value throughout, which is not heard"
    mix = mono_mix(audio.samples)
    if _swing(mix.min(), mix.max()) < _LEAST:
        return "has left and right that cancel each other when they are mixed, as a melody is"
    return ""


def _swing(low: "np.floating | np.ndarray", high: "np.floating | np.ndarray") -> float:
    return float(np.max(high - low)) / 2
