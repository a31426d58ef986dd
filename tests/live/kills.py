"""Kill live playing at random moments and see whether anything is lost: `python -m tests.live.kills --runs 200`.

A child plays a tiny checkpoint live, into a recording and into an unfinished clip of the library, as the window does;
the parent kills it (SIGKILL) at a random moment. Then what was heard must be there but for the last seconds: the
recording can be read, its record makes its very samples again, and the library finds the music as a clip that begins
the same and can be made again. Exit code 1 if anything was lost. POSIX only: children are forked, so that each begins
at once.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import torch

from musicgen_studio.core.live import LiveRequest, Mailbox, Steering
from musicgen_studio.engine.api import LiveChunk
from musicgen_studio.engine.musicgen import MusicGen, load_engine
from musicgen_studio.files.sound import read
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.live import LiveSession, Unheard, recorded
from musicgen_studio.studio.arranging.live_kept import remembered
from musicgen_studio.studio.arranging.live_play import begun_clip, unfinished
from musicgen_studio.studio.making.engines import LoadedEngine
from musicgen_studio.studio.making.live_record import LiveRecord
from musicgen_studio.studio.making.live_remake import remade
from musicgen_studio.studio.making.order import CheckpointRecord
from tests import tiny_checkpoints as tiny

NAMED = CheckpointRecord("tiny", "0" * 64, "CC0", "starter")
MOST_S = 4.0


def play(engine: MusicGen, folder: Path, seed: int, heard: int) -> None:
    """Play until somebody kills this process; write into `heard` how many audio frames were made."""
    mailbox = Mailbox(Steering(("calm piano", "rock"), (1, 1)))

    def turn(chunk: LiveChunk) -> None:
        mailbox.put(replace(mailbox.steering, weights=(1.0, (chunk.frame // 5) % 4)))
        os.write(heard, f"{chunk.start + len(chunk.samples)}\n".encode())

    session = LiveSession(engine, NAMED, LiveRequest(seed), mailbox, Unheard(), on_chunk=turn)
    recorded(session, folder / "take.wav")
    library = Library(folder / "clips")
    library.reconcile()
    unfinished(library, session, begun_clip(session, LoadedEngine(engine, NAMED), mailbox.steering, seed))
    session.run()


def run(engine: MusicGen, folder: Path, seed: int, delay_s: float) -> list[str]:
    """Let a child play, kill it, and return what was lost."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            play(engine, folder, seed, writing)
        finally:
            os._exit(1)
    os.close(writing)
    time.sleep(delay_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        lines = told.read().split("\n")[:-1]
    return look(engine, folder, int(lines[-1]) if lines else 0)


def look(engine: MusicGen, folder: Path, heard: int) -> list[str]:
    """Return what is lost of so many audio frames of music."""
    lost, rate = list[str](), engine.info.sample_rate
    file = folder / "take.wav"
    record_file = file.with_suffix(".json")
    again: np.ndarray | None = None
    if record_file.exists():
        record = LiveRecord.from_json(record_file.read_text(encoding="utf-8"))
        again = np.concatenate([piece.samples for piece in remade(engine, record, Event())])
        sound = read(file).samples
        if len(sound) < len(again) or not np.array_equal(sound[: len(again)], again):
            lost.append("the record does not make the recording again")
    with Library(folder / "clips") as library:
        library.reconcile()
        clips = library.clips()
        there = library.read(clips[0].id).samples if clips else np.empty((0, 1), np.float32)
        found = remembered(library, clips[0]) if clips else None
    if found is None:
        if heard > 4 * rate:
            lost.append("the library does not know how its clip is made again")
    else:
        made = np.concatenate([piece.samples for piece in remade(engine, found, Event())])
        if len(there) < len(made) or not np.array_equal(there[: len(made)], made) or len(made) < heard - 4 * rate:
            lost.append("the library's clip is not made again")
    if len(there) < heard - 2 * rate:
        lost.append(f"the library has {len(there)} of {heard} audio frames")
    if again is not None and not np.array_equal(there[: len(again)], again[: len(there)]):
        lost.append("the library has other music than the recording")
    return lost


def kills(checkpoint: Path, runs: int, seed: int = 0) -> list[str]:
    """Kill so many times; return what was lost."""
    torch.set_num_threads(1)  # a fork has one thread
    engine, dice, lost = load_engine(checkpoint, "cpu", "float32"), random.Random(seed), list[str]()  # noqa: S311
    for number in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            found = run(engine, Path(folder), number, dice.uniform(0.0, MOST_S))
            lost += [f"run {number}: {each}" for each in found]
    return lost


def main(argv: Sequence[str] | None = None) -> int:
    """Kill, and say what was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = tiny.write_huggingface(Path(folder), tiny.build_text_model(seed=1))
        lost = kills(checkpoint, args.runs, args.seed)
    print(*lost, sep="\n")  # noqa: T201
    print(f"{args.runs} kills, {len(lost)} losses")  # noqa: T201
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())
