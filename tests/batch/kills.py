"""Kill a batch at random moments and see whether anything is lost: `python -m tests.batch.kills --rows 500 --kills 20`.

The command `batch` works on a table with a real, tiny checkpoint (or `--starter`): rows of several lengths, some with
melodies that come from files. Workers are killed (SIGKILL) at random moments, the command itself now and then, and it
is started again; with `--ray` the workers are actors on a cluster of node processes, one of which is lost. At the end
every clip must be there once, with the samples that one process makes of the same table; what was whole once must not
have been touched since; and nothing else may be left. Exit code 1 if anything is wrong.
"""

import argparse
import csv
import hashlib
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from musicgen_studio.batch.plan import BatchPlan, BatchSettings, read_plan
from musicgen_studio.batch.work import make_group
from musicgen_studio.checkpoints.catalogue import find
from musicgen_studio.core.audio import Audio
from musicgen_studio.engine.musicgen import load_engine
from musicgen_studio.files.sound import SoundFormat, read, write
from musicgen_studio.studio.making.order import CheckpointRecord
from tests import tiny_checkpoints as tiny
from tests.batch.nodes import ROOT, Nodes, cluster, environment

MELODIES = 3
THREADS = 1
LONGEST_PAUSE_S = 1.5
PATIENCE_S = 120.0
"""How long a kill waits for a clip since the one before: a batch whose workers die while they load gets nowhere."""


@dataclass(slots=True)
class Trial:
    """A batch that is killed.

    Args:
        scratch: A folder for all of it.
        checkpoint: Name or folder.
        rows: Of the table.
        seed: Of the moments.
        longest_pause_s: Between a clip and the next kill.
        seen: When each record was written that was there at any time.
        losses: What was found wrong, in sentences.
        counts: Of what was done.
    """

    scratch: Path
    checkpoint: str
    rows: int
    seed: int = 0
    longest_pause_s: float = LONGEST_PAUSE_S
    seen: dict[str, int] = field(default_factory=dict)
    losses: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def out(self) -> Path:
        """The folder of the batch."""
        return self.scratch / "out"

    def write_table(self) -> Path:
        """Write a table of rows that differ in length, seed and melody."""
        table = self.scratch / "orders.csv"
        for number in range(MELODIES):
            tone = 0.1 * np.sin(2 * np.pi * (220 + 55 * number) * np.arange(32_000) / 32_000)
            write(self.scratch / f"hum{number}.wav", Audio(tone.astype(np.float32)[:, None], 32_000), SoundFormat.WAV16)
        with table.open("w", newline="", encoding="utf-8") as file:
            lines = csv.writer(file)
            lines.writerow(["prompt", "seconds", "takes", "melody"])
            for row in range(self.rows):
                melody = f"hum{row % MELODIES}.wav" if row % 5 == 0 else ""
                lines.writerow([f"happy rock {row}", (0.2, 0.4, 0.6)[row % 3], 2 if row % 7 == 0 else 1, melody])
        return table

    def expected(self, table: Path) -> dict[str, str]:
        """Return what one process makes: by name, the sha256 of the samples."""
        entry = find(self.checkpoint)
        plan: BatchPlan = read_plan(table, CheckpointRecord.of(entry), BatchSettings())
        engine = load_engine(entry.folder, threads=THREADS)
        alone = self.scratch / "alone"
        alone.mkdir()
        for group in plan.groups:
            if not make_group(engine, plan.checkpoint, group, alone, threading.Event()):
                self.losses.append(f"one process did not make group {group.number}")
        return sounds(alone)

    def start(self, table: Path, nodes: Nodes | None) -> "subprocess.Popen[bytes]":
        """Start the command."""
        command = [sys.executable, "-m", "musicgen_studio", "batch", str(table), "--out", str(self.out)]
        command += ["--checkpoint", self.checkpoint, "--workers", "2", "--threads", str(THREADS), "--json"]
        command += ["--ray", nodes.address] if nodes is not None else []
        with (self.scratch / "driver.log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=ROOT, env=environment(self.scratch), stdout=subprocess.DEVNULL, stderr=log
            )

    def look(self) -> None:
        """Note what is whole, and whether what was whole before was left alone."""
        for record in self.out.glob("*.json"):
            written_ns = record.stat().st_mtime_ns
            if self.seen.setdefault(record.name, written_ns) != written_ns:
                self.losses.append(f"{record.name} was made again")

    def compare(self, expected: dict[str, str]) -> None:
        """Look at the end whether all is there, once and the same, and nothing else."""
        self.look()
        made = sounds(self.out)
        self.losses += [f"{name} is missing" for name in sorted(set(expected) - set(made))]
        self.losses += [f"{name} should not be there" for name in sorted(set(made) - set(expected))]
        self.losses += [
            f"{name} has other samples" for name in expected if made.get(name, expected[name]) != expected[name]
        ]
        with (self.out / "manifest.csv").open(encoding="utf-8", newline="") as file:
            listed = Counter(line["file"] for line in csv.DictReader(file))
        if listed != Counter(list(expected)):
            self.losses.append("the manifest does not list each clip once")
        left = [str(path) for path in (self.out / ".batch").rglob("*") if path.is_file() and path.name != "plan.json"]
        left += [str(path) for path in self.out.iterdir() if ".part" in path.name]
        self.losses += [f"{path} was left" for path in left]


def sounds(folder: Path) -> dict[str, str]:
    """Return the sha256 of each clip's samples, by name; the files themselves hold when they were made."""
    return {path.name: hashlib.sha256(read(path).samples.tobytes()).hexdigest() for path in folder.glob("*.wav")}


def survive(trial: Trial, kills: int, driver_kills: int, *, on_ray: bool = False) -> Trial:
    """Kill a batch so often, let it come to its end, and compare.

    Args:
        trial: What is killed.
        kills: How many workers are killed.
        driver_kills: How often the command itself is, besides.
        on_ray: Whether on a cluster, which then loses a node as well.
    """
    table = trial.write_table()
    expected = trial.expected(table)
    dice = random.Random(trial.seed)  # noqa: S311 - the same order every time; the moments are the system's
    deaths = ["worker"] * kills + ["driver"] * driver_kills
    dice.shuffle(deaths)
    if on_ray:
        deaths.insert(len(deaths) // 2, "node")
    with cluster(trial.scratch) if on_ray else nullcontext() as nodes:
        driver = trial.start(table, nodes)
        try:
            for death in deaths:
                _wait_for_a_clip(trial, driver, dice)
                if driver.poll() is not None:
                    break
                driver = _die(trial, table, driver, nodes, death)
            trial.counts["exit code"] = driver.wait()
        finally:
            driver.kill()
            driver.wait()
    if trial.counts["exit code"]:
        said = (trial.scratch / "driver.log").read_text(encoding="utf-8", errors="replace")[-2000:]
        trial.losses.append(f"the last run ended with {trial.counts['exit code']}:\n{said}")
    else:
        trial.compare(expected)
    return trial


def _wait_for_a_clip(trial: Trial, driver: "subprocess.Popen[bytes]", dice: random.Random) -> None:
    """Wait until something new is whole, and then a random while."""
    before, since = len(trial.seen), time.monotonic()
    moment: float | None = None
    while driver.poll() is None:
        trial.look()
        now = time.monotonic()
        if moment is None and (len(trial.seen) > before or now - since > PATIENCE_S):
            moment = now + dice.uniform(0, trial.longest_pause_s)
        if moment is not None and now >= moment:
            return
        time.sleep(0.02)


def _die(
    trial: Trial, table: Path, driver: "subprocess.Popen[bytes]", nodes: Nodes | None, death: str
) -> "subprocess.Popen[bytes]":
    """Kill something; return the command that is now at work."""
    if death == "driver":
        driver.kill()
        driver.wait()
        trial.counts["driver kills"] += 1
        return trial.start(table, nodes)
    if death == "node":
        assert nodes is not None
        nodes.tell("lose")
        nodes.tell("add")
        trial.counts["lost nodes"] += 1
    elif nodes is not None:
        trial.counts["worker kills"] += nodes.tell("kill") != "0"
    else:
        workers = psutil.Process(driver.pid).children()
        if workers:
            random.Random(trial.seed + len(trial.seen)).choice(workers).kill()  # noqa: S311
            trial.counts["worker kills"] += 1
    return driver


def tiny_checkpoint(folder: Path) -> str:
    """Write a tiny melody checkpoint and return its folder."""
    return str(tiny.write_huggingface(folder, tiny.build_melody_model(seed=2)))


def main(argv: list[str] | None = None) -> int:
    """Run and print what was found; 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.batch.kills", description=__doc__)
    parser.add_argument("--rows", type=int, default=500, help="of the table")
    parser.add_argument("--kills", type=int, default=20, help="of workers")
    parser.add_argument("--driver-kills", type=int, default=3, help="of the command itself")
    parser.add_argument("--ray", action="store_true", help="on a cluster of node processes, one of which is lost")
    parser.add_argument("--starter", action="store_true", help="with the starter and not a tiny checkpoint")
    parser.add_argument("--pause", type=float, default=LONGEST_PAUSE_S, metavar="S", help="longest between two kills")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="kills-") as scratch:
        checkpoint = "starter" if options.starter else tiny_checkpoint(Path(scratch) / "tiny")
        trial = Trial(Path(scratch), checkpoint, options.rows, options.seed, options.pause)
        began = time.monotonic()
        survive(trial, options.kills, options.driver_kills, on_ray=options.ray)
        took_s = time.monotonic() - began
    done = ", ".join(f"{count} {what}" for what, count in sorted(trial.counts.items()) if what != "exit code")
    print(f"{options.rows} rows, {len(trial.seen)} clips, {done}; {took_s:.0f} s.")  # noqa: T201
    print("\n".join(trial.losses) or "Nothing lost, nothing made twice, the samples of one process.")  # noqa: T201
    return 1 if trial.losses else 0


if __name__ == "__main__":
    sys.exit(main())
