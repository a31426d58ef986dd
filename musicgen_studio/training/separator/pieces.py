"""Pieces to learn separating from: what the composer writes, played as stems whose sum is the piece.

    index → score → other instruments, for half of the pieces → stems, int16 [4, frames] → pieces/000000.npy

A piece's index decides everything about it, so a run that was killed goes on. Not for mixing (`mixing`).
"""

from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.training.music.composer import Wish, compose
from musicgen_studio.training.music.orchestras import COMPOSERS, VARIED, Orchestra, played_by
from musicgen_studio.training.music.styles import STYLES
from musicgen_studio.training.music.synth import SAMPLE_RATE, Synthesizer
from musicgen_studio.training.pace import Report
from musicgen_studio.training.settings import SeparatorSettings
from musicgen_studio.training.workspace import written_whole

SCALE = 16_384
"""Steps of int16 at full scale: a stem may be louder than its mix."""

HELD_OUT_FROM = 100_000
"""Pieces from this index on are for examinations."""

_LONGEST_S = 48


def piece(synthesizer: Synthesizer, settings: SeparatorSettings, index: int, orchestra: Orchestra) -> Samples:
    """Return the stems of a piece, float32 `[4, frames]` in the order of the separator's stems.

    Args:
        synthesizer: Plays it.
        settings: How long it is, and the seed.
        index: Which one.
        orchestra: Who plays it.
    """
    seed = settings.seed * 10_000_019 + index
    styles = list(STYLES)
    wish = Wish(style=styles[index % len(styles)], tonic=(index // len(styles)) * 7 % 12)
    score = played_by(orchestra, compose(seed, settings.piece_s, wish), seed)
    return synthesizer.stems(score, seed)[:, : _LONGEST_S * SAMPLE_RATE]


def make_pieces(
    folder: Path, synthesizer: Synthesizer, settings: SeparatorSettings, jobs: int, stop: StopFlag, report: Report
) -> None:
    """Make the pieces that are not there yet: one half as the composer has them, one half with other instruments.

    Args:
        folder: Where they go.
        synthesizer: Plays them.
        settings: How many, how long.
        jobs: Made at a time; 0 is one for each core.
        stop: Ends it after the pieces that are being made.
        report: Takes a line for the person.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [index for index in range(settings.pieces) if not piece_file(folder, index).exists()]
    if not missing:
        return
    work = partial(_make_piece, folder, synthesizer, settings)
    with ProcessPoolExecutor(jobs or None, get_context("spawn")) as pool:
        futures = [pool.submit(work, index) for index in missing]
        for done, future in enumerate(as_completed(futures), 1):
            future.result()
            if done % 50 == 0 or done == len(missing):
                report(f"pieces: {done} of {len(missing)}")
            if stop.is_set():
                pool.shutdown(cancel_futures=True)
                return


def _make_piece(folder: Path, synthesizer: Synthesizer, settings: SeparatorSettings, index: int) -> None:
    stems = piece(synthesizer, settings, index, VARIED if index % 2 else COMPOSERS)
    steps = np.clip(np.rint(stems * SCALE), -32_768, 32_767).astype(np.int16)
    with written_whole(piece_file(folder, index)) as file:
        np.save(file, steps)


def piece_file(folder: Path, index: int) -> Path:
    """Return where a piece lies."""
    return folder / f"{index:06d}.npy"


def read_pieces(folder: Path) -> list[npt.NDArray[np.int16]]:
    """Return all pieces in a folder, in order; they stay on the disk until they are looked at."""
    return [np.load(path, mmap_mode="r") for path in sorted(folder.glob("??????.npy"))]
