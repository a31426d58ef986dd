"""How many threads torch's operations share."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch's operations in this thread use one core: what is small loses more by sharing than it gains."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def use_threads(threads: int) -> None:
    """Let torch's operations, and what is made to go with them, share so many threads from now on, in this process.

    Args:
        threads: 1 or more.
    """
    torch.set_num_threads(threads)
