"""How late one music's beats are beside another's, and moving music by a little where nobody hears it.

All takes mono or more float32 `[frames, channels]`; times of beats are looked for in `RATE_HZ`. Not for finding a tempo
(`analysis`) and not for fades at an edge (`fades`).
"""

import numpy as np

from musicgen_studio.core.audio import Audio, Samples, mono_mix
from musicgen_studio.dsp.fades import matched_crossfade
from musicgen_studio.dsp.onsets import NOVELTY_RATE_HZ, RATE_HZ, novelty, strong_onsets_s
from musicgen_studio.dsp.resample import resample

MOST_S = 0.1
"""So much is music moved at most: what is further off is another beat, and no lateness."""

SEAM_S = 0.02

_ALIKE = 0.3
_EDGE_S = 0.05
_BETTER = 0.05


def lateness_s(made: Audio, original: Audio) -> float:
    """Return how much later the beats of one sound come than those of another that begins at the same time.

    Args:
        made: With `MOST_S` before the moment where the other begins, and as much after its end.
        original: A second or more, of any rate.

    Returns:
        -`MOST_S` to `MOST_S`, in steps of 5 ms; 0 where no other place fits clearly better.
    """
    sounds = _at_rate(made), _at_rate(original)
    if not all(map(_has_beats, sounds)):
        return 0.0
    late, there = map(novelty, sounds)
    most = round(MOST_S * NOVELTY_RATE_HZ)
    length = min(len(there), len(late) - 2 * most)
    if length < NOVELTY_RATE_HZ // 2:
        return 0.0
    likeness = [_likeness(late[lag : lag + length], there[:length]) for lag in range(2 * most + 1)]
    best = int(np.argmax(likeness))
    if likeness[best] < _ALIKE or likeness[best] - likeness[most] < _BETTER:
        return 0.0
    return (best - most) / NOVELTY_RATE_HZ


def moved(sound: Audio, late_s: float, end: int) -> Samples:
    """Return a sound whose later part comes earlier, with a short crossfade just before its strongest onset.

    Args:
        sound: What is moved; the onset is looked for in the second half of what is before `end`.
        late_s: How much earlier the later part is to come; below 0 it comes later.
        end: In frames, where what matters most begins: what is after it has moved.

    Returns:
        float32 `[frames, channels]`, shorter by as much as it was late, or longer.
    """
    skipped, seam = round(late_s * sound.sample_rate), round(SEAM_S * sound.sample_rate)
    most = round(MOST_S * sound.sample_rate)
    if not skipped or end < 4 * (most + seam):
        return sound.samples
    first, last = end // 2, end - most - seam
    onset = first + _strongest_onset(Audio(sound.samples[first:last], sound.sample_rate))
    at = onset - max(skipped, 0)  # what is left out, or comes twice, is what was before the onset
    before, after = sound.samples[: at - seam], sound.samples[at + skipped :]
    fade = matched_crossfade(sound.samples[at - seam : at], sound.samples[at - seam + skipped : at + skipped])
    return np.concatenate([before, fade, after])


def _has_beats(sound: Samples) -> bool:
    """Tell whether something begins in mono samples `[frames]`, the cut edges aside."""
    onsets_s = strong_onsets_s(sound)
    return bool(((onsets_s > _EDGE_S) & (onsets_s < len(sound) / RATE_HZ - _EDGE_S)).any())


def _strongest_onset(sound: Audio) -> int:
    """Return the frame just before something begins most clearly."""
    curve = novelty(_at_rate(sound))
    return max(round((int(np.argmax(curve)) - 1) / NOVELTY_RATE_HZ * sound.sample_rate), 0)


def _likeness(
    one: np.ndarray[tuple[int], np.dtype[np.float64]], other: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> float:
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / size if size else 0.0


def _at_rate(sound: Audio) -> Samples:
    return mono_mix(resample(sound, RATE_HZ).samples)
