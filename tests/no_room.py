"""A system that takes no more of a file, as one whose disk is full."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def no_file_beyond(size_bytes: int) -> Iterator[None]:
    """Let the system refuse what would make a file longer, in the middle of writing it; skip where none does."""
    resource = pytest.importorskip("resource", reason="Windows sets no such limit")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
