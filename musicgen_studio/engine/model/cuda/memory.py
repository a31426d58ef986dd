"""When the graphics card's memory is full: give back what can be given back, and say what to do.

Not for the need that can be foreseen: that is `device.check_memory`.
"""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from musicgen_studio.errors import UserProblem


@contextmanager
def explained_when_full(release: Callable[[], None] | None = None) -> Iterator[None]:
    """Turn an error for want of memory into a problem the person can mend, and free what the failed work held.

    Args:
        release: Gives back what is kept for later, if anything is.

    Raises:
        UserProblem: In place of `torch.OutOfMemoryError`.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        # The frames that failed still hold their tensors for whoever looks at the traceback.
        traceback.clear_frames(error.__traceback__)
        if release is not None:
            release()
        torch.cuda.empty_cache()
        raise UserProblem(
            "The graphics card's memory is full.",
            f"More was needed than it has free{_free_now()}.",
            "Make fewer takes at a time or a shorter clip, choose a smaller checkpoint, close other programs that use "
            "the graphics card, or choose the device cpu.",
        ) from error


def _free_now() -> str:
    if not torch.cuda.is_available():
        return ""
    free, total = torch.cuda.mem_get_info()
    return f"; of {total / 1e9:.1f} GB there are {free / 1e9:.1f} GB free again"
