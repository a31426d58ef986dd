"""Music for the net that hears beats: the composer's pieces at any tempo from 55 to 190 BPM, half of them drifting.

The corpus has six tempi, from which a net would learn a choice of six. Here the score's times are stretched before the
synthesizer plays it: to another tempo, along a tempo that wanders, with each note a few milliseconds off. The beats
wander with it and stay known to the millisecond.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Samples
from musicgen_studio.training.music.composer import Wish, compose, is_held_out
from musicgen_studio.training.music.orchestras import COMPOSERS, Orchestra, played_by
from musicgen_studio.training.music.score import Bend, Part, Score, ScoreNote
from musicgen_studio.training.music.styles import STYLES
from musicgen_studio.training.music.synth import Synthesizer
from musicgen_studio.training.settings import FRAME_MS, FRAMES_PER_SIXTEENTH

MIN_BPM, MAX_BPM = 55.0, 190.0

_LONGEST_WAVE_BEATS, _SHORTEST_WAVE_BEATS = 64.0, 16.0
_Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Timing:
    """How a piece keeps time.

    Args:
        bpm: Its tempo, in beats per minute.
        drift: How far the tempo wanders to both sides, as a share of it; 0 is steady.
        jitter_ms: How far the notes stray from their time, as a standard deviation.
    """

    bpm: float
    drift: float = 0.0
    jitter_ms: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class PlayedPiece:
    """A piece as sound, and what is true of it.

    Args:
        sound: Mono `[samples]`, 32 kHz.
        beats_s: When each beat sounds, in seconds.
        beats_per_bar: Every so many beats, from the first on, a bar begins.
        score: What is played, as it was written.
        timing: How it is played.
    """

    sound: Samples
    beats_s: _Times
    beats_per_bar: int
    score: Score
    timing: Timing


def draw_timing(rng: np.random.Generator, *, drifts: bool) -> Timing:
    """Return a tempo, as likely in every octave, that wanders by up to 3 % if it drifts, and some looseness."""
    bpm = float(np.exp(rng.uniform(np.log(MIN_BPM), np.log(MAX_BPM))))
    loose = float(rng.choice([0.0, 0.0, 4.0, 8.0]))
    return Timing(bpm, float(rng.uniform(0.005, 0.03)) if drifts else 0.0, loose)


def play(
    index: int,
    seed: int,
    length_s: float,
    synthesizer: Synthesizer,
    *,
    held_out: bool,
    timing: Timing,
    orchestra: Orchestra = COMPOSERS,
) -> PlayedPiece:
    """Compose a piece and play it with a timing.

    Args:
        index: Its number; decides style and key, so that all come.
        seed: Decides the rest.
        length_s: About how long it is.
        synthesizer: What plays it.
        held_out: Whether it is in a key that its style is never trained in.
        timing: How it keeps time.
        orchestra: Who plays it.
    """
    rng = np.random.default_rng([seed, index, int(held_out)])
    style = list(STYLES)[index % len(STYLES)]
    tonics = [tonic for tonic in range(12) if is_held_out(style, tonic) is held_out]
    nearest = min(FRAMES_PER_SIXTEENTH, key=lambda k: abs(np.log(750 / k / timing.bpm)))
    wish = Wish(style=style, tonic=int(rng.choice(tonics)), frames_per_sixteenth=nearest)
    number = int(rng.integers(2**31))
    score = played_by(orchestra, compose(number, length_s * timing.bpm / (750 / nearest), wish), number)
    steps_per_bar = STYLES[style].steps
    beat_ms = 4 * nearest * FRAME_MS
    warp = _Warp(score.duration_ms, beat_ms, timing, rng)
    beats = warp(np.arange(0, score.duration_ms, beat_ms, dtype=np.float64))
    sound = synthesizer.render(_warped(score, warp, timing.jitter_ms, rng), number).mix
    return PlayedPiece(sound, beats / 1000, steps_per_bar // 4, score, timing)


class _Warp:
    """When something sounds that is written at a time, both in milliseconds."""

    def __init__(self, length_ms: int, beat_ms: int, timing: Timing, rng: np.random.Generator) -> None:
        count = length_ms // beat_ms + 3
        wave = sum(
            rng.uniform(0.3, 1) * np.sin(2 * np.pi * (np.arange(count) / beats + rng.uniform()))
            for beats in rng.uniform(_SHORTEST_WAVE_BEATS, _LONGEST_WAVE_BEATS, size=2)
        )
        wave = wave / max(float(np.abs(wave).max()), 1e-9)
        lengths = 60_000 / (timing.bpm * (1 + timing.drift * wave))  # [count], of each beat
        self._written = np.arange(count + 1) * float(beat_ms)
        self._played = np.concatenate([[0.0], np.cumsum(lengths)])

    def __call__(self, times: _Times) -> _Times:
        played: _Times = np.interp(times, self._written, self._played)
        return played


def _warped(score: Score, warp: _Warp, jitter_ms: float, rng: np.random.Generator) -> Score:
    parts = tuple(_warped_part(part, warp, jitter_ms, rng) for part in score.parts)
    return replace(score, parts=parts, duration_ms=int(warp(np.array([float(score.duration_ms)]))[0]) + 1)


def _warped_part(part: Part, warp: _Warp, jitter_ms: float, rng: np.random.Generator) -> Part:
    starts = np.array([note.start_ms for note in part.notes], np.float64)
    ends = starts + np.array([note.duration_ms for note in part.notes])
    _, chord = np.unique(starts, return_inverse=True)  # what is struck together stays together
    strays = rng.normal(0, jitter_ms, len(part.notes))[chord] if jitter_ms else 0.0
    starts, ends = np.maximum(warp(starts) + strays, 0), warp(ends) + strays
    notes = [
        replace(note, start_ms=round(start), duration_ms=max(round(end) - round(start), 1))
        for note, start, end in zip(part.notes, starts, ends, strict=True)
    ]
    notes.sort(key=lambda note: (note.start_ms, note.pitch))
    bends = tuple(Bend(round(float(warp(np.array([float(bend.at_ms)]))[0])), bend.cents) for bend in part.bends)
    return replace(part, notes=tuple[ScoreNote, ...](notes), bends=bends)
