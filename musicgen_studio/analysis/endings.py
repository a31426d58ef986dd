"""Whether music comes to rest by itself where it stops, and how well: a measure of endings, small and honest.

Music has ended where it has sounded and falls to a silence that lasts to the end of what was made, and is not cut off.
Such an end is a good one if its last stroke falls on a bar's line or shortly after it, and what sounds on then is the
chord of the key. Nothing is said of how likely the music was, nor of whether it moves somebody. The thresholds were
chosen on ends of the corpus's pieces, see `training.judge.endings`, which measures them. Not for ends that are made
afterwards, such as a fade (`studio.making.ending`).
"""

from dataclasses import dataclass

import numpy as np

from musicgen_studio.analysis.beats import find_beats
from musicgen_studio.analysis.faults import FRAMES_PER_S, RATE_HZ, is_cut, levels_db, silent_db
from musicgen_studio.analysis.frames import FRAMES_PER_S as PICTURES_PER_S
from musicgen_studio.analysis.frames import Frames, frames_of
from musicgen_studio.analysis.key import find_key, pitch_classes
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import PITCH_CLASSES, Key
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.onsets import strong_onsets_s
from musicgen_studio.dsp.resample import mono_at

LEAST_S = 0.4
"""So long it must be silent at the end, so that it is no pause between two strokes."""

ON_BAR_BEATS = (-0.25, 0.75)
"""From where to where around a bar's line the last stroke ends a piece: on its first beat."""

IN_KEY = 0.45
"""From this share of the key's chord on the last sound is that chord."""

_LOUD_PERCENTILE = 90
_STROKE_S = 0.05  # an onset is found a little after the sound begins, or before


@dataclass(frozen=True, slots=True)
class Rest:
    """Where and how music comes to rest.

    Args:
        at_s: From where on it is silent.
        stroke_s: Where its last stroke is.
        late_beats: How many beats after a bar's line the last stroke is, below 0 before it; None without a beat.
        chord_share: Which share of what sounds from the last stroke on is the chord of the key, 0 to 1; None where no
            key is heard.
    """

    at_s: float
    stroke_s: float
    late_beats: float | None
    chord_share: float | None

    @property
    def is_good(self) -> bool:
        """Whether nothing speaks against it as an end; what is not known does not."""
        on_bar = self.late_beats is None or ON_BAR_BEATS[0] <= self.late_beats <= ON_BAR_BEATS[1]
        return on_bar and (self.chord_share is None or self.chord_share >= IN_KEY)

    @property
    def score(self) -> float:
        """How good it is beside others of the same piece, higher is better."""
        chord = IN_KEY if self.chord_share is None else self.chord_share
        return chord - (0.0 if self.late_beats is None else abs(self.late_beats) / 4)


def rest_of(music: Audio, from_s: float) -> Rest | None:
    """Return how music comes to rest by itself.

    Args:
        music: All of it, or its last bars: what is before the end tells of beat and key.
        from_s: Before that it is not to come to rest.

    Returns:
        None if it does not, if it does so before `from_s`, or if it is cut off.
    """
    mono = mono_at(music, RATE_HZ)
    levels = levels_db(mono)
    if not len(levels):
        return None
    loud_db = float(np.percentile(levels, _LOUD_PERCENTILE))
    sounding = np.flatnonzero(levels >= silent_db(loud_db))
    first = int(sounding[-1]) + 1 if len(sounding) else 0
    at_s = first / FRAMES_PER_S
    if at_s <= from_s or len(levels) - first < LEAST_S * FRAMES_PER_S or is_cut(levels, loud_db, first):
        return None
    strokes_s = strong_onsets_s(mono[: round(at_s * RATE_HZ)])
    if not len(strokes_s):
        return None
    stroke_s = float(strokes_s[-1])
    sound = Audio(music.samples[: round(at_s * music.sample_rate)], music.sample_rate)
    frames = frames_of(sound)
    bars = find_beats(sound, frames, is_counted=False)
    return Rest(
        at_s,
        stroke_s,
        None if bars is None else _late_beats(bars.tempo_map, stroke_s),
        _chord_share(frames, stroke_s),
    )


def _late_beats(grid: TempoMap, stroke_s: float) -> float:
    bar = grid.bar_at(stroke_s)
    return round((bar - round(bar)) * grid.beats_per_bar, 3)


def _chord_share(frames: Frames, stroke_s: float) -> float | None:
    """Return which share of what sounds last is the chord of the key that all of it is in."""
    key = find_key(frames.semitones)
    heard = pitch_classes(frames.semitones[round((stroke_s - _STROKE_S) * PICTURES_PER_S) :])
    return None if key is None or not heard.any() else round(float(heard[_chord(key)].sum()), 3)


def _chord(key: Key) -> list[int]:
    return [(key.tonic + step) % PITCH_CLASSES for step in (0, 3 if key.is_minor else 4, 7)]
