"""`checkpoints info`, on tiny checkpoints as they really are."""

import hashlib
import json
import os
import pty
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from musicgen_studio.checkpoints import places, terms
from musicgen_studio.checkpoints.fingerprint import fingerprint
from musicgen_studio.checkpoints.hub import download, published
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
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    for module in (places, terms):
        monkeypatch.setattr(module, "settings_file", lambda: tmp_path / "config" / "settings.json")
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


@pytest.mark.usefixtures("served")
def test_what_was_only_begun_cannot_be_verified_without_the_hub(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing on the disk says what it has to be."""
    (tmp_path / "hf" / "hub" / "models--facebook--musicgen-small" / "blobs").mkdir(parents=True)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")  # nobody answers there
    monkeypatch.setattr(download, "_FIRST_WAIT_S", 0.001)
    code, _, err = cli("checkpoints", "verify", "musicgen-small")
    assert code == 1
    assert err.startswith("facebook/musicgen-small could not be checked.\nThe server cannot be reached")


@pytest.mark.usefixtures("served")
def test_a_checkpoint_is_moved_and_still_found(cli: CommandLine, tmp_path: Path) -> None:
    cli("checkpoints", "download", "facebook/musicgen-small", "--accept-licence")
    short = ("--seconds", "0.2", "--no-play")
    assert cli("generate", "drums", "--checkpoint", "musicgen-small", *short, "--seed", "1", "--out", "before")[0] == 0
    code, out, _ = cli("checkpoints", "move", "musicgen-small", "--to", tmp_path / "disk")
    assert (code, out) == (0, f"facebook/musicgen-small is in {tmp_path / 'disk'} now\n")
    assert cli("checkpoints", "move", "musicgen-small", "--to", "disk") == (0, out, "")  # where it is already
    assert cli("checkpoints", "verify", "musicgen-small")[0] == 0
    assert cli("generate", "--from", "before/drums-1.json", "--no-play", "--out", "again")[0] == 0
    assert cli("generate", "drums", "--checkpoint", "musicgen-small", *short, "--out", "after")[0] == 0
    assert cli("checkpoints", "remove", "musicgen-small")[0] == 0
    assert list((tmp_path / "disk").iterdir()) == []


def _on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


@pytest.mark.usefixtures("served")
def test_only_int8_is_kept_and_it_still_plays(cli: CommandLine, tmp_path: Path) -> None:
    cli("checkpoints", "download", "musicgen-small", "--accept-licence")
    whole = _on_disk(tmp_path / "hf")
    code, out, _ = cli("checkpoints", "int8", "musicgen-small")
    assert code == 0
    assert out.startswith("Only int8 is kept of facebook/musicgen-small; ")
    assert _on_disk(tmp_path / "hf") < whole
    assert not list((tmp_path / "hf" / "hub").glob("models--*"))
    assert cli("checkpoints", "verify", "musicgen-small")[0] == 0
    assert cli("generate", "x", "--checkpoint", "musicgen-small", "--seconds", "0.2", "--no-play")[0] == 0
    code, _, err = cli("checkpoints", "int8", "musicgen-small")
    assert code == 1
    assert "Only int8 is kept of it" in err
    assert cli("checkpoints", "int8", "musicgen-large")[0] == 1


@pytest.mark.usefixtures("served")
def test_what_is_downloaded_into_a_folder_of_ones_own_is_found(cli: CommandLine, tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert cli("checkpoints", "download", "musicgen-small", "--accept-licence", "--cache", own)[0] == 0
    listed = json.loads(cli("checkpoints", "list", "--json")[1])["checkpoints"]
    small = next(row for row in listed if row["id"] == "facebook/musicgen-small")
    assert small["folder"].startswith(str(own))


@pytest.mark.usefixtures("served")
def test_what_is_kept_as_int8_is_found_in_the_folder_that_is_named(cli: CommandLine) -> None:
    own = ("musicgen-small", "--cache", "own")
    assert cli("checkpoints", "download", "--accept-licence", *own)[0] == 0
    assert cli("checkpoints", "int8", *own)[0] == 0
    assert cli("checkpoints", "verify", *own)[0] == 0
    assert cli("checkpoints", "verify", "musicgen-small", "--cache", "elsewhere")[0] == 1
    assert cli("checkpoints", "remove", *own)[0] == 0
    assert cli("checkpoints", "verify", *own)[0] == 1


def test_the_separators_weights_are_downloaded_too(
    cli: CommandLine, served: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = b"as good as any"
    model = published.PublishedModel("htdemucs", f"955717e8-{hashlib.sha256(weights).hexdigest()[:8]}.th", 14, "x")
    served.alone[model.file] = weights
    monkeypatch.setattr(published, "ADDRESS", f"{served.address}/alone")
    monkeypatch.setattr(published, "PUBLISHED", (model,))
    assert cli("checkpoints", "download", "htdemucs")[0] == 0
    assert (tmp_path / "torch" / "hub" / "checkpoints" / model.file).read_bytes() == weights
    for action in ("download", "verify", "remove"):  # a copy elsewhere is another one
        assert cli("checkpoints", action, "htdemucs", "--cache", "own")[0] == 0
    assert cli("checkpoints", "verify", "htdemucs", "--cache", "own")[0] == 1
    code, _, err = cli("checkpoints", "move", "htdemucs", "--to", "own")
    assert code == 1
    assert "It can be verified and removed." in err
    assert cli("checkpoints", "verify", "htdemucs")[0] == 0
    assert cli("checkpoints", "remove", "htdemucs")[0] == 0
    assert cli("checkpoints", "verify", "htdemucs")[0] == 1


def test_weights_without_a_checksum_are_held_against_their_length(
    cli: CommandLine, served: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = published.PublishedModel("panns", "Cnn14.pth", 14, "x", has_checksum=False)
    served.alone[model.file] = b"as good as any"
    monkeypatch.setattr(published, "ADDRESS", f"{served.address}/alone")
    monkeypatch.setattr(published, "LISTENERS", (model,))
    assert cli("checkpoints", "download", "panns")[0] == 0
    assert cli("checkpoints", "verify", "panns")[1] == "panns: 1 files, 0.0 MB, as long as it was published\n"
    (tmp_path / "torch" / "hub" / "checkpoints" / model.file).write_bytes(b"as good as")
    code, _, err = cli("checkpoints", "verify", "panns")
    assert (code, "Missing or different: Cnn14.pth" in err) == (1, True)


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch, typed: str) -> Iterator[None]:
    """Let someone sit at a terminal and type."""
    master, slave = pty.openpty()
    os.write(master, typed.encode())
    with os.fdopen(slave, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield
    os.close(master)


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
def test_generate_offers_to_download_on_a_terminal(
    cli: CommandLine, served: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = ("generate", "drums", "--checkpoint", "musicgen-small", "--seconds", "0.2", "--no-play")
    with terminal(monkeypatch, "n\n"):
        code, _, err = cli(*wish, "--out", tmp_path / "out")
    assert code == 1
    assert "Download it now, about 2.4 GB" in err
    assert "is not on this computer" in err
    assert not served.asked
    with terminal(monkeypatch, "y\ny\n"):
        code, _, err = cli(*wish, "--out", tmp_path / "out")
    assert code == 0, err
    assert "not for commercial use" in err
    assert len(list((tmp_path / "out").glob("*.wav"))) == 1
    assert cli(*wish, "--out", tmp_path / "out")[0] == 0  # nobody is asked again


@pytest.mark.usefixtures("served")
def test_generate_asks_nobody_where_there_is_no_terminal(cli: CommandLine, tmp_path: Path) -> None:
    code, _, err = cli("generate", "drums", "--checkpoint", "musicgen-small", "--out", tmp_path / "out")
    assert code == 1
    assert "musicgen-studio checkpoints download facebook/musicgen-small" in err


def test_the_list_is_for_people_too(cli: CommandLine) -> None:
    code, out, _ = cli("checkpoints", "list")
    assert code == 0
    assert out.startswith("starter\n")
    assert "Follows a melody you hum or play" in out
    assert "as float16 on a graphics card" in out
    assert "not supported" in out
