"""`checkpoints info`, on tiny checkpoints as they really are."""

import json
from pathlib import Path

from musicgen_studio.checkpoints.fingerprint import fingerprint
from tests.cli.conftest import CommandLine


def test_a_melody_checkpoint(cli: CommandLine, melody_checkpoint: Path) -> None:
    code, out, err = cli("checkpoints", "info", melody_checkpoint)
    assert (code, err) == (0, "")
    shown = dict(line.split("  ", 1) for line in out.splitlines() if line[:1].strip())
    shown = {name.strip(): value.strip() for name, value in shown.items()}
    assert shown["architecture"] == "musicgen_melody"
    assert shown["follows melodies"] == "yes"
    assert shown["channels"] == "1 (mono)"
    assert shown["window"] == "2 s"
    assert shown["sampling"] == "guidance scale 3, temperature 1, top k 250, top p 0"
    assert shown["licence"].startswith("unknown; Meta's")
    assert shown["sha256"] == fingerprint(melody_checkpoint)
    assert "model.safetensors" in out


def test_a_stereo_text_checkpoint_for_machines(cli: CommandLine, stereo_text_checkpoint: Path) -> None:
    told = json.loads(cli("checkpoints", "info", stereo_text_checkpoint, "--json")[1])["checkpoint"]
    assert (told["architecture"], told["follows_melody"], told["channels"]) == ("musicgen", False, 2)
    assert told["bytes"] == sum(told["files"].values()) > 0
    assert told["parameters"] > 0


def test_an_audiocraft_checkpoint(cli: CommandLine, audiocraft_text_checkpoint: Path) -> None:
    told = json.loads(cli("checkpoints", "info", audiocraft_text_checkpoint, "--json")[1])["checkpoint"]
    assert told["id"] == audiocraft_text_checkpoint.name
    assert "state_dict.bin" in told["files"]


def test_an_unknown_one(cli: CommandLine) -> None:
    code, _, err = cli("checkpoints", "info", "nowhere")
    assert code == 1
    assert err.startswith('The checkpoint "nowhere" was not found.\n')
