"""`bench`: options in, lines or JSON out. What is measured is tested with the engine."""

import json
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from tests.cli.conftest import CommandLine


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the measuring was asked for; a stand-in reports one line and one figure."""
    asked: dict[str, object] = {}

    def run_bench(report: Callable[[str], None], **options: object) -> dict[str, object]:
        asked.update(options)
        report("one line")
        return {"steps_per_s": 50.0}

    module = ModuleType("musicgen_studio.evaluation.bench")
    vars(module)["run_bench"] = run_bench
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return asked


def test_lines_for_a_person(cli: CommandLine, asked: dict[str, object]) -> None:
    assert cli("bench") == (0, "one line\n", "")
    assert asked == {
        "shape": "starter",
        "device": "auto",
        "precision": "auto",
        "against": None,
        "clip_seconds": (8.0, 30.0),
    }


def test_json_for_machines(cli: CommandLine, asked: dict[str, object]) -> None:
    argv = "bench --shape small --device cpu --precision int8 --against transformers --seconds 2 --json"
    code, out, _ = cli(*argv.split())
    assert (code, json.loads(out)) == (0, {"bench": {"steps_per_s": 50.0}})
    assert (asked["shape"], asked["against"], asked["clip_seconds"]) == ("small", "transformers", (2.0,))


def test_melodies_are_measured_instead_if_asked_for(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def run_melody_bench(*options: object, seeds: int) -> dict[str, object]:
        asked.extend((*options[:3], seeds))
        return {"wished": 0.5}

    module = ModuleType("musicgen_studio.evaluation.following")
    vars(module)["run_melody_bench"] = run_melody_bench
    monkeypatch.setitem(sys.modules, module.__name__, module)
    code, out, _ = cli("bench", "--melody", "--seeds", "3", "--device", "cpu", "--json")
    assert (code, json.loads(out)) == (0, {"bench": {"wished": 0.5}})
    assert asked == [cli.starter, "cpu", "auto", 3]
    code, _, err = cli("bench", "--melody", "--seeds", "17")
    assert (code, "--seeds must be 1 to 16, got 17" in err) == (1, True)


def test_fewer_than_no_other_programs_are_refused(cli: CommandLine) -> None:
    code, _, err = cli("bench", "--live", "--busy", "-1")
    assert (code, "--busy must be 0 or more, got -1" in err) == (1, True)


@pytest.mark.parametrize(
    "argv",
    [["--shape", "huge"], ["--against", "audiocraft"], ["--seconds", "0"], ["--live", "--live-minutes", "-1"]],
)
def test_what_it_cannot_measure(cli: CommandLine, argv: list[str]) -> None:
    assert "error: argument" in cli.usage_error("bench", *argv)
