"""The README's first minute with the real checkpoint and a real sound server, on a busy computer: `first_minute`."""

import subprocess
import sys

import pytest

from musicgen_studio.sound.devices import SoundDevice
from tests.sound.conftest import PulseServer


@pytest.mark.timeout(900)
def test_the_first_minute_goes_word_for_word(pulse: PulseServer, device: SoundDevice) -> None:  # noqa: ARG001 - both tell whether it can be done here
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.first_minute"], capture_output=True, text=True, timeout=850, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.splitlines()[-1] == "walked"
