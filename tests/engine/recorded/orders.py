"""Orders whose tokens and samples were noted before requests could hold passages, and how they are noted.

The notes, `one_passage.npz`, are of commit 7b5a23f. They are not made anew to please a change: that they stay is what
they are for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.codec import DecodeState
from musicgen_studio.engine.musicgen import MusicGen


@dataclass(frozen=True, slots=True)
class RecordedOrder:
    """Something to make.

    Args:
        name: Of its notes: `name`, and `name.samples` for what stands in the result from the crossfade on.
        checkpoint: Fixture of the checkpoint.
        precision: Of the engine.
        request: What to make.
    """

    name: str
    checkpoint: str
    precision: str
    request: GenerationRequest


def hum(pitch_hz: float, frames: int) -> Audio:
    """Return a tone at 32 kHz."""
    phase = 2 * np.pi * pitch_hz / 32000 * np.arange(frames)
    return Audio((0.3 * np.sin(phase)).astype(np.float32)[:, None], 32000)


NOTES = Melody.of([Note(0.0, 0.5, 60), Note(0.5, 0.5, 67), Note(1.0, 0.7, 62)])
PROMPTS = ("calm piano with strings", "rock", "")

ORDERS = (
    RecordedOrder("text", "text_checkpoint", "float32", GenerationRequest(PROMPTS, 5.0, seed=4, takes=2, together=2)),
    RecordedOrder("stereo", "stereo_melody_checkpoint", "float32", GenerationRequest(PROMPTS[:1], 3.0, seed=5)),
    RecordedOrder(
        "continued", "text_checkpoint", "float32", GenerationRequest(PROMPTS[:1], 2.5, continuation=hum(330, 20_700))
    ),
    RecordedOrder(
        "melody",
        "melody_checkpoint",
        "float32",
        GenerationRequest(PROMPTS[:2], 4.0, melody=hum(294, 50_000), continuation=hum(392, 40_000), together=2),
    ),
    RecordedOrder(
        "notes",
        "melody_checkpoint",
        "float32",
        GenerationRequest(PROMPTS[:1], 3.0, melody=NOTES, melody_repeats=False, top_p=0.9),
    ),
    RecordedOrder("once", "melody_checkpoint", "float32", GenerationRequest(PROMPTS[:1], 1.5, melody=hum(294, 9_000))),
)


@contextmanager
def heard_codes(engine: MusicGen) -> Iterator[list[Tensor]]:
    """Note the codes that the engine gives its codec, `[clips, codebooks, frames]` at a time."""
    decode, heard = engine.codec.decode, list[Tensor]()

    def noting(state: DecodeState, codes: Tensor, is_last: bool) -> tuple[DecodeState, Tensor]:
        if state.known == 0:
            heard.append(codes)
        else:
            heard[-1] = torch.cat([heard[-1], codes], dim=-1)
        return decode(state, codes, is_last)

    engine.codec.decode = noting  # type: ignore[method-assign]
    try:
        yield heard
    finally:
        engine.codec.decode = decode  # type: ignore[method-assign]


def as_noted(heard: list[Tensor]) -> npt.NDArray[np.int16]:
    """Return the codes of all clips of an order, group after group: `[clips, codebooks, frames]`."""
    return torch.cat(heard).numpy().astype(np.int16)
