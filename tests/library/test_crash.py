"""Twenty kills at random moments lose nothing; `python -m tests.crash` does two hundred."""

import os
from pathlib import Path

import pytest

from tests.crash import crash


@pytest.mark.skipif(os.name != "posix", reason="a kill that no program can see coming is POSIX's SIGKILL")
def test_twenty_kills(tmp_path: Path) -> None:
    found = crash(tmp_path / "library", runs=20)
    assert found.losses == []
    assert found.counts["make"] > 0
    assert found.counts["edit"] > 0
    assert found.counts["replace"] + found.counts["end"] > 0
