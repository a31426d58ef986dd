"""Batches that are drawn ahead of time are those that would have been drawn when they were needed."""

import itertools
import os
from typing import Any

import numpy as np
import pytest
import torch

from musicgen_studio.training.ahead import drawn_ahead, workers_for


def _draw(step: int) -> dict[str, Any]:
    rng = np.random.default_rng(step)
    return {"step": step, "sound": torch.from_numpy(rng.standard_normal(100)), "process": os.getpid()}


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_every_step_gets_what_it_would_have_drawn_itself(workers: int) -> None:
    drawn = list(itertools.islice(drawn_ahead(_draw, 5, workers), 30))
    assert [each["step"] for each in drawn] == list(range(5, 35))
    for each in drawn:
        torch.testing.assert_close(each["sound"], _draw(each["step"])["sound"])


def test_workers_draw_and_none_is_left_behind() -> None:
    batches = drawn_ahead(_draw, 0, 2)
    processes = {next(batches)["process"] for _ in range(10)}
    assert os.getpid() not in processes
    assert len(processes) == 2
    del batches
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_what_breaks_while_drawing_is_told() -> None:
    def draw(step: int) -> int:
        raise ValueError(f"step {step} cannot be drawn")

    with pytest.raises(ValueError, match="step 7 cannot be drawn"):
        next(drawn_ahead(draw, 7, 1))


def test_a_processor_draws_by_itself_and_a_graphics_card_has_helpers() -> None:
    assert workers_for("cpu", 16) == 0
    assert workers_for("cuda", 1) == 0
    assert workers_for("cuda", 4) == 3
    assert workers_for("cuda", 64) == 12
