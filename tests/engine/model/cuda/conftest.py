"""What these tests share."""

from collections.abc import Iterator

import pytest

from musicgen_studio.compute.threads import one_thread


@pytest.fixture(autouse=True)
def quick_small_steps() -> Iterator[None]:
    """Let the tiny models run on one thread: handing over to a second one takes longer than their work."""
    with one_thread():
        yield
