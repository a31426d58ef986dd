"""What is remembered of the processor, and what it says of checkpoints."""

import json
from pathlib import Path

import pytest

from musicgen_studio.compute import speed as processor
from musicgen_studio.compute.speed import ProcessorSpeed, remember, remembered

SPEED = ProcessorSpeed(threads=2, bytes_per_s=27e9)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "cache_dir", lambda: tmp_path / "cache")


def test_it_is_remembered() -> None:
    assert remembered() is None
    remember(SPEED)
    assert remembered() == SPEED


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"another processor": {}}', "not json"])
def test_what_is_damaged_or_of_another_processor_is_not_known(tmp_path: Path, text: str) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "processor.json").write_text(text)
    assert remembered() is None


def test_impossible_figures_are_not_known(tmp_path: Path) -> None:
    remember(SPEED)
    path = tmp_path / "cache" / "processor.json"
    known = json.loads(path.read_text())
    path.write_text(json.dumps({key: value | {"threads": 0} for key, value in known.items()}))
    assert remembered() is None


def test_where_nothing_can_be_kept_nothing_happens(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    remember(SPEED)
    assert remembered() is None


def test_larger_checkpoints_are_slower() -> None:
    small, medium, large = (SPEED.real_time(parameters) for parameters in (419 * 10**6, 1837 * 10**6, 3255 * 10**6))
    assert small == pytest.approx(1.1, abs=0.1)
    assert small > medium > large > 0


@pytest.mark.parametrize(("threads", "bytes_per_s"), [(0, 1.0), (1, 0.0), (1, float("nan"))])
def test_a_speed_is_of_threads_that_read(threads: int, bytes_per_s: float) -> None:
    with pytest.raises(ValueError, match="must be a thread"):
        ProcessorSpeed(threads, bytes_per_s)
