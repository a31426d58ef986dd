"""What workers of tests load instead of a model; in a file of its own, because other processes import it."""

import os
import time
from pathlib import Path

from tests.fake_engine import FakeEngine


def load_fake(folder: Path, device: str, precision: str, threads: int | None = None) -> FakeEngine:  # noqa: ARG001
    """Load an engine that plays sines, and obeys files in the checkpoint's folder.

    `slow` makes each block take so many seconds as it says; `poison` kills the process that meets it.
    """
    slow = folder / "slow"

    def before_block(_made: int) -> None:
        if slow.exists():
            time.sleep(float(slow.read_text()))
        if (folder / "poison").exists():
            os._exit(9)

    return FakeEngine(before_block=before_block)
