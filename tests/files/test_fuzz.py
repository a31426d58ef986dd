"""Five hundred mutated files over all readers; `python -m tests.fuzz` tries 20,000 for each."""

import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs POSIX's measure of a child's memory", allow_module_level=True)

from tests.fuzz import Target, targets, try_target

_TARGETS = targets()
_FILES = -(-500 // len(_TARGETS))


@pytest.mark.parametrize("target", _TARGETS, ids=lambda target: target.name)
def test_a_mutated_file_ends_in_a_message_or_in_what_is_in_it(target: Target, tmp_path: Path) -> None:
    *_, outcome = try_target(target, _FILES, tmp_path, seed=1)
    assert outcome.faults == []
    assert outcome.counts["read"] + outcome.counts["told"] + outcome.counts["broke down"] == _FILES
    assert outcome.counts["read"] > 0


def test_none_of_them_takes_more_memory_than_it_may() -> None:
    # In a process of its own: the most that a child has used is known for all children of a process together.
    told = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--files", "3"], capture_output=True, text=True, timeout=240, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.count("peak") == len(_TARGETS)
