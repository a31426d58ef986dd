"""What becomes of music over time: a morph from one prompt into another, and a piece of ten minutes.

A morph is listened to in seven windows, two before it, three in it, two after it: what a tagger (`analysis.tags`) says
of the words of both prompts has to move from the one to the other, step by step. A long piece of five passages begins
and ends with the same words: its last seconds are compared with its first by the bounds of `evaluate`, and the time
that its last part took with that of its first. `musicgen-studio bench --morphs` and `--long` print them.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt

from musicgen_studio.analysis.faults import FaultKind, find_faults
from musicgen_studio.analysis.pulse import find_bars
from musicgen_studio.analysis.tags import NAMES, WINDOW_S, Tagger, tag
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.passages import Passage
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.breaks import level_db
from musicgen_studio.dsp.onsets import RATE_HZ, grid_share, strong_onsets_s
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.dsp.scale import in_key_share
from musicgen_studio.engine.api import Engine, whole_clips
from musicgen_studio.engine.musicgen import load_engine

Report = Callable[[str], None]
Floats = npt.NDArray[np.float64]

BEFORE, WITHIN, AFTER = 2, 3, 2
"""Windows of the tagger before, in and after a morph."""

COMPARED_S = 12.0
"""So much of the beginning and the end of a long piece is compared: as much as `evaluate` does."""

LEVEL_DB, GRID, KEY = 3.0, -0.10, -0.10
"""The bounds of `evaluate`: the level changes by no more, onsets on the grid and energy in the scale by no less."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two prompts, and tags that are plainly of the one and not of the other."""

    one: str
    of_one: tuple[str, ...]
    other: str
    of_other: tuple[str, ...]


PAIRS = (
    Pair("energetic EDM", ("techno", "fast", "beat"), "sad piano ballad", ("slow", "piano", "soft")),
    Pair(
        "calm ambient synth pads",
        ("ambient", "slow", "quiet"),
        "energetic rock with drums",
        ("rock", "drums", "loud"),
    ),
)


@dataclass(frozen=True, slots=True)
class Morphs:
    """How morphs sound.

    Args:
        clips: How many.
        curve: What the tags say, from the one prompt to the other, window by window: a mean over clips.
        largest_step_back: By how much the curve goes the wrong way where it does most; 0 if it never does.
        moved: How many of the clips are nearer to the other prompt after the morph than before it.
        rank_correlation: Of the windows' order with what the tags say, a mean over clips: 1 is step by step.
    """

    clips: int
    curve: tuple[float, ...]
    largest_step_back: float
    moved: int
    rank_correlation: float


def run_morphs(folder: Path, report: Report, clips: int = 8) -> dict[str, object]:
    """Make clips that go over from one prompt into another, and listen to them.

    Args:
        folder: The checkpoint.
        report: Told line by line.
        clips: How many, half of each pair of prompts.
    """
    engine = load_engine(folder)
    curves = list[Floats]()
    for pair in PAIRS:
        for clip in _morphed(engine, pair, max(clips // len(PAIRS), 1)):
            curves.append(towards(clip, pair))
            report(f"{pair.one} → {pair.other}: {_row(curves[-1])}")
    morphs = summed_up(np.stack(curves))
    report(
        f"mean {_row(np.array(morphs.curve))}; largest step back {morphs.largest_step_back:.3f}; "
        f"{morphs.moved} of {morphs.clips} nearer to the other prompt; rank correlation {morphs.rank_correlation:.2f}"
    )
    return {"morphs": asdict(morphs)}


def towards(clip: Audio, pair: Pair) -> Floats:
    """Return for each window how much more likely the tags of the other prompt are than those of the one, -1 to 1."""
    names, likely = NAMES[Tagger.MAGNATAGATUNE], tag(clip).likely
    one, other = ([names.index(name) for name in words] for words in (pair.of_one, pair.of_other))
    difference: Floats = (likely[:, other].mean(axis=1) - likely[:, one].mean(axis=1)).astype(np.float64)
    return difference[: BEFORE + WITHIN + AFTER]


def summed_up(curves: Floats) -> Morphs:
    """Return what curves `[clips, windows]` come to."""
    curve = curves.mean(axis=0)
    back = float(max(-np.diff(curve).min(), 0.0))
    places = np.arange(curves.shape[1])
    ranks = [float(np.corrcoef(places, np.argsort(np.argsort(each)))[0, 1]) for each in curves]
    moved = int((curves[:, -AFTER:].mean(axis=1) > curves[:, :BEFORE].mean(axis=1)).sum())
    rounded = tuple(round(float(value), 3) for value in curve)
    return Morphs(len(curves), rounded, round(back, 3), moved, round(float(np.mean(ranks)), 3))


def _morphed(engine: Engine, pair: Pair, takes: int) -> list[Audio]:
    over = Passage(BEFORE * WINDOW_S, pair.other, morph_s=WITHIN * WINDOW_S)
    seconds = (BEFORE + WITHIN + AFTER) * WINDOW_S
    return whole_clips(engine, GenerationRequest((pair.one,), seconds, passages=(over,), takes=takes, seed=100))


def _row(values: Floats) -> str:
    return " ".join(f"{value:+.2f}" for value in values)


@dataclass(frozen=True, slots=True)
class LongPiece:
    """How a long piece ends, compared with how it began.

    Args:
        seconds: Its length.
        level_db: Change of level.
        grid: Change of the share of onsets on the grid; -1 where nothing is struck any more.
        key: Change of the share of energy in the scale.
        silent: How often it stops, or fades to silence.
        time_of_last: How long the last fifth took to make, beside the second fifth.
    """

    seconds: float
    level_db: float
    grid: float
    key: float
    silent: int
    time_of_last: float

    @property
    def holds(self) -> bool:
        """Whether it keeps the bounds of `evaluate`."""
        return abs(self.level_db) <= LEVEL_DB and self.grid >= GRID and self.key >= KEY and not self.silent


def run_long(folder: Path, report: Report, seconds: float = 600.0) -> dict[str, object]:
    """Make a long piece of five passages that ends as it began, and compare.

    Args:
        folder: The checkpoint.
        report: Told line by line.
        seconds: Its length, a minute or more.
    """
    engine = load_engine(folder)
    fifth = seconds / 5
    words = ("sad jazz", "happy rock", "calm piano", "energetic EDM")
    later = tuple(Passage(fifth * number, each, morph_s=4.0) for number, each in enumerate(words, start=1))
    samples, times = list[Samples](), list[tuple[float, float]]()
    started = time.perf_counter()
    for block in engine.stream(GenerationRequest((words[-1],), seconds, passages=later, seed=7), Event()):
        samples.append(block.audio.samples)
        made_s = (block.start_frame + block.audio.frames) / engine.info.sample_rate
        times.append((made_s, time.perf_counter() - started))
    piece = compared(Audio(np.concatenate(samples), engine.info.sample_rate), _time_of_last(times, fifth))
    report(
        f"{piece.seconds:.0f} s: level {piece.level_db:+.1f} dB, on the grid {piece.grid:+.2f}, in the scale "
        f"{piece.key:+.2f}, {piece.silent} silences; its last fifth took {piece.time_of_last:.2f} × its second: "
        f"{'holds' if piece.holds else 'does not hold'}"
    )
    return {"long": asdict(piece) | {"holds": piece.holds}}


def compared(piece: Audio, time_of_last: float) -> LongPiece:
    """Compare the last seconds of a piece with its first."""
    mono, span = mono_at(piece, RATE_HZ), round(COMPARED_S * RATE_HZ)
    first, last = mono[:span], mono[-span:]
    grid = _on_grid(last) - _on_grid(first)
    silent = sum(fault.kind in (FaultKind.STOPS, FaultKind.FADES) for fault in find_faults(piece))
    return LongPiece(
        round(piece.duration_s, 1),
        round(level_db(last) - level_db(first), 2),
        -1.0 if np.isnan(grid) else round(grid, 3),
        round(in_key_share(last) - in_key_share(first), 3),
        silent,
        round(time_of_last, 3),
    )


def _time_of_last(times: list[tuple[float, float]], fifth_s: float) -> float:
    """Return how long the last fifth took beside the second; the first holds what is done but once."""
    made, took = (np.array(each) for each in zip(*times, strict=True))
    at = np.interp([fifth_s, 2 * fifth_s, 4 * fifth_s, 5 * fifth_s], made, took)
    return float((at[3] - at[2]) / max(at[1] - at[0], 1e-9))


def _on_grid(sound: Samples) -> float:
    bars = find_bars(Audio(sound[:, None], RATE_HZ))
    return float("nan") if bars is None else grid_share(strong_onsets_s(sound), 15 / bars.tempo_map.bpm)
