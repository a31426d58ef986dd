"""Clips that earlier versions made: their records still read, and `--from` makes the same samples.

The records in `studio/making/old` and the sums of their sounds were written by the command line of commit fbf7514, with
the fake engine and the stand-in starter of these tests; formats 1 and 2 by taking from its record what they had not.
Format 4, with passages, and sound before and after, is of commit 5e077da; format 5 is
that clip's record as commit 7258fcb wrote it. Format 6, of a piece that ends, is of commit 608c70f.
"""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.files.sound import read
from musicgen_studio.studio.making.order import Order, SourceFile
from musicgen_studio.studio.making.record import Record
from tests.cli.conftest import CommandLine

OLD = Path(__file__).resolve().parents[1] / "studio" / "making" / "old"
SUMS = {
    "format1": "c1eba18d15f2d72defa963a7d2d54038737c95d98e26d10fcc0eeb2b6823f75a",
    "format2": "c1eba18d15f2d72defa963a7d2d54038737c95d98e26d10fcc0eeb2b6823f75a",
    "format3": "933fb5f80dc1a8aaa53c17a95998b83cf7a8c224b38380585b3312f437602bdc",
    "format3-loud": "029b1504e1771b3b26ecdfe4f75b438216e3d03d92337332ebc35f0e97075356",
    "format4": "d5915caa97ddd6e4860986e795873a3b161fa606714e655ac59d99d526619728",
    "format5": "d5915caa97ddd6e4860986e795873a3b161fa606714e655ac59d99d526619728",
    "format6": "411f6b9c243689e88604eaf3bd6a900a27e9182d88b308cc92a7e96d8b1f2904",
}


@pytest.mark.parametrize("name", SUMS)
def test_a_clip_of_an_earlier_version_is_made_again_sample_for_sample(cli: CommandLine, name: str) -> None:
    shutil.copytree(OLD, cli.folder / "old")
    code, _, err = cli("generate", "--from", f"old/{name}.json", "--out", "again")
    assert (code, err) == (0, "")
    (record_file,) = (cli.folder / "again").glob("*.json")
    sound = next(path for path in record_file.parent.iterdir() if path.suffix != ".json")
    steps = np.round(read(sound).samples * 2**23).astype("<i4")
    assert hashlib.sha256(steps.tobytes()).hexdigest() == SUMS[name]
    record = Record.read(record_file)
    assert record.format == 7
    assert record.order == _found_in(cli.folder / "old", Record.read(OLD / f"{name}.json").order)


def _found_in(folder: Path, order: Order) -> Order:
    """Return an order with its files where the test has put them."""

    def found(file: SourceFile | None) -> SourceFile | None:
        return file and replace(file, file=(folder / Path(file.file).name).as_posix())

    return replace(
        order,
        melody=found(order.melody),
        continuation=found(order.continuation),
        after=found(order.after),
        passages=tuple(replace(passage, melody=found(passage.melody)) for passage in order.passages),
    )


@pytest.mark.parametrize("name", SUMS)
def test_a_clip_made_again_can_be_made_a_third_time(cli: CommandLine, name: str) -> None:
    shutil.copytree(OLD, cli.folder / "old")
    record_file = cli.folder / "old" / f"{name}.json"
    for out in ("again", "third"):
        assert cli("generate", "--from", record_file, "--out", out)[0] == 0
        (record_file,) = (cli.folder / out).glob("*.json")
    again, third = (
        next(path for path in (cli.folder / out).iterdir() if path.suffix != ".json") for out in ("again", "third")
    )
    np.testing.assert_array_equal(read(again).samples, read(third).samples)


def test_their_values_are_where_they_are_now() -> None:
    record = Record.read(OLD / "format3.json")
    old = json.loads((OLD / "format3.json").read_text())
    order = record.order
    assert (record.prompt, record.place, record.take) == ("bright", 1, 1)
    assert (order.prompts, order.together, order.takes, order.seed) == (("calm", "bright"), 2, 2, 6)
    assert (order.top_k, order.melody_repeats, order.passages, order.after) == (9, False, (), None)
    assert order.melody is not None
    assert order.melody.sha256 == old["melody"]["sha256"]
    assert (order.finish.sample_rate, order.finish.loudness_lufs, order.finish.compressor) == (44100, -20.0, True)
    assert order.finish.first_rules
