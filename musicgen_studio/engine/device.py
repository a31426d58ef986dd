"""Where the model runs and how its matrices are kept: the choice, and whether it fits into memory."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import torch

from musicgen_studio.engine.checkpoint import CheckpointConfig, DecoderConfig
from musicgen_studio.engine.linear import Precision, int8_is_available
from musicgen_studio.errors import UserProblem

AUTO = "auto"
ENCODERS_BYTES = 700_000_000
"""T5-base and EnCodec in float32 (110 M + 59 M weights): the part that does not depend on the size."""


def resolve_device(name: str) -> torch.device:
    """Return the device for a name.

    Args:
        name: `auto` (CUDA if there is one, else the CPU), `cpu`, `cuda` or `mps`. MPS is never chosen by itself:
            its kernels have given wrong sound for other MusicGen programs (facebookresearch/audiocraft issue 31).

    Raises:
        UserProblem: If that device is not there.
    """
    if name == AUTO:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not present.get(name, False):
        known = ", ".join(device for device, is_there in present.items() if is_there)
        raise UserProblem(
            f"The device {name!r} cannot be used.",
            f"This computer and this build of torch offer: {known}.",
            f"Choose one of them, or {AUTO}.",
        )
    return torch.device(name)


def resolve_precision(name: str, device: torch.device) -> Precision:
    """Return the precision for a name.

    Args:
        name: `auto`, or a `Precision`. Auto is float16 on GPUs, where memory does for it (`smaller_where_short`); on
            the CPU int8 where its kernels run, else float32. How close int8 is to float32 is measured by `quality`.
        device: Where the model will run.

    Raises:
        UserProblem: If that precision is unknown or not for this device.
    """
    if name == AUTO:
        if device.type != "cpu":
            return Precision.FLOAT16
        return Precision.INT8 if int8_is_available() else Precision.FLOAT32
    allowed = _precisions(device)
    if name not in allowed:
        raise UserProblem(
            f"The precision {name!r} cannot be used.",
            f"On the device {device.type!r} there are: {', '.join(allowed)}.",
            f"Choose one of them, or {AUTO}.",
        )
    return Precision(name)


def _precisions(device: torch.device) -> list[str]:
    halves = [Precision.BFLOAT16.value] if device.type == "cpu" else [Precision.FLOAT16.value, Precision.BFLOAT16.value]
    has_int8 = int8_is_available() if device.type == "cpu" else device.type == "cuda"
    return [Precision.FLOAT32.value, *halves, *([Precision.INT8.value] if has_int8 else [])]


def weight_count(config: DecoderConfig) -> int:
    """Return the number of weights in the language model's matrices and embeddings."""
    attention = 4 * config.width**2 * (2 if config.cross_attention else 1)
    layer = attention + 2 * config.width * config.feed_forward
    return config.layers * layer + config.codebooks * config.width * (2 * config.card + 1)


def matrix_bytes(decoder: DecoderConfig, precision: Precision) -> int:
    """Return the bytes of weights that one decoding step has to read: every matrix once."""
    attention = 4 * decoder.width**2 + (2 * decoder.width**2 if decoder.cross_attention else 0)
    layer = attention + 2 * decoder.width * decoder.feed_forward
    return (decoder.layers * layer + decoder.codebooks * decoder.card * decoder.width) * precision.bytes_per_weight


def memory_need(config: CheckpointConfig, precision: Precision, rows: int = 2) -> int:
    """Return the bytes a checkpoint needs to run: weights, the cache of a full window, text encoder and codec.

    Args:
        config: The checkpoint.
        precision: How the matrices are kept.
        rows: Sequences side by side: two per take with guidance.
    """
    decoder = config.decoder
    prefix = config.chroma.length if config.chroma is not None else 0
    positions = config.window_frames + max(decoder.delays) + 1 + prefix
    # With int8 weights the cache is int8 with scales on the CPU, float16 on a graphics card.
    bytes_per_number = 2 if precision is Precision.INT8 else precision.activation_dtype.itemsize
    cache = 2 * decoder.layers * rows * positions * decoder.width * bytes_per_number
    return weight_count(decoder) * precision.bytes_per_weight + cache + ENCODERS_BYTES


def smaller_where_short(config: CheckpointConfig, precision: Precision, device: torch.device) -> Precision:
    """Return int8 in place of a precision that a graphics card has too little free memory for, if int8 fits."""
    if device.type != "cuda":
        return precision
    free = free_memory(device)
    fits = memory_need(config, Precision.INT8) <= free < memory_need(config, precision)
    return Precision.INT8 if fits else precision


def check_memory(config: CheckpointConfig, precision: Precision, device: torch.device) -> None:
    """Refuse a checkpoint that cannot fit, before time is spent on reading it.

    Raises:
        UserProblem: If the free memory is less than the need.
    """
    need = memory_need(config, precision)
    free = free_memory(device)
    if need > free:
        raise UserProblem(
            "There is not enough free memory for this checkpoint.",
            f"It needs about {need / 1e9:.1f} GB as {precision} on {device.type}; {free / 1e9:.1f} GB are free.",
            "Close other programs, or choose a smaller checkpoint or a smaller precision.",
        )


def check_room(need: int, clips: int, device: torch.device) -> None:
    """Refuse to make more at a time than fits, before time is spent on it.

    Args:
        need: Bytes of keys and values.
        clips: How many are made at a time.
        device: Where they lie.

    Raises:
        UserProblem: If the free memory is less than the need.
    """
    free = free_memory(device)
    if need > free:
        raise UserProblem(
            "There is not enough free memory to make so much at a time.",
            f"{clips} {'clip' if clips == 1 else 'clips'} at a time need about {need / 1e9:.1f} GB on {device.type}; "
            f"{free / 1e9:.1f} GB are free.",
            "Make fewer takes, or fewer prompts together, close other programs, or choose a smaller checkpoint.",
        )


def free_memory(device: torch.device) -> int:
    """Return how many bytes more can be taken."""
    if device.type != "cuda":
        return int(psutil.virtual_memory().available)
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)  # by torch, for what comes next
    return int(torch.cuda.mem_get_info(device)[0]) + kept


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch's operations in this thread use one core: what is small loses more by sharing than it gains."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def give_memory_back() -> None:
    """Let the system have what was freed. The GNU C library keeps it otherwise; others do so by themselves."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
