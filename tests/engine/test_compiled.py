"""The first process after an installation rounds like all later ones."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_LOAD = """
import sys, torch
from pathlib import Path
from musicgen_studio.engine.model.cpu.compiled import is_kept
from musicgen_studio.engine.model.cpu.step import run_step
from musicgen_studio.engine.musicgen import load_engine
print(is_kept())
load_engine(Path(sys.argv[1]), "cpu", "int8", threads=1)
print(is_kept(), sum(run_step.stats.cache_hits.values()) > 0, sum(run_step.stats.cache_misses.values()))
"""


@pytest.mark.timeout(900)
def test_compiled_code_is_read_and_never_used_as_it_was_compiled(tmp_path: Path, text_checkpoint: Path) -> None:
    cache = {"NUMBA_CACHE_DIR": str(tmp_path / "numba"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-c", _LOAD, str(text_checkpoint)]
    said = subprocess.run(command, env=os.environ | cache, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["False", "True True 0"]
