"""Playing notes with simple tones, to hear what the model is given. Not an instrument to make music with."""

from itertools import pairwise

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Floats, Melody, Note

_OVERTONES = (1.0, 0.3, 0.1, 0.03)  # a flute's, roughly: soft, and the ear still hears the octave
_LEVEL = 0.25  # of a note with velocity 1; four of them may sound at once
_FADE_S = 0.015
_LOWEST_C = 60  # chroma knows no octaves: it is played in the one from middle C


def tones(melody: Melody, sample_rate: int) -> Audio:
    """Return a melody as simple tones.

    Args:
        melody: Any; fractions of semitones are heard.
        sample_rate: In Hz, above 0.

    Returns:
        Mono sound as long as the melody.
    """
    samples = np.zeros(round(melody.duration_s * sample_rate), np.float32)
    for note in melody.notes:
        first, stop = round(note.onset_s * sample_rate), round(note.end_s * sample_rate)
        samples[first:stop] += _tone(note, min(stop, len(samples)) - first, sample_rate)
    return Audio(np.clip(samples, -1, 1)[:, np.newaxis], sample_rate)


def chroma_tones(chroma: Floats, frame_rate_hz: float, sample_rate: int) -> Audio:
    """Return chroma as simple tones: the strongest pitch class of each frame, in the octave from middle C.

    Args:
        chroma: `[frames, 12]`. "No melody" is pitch class 0 to the model, and is heard as such.
        frame_rate_hz: Frames per second, above 0.
        sample_rate: In Hz, above 0.

    Returns:
        Mono sound as long as the chroma.
    """
    classes = chroma.argmax(axis=1)
    bounds = [0, *(np.flatnonzero(np.diff(classes)) + 1).tolist(), len(classes)]
    notes = tuple(
        Note(first / frame_rate_hz, (stop - first) / frame_rate_hz, float(_LOWEST_C + classes[first]))
        for first, stop in pairwise(bounds)
        if stop > first
    )
    return tones(Melody.of(notes), sample_rate)


def _tone(note: Note, frames: int, sample_rate: int) -> Floats:
    hz = 440 * 2 ** ((note.pitch - 69) / 12)
    time_s = np.arange(frames) / sample_rate
    wave = np.zeros(frames)
    for number, strength in enumerate(_OVERTONES, start=1):
        if number * hz < sample_rate / 2:
            wave += strength * np.sin(2 * np.pi * number * hz * time_s)
    fade = np.minimum(np.minimum(time_s, time_s[::-1]) / _FADE_S, 1.0)
    return (_LEVEL * note.velocity * fade * wave).astype(np.float32)
