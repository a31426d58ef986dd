"""Melodies sung by synthesis, so that it is known which notes are right, and how well they are found.

`python -m tests.dsp.melodies --count 100` finds the notes of many and prints how well.
`python -m tests.dsp.melodies --examples` writes the files of resources/melodies anew.

A note counts as found as mir_eval's `transcription` counts it: onset within 50 ms and pitch within 50 cents, each note
matched once at most.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Key, Melody, Note
from musicgen_studio.dsp.notes import find_notes
from musicgen_studio.dsp.pitch import track_pitch
from musicgen_studio.files.midi import write_midi
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.paths import resources_dir

RATE = 16000
ONSET_S = 0.050
PITCH_CENTS = 50
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Voice:
    """How a melody is sung.

    Args:
        timbre: `hum` (closed mouth: few overtones), `ah` (formants of an open vowel) or `reed` (all overtones).
        vibrato_cents: Depth of the vibrato, up to a quarter tone is common in singing.
        vibrato_hz: Its speed.
        glide_s: How long the pitch takes from one note to the next.
        breath: Level of the breath noise relative to the voice.
    """

    timbre: str = "hum"
    vibrato_cents: float = 25.0
    vibrato_hz: float = 5.5
    glide_s: float = 0.04
    breath: float = 0.02


TIMBRES = ("hum", "ah", "reed")


def sung(melody: Melody, voice: Voice, seed: int = 0, rate: int = RATE) -> Audio:
    """Return a melody as it is sung: mono sound as long as the melody."""
    random = np.random.default_rng(seed)
    frames = round(melody.duration_s * rate)
    time_s = np.arange(frames) / rate
    pitch, level = _pitch(melody, voice, time_s), _level(melody, time_s)
    vibrato = voice.vibrato_cents / 100 * np.sin(2 * np.pi * voice.vibrato_hz * time_s + random.uniform(0, 6))
    f0_hz = 440 * 2 ** ((pitch + vibrato + 0.03 * _slow_noise(random, frames) - 69) / 12)
    wave = _overtones(f0_hz, voice.timbre, rate)
    noise = random.standard_normal(frames) * voice.breath
    samples = 0.4 * (level * (wave + noise) + 0.1 * noise)
    return Audio(samples.astype(np.float32)[:, np.newaxis], rate)


def _pitch(melody: Melody, voice: Voice, time_s: Numbers) -> Numbers:
    """Return the pitch over time: each note's, reached by a glide from the one before if that has just ended."""
    pitch = np.full(len(time_s), melody.notes[0].pitch)
    before: Note | None = None
    for note in melody.notes:
        pitch[time_s >= note.onset_s] = note.pitch
        if before is not None and note.onset_s - before.end_s < 0.03:
            glides = (time_s >= note.onset_s) & (time_s < note.onset_s + voice.glide_s)
            done = (time_s[glides] - note.onset_s) / voice.glide_s
            pitch[glides] = before.pitch + (note.pitch - before.pitch) * (0.5 - 0.5 * np.cos(np.pi * done))
        before = note
    return pitch


def _level(melody: Melody, time_s: Numbers) -> Numbers:
    """Return how loud it is over time: each note swells within 40 ms and fades within 50."""
    level = np.zeros(len(time_s))
    for note in melody.notes:
        rise = np.clip((time_s - note.onset_s) / 0.04, 0, 1)
        fall = np.clip((note.end_s - time_s) / 0.05, 0, 1)
        level = np.maximum(level, note.velocity * np.minimum(rise, fall))
    return level


def _overtones(f0_hz: Numbers, timbre: str, rate: int) -> Numbers:
    phase = 2 * np.pi * np.cumsum(f0_hz) / rate
    wave = np.zeros(len(f0_hz))
    for number in range(1, 25):
        hz = number * f0_hz
        wave += _strength(timbre, number, hz) * np.where(hz < 0.45 * rate, np.sin(number * phase), 0)
    return wave / max(float(np.abs(wave).max()), 1e-9)


def _strength(timbre: str, number: int, hz: Numbers) -> Numbers:
    if timbre == "hum":
        nasal = 0.05 * np.exp(-np.square((hz - 2200) / 400)) / number
        return np.asarray(np.exp(-hz / 350) + nasal)
    if timbre == "reed":
        return np.full(len(hz), 1 / number)
    formants = ((730, 90, 1.0), (1090, 110, 0.6), (2440, 160, 0.3))
    peaks = sum(gain / (1 + np.square((hz - middle) / width)) for middle, width, gain in formants)
    return np.asarray((0.1 + np.asarray(peaks)) / number**0.5)


def _slow_noise(random: np.random.Generator, frames: int) -> Numbers:
    steps = random.standard_normal(frames // 1600 + 2)
    return np.interp(np.arange(frames) / 1600, np.arange(len(steps)), steps)


def made_up(seed: int) -> tuple[Melody, Voice]:
    """Return a melody and a voice drawn by chance: 6 to 12 notes of a scale, some repeated, some after a breath."""
    random = np.random.default_rng(seed)
    scale = sorted(Key(int(random.integers(12)), is_minor=bool(random.integers(2))).pitch_classes)
    ladder = [12 * octave + each for octave in range(3, 7) for each in scale]
    low = int(random.integers(7, 15))
    place, now_s, notes = low + 4, 0.1 + random.random() * 0.2, list[Note]()
    for _ in range(int(random.integers(6, 13))):
        length_s = float(random.choice([0.18, 0.25, 0.35, 0.5, 0.8]))
        off = float(random.normal(0, 0.12))
        notes.append(Note(now_s, length_s, ladder[place] + off, float(random.uniform(0.5, 1.0))))
        step = int(random.choice([-4, -2, -1, -1, 0, 1, 1, 2, 3]))
        is_apart = step == 0 or random.random() < 0.4  # one pitch twice is two notes only if something parts them
        now_s += length_s + (float(random.choice([0.06, 0.1, 0.25])) if is_apart else 0.0)
        place = int(np.clip(place + step, low, low + 9))
    melody = Melody(tuple(notes), now_s + 0.2)
    voice = Voice(
        timbre=TIMBRES[seed % 3],
        vibrato_cents=float(random.uniform(0, 60)),
        vibrato_hz=float(random.uniform(4.5, 6.5)),
        glide_s=float(random.uniform(0.02, 0.08)),
        breath=float(random.choice([0.01, 0.05, 0.2])),
    )
    return melody, voice


def matches(wished: Sequence[Note], found: Sequence[Note]) -> int:
    """Return how many notes are found, each matched once."""
    if not wished or not found:
        return 0
    near = [
        [
            abs(one.onset_s - other.onset_s) <= ONSET_S and abs(one.pitch - other.pitch) * 100 <= PITCH_CENTS
            for other in found
        ]
        for one in wished
    ]
    return int((maximum_bipartite_matching(csr_array(np.array(near)), perm_type="column") >= 0).sum())


def f1(wished: Sequence[Note], found: Sequence[Note]) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * matches(wished, found) / max(len(wished) + len(found), 1)


def found_in(audio: Audio) -> tuple[Note, ...]:
    """Return the notes the program finds."""
    return find_notes(track_pitch(audio), audio)


ODE = "E4 E4 F4 G4 G4 F4 E4 D4 C4 C4 D4 E4 E4:1.5 D4:0.5 D4:2"
ARPEGGIOS = "A3 C4 E4 A4 E4 C4 F3 A3 C4 F4 C4 A3 C4 E4 G4 C5 G4 E4 G3 B3 D4 G4 D4 B3"


def written(text: str, unit_s: float, gap_s: float = 0.0, tempo_bpm: float | None = None) -> Melody:
    """Return notes from words such as `E4:1.5`: a pitch and its length in units, 1 if not said."""
    now_s, notes = 0.0, list[Note]()
    for word in text.split():
        name, _, units = word.partition(":")
        semitone = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[name[0]] + 12 * (int(name[1]) + 1)
        length_s = float(units or 1) * unit_s
        notes.append(Note(now_s, length_s - gap_s, float(semitone)))
        now_s += length_s
    return Melody(tuple(notes), now_s, tempo_bpm)


def example_hum() -> tuple[Melody, Audio]:
    """Return the bundled hum, and the notes that were sung: Beethoven's Ode to Joy, four bars at 120 bpm."""
    melody = written(ODE, 0.5, gap_s=0.06)
    low = Melody(tuple(Note(n.onset_s, n.duration_s, n.pitch - 5) for n in melody.notes), melody.duration_s)
    return low, sung(low, Voice("hum", vibrato_cents=30, glide_s=0.05, breath=0.03), seed=9)


def example_line() -> Melody:
    """Return the bundled MIDI line: broken chords, Am F C G, in eighths at 96 bpm."""
    return written(ARPEGGIOS, 0.3125, tempo_bpm=96.0)


def write_examples(folder: Path) -> None:
    """Write the files of resources/melodies."""
    folder.mkdir(exist_ok=True)
    write(folder / "example-hum.wav", example_hum()[1], SoundFormat.WAV16, {"title": "Ode to Joy, hummed by synthesis"})
    write_midi(folder / "example-line.mid", example_line(), Key(9, is_minor=True))


def _tell(count: int) -> None:
    parts = {timbre: list[tuple[int, int, int]]() for timbre in TIMBRES}
    for seed in range(count):
        melody, voice = made_up(seed)
        found = found_in(sung(melody, voice, seed))
        parts[voice.timbre].append((matches(melody.notes, found), len(melody.notes), len(found)))
    for name, counts in (*parts.items(), ("all", [each for some in parts.values() for each in some])):
        hits, wished, told = (sum(column) for column in zip(*counts, strict=True))
        print(f"{name:5} {len(counts):4} melodies {wished:5} notes {told:5} found {hits:5} right", end="")  # noqa: T201
        print(f"  precision {hits / told:.3f} recall {hits / wished:.3f} F1 {2 * hits / (wished + told):.3f}")  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--examples", action="store_true")
    arguments = parser.parse_args()
    if arguments.examples:
        write_examples(resources_dir() / "melodies")
    else:
        _tell(arguments.count)
