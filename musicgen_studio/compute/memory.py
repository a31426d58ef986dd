"""How much memory is free, giving back or keeping what was freed, and what to say when a graphics card has none left.

Not for needs that can be foreseen: that is `engine.checkpoint.needs`.
"""

import ctypes
import gc
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import torch

from musicgen_studio.errors import UserProblem

_FULL = ("CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED", "CUFFT_ALLOC_FAILED", "out of memory")
"""What CUDA's libraries say when they, not torch, find no memory: for their handles and work space, for recordings."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h
_LARGEST_KEPT, _NEVER = 1 << 30, 2**31 - 1


def free_memory(device: torch.device) -> int:
    """Return how many bytes more can be taken."""
    if device.type != "cuda":
        return int(psutil.virtual_memory().available)
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)  # by torch, for what comes next
    return int(torch.cuda.mem_get_info(device)[0]) + kept


def give_memory_back() -> None:
    """Let the system and other programs have what was freed, on a graphics card too. Waits for the card.

    For when a model was let go. What comes next takes its memory anew, which on a card is slow.
    """
    gc.collect()  # what only refers to itself is not freed yet
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()
    trim_heap()


def trim_heap() -> None:
    """Let the system have what was freed outside graphics cards.

    The GNU C library keeps it otherwise; others do so by themselves.
    """
    trim = _of_c_library("malloc_trim")
    if trim is not None:
        trim(0)


def keep_freed_memory() -> None:
    """Have this process keep what it frees, all of it for all threads, from now on; best before any thread runs.

    For long work in layers of many megabytes each, such as training. The GNU C library gives such a block back when it
    is freed, and every page of the next one is then cleared and mapped anew, which takes longer than small layers
    compute: a codec encodes 1.7 times as much in a second of a core without. Other libraries keep them by themselves.
    Source: mallopt(3).
    """
    set_option = _of_c_library("mallopt")
    if set_option is not None:
        for option, value in ((_M_MMAP_THRESHOLD, _LARGEST_KEPT), (_M_TRIM_THRESHOLD, _NEVER), (_M_ARENA_MAX, 1)):
            set_option(option, value)


def _of_c_library(name: str) -> Callable[..., int] | None:
    """Return a function that the GNU C library alone has, None where the program runs on another."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None


@contextmanager
def explained_when_full(release: Callable[[], None] | None = None) -> Iterator[None]:
    """Turn a graphics card's error for want of memory into a problem the person can mend, and free what was held.

    Args:
        release: Gives back what is kept for later, if anything is.

    Raises:
        UserProblem: In place of torch's or a CUDA library's error.
    """
    try:
        yield
    except RuntimeError as error:
        if not _is_for_memory(error):
            raise
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


def _is_for_memory(error: RuntimeError) -> bool:
    """Tell whether memory of a graphics card was wanted: torch has a class for its own errors, libraries only words."""
    said = str(error)
    return isinstance(error, torch.OutOfMemoryError) or (
        any(name in said for name in ("CUDA", "cuDNN", "CUBLAS")) and any(words in said for words in _FULL)
    )


def _free_now() -> str:
    if not torch.cuda.is_available():
        return ""
    free, total = torch.cuda.mem_get_info()
    return f"; of {total / 1e9:.1f} GB there are {free / 1e9:.1f} GB free again"
