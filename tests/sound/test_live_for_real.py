"""Live music with the real checkpoint, real keys, a real mouse and a real sound server: `live_walk`."""

import subprocess
import sys

import pytest

from musicgen_studio.sound.devices import SoundDevice
from tests.sound.conftest import PulseServer


@pytest.mark.timeout(600)
def test_live_music_is_heard_steered_kept_and_made_again(pulse: PulseServer, device: SoundDevice) -> None:  # noqa: ARG001 - both tell whether it can be done here
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.live_walk"], capture_output=True, text=True, timeout=550, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.splitlines()[-1] == "walked"
