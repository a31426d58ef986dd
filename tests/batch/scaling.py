"""How a batch grows with its workers, by simulation from rates measured here: `python -m tests.batch.scaling`.

Measured: loading the engine, making a group of clips, and what the driver does for each group (claim, write, publish).
Assumed, and told: how fast the storage hands out the checkpoint to all who start at once, how unequal the workers are,
and that some are slow or die. Each group goes to who is free first, as in `batch.ray_cluster`; what no simulation
shows is a network that fails in ways nobody has assumed.
"""

import argparse
import heapq
import random
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.batch.folder import BatchFolder
from musicgen_studio.batch.plan import BatchSettings, read_plan
from musicgen_studio.batch.work import make_group
from musicgen_studio.checkpoints.catalogue import find
from musicgen_studio.engine.musicgen import load_engine
from musicgen_studio.studio.making.order import CheckpointRecord

WORKERS = (1, 8, 64, 512)


@dataclass(frozen=True, slots=True)
class Rates:
    """What the simulation goes by.

    Args:
        load_s: From a process's start to an engine, the checkpoint being in memory.
        group_s: What a group takes one worker.
        group_spread: Standard deviation of that, as a share of it.
        driver_s: What the driver does for each group, one after the other.
        checkpoint_bytes: What each worker reads when it begins.
        storage_bytes_per_s: What the storage hands out to all together.
        node_bytes_per_s: What it hands out to one.
        worker_spread: Standard deviation of the workers' speeds, as a share.
        slow_share: Share of the workers that are slow.
        slow_by: How many times slower those are.
        death_share: Share of the groups whose worker dies in the middle of it.
    """

    load_s: float
    group_s: float
    group_spread: float
    driver_s: float
    checkpoint_bytes: float
    storage_bytes_per_s: float = 2e9
    node_bytes_per_s: float = 200e6
    worker_spread: float = 0.08
    slow_share: float = 0.02
    slow_by: float = 3.0
    death_share: float = 0.002


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a simulated batch.

    Args:
        workers: How many.
        first_s: When the first group was whole.
        total_s: When the last one was.
        busy_share: What share of the time workers made something that was kept.
    """

    workers: int
    first_s: float
    total_s: float
    busy_share: float


def simulate(workers: int, groups: int, rates: Rates, seed: int = 0) -> Outcome:
    """Play a batch through.

    Args:
        workers: How many, 1 or more.
        groups: How many, 1 or more.
        rates: What it goes by.
        seed: Of who is slow and what dies.
    """
    dice = random.Random(seed)  # noqa: S311
    reading_s = rates.checkpoint_bytes / min(rates.node_bytes_per_s, rates.storage_bytes_per_s / workers)
    again_s = rates.checkpoint_bytes / rates.node_bytes_per_s + rates.load_s
    slower = [_about(dice, rates.worker_spread) * _slow(dice, rates) for _ in range(workers)]
    # What happens next, in the order of time: a worker is ready, with what it has made (0 if nothing came of it).
    events = [(reading_s + rates.load_s * slower[number], number, 0.0) for number in range(workers)]
    heapq.heapify(events)
    driver_s, kept_s, ends, begun = 0.0, 0.0, list[float](), 0
    while len(ends) < groups:
        now_s, number, made_s = heapq.heappop(events)
        if made_s:
            now_s = driver_s = max(driver_s, now_s) + rates.driver_s
            ends.append(now_s)
            kept_s += made_s
        if begun == groups:
            continue
        took_s = rates.group_s * _about(dice, rates.group_spread) * slower[number]
        if dice.random() < rates.death_share:
            heapq.heappush(events, (now_s + took_s * dice.random() + again_s, number, 0.0))
        else:
            begun += 1
            heapq.heappush(events, (now_s + took_s, number, took_s))
    return Outcome(workers, min(ends), max(ends), kept_s / (workers * max(ends)))


def _about(dice: random.Random, spread: float) -> float:
    return max(dice.gauss(1, spread), 0.5)


def _slow(dice: random.Random, rates: Rates) -> float:
    return rates.slow_by if dice.random() < rates.slow_share else 1.0


def measure(seconds: float, together: int, repeats: int, checkpoint: str) -> Rates:
    """Measure what can be measured here.

    Args:
        seconds: Length of a clip.
        together: Clips of a group.
        repeats: How many groups are timed.
        checkpoint: Its name or folder.
    """
    entry = find(checkpoint)
    began = time.perf_counter()
    engine = load_engine(entry.folder)
    load_s = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as scratch:
        table = Path(scratch) / "orders.csv"
        table.write_text("prompt\n" + "".join(f"happy rock {row}\n" for row in range(together * repeats)))
        plan = read_plan(table, CheckpointRecord.of(entry), BatchSettings(seconds, together=together))
        folder = BatchFolder(Path(scratch) / "out", plan)
        made, driven = list[float](), list[float]()
        for group in plan.groups:
            alone = Path(scratch) / group.name
            alone.mkdir()
            began = time.perf_counter()
            make_group(engine, plan.checkpoint, group, alone, threading.Event())
            made.append(time.perf_counter() - began)
            files = {path.name: path.read_bytes() for path in alone.iterdir()}
            began = time.perf_counter()
            claim = folder.claim(group)
            assert claim is not None
            folder.put(claim, files)
            folder.publish(group, claim)
            folder.release(claim)
            driven.append(time.perf_counter() - began)
    size = sum(path.stat().st_size for path in entry.folder.iterdir())
    mean_s = statistics.mean(made)
    return Rates(load_s, mean_s, statistics.pstdev(made) / mean_s, statistics.median(driven), size)


def main(argv: list[str] | None = None) -> int:
    """Measure, simulate and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.batch.scaling", description=__doc__)
    parser.add_argument("--checkpoint", default="starter")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of a clip")
    parser.add_argument("--together", type=int, default=4, help="clips of a group")
    parser.add_argument("--repeats", type=int, default=5, help="groups that are timed")
    parser.add_argument("--clips", type=int, default=100_000, help="of the simulated batch")
    options = parser.parse_args(argv)
    rates = measure(options.seconds, options.together, options.repeats, options.checkpoint)
    print(  # noqa: T201
        f"load {rates.load_s:.1f} s, "
        f"a group of {options.together} clips of {options.seconds:g} s {rates.group_s:.2f} s "
        f"(± {100 * rates.group_spread:.0f} %), driver {1000 * rates.driver_s:.1f} ms a group, "
        f"checkpoint {rates.checkpoint_bytes / 1e6:.0f} MB"
    )
    print("workers  first clips  all clips   clips/h   kept busy")  # noqa: T201
    for workers in WORKERS:
        done = simulate(workers, options.clips // options.together, rates)
        rate = 3600 * options.clips / done.total_s
        print(  # noqa: T201
            f"{workers:7d} {done.first_s:9.1f} s {done.total_s / 3600:8.2f} h {rate:9.0f} "
            f"{100 * done.busy_share:9.1f} %"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
