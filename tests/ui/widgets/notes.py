"""A short melody for tests of widgets that show notes, and the pitch curve it was found in."""

import numpy as np

from musicgen_studio.core.melody import Melody, Note, PitchCurve
from musicgen_studio.dsp.peaks import PeakPyramid

RATE = 1000
A3, C4, E4 = Note(0.0, 0.5, 57.0), Note(0.5, 0.5, 60.0), Note(1.0, 1.0, 64.0)
MELODY = Melody((A3, C4, E4), 2.0)


def curve(melody: Melody = MELODY, hop_s: float = 0.02) -> PitchCurve:
    """Return the curve of notes that are held without a break; silence around them."""
    f0_hz = np.zeros(round(melody.duration_s / hop_s), np.float32)
    for note in melody.notes:
        f0_hz[round(note.onset_s / hop_s) : round(note.end_s / hop_s)] = 440 * 2 ** ((note.pitch - 69) / 12)
    return PitchCurve(hop_s, f0_hz, np.full(len(f0_hz), 0.9, np.float32))


def peaks(duration_s: float = 2.0) -> PeakPyramid:
    """Return the peaks of a loud sound."""
    pyramid = PeakPyramid(1)
    pyramid.append(np.sin(np.arange(round(duration_s * RATE)) / 3).astype(np.float32)[:, None])
    return pyramid
