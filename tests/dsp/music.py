"""Music of which is known what it is: a rock beat at a tempo of the corpus, and notes held together."""

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.dsp.onsets import RATE_HZ as RATE


def beat(k: int, seconds: float = 12.0, jitter_s: float = 0.0) -> Samples:
    """Return a rock beat: kick and snare in turn on beats, a hat on eighths; perhaps off its places."""
    rng = np.random.default_rng(0)
    sound = np.zeros(int(seconds * RATE), np.float32)
    times = np.arange(RATE // 10) / RATE
    low = np.sin(2 * np.pi * 60 * times) * np.exp(-30 * times)
    high = rng.standard_normal(len(times)) * np.exp(-60 * times)
    for step in range(0, int(seconds * 50 / k) - 8, 2):
        at = int((step * k * 0.02 + rng.uniform(0, jitter_s)) * RATE)
        hit = {0: 0.8 * low + 0.1 * high, 4: 0.5 * high}.get(step % 8, 0.15 * high)
        sound[at : at + len(hit)] += hit.astype(np.float32)
    return sound


def notes(pitches: list[int], seconds: float = 8.0) -> Samples:
    times = np.arange(int(seconds * RATE)) / RATE
    sound = np.zeros(len(times), np.float32)
    for pitch in pitches:
        sound += np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * times).astype(np.float32)
    return sound
