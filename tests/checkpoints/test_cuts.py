"""Thirty of the runs of `python -m tests.checkpoints.cuts`."""

from pathlib import Path

import pytest

from tests.checkpoints.cuts import run_once


@pytest.mark.parametrize("seed", range(30))
def test_a_download_that_is_killed_and_cut_ends_whole(seed: int, tmp_path: Path) -> None:
    run_once(seed, tmp_path)
