"""Mutated files for every reader: each ends in what is in it or in a message, in bounds of memory and time.

python -m tests.fuzz                         20,000 files for each reader
python -m tests.fuzz --files 500 --only midi
python -m tests.fuzz --only mp3 --keep DIR   keeps the files that broke a decoder down, to look into why
"""

import argparse
import random
import resource
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from musicgen_studio.errors import UserProblem
from musicgen_studio.files.midi import read_midi
from musicgen_studio.files.untrusted import decode, end_idle
from musicgen_studio.paths import resources_dir
from tests.files.decoding.written import encoded, mp3, piped_flac, sample, tone, wav

MOST_S = 10.0
MOST_MEMORY_BYTES = 1 << 30
_HEAD_BYTES = 200
_ODD_BYTES = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)


@dataclass(frozen=True, slots=True)
class Target:
    """A reader, and files it reads.

    Args:
        name: Of the kind of file.
        originals: Whole files.
        read: Reads one; raises `UserProblem` where it cannot.
    """

    name: str
    originals: tuple[bytes, ...]
    read: Callable[[Path], object]


@dataclass(slots=True)
class Outcome:
    """What came of the mutated files of one target.

    Args:
        counts: How many were read, told, or broke down the decoding process (which is told as well).
        faults: What must not be: number of the file and what happened.
        worst_s: The longest that one took.
    """

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    worst_s: float = 0.0


def _sound(path: Path) -> object:
    return decode(path, max_duration_s=600, timeout_s=MOST_S)


def targets() -> list[Target]:
    """Return every reader with its files."""
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (6000, 2)).astype(np.float32)
    line = (resources_dir() / "melodies" / "example-line.mid").read_bytes()
    sounds = {
        "wav": (wav(noise), wav(noise, data=0), encoded(noise, "WAV", "FLOAT"), encoded(noise, "RF64", "PCM_24")),
        "adpcm": (encoded(noise, "WAV", "IMA_ADPCM"), encoded(noise, "WAV", "MS_ADPCM")),
        "aiff": (encoded(noise, "AIFF", "PCM_16"), encoded(noise, "AIFF", "FLOAT")),
        "caf": (encoded(noise, "CAF", "PCM_24"), sample("alac.caf")),
        "w64": (encoded(noise, "W64", "PCM_16"),),
        "flac": (encoded(noise, "FLAC", "PCM_16"), piped_flac(noise), sample("flac.oga")),
        "ogg": (encoded(noise, "OGG", "VORBIS"), 2 * encoded(noise, "OGG", "VORBIS")),
        "mp3": (mp3(0.5), mp3(0.5, has_info=False), mp3(0.3) + mp3(0.3)),
        "m4a": (sample("aac.m4a"), sample("alac.m4a")),
        "aac": (sample("adts.aac"),),
        "webm": (sample("opus.webm"),),
        "wma": (sample("wma.wma"),),
        "video": tuple(sample(f"video.{kind}") for kind in ("mp4", "mov", "mkv", "avi")),
        "au": (encoded(tone(0.2), "AU", "PCM_16"),),
    }
    found = [Target(name, originals, _sound) for name, originals in sounds.items()]
    rmid = b"RIFF" + (len(line) + 12).to_bytes(4, "little") + b"RMIDdata" + len(line).to_bytes(4, "little") + line
    return [*found, Target("midi", (line, rmid), read_midi)]


def mutated(originals: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Return one of the files with bytes changed, cut, doubled, taken out or mixed with another."""
    content = bytearray(chance.choice(originals))
    for _ in range(chance.choice([1, 2, 5, 20, 100])):
        # Heads are where the trouble is.
        near_head = chance.random() < 0.6
        place = chance.randrange(min(_HEAD_BYTES, len(content)) if near_head else len(content))
        content[place] = chance.choice([*_ODD_BYTES, chance.randrange(256), content[place] ^ 1 << chance.randrange(8)])
    if chance.random() < 0.15:
        del content[chance.randrange(1, len(content)) :]
    if chance.random() < 0.1:
        first = chance.randrange(len(content))
        del content[first : first + chance.randrange(1, 2000)]
    if chance.random() < 0.1:
        first = chance.randrange(max(len(content), 1))
        content[first:first] = content[first : first + chance.randrange(1, 5000)]
    if chance.random() < 0.05:
        content[chance.randrange(max(len(content), 1)) :] = chance.choice(originals)
    return bytes(content)


def try_target(target: Target, files: int, folder: Path, seed: int, keep: Path | None = None) -> Iterator[Outcome]:
    """Try mutated files, and yield what came of them after each.

    Args:
        target: What reads them.
        files: How many.
        folder: Where they are written, one over the other.
        seed: The same damage for the same number.
        keep: Where those that broke the decoding process down are kept; None keeps none.
    """
    chance = random.Random(f"{seed} {target.name}")  # noqa: S311 - the same damage each time
    outcome = Outcome()
    for number in range(files):
        path = folder / f"{target.name}.dat"
        path.write_bytes(mutated(target.originals, chance))
        began_s = time.monotonic()
        try:
            target.read(path)
            outcome.counts["read"] += 1
        except UserProblem as problem:
            kind = "broke down" if "broke down" in problem.why else "told"
            outcome.counts[kind] += 1
            if kind == "broke down" and keep is not None:
                shutil.copyfile(path, keep / f"{target.name}-{number}.dat")
            if "given up" in problem.why or "What came out" in problem.why:
                outcome.faults.append(f"{number}: {problem.why}")
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            outcome.faults.append(f"{number}: {type(error).__name__}: {error}")
        took_s = time.monotonic() - began_s
        outcome.worst_s = max(outcome.worst_s, took_s)
        if took_s > MOST_S:
            outcome.faults.append(f"{number}: took {took_s:.1f} s")
        yield outcome


def peak_memory_bytes() -> int:
    """Return the most that one decoding process has used so far, of those that have ended."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> int:
    """Run it as a command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000, help="mutated files for each reader")
    parser.add_argument("--only", help="one reader")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for the files that broke the decoding process down")
    args = parser.parse_args()
    if args.keep is not None:
        args.keep.mkdir(parents=True, exist_ok=True)
    faults = 0
    with TemporaryDirectory() as folder:
        for target in targets():
            if args.only not in (None, target.name):
                continue
            began_s = time.monotonic()
            for outcome in try_target(target, args.files, Path(folder), args.seed, args.keep):
                last = outcome
            end_idle()
            counts = ", ".join(f"{count} {what}" for what, count in last.counts.items())
            print(  # noqa: T201 - a command
                f"{target.name}: {args.files} files in {time.monotonic() - began_s:.0f} s: {counts}; "
                f"longest {last.worst_s:.1f} s, peak {peak_memory_bytes() / 1e6:.0f} MB",
                flush=True,
            )
            for fault in last.faults[:20]:
                print(f"  FAULT {fault}", flush=True)  # noqa: T201 - a command
            faults += len(last.faults)
    return 1 if faults or peak_memory_bytes() > MOST_MEMORY_BYTES else 0


if __name__ == "__main__":
    sys.exit(main())
