"""How many threads make a step fastest here, and how fast: tried out on layers of the size of Meta's small checkpoint.

Takes about two seconds, once per processor and version. What is measured while other programs use the
processor is used but not remembered.
"""

import os
import time
from collections.abc import Callable
from dataclasses import replace

import psutil
import torch

from musicgen_studio.compute.precision import Precision
from musicgen_studio.compute.speed import ProcessorSpeed, remember, remembered
from musicgen_studio.engine.checkpoint.needs import matrix_bytes
from musicgen_studio.engine.checkpoint.random import SHAPES, RandomCheckpoint
from musicgen_studio.engine.model.cpu.decoder import CpuDecoder

_LAYERS = 20
"""300 MB: many times what processors keep near them, or memory would not be what is measured."""

_STEPS, _REPEATS = 6, 3
_WORTH_IT = 1.05
_OTHERS_BUSY = 0.25
"""Cores that other programs use on average, above which a figure is not this computer's."""


def processor_speed(is_disturbed: Callable[[], bool] = lambda: False) -> ProcessorSpeed:
    """Return what is remembered, or measure.

    Args:
        is_disturbed: Tells, once it was measured, whether this program itself had other work for the processor.
    """
    known = remembered()
    if known is not None:
        return known
    others = _OtherPrograms()
    measured = measure()
    if others.busy_cores() < _OTHERS_BUSY and not is_disturbed():
        remember(measured)
    return measured


def measure() -> ProcessorSpeed:
    """Try more and more threads as long as they make steps faster."""
    small = SHAPES["small"]
    config = replace(small.decoder, layers=_LAYERS, cross_attention=False)
    checkpoint = RandomCheckpoint(replace(small, decoder=config))
    layer = checkpoint.layer(0)
    decoder = CpuDecoder(config, checkpoint.outer(), [layer] * _LAYERS, threads=1)
    size = matrix_bytes(config, Precision.INT8)
    best = ProcessorSpeed(1, size / _step_s(decoder))
    for threads in _more_threads():
        decoder.use_threads(threads)
        found = ProcessorSpeed(threads, size / _step_s(decoder))
        if found.bytes_per_s < _WORTH_IT * best.bytes_per_s:
            break
        best = found
    return best


def _more_threads() -> list[int]:
    """Return 2, 4, 8 … up to the processor's cores, and those."""
    cores = max(psutil.cpu_count(logical=False) or 1, torch.get_num_threads())
    return sorted({2**power for power in range(1, 8) if 2**power < cores} | ({cores} if cores > 1 else set()))


def _step_s(decoder: CpuDecoder) -> float:
    """Return how long a guided step takes, in seconds: the best of a few runs."""
    x = torch.zeros(2, 1, decoder.config.width)
    times = []
    for _ in range(_REPEATS):
        cache = decoder.new_cache(2, _STEPS)
        started = time.perf_counter()
        for _ in range(_STEPS):
            decoder.forward(x, cache)
        times.append((time.perf_counter() - started) / _STEPS)
    return min(times)


class _OtherPrograms:
    """How much of the processor others use from now on."""

    def __init__(self) -> None:
        self._before = self._now()

    def busy_cores(self) -> float:
        """Return how many cores they used on average since."""
        wall, used = (now - before for now, before in zip(self._now(), self._before, strict=True))
        return used / max(wall, 1e-9)

    def _now(self) -> tuple[float, float]:
        everything, own = psutil.cpu_times(), os.times()
        busy = sum(everything) - everything.idle - getattr(everything, "iowait", 0.0)
        # Guests are counted in what users use, too.
        busy -= getattr(everything, "guest", 0.0) + getattr(everything, "guest_nice", 0.0)
        return time.monotonic(), busy - own.user - own.system
