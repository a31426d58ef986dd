"""Tests of Demucs' files: where they go, what is checked, and what nobody else is told."""

import hashlib
import threading
from pathlib import Path

import pytest

from musicgen_studio.checkpoints.hub import published as module
from musicgen_studio.checkpoints.hub.download import verify
from musicgen_studio.checkpoints.hub.published import (
    LISTENERS,
    PUBLISHED,
    PublishedModel,
    PublishedPlace,
    download_published,
    find_published,
    listing_on_disk,
    published,
    torch_files,
)
from musicgen_studio.errors import UserProblem
from musicgen_studio.separation.models import MODELS
from tests.checkpoints.hub.conftest import content
from tests.checkpoints.hub.server import FakeHub, Fault

WEIGHTS = content(300_000, 7)
MODEL = PublishedModel("tiny", f"12345678-{hashlib.sha256(WEIGHTS).hexdigest()[:8]}.th", 300_000, "For tests.")


@pytest.fixture
def torch_home(hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where torch keeps files, with a server that has one."""
    hub.alone[MODEL.file] = WEIGHTS
    monkeypatch.setattr(module, "ADDRESS", f"{hub.address}/alone")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch" / "hub" / "checkpoints"


def test_the_separators_models_are_those_it_reads() -> None:
    assert {each.id: each.file[:8] for each in PUBLISHED} == {name: each.signature for name, each in MODELS.items()}
    assert published("htdemucs") is PUBLISHED[0]
    assert published("facebook/musicgen-small") is None


def test_a_file_comes_and_is_found(hub: FakeHub, torch_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    assert find_published(MODEL) is None
    hub.faults = [Fault("cut", 100_000)]
    path = download_published(MODEL, torch_files(), threading.Event())
    assert path == torch_home / MODEL.file == find_published(MODEL)
    assert path.read_bytes() == WEIGHTS
    assert [each.name for each in torch_home.iterdir()] == [MODEL.file]
    assert hub.sent[MODEL.file] == len(WEIGHTS)
    assert {token for _, _, token in hub.asked} == {None}  # the Hub's token is nobody else's business


@pytest.mark.usefixtures("torch_home")
def test_another_content_is_refused(hub: FakeHub) -> None:
    hub.alone[MODEL.file] = content(300_000, 8)
    with pytest.raises(UserProblem, match="content is not"):
        download_published(MODEL, torch_files(), threading.Event())
    assert find_published(MODEL) is None


def test_what_was_changed_on_the_disk_is_found(torch_home: Path) -> None:
    path = download_published(MODEL, torch_files(), threading.Event())
    place = PublishedPlace(torch_home, MODEL.id)
    assert verify(listing_on_disk(MODEL, path), place, threading.Event()) == []
    path.write_bytes(WEIGHTS[:-1] + b"?")
    assert [file.path for file in verify(listing_on_disk(MODEL, path), place, threading.Event())] == [MODEL.file]


@pytest.mark.usefixtures("torch_home")
def test_one_that_is_gone_and_no_network_are_said(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.alone.clear()
    with pytest.raises(UserProblem, match="refuses to give it"):
        download_published(MODEL, torch_files(), threading.Event())
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UserProblem, match="forbids the network"):
        download_published(MODEL, torch_files(), threading.Event())


def test_what_has_no_checksum_is_held_to_its_length(hub: FakeHub, torch_home: Path) -> None:
    model = PublishedModel("free", "free.pth", 1, "For tests.", "MIT", f"{hub.address}/alone/free.pth", False)
    hub.alone["free.pth"] = WEIGHTS
    hub.faults = [Fault("cut", 100_000)]
    path = download_published(model, torch_files(), threading.Event())
    assert path.read_bytes() == WEIGHTS
    assert verify(listing_on_disk(model, path), PublishedPlace(torch_home, model.id), threading.Event()) == []


def test_what_judges_is_found_by_its_name() -> None:
    assert [published(each.id) for each in LISTENERS] == list(LISTENERS)
    assert [each.file for each in LISTENERS if each.has_checksum] == ["vggish-10086976.pth"]
