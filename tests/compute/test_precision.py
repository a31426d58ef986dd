"""Precision: where bfloat16 is used for training, and that training is float32 where it would be slow."""

import pytest
import torch

from musicgen_studio.compute.precision import has_fast_bfloat16, mixed

CPU = torch.device("cpu")


@pytest.mark.parametrize(("known", "is_fast"), [
    ({"avx2": True, "avx512_f": True}, False),
    ({"avx512_bf16": True}, True),
    ({"amx_bf16": True, "avx512_bf16": False}, True),
    ({"bf16": True, "architecture": "aarch64"}, True),
])  # fmt: skip
def test_training_uses_bfloat16_where_the_processor_has_it(
    monkeypatch: pytest.MonkeyPatch, known: dict[str, bool], is_fast: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: known)
    assert has_fast_bfloat16(CPU) == is_fast
    matrix = torch.ones(4, 4)
    with mixed(CPU):
        assert (matrix @ matrix).dtype == (torch.bfloat16 if is_fast else torch.float32)


def test_a_device_that_is_neither_trains_in_float32() -> None:
    assert not has_fast_bfloat16(torch.device("mps"))
