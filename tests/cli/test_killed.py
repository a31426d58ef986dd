"""A run that is killed: under a final name there is a whole file or none."""

import subprocess
import sys
from pathlib import Path

import pytest

from musicgen_studio.files.sound import read
from musicgen_studio.studio.making.record import Record

_RUN = """
import os, sys
from musicgen_studio.files import whole
from musicgen_studio.checkpoints import fingerprint
from musicgen_studio.cli import generate
from musicgen_studio.cli.main import main
from pathlib import Path
from tests.fake_engine import FakeEngine

folder, moment = Path(sys.argv[1]), sys.argv[2]
fingerprint.cache_dir = lambda: folder / "cache"
(folder / "model").mkdir()
(folder / "model" / "config.json").write_text("{}")
replace, done = os.replace, []

def die_before_the_third_file(part, path):
    if Path(path).parent.name == "clips":
        done.append(path)
        if moment == "writing" and len(done) == 3:
            os._exit(9)
    replace(part, path)

def die_while_making(made):
    if moment == "making" and made == 3:
        os._exit(9)

whole.os.replace = die_before_the_third_file
generate._load_engine = lambda *_: FakeEngine(before_block=die_while_making)
main(["generate", "a", "b", "--seconds", "1", "--seed", "1", "--out", str(folder / "clips"),
      "--checkpoint", str(folder / "model")])
"""


@pytest.mark.parametrize("moment", ["making", "writing"])
def test_a_killed_run_leaves_no_half_file(tmp_path: Path, moment: str) -> None:
    root = Path(__file__).resolve().parents[2]
    killed = subprocess.run([sys.executable, "-c", _RUN, str(tmp_path), moment], cwd=root, check=False)
    assert killed.returncode == 9
    left = sorted(path.name for path in (tmp_path / "clips").iterdir() if path.suffix != ".part")
    assert left == ["a-1.json", "a-1.wav"]
    assert read(tmp_path / "clips" / "a-1.wav").frames == Record.read(tmp_path / "clips" / "a-1.json").frames
