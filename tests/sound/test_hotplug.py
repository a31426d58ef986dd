"""A sound device that comes, goes and comes back while the program runs: see `hotplug`."""

import subprocess
import sys

import pytest

from musicgen_studio.sound.devices import SoundDevice
from tests.sound.conftest import PulseServer
from tests.sound.hotplug import ALSA_CONFIG


@pytest.mark.skipif(not ALSA_CONFIG.exists(), reason="needs ALSA's configuration in its usual place")
def test_a_device_comes_goes_and_comes_back(pulse: PulseServer, device: SoundDevice) -> None:  # noqa: ARG001 - both tell whether it can be done here
    done = subprocess.run(
        [sys.executable, "-m", "tests.sound.hotplug"], capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.splitlines()[-1] == "and heard"
