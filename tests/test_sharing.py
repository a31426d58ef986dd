"""How the suite is shared among processes: what stays together, what comes first, and that nothing is lost."""

import subprocess
import sys
from pathlib import Path

from tests.sharing import CLUSTERS, IN_TIME, LONGEST, place, scope

ROOT = Path(__file__).resolve().parent.parent
A_FILE = """
import os
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range(4))
def test_it(number):
    with (Path(__file__).parent / "said").open("a") as said:
        said.write(f"{os.environ['PYTEST_XDIST_WORKER']} {Path(__file__).stem} {number}\\n")
"""


def test_what_is_named_is_there() -> None:
    assert [name for name in IN_TIME + LONGEST + CLUSTERS if not (ROOT / name).exists()] == []


def test_what_is_in_time_and_the_clusters_run_one_by_one_and_come_first() -> None:
    sound, live = "tests/sound/test_player.py::test_it[x::y]", "tests/live/test_live.py::test_it"
    cluster, other = f"{CLUSTERS[0]}::test_it", "tests/dsp/test_pitch.py::test_it[x::y]"
    assert scope(sound) == scope(live) == scope(cluster)
    assert scope(other) == "tests/dsp/test_pitch.py"
    ids = [cluster, "tests/core/test_a.py::b", f"{LONGEST[0]}::test_it", "tests/core/test_a.py::a", sound, live]
    assert sorted(ids, key=place) == [ids[4], ids[5], ids[0], ids[2], ids[1], ids[3]]


def test_a_file_stays_in_one_process_and_every_test_runs_once(tmp_path: Path) -> None:
    files = ("test_a", "test_b", "test_c", "test_d")
    for name in files:
        (tmp_path / f"{name}.py").write_text(A_FILE, encoding="utf-8")
    options = ["-n", "2", "--dist", "loadfile", "-p", "tests.sharing", "-p", "no:cacheprovider"]
    options += ["--rootdir", str(tmp_path), str(tmp_path)]
    subprocess.run([sys.executable, "-m", "pytest", *options], cwd=ROOT, check=True, capture_output=True)
    said = [line.split() for line in (tmp_path / "said").read_text(encoding="utf-8").splitlines()]
    assert sorted((name, int(number)) for _, name, number in said) == [(name, n) for name in files for n in range(4)]
    workers = {name: {worker for worker, its, _ in said if its == name} for name in files}
    assert all(len(own) == 1 for own in workers.values())
    assert len(set.union(*workers.values())) == 2
