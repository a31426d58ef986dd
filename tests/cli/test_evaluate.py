"""`evaluate`: options in, a table or JSON out. What is measured is tested with the training."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.cli.conftest import CommandLine


@dataclass(frozen=True)
class _Figure:
    name: str
    value: float


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the examination was asked for; a stand-in finds one figure."""
    asked: list[object] = []

    def examine(checkpoint: Path, _synthesizer: object, extent: object, *rest: object) -> list[_Figure]:
        asked.extend([checkpoint, extent, *rest[:3]])
        return [_Figure("time", 0.9)]

    evaluate = ModuleType("musicgen_studio.training.judge.examination")
    vars(evaluate).update(examine=examine, table=lambda figures: f"table of {len(figures)}", Extent=SimpleNamespace)
    monkeypatch.setitem(sys.modules, evaluate.__name__, evaluate)
    synth = ModuleType("musicgen_studio.training.music.synth")
    vars(synth).update(find_synthesizer=object)
    run = ModuleType("musicgen_studio.training.run")
    vars(run).update(prepare=lambda _device, _threads: None)
    for module in (synth, run):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return asked


def test_the_starters_table(cli: CommandLine, asked: list[object]) -> None:
    assert cli("evaluate", "--starter")[:2] == (0, "table of 1\n")
    checkpoint, extent, work, device, precision = asked
    assert (checkpoint, work, device, precision) == (cli.starter, None, "auto", "auto")
    assert vars(extent) == {}


def test_json_for_machines_and_figures_for_the_card(cli: CommandLine, asked: list[object]) -> None:
    argv: list[str | Path] = [
        "--checkpoint",
        cli.starter,
        "--quick",
        "--clips",
        "3",
        "--work",
        cli.folder / "w",
        "--json",
    ]
    code, out, _ = cli("evaluate", *argv)
    assert (code, json.loads(out)) == (0, {"evaluate": [{"name": "time", "value": 0.9}]})
    assert json.loads((cli.folder / "w" / "figures.json").read_text())["table"] == "table of 1"
    assert vars(asked[1])["clips"] == 3
    assert vars(asked[1])["seconds"] == 8.0


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["--starter", "--checkpoint", "x"],
        ["--starter", "--seconds", "0"],
        ["--faults", "--clips", "-1"],
        ["--starter", "--threads", "0"],
    ],
)
def test_wrong_usage(cli: CommandLine, argv: list[str]) -> None:
    assert cli.usage_error("evaluate", *argv).startswith("usage: musicgen-studio evaluate")
