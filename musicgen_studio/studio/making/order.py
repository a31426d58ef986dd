"""What is wished: the music, what makes it, and what becomes of it; and the record of a clip that came of it.

Not for making it (`make`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.loudness import STREAMING_LUFS
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.chroma import follows
from musicgen_studio.engine.api import EngineInfo
from musicgen_studio.files.sound import SoundFormat
from musicgen_studio.studio.making.record import FORMAT, CheckpointRecord, Recipe, SourceFile, program_version


@dataclass(frozen=True, slots=True)
class Order:
    """What to make, and what to make of it.

    Args:
        request: The music.
        checkpoint: What the engine has loaded, for the record.
        folder: Where the files go; it exists.
        sound_format: Of the sound files.
        sample_rate: Of the sound files in Hz, or None for the engine's own. Opus files are always 48000 Hz.
        loudness_lufs: Loudness to bring each clip to, in LUFS, or None to leave it.
        compressor: Whether to round off peaks when setting the loudness.
        melody: The file behind `request.melody`, for the record; None for notes that came from none.
        continuation: The file behind `request.continuation`, for the record.
        only: Numbers of the prompt and the take of the only clip to keep, from 0; None keeps all. The others are made
            all the same, see `recipe`.
    """

    request: GenerationRequest
    checkpoint: CheckpointRecord
    folder: Path
    sound_format: SoundFormat = SoundFormat.WAV24
    sample_rate: int | None = None
    loudness_lufs: float | None = STREAMING_LUFS
    compressor: bool = False
    melody: SourceFile | None = None
    continuation: SourceFile | None = None
    only: tuple[int, int] | None = None


def recipe_of(order: Order, info: EngineInfo, prompt: int, take: int, audio: Audio, *, complete: bool) -> Recipe:
    """Return what makes a clip again.

    Args:
        order: What was asked for.
        info: What made it.
        prompt: Index into the order's prompts.
        take: From 0.
        audio: The clip as it is kept.
        complete: False if its run was cut short.
    """
    request = order.request
    sampling = request.sampling(info.sampling)
    group = next(group for group in request.groups() if prompt in group)
    return Recipe(
        format=FORMAT,
        prompt=request.prompts[prompt],
        take=take,
        takes=request.takes,
        together=tuple(request.prompts[number] for number in group),
        place=group.index(prompt),
        seed=request.seed,
        duration_s=float(request.duration_s),
        guidance_scale=float(sampling.guidance_scale),
        temperature=float(sampling.temperature),
        top_k=sampling.top_k,
        top_p=float(sampling.top_p),
        melody=order.melody,
        melody_notes=request.melody if order.melody is None and isinstance(request.melody, Melody) else None,
        melody_repeats=request.melody_repeats,
        melody_similarity=melody_similarity(request, audio),
        continuation=order.continuation,
        checkpoint=order.checkpoint,
        device=info.device,
        precision=info.precision,
        sound_format=order.sound_format,
        sample_rate=audio.sample_rate,
        loudness_lufs=order.loudness_lufs,
        compressor=order.compressor,
        program_version=program_version(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        frames=audio.frames,
        complete=complete,
        licence=order.checkpoint.licence,
    )


def melody_similarity(request: GenerationRequest, audio: Audio) -> float | None:
    """Return how far a clip follows the melody that was asked for, 0 to 1; see `dsp.chroma.similarity`.

    Args:
        request: What was asked for.
        audio: The clip, at any rate and loudness. What was continued is not looked at.

    Returns:
        The similarity to four digits; None without a melody or without new music.
    """
    given_s = request.continuation.duration_s if request.continuation else 0.0
    made = Audio(audio.samples[round(given_s * audio.sample_rate) :], audio.sample_rate)
    if request.melody is None or not made.frames:
        return None
    return round(follows(request.melody, made, request.melody_repeats), 4)
