"""How much memory a checkpoint needs to run, and whether it is there.

Not for how much there is (`compute.memory`).
"""

import torch

from musicgen_studio.compute.memory import free_memory
from musicgen_studio.compute.precision import Precision
from musicgen_studio.engine.checkpoint.values import CheckpointConfig, DecoderConfig
from musicgen_studio.errors import UserProblem

CPU = torch.device("cpu")

ENCODERS_BYTES = 700_000_000
"""T5-base and EnCodec in float32 (110 M + 59 M weights): the part that does not depend on the size."""

CARD_BYTES = 500_000_000
"""The same on a graphics card: EnCodec, and about as much again as work space of CUDA's libraries. T5 is not there."""


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


def memory_need(config: CheckpointConfig, precision: Precision, device: torch.device = CPU, rows: int = 2) -> int:
    """Return the bytes a checkpoint needs to run: weights, the cache of a full window, text encoder and codec.

    Args:
        config: The checkpoint.
        precision: How the matrices are kept.
        device: Whose memory; the text encoder is always in the computer's.
        rows: Sequences side by side: two per take with guidance.
    """
    decoder = config.decoder
    prefix = config.chroma.length if config.chroma is not None else 0
    positions = config.window_frames + max(decoder.delays) + 1 + prefix
    # With int8 weights the cache is int8 with scales on the CPU, float16 on a graphics card.
    bytes_per_number = 2 if precision is Precision.INT8 else precision.activation_dtype.itemsize
    cache = 2 * decoder.layers * rows * positions * decoder.width * bytes_per_number
    beside = CARD_BYTES if device.type == "cuda" else ENCODERS_BYTES
    return weight_count(decoder) * precision.bytes_per_weight + cache + beside


def smaller_where_short(config: CheckpointConfig, precision: Precision, device: torch.device) -> Precision:
    """Return int8 in place of a precision that a graphics card has too little free memory for, if int8 fits."""
    if device.type != "cuda":
        return precision
    free = free_memory(device)
    fits = memory_need(config, Precision.INT8, device) <= free < memory_need(config, precision, device)
    return Precision.INT8 if fits else precision


def check_memory(config: CheckpointConfig, precision: Precision, device: torch.device) -> None:
    """Refuse a checkpoint that cannot fit, before time is spent on reading it.

    Raises:
        UserProblem: If the free memory is less than the need.
    """
    need = memory_need(config, precision, device)
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
