"""Choosing where and how a model runs."""

import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from musicgen_studio.compute.device import is_usable, resolve_device
from musicgen_studio.compute.memory import free_memory
from musicgen_studio.compute.precision import Precision, int8_is_available, resolve_precision
from musicgen_studio.engine.checkpoint.needs import (
    check_memory,
    check_room,
    memory_need,
    smaller_where_short,
    weight_count,
)
from musicgen_studio.engine.checkpoint.random import SHAPES
from musicgen_studio.errors import UserProblem

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
SMALL = SHAPES["small"]


def test_the_cpu_is_always_there() -> None:
    assert resolve_device("cpu") == CPU
    assert resolve_device("auto").type in {"cpu", "cuda"}


@pytest.mark.parametrize("name", ["tpu", "", "CPU"])
def test_an_unknown_device_is_named_with_the_known_ones(name: str) -> None:
    with pytest.raises(UserProblem) as raised:
        resolve_device(name)
    assert repr(name) in raised.value.what
    assert "cpu" in raised.value.why


def test_a_device_that_is_not_there_is_refused() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    with pytest.raises(UserProblem, match="cannot be used"):
        resolve_device("cuda")


def test_a_device_that_answers_is_usable() -> None:
    assert is_usable("cpu")
    assert is_usable("cuda") is torch.cuda.is_available()


BREAKS_THE_CONNECTION = """
import torch
from musicgen_studio.compute.device import is_usable
assert is_usable("cuda")
try:
    torch.zeros(3, device="cuda")[torch.tensor([5], device="cuda")].cpu()
except RuntimeError:
    pass
else:
    raise SystemExit("an index out of range passed")
assert not is_usable("cuda")
assert is_usable("cpu")
"""


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_that_was_lost_is_not_usable() -> None:
    """In a process of its own, which it spoils."""
    subprocess.run([sys.executable, "-c", BREAKS_THE_CONNECTION], check=True, timeout=120)


def test_auto_precision() -> None:
    assert resolve_precision("auto", CPU) is (Precision.INT8 if int8_is_available() else Precision.FLOAT32)
    assert resolve_precision("auto", CUDA) is Precision.FLOAT16


@pytest.mark.parametrize(("name", "where"), [("float16", CPU), ("int8", torch.device("mps")), ("int3", CPU)])
def test_a_precision_that_does_not_fit_the_device_is_refused(name: str, where: torch.device) -> None:
    with pytest.raises(UserProblem) as raised:
        resolve_precision(name, where)
    assert "float32" in raised.value.why


@pytest.mark.parametrize(
    ("shape", "millions"), [("small", 420.4), ("medium", 1838.7), ("large", 3257.0), ("melody", 1390)]
)
def test_weights_are_counted(shape: str, millions: float) -> None:
    """Published sizes of Meta's checkpoints, from their files' lengths."""
    assert weight_count(SHAPES[shape].decoder) / 1e6 == pytest.approx(millions, rel=0.005)


def test_memory_grows_with_bytes_and_rows() -> None:
    assert memory_need(SMALL, Precision.FLOAT32) > memory_need(SMALL, Precision.INT8) > 1e9
    assert memory_need(SMALL, Precision.INT8, rows=8) > memory_need(SMALL, Precision.INT8, rows=2)


def test_what_cannot_fit_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"available": 10**8}))
    with pytest.raises(UserProblem) as raised:
        check_memory(SMALL, Precision.FLOAT32, CPU)
    assert "0.1 GB are free" in raised.value.why


@pytest.mark.parametrize("clips", [1, 4])
def test_more_clips_than_fit_are_refused(monkeypatch: pytest.MonkeyPatch, clips: int) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"available": 10**8}))
    check_room(10**8, clips, CPU)
    with pytest.raises(UserProblem, match="so much at a time") as raised:
        check_room(10**8 + 1, clips, CPU)
    assert raised.value.why.startswith(f"{clips} clip")


def test_a_graphics_card_with_little_memory_gets_int8(monkeypatch: pytest.MonkeyPatch) -> None:
    large = SHAPES["large"]
    needs = [memory_need(large, precision, CUDA) for precision in (Precision.INT8, Precision.FLOAT16)]
    assert needs[0] < needs[1]
    for free, expected in (
        (needs[0] - 1, Precision.FLOAT16),
        (needs[0], Precision.INT8),
        (needs[1], Precision.FLOAT16),
    ):
        monkeypatch.setattr("musicgen_studio.engine.checkpoint.needs.free_memory", lambda _device, free=free: free)
        assert smaller_where_short(large, Precision.FLOAT16, CUDA) is expected
    assert smaller_where_short(large, Precision.FLOAT32, CPU) is Precision.FLOAT32


def test_what_torch_keeps_on_a_card_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.mem_get_info", lambda _device: (1000, 9000))
    monkeypatch.setattr("torch.cuda.memory_reserved", lambda _device: 500)
    monkeypatch.setattr("torch.cuda.memory_allocated", lambda _device: 300)
    assert free_memory(CUDA) == 1200


def test_the_text_encoder_takes_nothing_of_a_graphics_card() -> None:
    """A card that has memory for all but T5-base, with 110 million weights in float32, is given what fits."""
    on_card, in_memory = (memory_need(SMALL, Precision.FLOAT16, device) for device in (CUDA, CPU))
    codec_bytes = 59e6 * 4
    assert weight_count(SMALL.decoder) * 2 + codec_bytes < on_card < in_memory


def test_what_fits_passes() -> None:
    check_memory(replace(SMALL, decoder=replace(SMALL.decoder, layers=1)), Precision.INT8, CPU)
