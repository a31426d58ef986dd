"""Listing devices, and saying what to do where there are none or PortAudio is missing."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import (
    DeviceName,
    SoundDevice,
    device_index,
    list_devices,
    portaudio,
    refresh_devices,
)


def test_the_null_sink_is_listed(device: SoundDevice) -> None:
    assert device.host_api == "ALSA"
    assert device.inputs >= 2
    assert device.outputs >= 2
    assert device.default_rate >= 44100


def test_there_is_one_default_each_way(device: SoundDevice) -> None:
    devices = list_devices()
    assert device in devices
    assert sum(each.is_default_input for each in devices) == 1
    assert sum(each.is_default_output for each in devices) == 1


def test_a_device_is_found_by_its_name(device: SoundDevice) -> None:
    assert portaudio().query_devices(device_index(device))["name"] == device.name


def test_a_device_that_is_gone_is_named(device: SoundDevice) -> None:
    with pytest.raises(UserProblem, match="Old Interface"):
        device_index(replace(device, name="Old Interface"))


def test_a_missing_portaudio_is_a_user_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sounddevice.py").write_text('raise OSError("PortAudio library not found")')
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserProblem, match="libportaudio2"):
        list_devices()


@pytest.mark.usefixtures("pulse")
def test_a_portaudio_that_does_not_start_again_is_a_user_problem() -> None:
    sounddevice = portaudio()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sounddevice, "_initialize", lambda: None)
        refresh_devices()
        for _ in range(2):
            with pytest.raises(UserProblem, match="not initialized"):
                refresh_devices()
            with pytest.raises(UserProblem, match="not initialized"):
                list_devices()
    sounddevice._initialize()
    assert list_devices()


@pytest.mark.skipif(sys.platform != "linux", reason="hides the devices in ALSA's way")
def test_a_computer_without_sound_has_no_devices_and_no_player(tmp_path: Path) -> None:
    (tmp_path / "alsa.conf").write_text("pcm.missing { type hw card 99 }\n")
    code = (
        "from musicgen_studio.sound.devices import list_devices\n"
        "from musicgen_studio.sound.player import open_player\n"
        "from musicgen_studio.errors import UserProblem\n"
        "assert list_devices() == []\n"
        "try: open_player()\n"
        "except UserProblem as problem: print(problem.what)\n"
    )
    environment = {**os.environ, "ALSA_CONFIG_PATH": str(tmp_path / "alsa.conf")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "There is no sound device to play on.\n", done.stderr


@pytest.mark.parametrize("text", ["USB Audio|ALSA", "a|b|Core Audio", "|||x"])
def test_a_name_is_remembered_as_a_text(text: str) -> None:
    name = DeviceName.parse(text)
    assert name is not None
    assert str(name) == text


def test_no_name_is_the_systems_choice() -> None:
    assert DeviceName.parse("") is None


def test_importing_the_room_does_not_start_portaudio() -> None:
    code = "import sys, musicgen_studio.sound.player; sys.exit('sounddevice' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], timeout=60, check=True)
