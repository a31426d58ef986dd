"""Sounds to listen to while a language model learns, made by the program's own engine from the same words each time."""

import threading
from pathlib import Path

import numpy as np

from musicgen_studio.audiofile import SoundFormat, ensure_folder, write
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import Engine
from musicgen_studio.engine.musicgen import load_engine

PROMPTS = ("happy rock", "energetic EDM", "sad jazz", "solo piano, slow, no drums")


def generated(engine: Engine, request: GenerationRequest) -> list[Audio]:
    """Make everything a request asks for: by prompt, and within a prompt by take."""
    parts = dict[tuple[int, int], list[Audio]]()
    for block in engine.stream(request, threading.Event()):
        parts.setdefault((block.prompt, block.take), []).append(block.audio)
    return [
        Audio(np.concatenate([part.samples for part in parts[place]]), parts[place][0].sample_rate)
        for place in sorted(parts)
    ]


def write_examples(checkpoint: Path, folder: Path, seconds: float, device: str) -> None:
    """Make one clip for each of a few prompts.

    Args:
        checkpoint: A published checkpoint.
        folder: Where to; made if missing.
        seconds: Length of each.
        device: As in `load_engine`.
    """
    ensure_folder(folder)
    engine = load_engine(checkpoint, device)
    for prompt, audio in zip(PROMPTS, generated(engine, GenerationRequest(PROMPTS, duration_s=seconds)), strict=True):
        write(folder / f"{prompt.replace(',', '').replace(' ', '-')}.wav", audio, SoundFormat.WAV16)
