"""What the net learns from, on disk: frames of played pieces and their beats, made once, a shard at a time.

The sound itself is not kept. A share of the pieces goes through the starter's codec first, as everything does that the
program makes.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicgen_studio.analysis.frames import FRAMES_PER_S, frames_of
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.training.beats.music import PlayedPiece, draw_timing, play
from musicgen_studio.training.music.synth import SAMPLE_RATE, Synthesizer
from musicgen_studio.training.pace import Report, duration
from musicgen_studio.training.settings import BeatSettings
from musicgen_studio.training.workspace import write_json, written_whole

Coder = Callable[[Samples], Samples]
"""Sends mono sound `[samples]`, 32 kHz, through a codec."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A piece to learn from.

    Args:
        bands: float16 `[frames, BANDS]`, see `analysis.frames`.
        beats_s: When each beat sounds.
        beats_per_bar: The first beat and every so many after it begin a bar.
    """

    bands: npt.NDArray[np.float16]
    beats_s: npt.NDArray[np.float64]
    beats_per_bar: int


def make_examples(
    folder: Path,
    settings: BeatSettings,
    synthesizer: Synthesizer,
    coder: Coder,
    jobs: int,
    stop: StopFlag,
    report: Report,
) -> int:
    """Make what is missing of the examples.

    Args:
        folder: Where to.
        settings: How many, how long, from which seed.
        synthesizer: What plays them.
        coder: The codec's round trip.
        jobs: Shards made at a time; 0 is as many as there are processor cores.
        stop: Ends it after the shards at hand.
        report: Takes lines for the person.

    Returns:
        How many shards are complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "origin.json", {"composer": "musicgen_studio.training", "licence": "MIT"} | synthesizer.origin)
    numbers = range(ceil(settings.pieces / settings.pieces_per_shard))
    missing = [number for number in numbers if not _path(folder, number).is_file()]
    report(f"beats: {len(numbers)} shards of {settings.pieces_per_shard} pieces, {len(missing)} to make")
    began_s = time.monotonic()

    def make(number: int) -> None:
        if not stop.is_set():
            _make_shard(_path(folder, number), number, settings, synthesizer, coder)

    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        for done, future in enumerate(as_completed([pool.submit(make, number) for number in missing]), start=1):
            future.result()
            if not stop.is_set():
                left = (time.monotonic() - began_s) / done * (len(missing) - done)
                report(f"beats: {done} of {len(missing)} shards made; {duration(left)} left")
    return sum(_path(folder, number).is_file() for number in numbers)


def examples(folder: Path) -> Iterator[Example]:
    """Give what was made, in order."""
    for path in sorted(folder.glob("shard-*.npz")):
        with np.load(path) as arrays:
            told = json.loads(str(arrays["pieces"]))
            bands, first = arrays["bands"], 0
            for piece in told:
                yield Example(
                    bands[first : first + piece["frames"]], np.array(piece["beats_s"]), piece["beats_per_bar"]
                )
                first += piece["frames"]


def _path(folder: Path, number: int) -> Path:
    return folder / f"shard-{number:05d}.npz"


def _make_shard(path: Path, number: int, settings: BeatSettings, synthesizer: Synthesizer, coder: Coder) -> None:
    bands, told = list[npt.NDArray[np.float16]](), list[dict[str, object]]()
    first = number * settings.pieces_per_shard
    for index in range(first, first + settings.pieces_per_shard):
        rng = np.random.default_rng([settings.seed, index])
        timing = draw_timing(rng, drifts=bool(rng.random() < settings.drifting))
        played = play(index, settings.seed, settings.piece_s, synthesizer, held_out=False, timing=timing)
        sound = coder(played.sound) if rng.random() < settings.coded else played.sound
        bands.append(frames_of(Audio(sound[:, None], SAMPLE_RATE)).bands.astype(np.float16))
        told.append(_told(played, len(bands[-1])))
    with written_whole(path) as file:
        np.savez(file, bands=np.concatenate(bands), pieces=np.array(json.dumps(told)))


def _told(played: PlayedPiece, frames: int) -> dict[str, object]:
    within = played.beats_s[played.beats_s < frames / FRAMES_PER_S]
    beats_s = [round(float(time_s), 4) for time_s in within]
    return {"frames": frames, "beats_s": beats_s, "beats_per_bar": played.beats_per_bar}
