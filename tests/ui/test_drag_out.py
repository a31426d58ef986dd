"""Dragging clips, stems and notes into another program, on a real X screen with a real mouse: see `tests.drag_out`."""

import subprocess
import sys

import pytest

from tests.drag_out import MISSING


@pytest.mark.skipif(sys.platform != "linux", reason="needs an X server")
def test_what_is_dropped_on_another_program_arrives_as_its_files() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.drag_out"], capture_output=True, text=True, timeout=420, check=False
    )
    if done.returncode == MISSING:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    for name in ("Träume ☾.wav", "Träume ☾_drums.wav", "Träume ☾_other.wav", "Träume ☾.mid"):
        assert name in done.stdout
