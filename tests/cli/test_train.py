"""`train`: what is refused before anything heavy is loaded, and what it says about what is missing."""

import os
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from musicgen_studio.checkpoints import catalogue
from musicgen_studio.checkpoints.catalogue import CheckpointEntry
from musicgen_studio.cli import train
from musicgen_studio.paths import resources_dir
from musicgen_studio.training import run
from tests.cli.conftest import CommandLine


@pytest.mark.parametrize("part", ["corpus", "codec", "lm", "publish"])
def test_each_part_explains_itself(part: str, capsys: pytest.CaptureFixture[str], cli: CommandLine) -> None:
    with pytest.raises(SystemExit) as caught:
        cli("train", part, "--help")
    assert caught.value.code == 0
    assert "goes on where it was" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "argv",
    [
        ["corpus"],
        ["corpus", "--work", "w", "--hours", "0"],
        ["codec", "--work", "w", "--minutes", "soon"],
        ["codec", "--work", "w", "--threads", "0"],
        ["corpus", "--work", "w", "--jobs", "-1"],
        ["codec", "--work", "w", "--preset", "starter", "--settings", "s.toml"],
        ["publish", "--work", "w"],
        ["dance", "--work", "w"],
    ],
)
def test_wrong_usage(cli: CommandLine, argv: list[str]) -> None:
    assert cli.usage_error("train", *argv).startswith("usage: musicgen-studio train")


def test_a_training_that_was_not_begun(cli: CommandLine) -> None:
    code, out, err = cli("train", "codec", "--work", "nowhere")
    assert (code, out) == (1, "")
    assert "There is no training here." in err
    assert "--preset starter" in err


def test_music_of_ones_own_needs_a_checkpoint(cli: CommandLine) -> None:
    code, _, err = cli("train", "lm", "--work", "w", "--music", "m")
    assert code == 1
    assert "--from" in err


def test_the_starter_is_gone_on_from_by_its_name(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As every other command names it; it was taken for a folder called “starter”."""
    begun: list[object] = []

    def train(*_: object, begin_with: object, **__: object) -> bool:
        begun.append(begin_with)
        return True

    monkeypatch.setattr(run, "train_language", train)
    code, _, err = cli("train", "lm", "--work", "w", "--preset", "starter", "--from", "starter", "--device", "cpu")
    assert (code, err) == (0, "")
    assert begun == [cli.starter]
    begun.clear()
    monkeypatch.setattr(run, "publish_checkpoint", train)
    code, out, err = cli("train", "publish", "--work", "w", "--from", "starter", "--to", "made")
    assert (code, out, err) == (0, "checkpoint: made\n", "")
    assert begun == [cli.starter]
    for part in (["lm"], ["publish", "--to", "made"]):
        code, _, err = cli("train", *part, "--work", "w", "--from", "nowhere")
        assert code == 1
        assert 'The checkpoint "nowhere" was not found.' in err


def test_every_checkpoint_of_a_training_is_named_as_everywhere(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[object] = []

    def train(*_: object, text_from: object, carry_from: object = None, **__: object) -> bool:
        named.extend([text_from, carry_from])
        return True

    monkeypatch.setattr(run, "train_language", train)
    monkeypatch.setattr(run, "publish_checkpoint", train)
    named_so = ["--work", "w", "--text-from", "starter"]
    lm = cli("train", "lm", "--preset", "starter", "--device", "cpu", *named_so, "--carry-over", "starter")
    assert (lm[0], lm[2]) == (0, "")
    assert cli("train", "publish", *named_so, "--to", "made")[0] == 0
    assert named == [cli.starter, cli.starter, cli.starter, None]


def test_a_name_of_the_hub_is_one_on_windows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    named = list[str]()

    def find(name: str) -> CheckpointEntry:
        named.append(name)
        return CheckpointEntry(name, Path("x"), "", "")

    monkeypatch.setattr(catalogue, "find", find)
    train._folder(PureWindowsPath("facebook/musicgen-small"))  # type: ignore[arg-type]
    assert named == ["facebook/musicgen-small"]


def test_a_codec_is_gone_on_from_by_a_name_or_by_its_own_folder(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []

    def train(*_: object, begin_with: object, named: object) -> bool:
        begun.append((begin_with, named))
        return True

    monkeypatch.setattr(run, "train_codec", train)
    (cli.folder / "s.toml").write_text("[codec]\nfilters = 32\n")
    codec = resources_dir() / "codec"
    for given in (["--preset", "tiny", "--from", "starter"], ["--settings", "s.toml", "--from", str(codec)], []):
        code, _, err = cli("train", "codec", "--work", "w", "--device", "cpu", *given)
        assert (code, err) == (0, "")
    assert begun == [(cli.starter, frozenset()), (codec, {"filters"}), (None, frozenset())]
    code, _, err = cli("train", "codec", "--work", "w", "--from", "nowhere")
    assert code == 1
    assert 'The checkpoint "nowhere" was not found.' in err


def test_settings_that_cannot_be(cli: CommandLine) -> None:
    (cli.folder / "s.toml").write_text("[codec]\nfilters = 0\n")
    code, _, err = cli("train", "codec", "--work", "w", "--settings", "s.toml")
    assert code == 1
    assert "filters must be 1 to 64" in err


@pytest.mark.skipif(sys.platform != "linux", reason="torch's threads are GNU's on Linux alone")
@pytest.mark.parametrize(("given", "found"), [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "active"}, "ACTIVE")])
def test_threads_that_wait_sleep_unless_the_person_says_otherwise(
    given: dict[str, str], found: str, tmp_path: Path
) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "musicgen_studio", "train", "codec", "--work", str(tmp_path), "--preset", "tiny"],
        env=os.environ | {"OMP_DISPLAY_ENV": "true"} | given,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert f"OMP_WAIT_POLICY = '{found}'" in told.stderr
    assert "There is no music to train on." in told.stderr
