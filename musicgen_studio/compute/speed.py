"""How fast this computer's processor makes music: measured once by the engine, remembered, and told before loading.

A step of the language model reads all of its weights, so how fast memory is read while steps are made says how long
a step of any size takes. Remembered per processor and version of the program. Not for measuring: that is
`engine.model.cpu.probe`.
"""

import json
import os
import platform
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from musicgen_studio.errors import UserProblem
from musicgen_studio.files.whole import ensure_folder, write_text
from musicgen_studio.paths import APP_NAME, cache_dir

STEPS_PER_S = 50
"""Of music: real time."""

_OTHER_S = 0.0023
"""Sampling and codec for each step, whatever the size: measured on two cores of a Zen 5 at 13 × real time."""


@dataclass(frozen=True, slots=True)
class ProcessorSpeed:
    """What was measured.

    Args:
        threads: How many make a step fastest.
        bytes_per_s: How fast they read weights while they make steps.
    """

    threads: int
    bytes_per_s: float

    def __post_init__(self) -> None:
        if self.threads < 1 or not self.bytes_per_s > 0:
            raise ValueError(f"there must be a thread that reads, got {self.threads} and {self.bytes_per_s} bytes/s")

    def real_time(self, parameters: int) -> float:
        """Return how many seconds of music a second makes, about: with int8 weights, in the middle of a window.

        Args:
            parameters: Weights of the language model. What of them is not read in a step, embeddings and what turns the
                text into keys and values, is about as much as the cache of keys and values, which is.
        """
        return 1 / (STEPS_PER_S * (parameters / self.bytes_per_s + _OTHER_S))


def remembered() -> ProcessorSpeed | None:
    """Return what was measured on this processor with this version, or None."""
    try:
        found = json.loads(_store().read_text(encoding="utf-8"))
        return ProcessorSpeed(**found[_key()])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(speed: ProcessorSpeed) -> None:
    """Keep what was measured; where it cannot be kept it will be measured again."""
    try:
        ensure_folder(cache_dir())
        write_text(_store(), json.dumps({_key(): asdict(speed)}, indent=1))
    except UserProblem:
        return


@cache
def name() -> str:
    """Return what the processor calls itself."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _store() -> Path:
    return cache_dir() / "processor.json"


def _key() -> str:
    return f"{name()}, {os.cpu_count()} cores, {APP_NAME} {version(APP_NAME)}"
