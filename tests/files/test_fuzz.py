"""Five hundred mutated files over all readers; `python -m tests.fuzz` tries 20,000 for each."""

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs POSIX's measure of a child's memory", allow_module_level=True)

from musicgen_studio.files.untrusted import end_idle
from tests.fuzz import MOST_MEMORY_BYTES, Target, peak_memory_bytes, targets, try_target

_TARGETS = targets()
_FILES = -(-500 // len(_TARGETS))


@pytest.mark.parametrize("target", _TARGETS, ids=lambda target: target.name)
def test_a_mutated_file_ends_in_a_message_or_in_what_is_in_it(target: Target, tmp_path: Path) -> None:
    *_, outcome = try_target(target, _FILES, tmp_path, seed=1)
    assert outcome.faults == []
    assert outcome.counts["read"] + outcome.counts["told"] + outcome.counts["broke down"] == _FILES
    assert outcome.counts["read"] > 0


def test_none_of_them_takes_more_memory_than_it_may() -> None:
    end_idle()
    assert peak_memory_bytes() < MOST_MEMORY_BYTES
