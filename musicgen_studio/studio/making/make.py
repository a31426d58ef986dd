"""From an order to clips on disk: the whole flow, for the command line and the window alike.

    engine.stream → blocks of each clip → sample rate → loudness → sound file and the JSON beside it

The rate is changed before the loudness is set, so that the promised peak holds for the samples in the file. A clip is
written the moment it is complete, and what a stop or a failure cuts short is written too, marked as not complete.

Not for how music is made (`engine`) or for when it is heard (`playback`).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.names import numbered, slug
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.chroma import follows
from musicgen_studio.dsp.loudness import normalise
from musicgen_studio.dsp.resample import resample
from musicgen_studio.engine.api import AudioBlock, Engine, EngineInfo, StopFlag
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.files.whole import write_text
from musicgen_studio.studio.making.record import FORMAT, CheckpointRecord, Recipe, SourceFile, program_version


class BlockSink(Protocol):
    """Takes blocks of sound while they are made, such as a player."""

    def write(self, audio: Audio) -> None:
        """Take the next block."""
        ...


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
    loudness_lufs: float | None = -14.0
    compressor: bool = False
    melody: SourceFile | None = None
    continuation: SourceFile | None = None
    only: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class SavedClip:
    """A clip on disk.

    Args:
        sound_file: The sound.
        recipe_file: The JSON beside it.
        recipe: What the JSON says.
    """

    sound_file: Path
    recipe_file: Path
    recipe: Recipe

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.recipe.frames / self.recipe.sample_rate


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. Seconds of music count over all prompts and takes, without the sound that is continued.

    Args:
        prompt: The prompt at work, from 0; of those made together the last.
        prompts: How many there are.
        made_s: Seconds of music made.
        wanted_s: Seconds of music ordered.
        elapsed_s: Seconds since the start of the run.
        speed: made_s / elapsed_s, "× real time".
        left_s: Seconds to wait at this speed, None before there is any music.
    """

    prompt: int
    prompts: int
    made_s: float
    wanted_s: float
    elapsed_s: float
    speed: float
    left_s: float | None


def generate(
    engine: Engine,
    order: Order,
    stop: StopFlag,
    on_progress: Callable[[Progress], None] | None = None,
    player: BlockSink | None = None,
) -> list[SavedClip]:
    """Make clips and return them when all are done: `make_clips`, collected."""
    clips: list[SavedClip] = []
    for event in make_clips(engine, order, stop, player):
        if isinstance(event, SavedClip):
            clips.append(event)
        elif on_progress is not None:
            on_progress(event)
    return clips


def make_clips(
    engine: Engine,
    order: Order,
    stop: StopFlag,
    player: BlockSink | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Progress | SavedClip]:
    """Make clips, telling how far it is and what is done. Runs in the caller's thread.

    Args:
        engine: What makes the music.
        order: What to make.
        stop: Ends the run early; the unfinished clips are then written as far as they got.
        player: Hears the first take of every prompt (or `only`) while it is made; of prompts made together one at most.
        clock: Seconds that only grow.

    Yields:
        Progress after each block, and each clip once it is on disk.

    Raises:
        UserProblem: If the engine cannot do what is asked, or a file cannot be written.
    """
    unfinished: dict[tuple[int, int], list[Audio]] = {}  # by prompt and take
    pace = _Pace(order.request, clock)
    heard = {order.only} if order.only else {(group[0], 0) for group in order.request.groups()}
    try:
        for block in engine.stream(order.request, stop):
            if order.only in (None, (block.prompt, block.take)):
                unfinished.setdefault((block.prompt, block.take), []).append(block.audio)
            if player is not None and (block.prompt, block.take) in heard:
                player.write(block.audio)
            yield pace.after(block)
            if block.is_last and (blocks := unfinished.pop((block.prompt, block.take), None)):
                yield _save(order, engine.info, block.prompt, block.take, blocks, complete=True)
    except Exception:
        _save_unfinished(order, engine.info, unfinished)  # an hour of music is not lost to a fault in its last second
        raise
    yield from _save_unfinished(order, engine.info, unfinished)


class _Pace:
    """Counts the music made and the time it took."""

    def __init__(self, request: GenerationRequest, clock: Callable[[], float]) -> None:
        self._prompts = len(request.prompts)
        self._wanted_s = self._prompts * request.takes * request.duration_s
        # What is continued comes back at once; counting it would promise a speed that is not there.
        self._given_s = request.continuation.duration_s if request.continuation else 0.0
        self._clock = clock
        self._start_s = clock()
        self._made_s = 0.0
        self._at_work = 0

    def after(self, block: AudioBlock) -> Progress:
        begin_s = block.start_frame / block.audio.sample_rate
        end_s = begin_s + block.audio.duration_s
        self._made_s = min(self._made_s + max(0.0, end_s - max(begin_s, self._given_s)), self._wanted_s)
        elapsed_s = self._clock() - self._start_s
        speed = self._made_s / elapsed_s if elapsed_s > 0 else 0.0
        left_s = (self._wanted_s - self._made_s) / speed if speed > 0 else None
        self._at_work = max(self._at_work, block.prompt)
        return Progress(self._at_work, self._prompts, self._made_s, self._wanted_s, elapsed_s, speed, left_s)


def _save_unfinished(order: Order, info: EngineInfo, unfinished: dict[tuple[int, int], list[Audio]]) -> list[SavedClip]:
    return [
        _save(order, info, prompt, take, blocks, complete=False)
        for (prompt, take), blocks in sorted(unfinished.items(), key=lambda item: item[0])
    ]


def _save(order: Order, info: EngineInfo, prompt: int, take: int, blocks: list[Audio], *, complete: bool) -> SavedClip:
    audio = _finish(order, blocks)
    recipe = recipe_of(order, info, prompt, take, audio, complete=complete)
    stem = clip_name(recipe.prompt, recipe.seed, take, recipe.takes)
    sound_file = _free_path(order.folder, stem, order.sound_format.extension)
    recipe_file = sound_file.with_suffix(".json")
    write(sound_file, audio, order.sound_format, _metadata(recipe))
    write_text(recipe_file, recipe.to_json())
    return SavedClip(sound_file, recipe_file, recipe)


def joined(blocks: Sequence[Audio]) -> Audio:
    """Return blocks of one rate and one number of channels, at least one, as one sound."""
    return Audio(np.concatenate([block.samples for block in blocks]), blocks[0].sample_rate)


def _finish(order: Order, blocks: list[Audio]) -> Audio:
    audio = joined(blocks)
    audio = resample(audio, order.sound_format.only_rate_hz or order.sample_rate or audio.sample_rate)
    if order.loudness_lufs is None:
        return audio
    return normalise(audio, target_lufs=order.loudness_lufs, compressor=order.compressor)


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


def _metadata(recipe: Recipe) -> dict[str, str]:
    return {
        "title": recipe.prompt,
        "date": recipe.created[:10],
        "software": f"MusicGen Studio {recipe.program_version}",
        "comment": f"{recipe.checkpoint.id}, seed {recipe.seed}, take {recipe.take + 1} of {recipe.takes}",
        "copyright": recipe.licence,
    }


def clip_name(prompt: str, seed: int, take: int, takes: int) -> str:
    """Return a clip's file name without ending, such as `happy-rock-42` or `happy-rock-42-take1`.

    Args:
        prompt: The text; letters, digits and marks of any script are kept, in lower case, everything else parts words.
        seed: It also keeps the name from being one that Windows reserves, such as `con`.
        take: From 0. Names count from 1, as musicians do, and only if there are several.
        takes: How many there are.
    """
    name = f"{slug(prompt)}-{seed}"
    return f"{name}-take{take + 1}" if takes > 1 else name


def _free_path(folder: Path, stem: str, extension: str) -> Path:
    """Return a name that neither a sound nor a record has: nothing is ever overwritten."""
    return next(
        folder / f"{name}{extension}"
        for name in numbered(stem, "-")
        if not (folder / f"{name}{extension}").exists() and not (folder / f"{name}.json").exists()
    )
