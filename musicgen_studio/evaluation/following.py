"""Does a checkpoint follow melodies? The same prompts and seeds with and without each, side by side.

The measure is the MusicGen paper's (`dsp.chroma.similarity`); Meta's musicgen-melody reaches 0.44 on the paper's data
(its model card). `musicgen-studio bench --melody` prints it. Not a test: nothing here passes or fails.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.request import MAX_TAKES, GenerationRequest
from musicgen_studio.dsp.chroma import follows
from musicgen_studio.engine.api import Engine, whole_clips
from musicgen_studio.files.midi import read_midi
from musicgen_studio.files.sound import read
from musicgen_studio.paths import resources_dir

PROMPTS = ("calm piano", "happy rock with organ and drums")
SECONDS = 8.0
SEEDS = 4
META_SIMILARITY = 0.44

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FollowingFigures:
    """How far music follows one melody, 0 to 1 each; one figure for each prompt and seed.

    Args:
        melody: Its name.
        wished: With the melody.
        unasked: The same prompts and seeds without it.
    """

    melody: str
    wished: tuple[float, ...]
    unasked: tuple[float, ...]


def example_melodies() -> dict[str, Audio | Melody]:
    """Return the melodies that come with the program: a hum, as sound, and a MIDI line, as notes."""
    folder = resources_dir() / "melodies"
    return {
        "example-hum.wav": read(folder / "example-hum.wav"),
        "example-line.mid": read_midi(folder / "example-line.mid"),
    }


def run_melody_bench(
    folder: Path, device: str, precision: str, report: Report, *, seeds: int = SEEDS, seconds: float = SECONDS
) -> dict[str, object]:
    """Load a checkpoint, measure how far it follows the example melodies, and tell it line by line.

    Args:
        folder: Of the checkpoint.
        device: As in `engine.musicgen.load_engine`.
        precision: As in `engine.musicgen.load_engine`.
        report: Called with each line.
        seeds: For each melody and prompt, 1 to 16.
        seconds: Length of each clip.

    Returns:
        All figures.

    Raises:
        UserProblem: If the checkpoint cannot be loaded, or follows no melody.
    """
    from musicgen_studio.engine.musicgen import load_engine

    engine = load_engine(folder, device, precision)
    report(f"{folder.name}, {engine.info.device}, {engine.info.precision}: chroma similarity, {seconds:g} s clips,")
    report(f"{len(PROMPTS)} prompts × {seeds} seeds for each melody")
    found = measured(engine, example_melodies(), report, seeds=seeds, seconds=seconds)
    wished = float(np.mean([each.wished for each in found]))
    unasked = float(np.mean([each.unasked for each in found]))
    report(f"{'mean':<18} with the melody {wished:.3f}, without {unasked:.3f}")
    report(f"Meta's musicgen-melody on its own data: {META_SIMILARITY}")
    return {"wished": wished, "unasked": unasked, "melodies": [asdict(each) for each in found]}


def measured(
    engine: Engine, melodies: Mapping[str, Audio | Melody], report: Report, *, seeds: int, seconds: float
) -> list[FollowingFigures]:
    """Make music with and without each melody, and tell each melody's means.

    Raises:
        UserProblem: If the engine follows no melody.
        ValueError: If seeds or seconds are out of range.
    """
    if not 1 <= seeds <= MAX_TAKES:
        raise ValueError(f"seeds must be 1 to {MAX_TAKES}, got {seeds}")
    unasked: list[Audio] = []
    found = []
    for name, melody in melodies.items():
        request = GenerationRequest(PROMPTS, seconds, takes=seeds)
        wished = whole_clips(engine, replace(request, melody=melody))
        unasked = unasked or whole_clips(engine, request)
        found.append(
            FollowingFigures(name, *(tuple(follows(melody, clip) for clip in clips) for clips in (wished, unasked)))
        )
        means = (float(np.mean(figures)) for figures in (found[-1].wished, found[-1].unasked))
        report("{:<18} with the melody {:.3f}, without {:.3f}".format(name, *means))
    return found
