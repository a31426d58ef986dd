"""`batch`: from a table to a folder, and what is said of it. The workers are real processes with a fake engine."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.batch.progress import BatchProgress
from musicgen_studio.cli import batch
from musicgen_studio.cli.batch import progress_line
from musicgen_studio.cli.options import SORT_MEASURES
from musicgen_studio.core.audio import Audio
from musicgen_studio.evaluation.ranking import SORTED_BY
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.studio.making.record import Record
from tests.batch.fakes import load_fake
from tests.cli.conftest import CommandLine


@pytest.fixture
def cli(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line whose workers load a fake."""
    monkeypatch.setattr(batch, "_load_engine", lambda: load_fake)
    return cli


def test_a_table_becomes_clips_with_records_and_a_manifest(cli: CommandLine) -> None:
    (cli.folder / "t.csv").write_text("prompt,seconds,takes\nhappy rock,1,2\nsad jazz,,\n")
    code, out, err = cli("batch", "t.csv", "--out", "x", "--seconds", "0.5", "--seed", "7", "--workers", "2")
    assert (code, out) == (0, "3 of 3 clips are in x\n")
    assert err == "3 clips, 2 s of music\n"
    names = ["1-happy-rock-7-take1", "1-happy-rock-7-take2", "2-sad-jazz-7"]
    assert [name for name in cli.files("x") if name.endswith(".wav")] == [f"{name}.wav" for name in names]
    record = Record.read(cli.folder / "x" / "2-sad-jazz-7.json")
    assert (record.order.duration_s, record.order.finish.loudness_lufs) == (0.5, -14.0)
    with (cli.folder / "x" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        assert [line["file"] for line in csv.DictReader(file)] == [f"{name}.wav" for name in names]


def test_the_lines_of_the_manifest_as_json_with_what_judge_measures(cli: CommandLine) -> None:
    (cli.folder / "t.jsonl").write_text('{"prompt": "happy rock", "seconds": 4}\n')
    code, out, err = cli("batch", "t.jsonl", "--out", "x", "--json", "--judge")
    assert (code, err) == (0, "")
    (line,) = [json.loads(text) for text in out.splitlines()]
    assert (line["row"], line["status"], line["frames"]) == (1, "made", 4 * 32000)
    assert line["faults"] == 0
    assert line["lufs"] == pytest.approx(-14, abs=1)
    assert 0 <= line["musicnn.agreement"] <= 1
    with (cli.folder / "x" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        (listed,) = csv.DictReader(file)
    assert float(listed["musicnn.agreement"]) == line["musicnn.agreement"]


def test_json_keeps_its_words_on_a_console_of_any_encoding(cli: CommandLine) -> None:
    (cli.folder / "t.csv").write_text("prompt\nträumend 悲\n", encoding="utf-8")
    _, out, _ = cli("batch", "t.csv", "--out", "x", "--seconds", "0.5", "--json")
    assert out.isascii()
    assert json.loads(out)["prompt"] == "träumend 悲"


def test_clips_are_listed_by_a_measure_and_what_failed_is_last(cli: CommandLine) -> None:
    (cli.folder / "text.wav").write_text("no sound")
    (cli.folder / "t.csv").write_text("prompt,seconds,melody\na,1,text.wav\nhappy rock,1,\nsad jazz,1,\n")
    code, out, _ = cli("batch", "t.csv", "--out", "x", "--sort", "noise", "--together", "1")
    assert code == 1
    first, *lines = out.splitlines()
    assert first == "2 of 3 clips are in x"
    assert lines[-1].split() == ["–", "a"]
    assert sorted(line.split()[-1] for line in lines[:2]) == [name for name in cli.files("x") if name.endswith(".wav")]
    code, out, _ = cli("batch", "t.csv", "--out", "x", "--sort", "noise", "--together", "1", "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert told[-1]["row"] == 1
    assert told[0]["noise"] <= told[1]["noise"]


def test_what_is_sorted_by_is_what_ranking_offers() -> None:
    assert SORT_MEASURES == SORTED_BY


def test_what_failed_is_told_and_makes_the_exit_code(cli: CommandLine) -> None:
    (cli.folder / "text.wav").write_text("no sound")
    (cli.folder / "t.csv").write_text("prompt,melody\na,text.wav\nb,\n")
    code, out, err = cli("batch", "t.csv", "--out", "x", "--seconds", "0.5")
    assert (code, out) == (1, "1 of 2 clips are in x\n")
    assert "row 1, take 1: " in err
    assert "text.wav" in err


def test_a_wrong_table_makes_nothing(cli: CommandLine) -> None:
    (cli.folder / "t.csv").write_text("prompt,seconds\na,long\n")
    code, _, err = cli("batch", "t.csv", "--out", "x")
    assert code == 1
    assert "t.csv, line 2, column seconds: must be a number, got 'long'." in err
    assert not (cli.folder / "x").exists()


@pytest.mark.parametrize("option", ["--takes", "--together", "--workers", "--threads"])
def test_options_out_of_range_are_wrong_usage(cli: CommandLine, option: str) -> None:
    assert f"{option} is 1 to" in cli.usage_error("batch", "t.csv", "--out", "x", option, "0")


def test_shared_needs_a_cluster(cli: CommandLine) -> None:
    assert "--shared needs --ray" in cli.usage_error("batch", "t.csv", "--out", "x", "--shared")


def test_the_line_while_it_works() -> None:
    progress = BatchProgress(412, 2000, 3, 3296.0, 400.0, 9.12, 3840.0, 2)
    said = "412 of 2000 clips · 3 failed · 2 at work · 9.1 × real time · 1 h 4 min left"
    assert progress_line(progress) == said
    assert progress_line(BatchProgress(0, 8, 0, 0.0, 1.0, 0.0, None, 0)) == "0 of 8 clips · 0 at work"


def test_a_folder_of_tables_elsewhere(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "t.csv").write_text("prompt\na\n")
    code, out, _ = cli("batch", Path("lists") / "t.csv", "--out", Path("deep") / "er", "--seconds", "0.5")
    assert (code, out) == (0, f"1 of 1 clips are in {Path('deep') / 'er'}\n")


def test_a_melody_that_is_a_mix_is_told_and_all_of_it_can_be_followed(cli: CommandLine) -> None:
    noise = np.random.default_rng(1).standard_normal((48_000, 2)) * 0.1
    write(cli.folder / "mix.wav", Audio(noise.astype(np.float32), 32_000), SoundFormat.WAV24)
    (cli.folder / "t.csv").write_text("prompt,melody\na,mix.wav\nb,\n")
    followed = list[tuple[str, bool]]()
    for folder, options in (("x", ()), ("y", ("--no-melody-mix",))):
        code, _, err = cli("batch", "t.csv", "--out", folder, "--seconds", "0.5", *options)
        assert code == 0
        with (cli.folder / folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
            first, second = csv.DictReader(file)
        assert second["followed"] == ""
        followed.append((first["followed"], "in 1 of them the melody is a mix: its lead and chords" in err))
    assert followed == [("lead and chords", True), ("", False)]
    code, _, err = cli("batch", "t.csv", "--out", "x", "--seconds", "0.5", "--no-melody-mix")
    assert code == 1  # another order than that of the folder
