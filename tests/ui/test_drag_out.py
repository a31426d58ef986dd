"""Dragging a clip into another program, on a real X screen with a real mouse: see `tests.drag_out`."""

import subprocess
import sys

import pytest

from tests.drag_out import MISSING


@pytest.mark.skipif(sys.platform != "linux", reason="needs an X server")
def test_a_row_dropped_on_another_program_arrives_as_a_24_bit_wav_file() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.drag_out"], capture_output=True, text=True, timeout=150, check=False
    )
    if done.returncode == MISSING:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "Träume ☾.wav" in done.stdout
