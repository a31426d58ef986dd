"""Sounds to listen to and to look at, made by the program's own engine from the same words each time."""

from collections.abc import Iterator
from pathlib import Path

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import whole_clips
from musicgen_studio.engine.musicgen import load_engine
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.files.whole import ensure_folder
from musicgen_studio.training.card import PICTURED
from musicgen_studio.training.pictures import spectrograms_png
from musicgen_studio.training.workspace import written_whole

PROMPTS = (*PICTURED, "solo piano, slow, no drums")


def write_examples(checkpoint: Path, folder: Path, seconds: float, device: str) -> None:
    """Make one clip for each of a few prompts.

    Args:
        checkpoint: A published checkpoint.
        folder: Where to; made if missing.
        seconds: Length of each.
        device: As in `load_engine`.
    """
    ensure_folder(folder)
    for prompt, audio in _clips(checkpoint, PROMPTS, seconds, device):
        write(folder / f"{prompt.replace(',', '').replace(' ', '-')}.wav", audio, SoundFormat.WAV16)


def write_picture(checkpoint: Path, path: Path, seconds: float, device: str) -> None:
    """Draw the spectrograms of what a checkpoint makes of `PICTURED`, the first one at the top.

    Args:
        checkpoint: A published checkpoint.
        path: The PNG file.
        seconds: Length of each clip.
        device: As in `load_engine`.
    """
    sounds = [audio.samples[:, 0] for _, audio in _clips(checkpoint, PICTURED, seconds, device)]
    with written_whole(path) as file:
        file.write(spectrograms_png(sounds))


def _clips(checkpoint: Path, prompts: tuple[str, ...], seconds: float, device: str) -> Iterator[tuple[str, Audio]]:
    request = GenerationRequest(prompts, duration_s=seconds, together=len(prompts))
    return zip(prompts, whole_clips(load_engine(checkpoint, device), request), strict=True)
