"""Tiny checkpoints, written once a run. Tests read them; one that damages a checkpoint copies it first.

Hypothesis draws the same examples at every run, so that a test fails for a change and not for luck. New ones are
looked for with `pytest --hypothesis-profile=explore`.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if "PYTEST_XDIST_WORKER" in os.environ:
    # One of several processes, for each of which there is a core: before torch is imported, and for children too.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
import torch
from hypothesis import settings

from tests import tiny_checkpoints as tiny
from tests.sharing import pytest_collection_modifyitems, pytest_xdist_make_scheduler

__all__ = ["pytest_collection_modifyitems", "pytest_xdist_make_scheduler"]  # pytest finds them here

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=1000, deadline=None)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def one_core_each() -> None:
    """Keep torch to one core where each of several processes has one: an engine before may have taken more."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        torch.set_num_threads(1)


@pytest.fixture(autouse=True, scope="session")
def heeding_ctrl_c() -> Iterator[None]:
    """Heed SIGINT, also where the tests were started in the background: children inherit that it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def text_model() -> Any:
    """The text model whose weights `text_checkpoint` and `audiocraft_text_checkpoint` hold; not to be changed."""
    return tiny.build_text_model(seed=1)


@pytest.fixture(scope="session")
def melody_model() -> Any:
    """The melody model whose weights `melody_checkpoint` and `audiocraft_melody_checkpoint` hold; not to be changed."""
    return tiny.build_melody_model(seed=2)


@pytest.fixture(scope="session")
def stereo_text_model() -> Any:
    """The stereo text model in `stereo_text_checkpoint` and `audiocraft_stereo_text_checkpoint`; not to be changed."""
    return tiny.build_text_model(seed=3, channels=2)


@pytest.fixture(scope="session")
def text_checkpoint(tmp_path_factory: pytest.TempPathFactory, text_model: Any) -> Path:
    """Mono text model, transformers' layout."""
    return tiny.write_huggingface(tmp_path_factory.mktemp("text"), text_model)


@pytest.fixture(scope="session")
def melody_checkpoint(tmp_path_factory: pytest.TempPathFactory, melody_model: Any) -> Path:
    """Mono melody model, transformers' layout."""
    return tiny.write_huggingface(tmp_path_factory.mktemp("melody"), melody_model)


@pytest.fixture(scope="session")
def stereo_text_checkpoint(tmp_path_factory: pytest.TempPathFactory, stereo_text_model: Any) -> Path:
    """Stereo text model, transformers' layout."""
    return tiny.write_huggingface(tmp_path_factory.mktemp("stereo_text"), stereo_text_model)


@pytest.fixture(scope="session")
def stereo_melody_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stereo melody model, transformers' layout."""
    model = tiny.build_melody_model(seed=4, channels=2)
    return tiny.write_huggingface(tmp_path_factory.mktemp("stereo_melody"), model)


@pytest.fixture(scope="session")
def sharded_checkpoint(tmp_path_factory: pytest.TempPathFactory, text_model: Any) -> Path:
    """The model of `text_checkpoint` in several safetensors files and an index."""
    return tiny.write_huggingface(tmp_path_factory.mktemp("sharded"), text_model, shard_size="150KB")


@pytest.fixture(scope="session")
def pickled_checkpoint(tmp_path_factory: pytest.TempPathFactory, text_model: Any) -> Path:
    """The model of `text_checkpoint` as pytorch_model.bin, as transformers 4 wrote it."""
    return tiny.write_huggingface(tmp_path_factory.mktemp("pickled"), text_model, pickled=True)


@pytest.fixture(scope="session")
def audiocraft_text_checkpoint(tmp_path_factory: pytest.TempPathFactory, text_model: Any) -> Path:
    """Mono text model, AudioCraft's layout, the same weights as `text_checkpoint`."""
    return tiny.write_audiocraft(tmp_path_factory.mktemp("audiocraft_text"), text_model)


@pytest.fixture(scope="session")
def audiocraft_melody_checkpoint(tmp_path_factory: pytest.TempPathFactory, melody_model: Any) -> Path:
    """Mono melody model, AudioCraft's layout, the same weights as `melody_checkpoint`."""
    return tiny.write_audiocraft(tmp_path_factory.mktemp("audiocraft_melody"), melody_model)


@pytest.fixture(scope="session")
def audiocraft_stereo_text_checkpoint(tmp_path_factory: pytest.TempPathFactory, stereo_text_model: Any) -> Path:
    """Stereo text model, AudioCraft's layout with a codec pointer, the same weights as `stereo_text_checkpoint`."""
    return tiny.write_audiocraft(tmp_path_factory.mktemp("audiocraft_stereo"), stereo_text_model, codec_pointer=True)
