"""`checkpoints info`, on tiny checkpoints as they really are."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from musicgen_studio.checkpoints import terms
from musicgen_studio.checkpoints.fingerprint import fingerprint
from tests.checkpoints.hub.server import FakeHub, serving
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


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text_checkpoint: Path) -> Iterator[FakeHub]:
    """A Hub that has a small checkpoint, and a home that has none."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "HF_HUB_CACHE", "AUDIOCRAFT_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr(terms, "settings_file", lambda: tmp_path / "config" / "settings.json")
    files = {path.name: path.read_bytes() for path in text_checkpoint.iterdir()}
    with serving(FakeHub({"facebook/musicgen-small": files})) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        yield hub


@pytest.mark.usefixtures("served")
def test_a_checkpoint_is_downloaded_verified_played_and_removed(cli: CommandLine, tmp_path: Path) -> None:
    code, out, err = cli("checkpoints", "download", "musicgen-small", "--accept-licence")
    assert (code, out) == (0, "")
    assert "not for commercial use" in err
    code, out, _ = cli("checkpoints", "list", "--json")
    here = {row["id"]: row["folder"] for row in json.loads(out)["checkpoints"]}
    assert here["facebook/musicgen-small"] is not None
    assert here["facebook/musicgen-large"] is None
    assert cli("checkpoints", "verify", "facebook/musicgen-small")[0] == 0
    short = ("--seconds", "0.2", "--no-play", "--out", tmp_path / "out")
    made = cli("generate", "drums", "--checkpoint", "musicgen-small", *short)
    assert made[0] == 0
    record = json.loads(next((tmp_path / "out").glob("*.json")).read_text())
    assert "CC-BY-NC 4.0" in json.dumps(record)
    assert "facebook/musicgen-small is removed" in cli("checkpoints", "remove", "facebook/musicgen-small")[1]
    assert cli("checkpoints", "verify", "facebook/musicgen-small")[0] == 1


def test_a_licence_is_asked_for_once(cli: CommandLine, served: FakeHub) -> None:
    code, _, err = cli("checkpoints", "download", "facebook/musicgen-small")
    assert code == 1
    assert "was not agreed to" in err
    assert not served.asked
    assert cli("checkpoints", "download", "facebook/musicgen-small", "--accept-licence")[0] == 0
    assert cli("checkpoints", "download", "facebook/musicgen-small")[0] == 0


@pytest.mark.usefixtures("served")
def test_what_was_changed_on_the_disk_is_said(cli: CommandLine, tmp_path: Path) -> None:
    cli("checkpoints", "download", "facebook/musicgen-small", "--accept-licence")
    blob = next(path for path in tmp_path.rglob("model.safetensors")).resolve()
    blob.write_bytes(bytes(blob.stat().st_size))
    code, _, err = cli("checkpoints", "verify", "facebook/musicgen-small")
    assert code == 1
    assert "Missing or different: model.safetensors" in err


def test_the_list_is_for_people_too(cli: CommandLine) -> None:
    code, out, _ = cli("checkpoints", "list")
    assert code == 0
    assert out.startswith("starter\n")
    assert "follows a melody you hum or play" in out
    assert "not supported" in out
