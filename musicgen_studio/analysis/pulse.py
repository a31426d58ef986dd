"""Beats and bars by librosa's beat tracker: no net, one steady pulse, downbeats guessed from what is struck hardest.

What stands in where the net hears nothing (`beats`), and the floor that a net has to beat. Source: D. Ellis, "Beat
tracking by dynamic programming" (2007), as in `librosa.beat`.
"""

import numpy as np

from musicgen_studio.analysis.bars import FEWEST_BEATS, Bars, smoothed
from musicgen_studio.analysis.frames import RATE_HZ
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.librosa_import import compiling_alone
from musicgen_studio.dsp.resample import mono_at

_BEATS_PER_BAR = 4
_HOP = 512
_SHORTEST_S = 1.0
_HARD_STRUCK = 5.0  # of the average moment's strength: a beat that nobody would doubt
_GUESS = 0.2  # how sure a downbeat is
_AT_BEST = 0.45  # how sure a tempo is: of 12 clips of the starter, 5 had the one asked for, however clear the beat


def find_bars(audio: Audio) -> Bars | None:
    """Return the beats of a clip, or None if there are less than `FEWEST_BEATS`.

    Args:
        audio: Any sound; channels are averaged.
    """
    with compiling_alone():
        from librosa.beat import beat_track  # late: it takes a second
        from librosa.onset import onset_strength

    mono = mono_at(audio, RATE_HZ)
    if len(mono) < _SHORTEST_S * RATE_HZ:
        return None
    strength = onset_strength(y=mono, sr=RATE_HZ, hop_length=_HOP)
    _, frames = beat_track(onset_envelope=strength, sr=RATE_HZ, hop_length=_HOP)
    if len(frames) < FEWEST_BEATS:
        return None
    struck = strength[frames]
    hardest = int(np.argmax([struck[phase::_BEATS_PER_BAR].mean() for phase in range(_BEATS_PER_BAR)]))
    confidence = _AT_BEST * min(float(struck.mean() / max(strength.mean(), 1e-9)) / _HARD_STRUCK, 1.0)
    beats_s = smoothed(frames * _HOP / RATE_HZ, np.ones(len(frames)))
    tempo_map = TempoMap(tuple(map(float, beats_s)), hardest, confidence=round(confidence, 3))
    return Bars(tempo_map, _GUESS, ())
