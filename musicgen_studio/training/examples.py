"""Sounds to listen to while a language model learns, made by the program's own engine from the same words each time."""

from pathlib import Path

from musicgen_studio.audiofile import SoundFormat, ensure_folder, write
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import whole_clips
from musicgen_studio.engine.musicgen import load_engine

PROMPTS = ("happy rock", "energetic EDM", "sad jazz", "solo piano, slow, no drums")


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
    request = GenerationRequest(PROMPTS, duration_s=seconds, together=len(PROMPTS))
    for prompt, audio in zip(PROMPTS, whole_clips(engine, request), strict=True):
        write(folder / f"{prompt.replace(',', '').replace(' ', '-')}.wav", audio, SoundFormat.WAV16)
