"""A table, a small stand-in for a checkpoint, and a plan of both."""

from collections.abc import Callable
from pathlib import Path

import pytest

from musicgen_studio.batch.plan import BatchPlan, BatchSettings, read_plan
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.files.sound import SoundFormat
from musicgen_studio.studio.making.order import CheckpointRecord

MakePlan = Callable[..., BatchPlan]
CHECKPOINT = CheckpointRecord("fake", "f" * 64, "free", "fake")


@pytest.fixture
def make_plan(tmp_path: Path) -> MakePlan:
    """Plans a table that is written for it; keywords are those of `BatchSettings`."""

    def plan(*lines: str, checkpoint: CheckpointRecord = CHECKPOINT, **settings: object) -> BatchPlan:
        table = tmp_path / "orders.csv"
        table.write_text("\n".join(lines) + "\n", encoding="utf-8")
        finish = FinishSettings(SoundFormat.WAV32F)
        return read_plan(table, checkpoint, BatchSettings(**({"finish": finish, "duration_s": 0.5} | settings)))  # type: ignore[arg-type]

    return plan
