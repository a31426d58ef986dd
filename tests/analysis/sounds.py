"""Music of known tempo and key, made of sines and noise, for tests."""

import numpy as np

from musicgen_studio.core.audio import Audio, Samples

RATE = 32_000


def tone(pitch: float, length_s: float, level: float = 0.2) -> Samples:
    """A decaying note with overtones, mono `[samples]`."""
    times = np.arange(round(length_s * RATE)) / RATE
    hz = 440 * 2 ** ((pitch - 69) / 12)
    sound = sum(0.6**k * np.sin(2 * np.pi * k * hz * times) for k in range(1, 6)) * np.exp(-2 * times / length_s)
    ramp = np.minimum(np.arange(len(times)) / 100, 1) * np.minimum(np.arange(len(times))[::-1] / 400, 1)
    return np.asarray(level * sound * ramp, np.float32)


def placed(events: list[tuple[float, Samples]], length_s: float) -> Audio:
    """Sounds at times, in seconds, mixed."""
    mix = np.zeros(round(length_s * RATE), np.float32)
    for start_s, sound in events:
        start = round(start_s * RATE)
        part = mix[start : start + len(sound)]
        part += sound[: len(part)]
    return Audio(mix[:, None], RATE)


def drum(kind: str) -> Samples:
    """A kick, a snare or a hat, mono."""
    rng = np.random.default_rng(len(kind))
    times = np.arange(round(0.12 * RATE)) / RATE
    if kind == "kick":
        thump = np.sin(2 * np.pi * 60 * times + 8 * np.exp(-40 * times))
        return np.asarray(0.8 * thump * np.exp(-25 * times), np.float32)
    decay = 30 if kind == "snare" else 90
    noise = rng.normal(0, 0.3 if kind == "snare" else 0.12, len(times))
    return np.asarray(np.diff(noise, prepend=0) * np.exp(-decay * times), np.float32)


def band(bpm: float, length_s: float, chords: tuple[tuple[int, ...], ...], first_s: float = 0.0) -> Audio:
    """Drums, a bass and a chord a bar, four beats to the bar."""
    beat_s = 60 / bpm
    events = list[tuple[float, Samples]]()
    for beat in range(int((length_s - first_s) / beat_s)):
        at = first_s + beat * beat_s
        chord = chords[beat // 4 % len(chords)]
        events.append((at, drum("snare" if beat % 2 else "kick")))
        events += [(at, drum("hat")), (at + beat_s / 2, drum("hat"))]
        events.append((at, tone(chord[0] - 24, 0.8 * beat_s, 0.25)))
        if beat % 4 == 0:
            events += [(at, tone(pitch, 3.8 * beat_s, 0.1)) for pitch in chord]
    return placed(events, length_s)


IN_C = ((60, 64, 67), (57, 60, 64), (65, 69, 72), (67, 71, 74))
"""C, A minor, F, G."""

IN_A_MINOR = ((57, 60, 64), (62, 65, 69), (64, 68, 71), (57, 60, 64))
"""A minor, D minor, E, A minor."""
