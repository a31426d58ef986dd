"""Composing and live music with the real checkpoint, keys, mouse and sound server: `compose_walk`."""

import subprocess
import sys

import pytest

from musicgen_studio.sound.devices import SoundDevice
from tests.sound.conftest import PulseServer


@pytest.mark.timeout(600)
def test_a_piece_is_composed_over_time_and_live_music_is_kept(pulse: PulseServer, device: SoundDevice) -> None:  # noqa: ARG001 - both tell whether it can be done here
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.compose_walk"], capture_output=True, text=True, timeout=550, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.splitlines()[-1] == "walked"
