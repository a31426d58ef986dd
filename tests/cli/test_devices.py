"""`devices`: sound devices and compute devices, and a computer without sound."""

import json

import pytest

from musicgen_studio.errors import UserProblem
from musicgen_studio.sound import devices
from musicgen_studio.sound.devices import SoundDevice
from tests.cli.conftest import CommandLine

CARD = SoundDevice("Card", "ALSA", 2, 8, 48000, is_default_input=False, is_default_output=True)


def test_a_computer_with_a_card(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "list_devices", lambda: [CARD])
    code, out, _ = cli("devices")
    assert code == 0
    assert "  Card (ALSA): 8 out, 2 in, 48000 Hz [default output]\n" in out
    assert "  cpu " in out


def test_a_computer_without_sound(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> list[SoundDevice]:
        raise UserProblem("Sound cannot be played.", "PortAudio was not found.", "Install it.")

    monkeypatch.setattr(devices, "list_devices", none)
    code, out, _ = cli("devices")
    assert code == 0
    assert "  none. Sound cannot be played. PortAudio was not found. Install it.\n" in out
    assert "  cpu " in out
    told = json.loads(cli("devices", "--json")[1])
    assert (told["sound"], told["compute"][0]["device"]) == ([], "cpu")
    assert "PortAudio" in told["sound_problem"]


def test_json(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "list_devices", lambda: [CARD])
    told = json.loads(cli("devices", "--json")[1])
    assert told["sound"][0]["name"] == "Card"
    assert told["sound_problem"] is None
