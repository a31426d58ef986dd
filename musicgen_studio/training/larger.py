"""How much larger a batch is on a graphics card than the settings say, which are those of a processor.

A card takes eight windows hardly slower than one, so it learns from as many at a time as its memory surely holds. It is
decided by the card's whole memory, not by what is free: a run that goes on there is the run that was not interrupted.
Steps and learning rates stay those of the settings.
"""

from dataclasses import replace

import torch

from musicgen_studio.training.pace import Report
from musicgen_studio.training.settings import TrainingSettings

_ROW_BYTES = 1 << 30
"""More than a row of any training takes: 2 s of a codec of 32 filters with its judges, or 12 s of the language model of
the starter's size."""

_MOST_TIMES = 8
_MOST_ROWS = 1024


def times_larger(batch: int, memory_bytes: int) -> int:
    """Return by which power of two a batch of the settings is multiplied: 1 to 8.

    Args:
        batch: Rows.
        memory_bytes: Of the whole card.
    """
    times = 1
    while 2 * times <= _MOST_TIMES and 2 * times * batch * _ROW_BYTES <= memory_bytes:
        times *= 2
    return times


def larger_on(device: torch.device, settings: TrainingSettings, report: Report) -> TrainingSettings:
    """Return settings with the batches of codec and language model that a device takes; a processor's are unchanged."""
    if device.type != "cuda":
        return settings
    memory_bytes = torch.cuda.get_device_properties(device).total_memory
    codec = replace(settings.codec, batch=_rows(settings.codec.batch, memory_bytes))
    language = replace(settings.language, batch=_rows(settings.language.batch, memory_bytes))
    report(f"batches on this card: {codec.batch} crops of the codec, {language.batch} windows of the language model")
    return replace(settings, codec=codec, language=language)


def _rows(batch: int, memory_bytes: int) -> int:
    return min(batch * times_larger(batch, memory_bytes), max(batch, _MOST_ROWS))
