"""A hub with one checkpoint on it, and an environment that knows no other."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from musicgen_studio.checkpoints.hub import download, files
from tests.checkpoints.hub.server import FakeHub, serving

REPOSITORY = "facebook/musicgen-tiny"


def content(size: int, seed: int = 0) -> bytes:
    """Return bytes that no compression makes smaller and no shift makes equal."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - not for secrets


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """The server, with a checkpoint of a few small files and one of 1 MB."""
    for name in list(os.environ):
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy") or name.startswith("HF_"):
            monkeypatch.delenv(name)
    tiny = {
        "README.md": b"---\nlicense: cc-by-nc-4.0\n---\n# Tiny\n",
        "config.json": b'{"model_type": "musicgen"}',
        "tokenizer.json": content(9_000, 1),
        "model.safetensors": content(1_000_000, 2),
        "pytorch_model.bin": content(1_000, 3),
        "state_dict.bin": content(1_000, 4),
        ".gitattributes": b"*.bin filter=lfs",
    }
    with serving(FakeHub({REPOSITORY: tiny})) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.address)
        monkeypatch.setattr(download, "_FIRST_WAIT_S", 0.001)
        yield served


@pytest.fixture
def short_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing for half a second is a stall."""
    monkeypatch.setattr(files, "STALL_S", 0.5)


@pytest.fixture
def hub_cache(tmp_path: Path) -> Path:
    """The folder that checkpoints are downloaded into."""
    return tmp_path / "hub"
