"""A library with real files and a real database, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from musicgen_studio.library.library import Library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the library is."""
    return tmp_path / "library"


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    """An empty library."""
    with Library(folder) as library:
        yield library
