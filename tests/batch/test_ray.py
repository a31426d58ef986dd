"""A Ray cluster: who may use it, who may take part, and what goes where."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from musicgen_studio.batch.ray_worker import RayWorker, Seat, versions
from musicgen_studio.checkpoints import fingerprint
from musicgen_studio.checkpoints.catalogue import find
from musicgen_studio.studio.making.order import CheckpointRecord
from tests.batch.fakes import load_fake
from tests.batch.nodes import Nodes, cluster, environment

needs_ray = pytest.mark.skipif(sys.platform != "linux" or find_spec("ray") is None, reason="without Ray")


@pytest.fixture
def seat(text_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Seat:
    """What an actor is told that fits this computer."""
    monkeypatch.setattr(fingerprint, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    record = CheckpointRecord.of(find(str(text_checkpoint)))
    return Seat(record, str(text_checkpoint), "cpu", "auto", 1, load_fake, versions())


def test_who_has_the_same_takes_part(seat: Seat) -> None:
    assert RayWorker(seat).open() == ""


def test_other_versions_do_not_take_part(seat: Seat) -> None:
    other = replace(seat, versions={**seat.versions, "torch": "1.0"})
    assert RayWorker(other).open() == f"torch is {seat.versions['torch']} there and 1.0 here"


def test_another_checkpoint_does_not_take_part(seat: Seat, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(seat.name, copy)
    with (copy / "config.json").open("a") as file:
        file.write("\n")
    assert RayWorker(replace(seat, name=str(copy))).open().endswith("there is another one than here")
    assert "was not found" in RayWorker(replace(seat, name=str(tmp_path / "gone"))).open()


def test_a_node_without_token_authentication_does_not_take_part(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_AUTH_MODE")
    assert "without token authentication" in RayWorker(seat).open()


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """A cluster of two nodes."""
    with cluster(tmp_path_factory.mktemp("nodes")) as made:
        yield made


def _batch(folder: Path, nodes: Nodes, *options: str, **changed: str) -> "subprocess.CompletedProcess[str]":
    words = ["batch", "orders.csv", "--out", "out", "--ray", nodes.address, "--seconds", "0.5", *options]
    command = [sys.executable, "-m", "musicgen_studio", *words]
    return subprocess.run(
        command, cwd=folder, env=environment(folder) | changed, capture_output=True, text=True, check=False
    )


@needs_ray
@pytest.mark.timeout(600)
def test_without_the_token_nobody_gets_in(tmp_path: Path, nodes: Nodes) -> None:
    (tmp_path / "orders.csv").write_text("prompt\na\n")
    done = _batch(tmp_path, nodes, RAY_AUTH_TOKEN="6" * 64)
    assert done.returncode == 1
    assert "does not take this computer's token" in done.stderr
    done = _batch(tmp_path, nodes, RAY_AUTH_TOKEN="", HOME=str(tmp_path), RAY_AUTH_MODE="disabled")
    assert done.returncode == 1
    assert "There is no token for the cluster." in done.stderr


@needs_ray
@pytest.mark.timeout(600)
@pytest.mark.parametrize("options", [(), ("--shared",)])
def test_what_fails_there_is_told_here_and_the_rest_comes(
    tmp_path: Path, nodes: Nodes, text_checkpoint: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    (tmp_path / "orders.csv").write_text("prompt,melody\na,text.wav\nb,\nc,\n")
    done = _batch(tmp_path, nodes, "--checkpoint", os.path.relpath(text_checkpoint, tmp_path), *options)
    assert done.returncode == 1, done.stderr
    with (tmp_path / "out" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["status"] for line in lines] == ["failed", "made", "made"]
    assert "text.wav" in lines[0]["why"] or "could not be read" in lines[0]["why"]
    assert "row 1, take 1:" in done.stderr
