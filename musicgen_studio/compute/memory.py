"""How much memory is free on a device, and giving back what was freed."""

import ctypes
import sys

import psutil
import torch


def free_memory(device: torch.device) -> int:
    """Return how many bytes more can be taken."""
    if device.type != "cuda":
        return int(psutil.virtual_memory().available)
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)  # by torch, for what comes next
    return int(torch.cuda.mem_get_info(device)[0]) + kept


def give_memory_back() -> None:
    """Let the system have what was freed. The GNU C library keeps it otherwise; others do so by themselves."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
