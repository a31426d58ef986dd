"""Batches that grow with a graphics card, and a processor's that do not."""

import pytest
import torch

from musicgen_studio.training.larger import larger_on, times_larger
from musicgen_studio.training.settings import PRESETS
from tests.gpu import CUDA, needs_gpu
from tests.training.conftest import CPU, keep_quiet

_GIB = 1 << 30


@pytest.mark.parametrize(
    ("batch", "memory_gib", "times"),
    [(8, 4, 1), (8, 16, 2), (8, 24, 2), (8, 40, 4), (8, 139, 8), (4, 139, 8), (64, 80, 1)],
)
def test_a_batch_grows_with_the_card(batch: int, memory_gib: int, times: int) -> None:
    assert times_larger(batch, memory_gib * _GIB) == times


def test_a_processor_takes_what_the_settings_say() -> None:
    lines = list[str]()
    assert larger_on(CPU, PRESETS["starter"], lines.append) == PRESETS["starter"]
    assert not lines


@needs_gpu
def test_a_card_takes_what_its_memory_says() -> None:
    memory_bytes = torch.cuda.get_device_properties(CUDA).total_memory
    wished = PRESETS["starter"].language.batch
    grown = larger_on(CUDA, PRESETS["starter"], keep_quiet).language.batch
    assert grown == wished * times_larger(wished, memory_bytes)
