"""Workers of this computer: the same as one process, whatever is killed."""

import csv
import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from musicgen_studio import make_batch
from musicgen_studio.batch.claims import LEASE_S
from musicgen_studio.batch.folder import BatchFolder
from musicgen_studio.batch.local import Crew, run_local
from musicgen_studio.batch.plan import BatchPlan, BatchSettings, read_plan
from musicgen_studio.batch.progress import BatchProgress
from musicgen_studio.batch.run import BatchResult, Makers, run_batch
from musicgen_studio.batch.work import make_group
from musicgen_studio.batch.worker import Post
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.files.sound import SoundFormat, read
from musicgen_studio.studio.making.record import Record
from tests.batch.conftest import CHECKPOINT, MakePlan
from tests.batch.fakes import load_fake
from tests.fake_engine import FakeEngine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def makers(tmp_path: Path) -> Makers:
    """Two workers with an engine without a model."""
    checkpoint = tmp_path / "checkpoint"
    checkpoint.mkdir()
    return Makers(checkpoint, load_fake, Crew(2, 1))


def _sounds(folder: Path) -> dict[str, str]:
    """Return the sha256 of each clip's samples, by name; the files themselves hold when they were made."""
    return {path.name: hashlib.sha256(read(path).samples.tobytes()).hexdigest() for path in folder.glob("*.wav")}


def _by_one_process(plan: BatchPlan, folder: Path) -> dict[str, str]:
    folder.mkdir()
    engine = FakeEngine()
    for group in plan.groups:
        assert make_group(engine, CHECKPOINT, group, folder, threading.Event())
    return _sounds(folder)


def _run(plan: BatchPlan, out: Path, makers: Makers) -> BatchResult:
    return run_batch(plan, out, makers, threading.Event())


def test_two_workers_make_what_one_process_makes_once(make_plan: MakePlan, makers: Makers, tmp_path: Path) -> None:
    plan = make_plan("prompt,takes,seed", *[f"prompt {number},,{number % 3}" for number in range(20)], "twice,2,7")
    progress = list[BatchProgress]()
    result = run_batch(plan, tmp_path / "out", makers, threading.Event(), progress.append)
    assert (result.made, len(result.clips), result.is_stopped) == (22, 22, False)
    assert _sounds(tmp_path / "out") == _by_one_process(plan, tmp_path / "one")
    assert (progress[-1].clips, progress[-1].clips_wanted) == (22, 22)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.wav")}
    assert _run(plan, tmp_path / "out", makers).made == 22
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.wav")} == before


def test_every_clip_has_a_record_that_makes_it_again_and_a_line(
    make_plan: MakePlan, makers: Makers, tmp_path: Path
) -> None:
    plan = make_plan("prompt", "a", '"b, with a comma"')
    result = _run(plan, tmp_path / "out", makers)
    with result.manifest.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["row"], line["prompt"], line["status"]) for line in lines] == [
        ("1", "a", "made"),
        ("2", "b, with a comma", "made"),
    ]
    record = Record.read(tmp_path / "out" / "2-b-with-a-comma-0.json")
    assert (record.order.prompts, record.place, record.order.together) == (("a", "b, with a comma"), 1, 2)
    sound = tmp_path / "out" / lines[1]["file"]
    assert lines[1]["sound_sha256"] == hashlib.sha256(sound.read_bytes()).hexdigest()
    assert int(lines[1]["frames"]) == read(sound).frames
    figures = {field.name for field in fields(Record)} - {"format", "order", "place"}
    figures -= {"complete", "ending"}  # what is made is complete, and a table cannot ask for an ending
    assert figures < set(lines[1])


def test_the_manifest_as_parquet_holds_the_same_with_types(make_plan: MakePlan, makers: Makers, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    result = _run(make_plan("prompt", "a", "b"), tmp_path / "out", makers)
    assert parquet.read_table(tmp_path / "out" / "manifest.parquet").to_pylist() == list(result.clips)


def test_what_fails_is_told_and_the_rest_goes_on(make_plan: MakePlan, makers: Makers, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    plan = make_plan("prompt,melody", "a,text.wav", "b,")
    result = _run(plan, tmp_path / "out", makers)
    assert [clip["status"] for clip in result.clips] == ["failed", "made"]
    assert "text.wav" in result.failures[0]["why"]


@pytest.mark.skipif(sys.platform != "linux", reason="names there are text")
def test_a_table_in_a_folder_whose_name_is_no_text_has_its_manifest(makers: Makers, tmp_path: Path) -> None:
    """It was found out when all was made."""
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "text.wav").write_text("no sound")
    (folder / "t.csv").write_text("prompt,melody\na,text.wav\nb,\n")
    settings = BatchSettings(duration_s=0.5, finish=FinishSettings(SoundFormat.WAV32F))
    result = _run(read_plan(folder / "t.csv", CHECKPOINT, settings), tmp_path / "out", makers)
    assert [clip["status"] for clip in result.clips] == ["failed", "made"]
    assert "caf?/text.wav" in result.manifest.read_text(encoding="utf-8")


def test_a_group_that_kills_its_workers_is_given_up(make_plan: MakePlan, makers: Makers, tmp_path: Path) -> None:
    (makers.checkpoint / "poison").touch()
    result = _run(make_plan("prompt", "a"), tmp_path / "out", makers)
    assert "5 workers died of it" in result.failures[0]["why"]


def test_a_folder_that_workers_cannot_use_is_told_and_no_fault(
    make_plan: MakePlan, makers: Makers, tmp_path: Path
) -> None:
    """Such as that of a disk that is full by the time they begin."""
    plan = make_plan("prompt", "a")
    (tmp_path / "file").touch()
    post = Post(plan, tmp_path / "file", LEASE_S, makers.checkpoint, "auto", "auto", 1, load_fake)
    with pytest.raises(UserProblem, match=r"file. cannot be used"):
        run_local(post, BatchFolder(tmp_path / "out", plan), Crew(2, 1), threading.Event())


def test_a_stop_keeps_what_is_whole(make_plan: MakePlan, makers: Makers, tmp_path: Path) -> None:
    (makers.checkpoint / "slow").write_text("0.1")
    stop = threading.Event()

    def stop_after_two(progress: BatchProgress) -> None:
        if progress.clips >= 2:
            stop.set()

    plan = make_plan("prompt", *[f"p{number}" for number in range(40)], together=1)
    result = run_batch(plan, tmp_path / "out", makers, stop, stop_after_two)
    assert result.is_stopped
    assert 2 <= result.made < 40
    assert {clip["status"] for clip in result.clips} == {"made", "missing"}
    for clip in result.clips:
        if clip["status"] == "made":
            assert read(tmp_path / "out" / clip["file"]).frames == clip["frames"]
    assert list((tmp_path / "out" / ".batch" / "work").iterdir()) == []


def test_a_stop_ends_the_measuring_too(make_plan: MakePlan, makers: Makers, tmp_path: Path) -> None:
    stop, measured = threading.Event(), list[Path]()

    def measure(clips: list[tuple[Path, Record]]) -> Iterator[dict[str, float]]:
        for clip, _ in clips:
            measured.append(clip)
            stop.set()
            yield {"lufs": -14.0}

    plan = make_plan("prompt", "a", "b", "c")
    result = run_batch(plan, tmp_path / "out", makers, stop, measure=measure)
    assert (result.is_stopped, result.made, len(measured)) == (True, 3, 1)
    assert [clip.get("lufs") for clip in result.clips] == [-14.0, None, None]
    assert run_batch(plan, tmp_path / "out", makers, stop, measure=measure).made == 3
    assert len(measured) == 1  # who has stopped does not wait for it


def test_two_batches_in_one_folder_share_the_work(make_plan: MakePlan, makers: Makers, tmp_path: Path) -> None:
    (makers.checkpoint / "slow").write_text("0.05")
    plan = make_plan("prompt", *[f"p{number}" for number in range(30)], together=1)
    one = replace(makers, crew=Crew(1, 1))
    results = list[BatchResult]()
    batches = [threading.Thread(target=lambda: results.append(_run(plan, tmp_path / "out", one))) for _ in range(2)]
    for batch in batches:
        batch.start()
    for batch in batches:
        batch.join()
    assert [result.made for result in results] == [30, 30]
    assert _sounds(tmp_path / "out") == _by_one_process(plan, tmp_path / "one")


_DRIVER = """
import sys, threading
from pathlib import Path
from musicgen_studio.batch.local import Crew, run_local
from musicgen_studio.batch.plan import BatchSettings, read_plan
from musicgen_studio.batch.run import Makers, run_batch
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.files.sound import SoundFormat
from tests.batch.conftest import CHECKPOINT
from tests.batch.fakes import load_fake

table, out, checkpoint = map(Path, sys.argv[1:])
settings = BatchSettings(duration_s=0.5, finish=FinishSettings(SoundFormat.WAV32F), together=1)
plan = read_plan(table, CHECKPOINT, settings)
run_batch(plan, out, Makers(checkpoint, load_fake, Crew(2, 1)), threading.Event(),
          lambda progress: print(progress.clips, flush=True))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_driver_takes_its_workers_along_and_the_next_goes_on(
    make_plan: MakePlan, makers: Makers, tmp_path: Path
) -> None:
    (makers.checkpoint / "slow").write_text("0.1")
    plan = make_plan("prompt", *[f"p{number}" for number in range(30)], together=1)
    out = tmp_path / "out"
    command = [sys.executable, "-c", _DRIVER, str(tmp_path / "orders.csv"), str(out), str(makers.checkpoint)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as driver:
        assert driver.stdout is not None
        next(line for line in driver.stdout if int(line) >= 4)
        os.kill(driver.pid, signal.SIGKILL)
    before = len(list(out.glob("*.json")))
    assert 4 <= before < 30
    (makers.checkpoint / "slow").unlink()
    assert _run(plan, out, makers).made == 30
    assert _sounds(out) == _by_one_process(plan, tmp_path / "one")
    assert sorted(path.name for path in BatchFolder(out, plan).path.joinpath(".batch").rglob("0*")) == []


def test_from_python(tmp_path: Path, text_checkpoint: Path) -> None:
    (tmp_path / "t.csv").write_text("prompt\nhappy rock\n")
    result = make_batch(tmp_path / "t.csv", tmp_path / "out", text_checkpoint, seconds=0.5, takes=2, workers=1)
    assert [clip["file"] for clip in result.clips] == ["1-happy-rock-0-take1.wav", "1-happy-rock-0-take2.wav"]
    assert (result.made, result.failures) == (2, [])
