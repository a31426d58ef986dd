"""The probe: it finds a number of threads, remembers a quiet computer's figure and not a busy one's."""

import os
import time
from pathlib import Path

import psutil
import pytest

from musicgen_studio.compute import speed as processor
from musicgen_studio.compute.speed import ProcessorSpeed, remember, remembered
from musicgen_studio.engine.model.cpu import probe

FOUND = ProcessorSpeed(3, 5e9)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "cache_dir", lambda: tmp_path)


def test_threads_that_are_there_and_a_possible_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_LAYERS", 1)
    found = probe.measure()
    assert 1 <= found.threads <= (os.cpu_count() or 1)
    assert 1e8 < found.bytes_per_s < 1e12


@pytest.mark.parametrize(("busy_cores", "kept"), [(0.0, FOUND), (1.5, None)])
def test_a_busy_computers_figure_is_not_kept(
    monkeypatch: pytest.MonkeyPatch, busy_cores: float, kept: ProcessorSpeed | None
) -> None:
    monkeypatch.setattr(probe, "measure", lambda: FOUND)
    monkeypatch.setattr(probe._OtherPrograms, "busy_cores", lambda _: busy_cores)
    assert probe.processor_speed() == FOUND
    assert remembered() == kept


def test_what_is_known_is_not_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "measure", pytest.fail)
    remember(FOUND)
    assert probe.processor_speed() == FOUND


def test_own_work_is_not_that_of_others() -> None:
    """What others used, what was not used, and what this test used are all there was, however busy the computer is."""
    work_s, others = 0.5, probe._OtherPrograms()
    began_s, unused_s = time.monotonic(), _unused_s()
    until = time.process_time() + work_s
    while time.process_time() < until:
        pass
    used_s = others.busy_cores() * (time.monotonic() - began_s)
    there_s = (os.cpu_count() or 1) * (time.monotonic() - began_s)
    assert used_s + work_s + _unused_s() - unused_s < there_s + work_s / 2


def _unused_s() -> float:
    times = psutil.cpu_times()
    return float(times.idle + getattr(times, "iowait", 0.0))
