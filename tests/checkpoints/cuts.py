"""Downloads that are killed and cut at random, over and over: `python -m tests.checkpoints.cuts --runs 1000`.

Each run downloads a checkpoint of three large files into an empty cache in a process of its own, which is killed at
random moments, from a server that cuts, stalls, lies and fails at random. In the end every file has to be whole and
right, nothing may have been sent twice beyond what was on its way at a kill, and nothing may be left over.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.checkpoints.hub.server import COMMIT, FakeHub, Fault, serving

REPOSITORY = "facebook/musicgen-tiny"
SIZES = {"model-00001-of-00003.safetensors": 700_000, "model-00002-of-00003.safetensors": 400_000}
SIZES |= {"model-00003-of-00003.safetensors": 150_000}
ON_ITS_WAY = 262_144
"""Bytes that a kill may cost: what the system had sent and nobody had written yet."""

REFUSED = "its content is not what the Hub says it is"
"""What is said of a file that came wrong three times."""

_WITHOUT_LOSS = ("cut", "status", "stall")
_PROGRAM = """
import sys, threading
from pathlib import Path
from musicgen_studio.checkpoints.hub import download, files
files.STALL_S, download._FIRST_WAIT_S = 3.0, 0.001
download.download(sys.argv[1], Path(sys.argv[2]), threading.Event())
"""


@dataclass
class Outcome:
    """What one run was.

    Args:
        kills: How often the process was killed.
        faults: How often the server misbehaved.
        sent_twice: Bytes that were sent more than once.
    """

    kills: int
    faults: int
    sent_twice: int


def run_once(seed: int, folder: Path) -> Outcome:
    """Download once, whatever it takes.

    Raises:
        AssertionError: If something is not whole, is left over, or was fetched twice without need.
    """
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    files = {name: chance.randbytes(size) for name, size in SIZES.items()}
    files |= {"model.safetensors.index.json": chance.randbytes(3_000), "config.json": b"{}"}
    faults = [_fault(chance) for _ in range(chance.randrange(5))]
    with serving(FakeHub({REPOSITORY: files}, list(faults), bytes_per_s=3e6)) as hub:
        kills = _until_done(hub, folder, chance)
    snapshot = folder / "models--facebook--musicgen-tiny" / "snapshots" / COMMIT
    for name, content in files.items():
        assert (snapshot / name).read_bytes() == content, name
    left = sorted(path.name for path in (snapshot.parents[1] / "blobs").iterdir() if path.suffix)
    assert not left, left
    sent_twice = sum(max(hub.sent.get(name, 0) - size, 0) for name, size in SIZES.items())
    if all(fault.kind in _WITHOUT_LOSS for fault in faults):
        assert sent_twice <= kills * ON_ITS_WAY, (sent_twice, kills)
    return Outcome(kills, len(faults) - len(hub.faults), sent_twice)


def _fault(chance: random.Random) -> Fault:
    kind = chance.choice(["cut", "cut", "cut", "status", "stall", "flip", "no_range", "changed"])
    return Fault(kind, 503 if kind == "status" else chance.randrange(150_000))


def _until_done(hub: FakeHub, folder: Path, chance: random.Random) -> int:
    """Start it, kill it now and then, until it ends by itself. Returns how often it was killed."""
    refusals = sum(fault.kind == "flip" for fault in hub.faults) // 3
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {"HF_ENDPOINT": hub.address, "NO_PROXY": "*"}
    kills, total = 0, sum(SIZES.values())
    moments = sorted(chance.randrange(total) for _ in range(chance.randrange(4)))  # by what the server has sent
    while True:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, REPOSITORY, str(folder)], env=environment, stderr=subprocess.PIPE
        )
        while process.poll() is None and (not moments or sum(hub.sent.values()) < moments[0]):
            hub.released.wait(0.005)
        if process.poll() is None:
            process.kill()
            process.communicate()
            kills, moments = kills + 1, moments[1:]
            continue
        said = (process.communicate()[1] or b"").decode()[-2000:]
        if process.returncode and refusals and REFUSED in said:
            refusals -= 1  # a server that lies three times in a row is not believed: a person tries once more
            continue
        assert process.returncode == 0, said
        return kills


def main() -> None:
    """Run it as often as the command line says, and tell what there was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    kills = faults = sent_twice = 0
    began_s = time.monotonic()
    for run in range(args.runs):
        try:
            with tempfile.TemporaryDirectory() as folder:
                outcome = run_once(args.seed + run, Path(folder))
        except AssertionError as error:
            error.add_note(f"run it again by: --runs 1 --seed {args.seed + run}")
            raise
        kills, faults = kills + outcome.kills, faults + outcome.faults
        sent_twice += outcome.sent_twice
        if (run + 1) % 50 == 0:
            print(f"{run + 1} runs, {time.monotonic() - began_s:.0f} s", flush=True)  # noqa: T201 - a command
    print(  # noqa: T201 - a command
        f"{args.runs} runs, {kills} kills, {faults} faults of the server: all whole and right, nothing left over, "
        f"{sent_twice / 1e6:.1f} MB sent twice of {args.runs * sum(SIZES.values()) / 1e6:.1f}"
    )


if __name__ == "__main__":
    main()
