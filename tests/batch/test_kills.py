"""The trial of `tests.batch.kills`, small: killed workers, a killed command, a lost node."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.batch.kills import Trial, survive, tiny_checkpoint

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="processes are killed"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tiny checkpoint."""
    return tiny_checkpoint(tmp_path_factory.mktemp("tiny"))


def test_killed_workers_and_a_killed_command_lose_nothing(tmp_path: Path, checkpoint: str) -> None:
    trial = survive(Trial(tmp_path, checkpoint, rows=24, longest_pause_s=0.2), kills=2, driver_kills=1)
    assert trial.losses == []
    assert trial.counts["worker kills"] + trial.counts["driver kills"] >= 2


@pytest.mark.skipif(find_spec("ray") is None, reason="without Ray")
def test_a_cluster_that_loses_a_worker_a_node_and_its_driver_loses_no_clip(tmp_path: Path, checkpoint: str) -> None:
    trial = survive(Trial(tmp_path, checkpoint, rows=80, longest_pause_s=0.1), kills=1, driver_kills=1, on_ray=True)
    assert trial.losses == []
    assert trial.counts["lost nodes"] + trial.counts["driver kills"] >= 1
