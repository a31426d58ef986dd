"""From what the musician wants to a job for the queue: something new, more of a clip, the same again, variations.

Not for making it (`jobs`) or for how it is asked (`ui`).
"""

from dataclasses import dataclass, replace
from pathlib import Path

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.library import Library
from musicgen_studio.studio.making.engines import EngineChoice
from musicgen_studio.studio.making.queue import Job
from musicgen_studio.studio.making.record import Recipe
from musicgen_studio.studio.making.source import (
    MelodySource,
    Source,
    open_melody,
    open_source,
    reopen_melody,
    reopen_source,
)

UNTITLED = "Untitled"
FROM_MELODY = "From a melody"
MAX_TITLE = 80
_BESIDE = "a file beside the program"  # instead of the command line's option


@dataclass(frozen=True, slots=True)
class Wish:
    """What the prompt panel holds. The values are those of `GenerationRequest`; None is what the checkpoint says."""

    prompt: str = ""
    duration_s: float = 8.0
    takes: int = 1
    guidance_scale: float | None = None
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0
    melody_repeats: bool = True


Tune = Path | Melody | MelodySource
"""A melody to follow: a sound or MIDI file, notes, or what `source.open_melody` read."""


def title_of(prompt: str, wordless: str = UNTITLED) -> str:
    """Return what a clip is called at first.

    Args:
        prompt: Its words, the first letter made a capital.
        wordless: What it is called without any.
    """
    words = " ".join(prompt.split())
    return (words[:1].upper() + words[1:])[:MAX_TITLE] or wordless


def new_job(wish: Wish, choice: EngineChoice, melody: Tune | None = None) -> Job:
    """Return a job that makes something new.

    Args:
        wish: What to make.
        choice: The engine.
        melody: What is followed, or None.

    Raises:
        UserProblem: If a value is out of range or the melody cannot be read.
    """
    tune = _tune(melody)
    request = _request(wish, melody=tune)
    title = title_of(wish.prompt, UNTITLED if tune is None else FROM_MELODY)
    return Job(request, title, choice, melody=None if tune is None else tune.record)


def extension_job(
    library: Library,
    clip: Clip,
    wish: Wish,
    choice: EngineChoice,
    from_frame: int | None = None,
    melody: Tune | None = None,
) -> Job:
    """Return a job that goes on from a clip; the clip itself stays as it is.

    Args:
        library: Where the clip is.
        clip: What to go on from.
        wish: How to go on; an empty prompt takes the clip's.
        choice: The engine.
        from_frame: Where in the clip, in its frames; None is its end.
        melody: What the new music follows, from its own beginning, or None.

    Raises:
        UserProblem: If the clip's sound or the melody cannot be read, or a value is out of range.
    """
    source = open_source(library.sound_file(clip.id), from_frame)
    wish = replace(wish, prompt=wish.prompt or clip.prompt)
    tune = _tune(melody)
    request = _request(wish, melody=tune, continuation=source)
    title = f"{clip.title[: MAX_TITLE - 11]} · extended"
    return Job(request, title, choice, clip.id, None if tune is None else tune.record, source.record)


def again_job(clip: Clip, choice: EngineChoice, seed: int | None = None) -> Job:
    """Return a job that makes a clip again from its recipe.

    Args:
        clip: A generated clip.
        choice: The engine; its checkpoint counts only if the recipe's is no longer known.
        seed: Another seed for a variation; None is the same, for the same samples.

    Raises:
        UserProblem: If the clip has no recipe, or a sound file that went into it is gone or has changed.
    """
    recipe = recipe_of_clip(clip)
    melody = continuation = None
    if recipe.melody is not None:
        melody = reopen_melody(recipe.melody, Path(recipe.melody.file), None, _BESIDE).melody
    if recipe.continuation is not None:
        continuation = reopen_source(recipe.continuation, Path(recipe.continuation.file), None, _BESIDE).audio
    request = recipe.request(melody, continuation)
    if seed is not None:
        request = replace(request, seed=seed)
    suffix = "again" if seed is None else "variation"
    return Job(
        request=request,
        title=f"{clip.title[: MAX_TITLE - 12]} · {suffix}",
        choice=replace(choice, checkpoint=recipe.checkpoint.folder),
        parent=clip.id,
        melody=recipe.melody,
        continuation=recipe.continuation,
    )


def wish_of(clip: Clip) -> Wish:
    """Return the values that made a clip, for "use these settings".

    Raises:
        UserProblem: If the clip has no recipe.
    """
    recipe = recipe_of_clip(clip)
    return Wish(
        prompt=recipe.prompt,
        duration_s=recipe.duration_s,
        takes=recipe.takes,
        guidance_scale=recipe.guidance_scale,
        temperature=recipe.temperature,
        top_k=recipe.top_k,
        top_p=recipe.top_p,
        seed=recipe.seed,
        melody_repeats=recipe.melody_repeats,
    )


def recipe_of_clip(clip: Clip) -> Recipe:
    """Return a clip's recipe.

    Raises:
        UserProblem: If it has none.
    """
    if not clip.recipe:
        raise UserProblem(
            f"How “{clip.title}” was made is not known.",
            "It was imported or recovered, or its run ended before it was noted.",
            "Choose a clip that was generated here.",
        )
    return Recipe.from_json(clip.recipe)


def splice_frame(clip: Clip) -> int | None:
    """Return where in a continued clip the new music begins, in frames; None if it was not continued."""
    if not clip.recipe:
        return None
    recipe = Recipe.from_json(clip.recipe)
    if recipe.continuation is None or not clip.is_complete:
        return None
    return max(clip.frames - round(recipe.duration_s * clip.sample_rate), 0)


def _tune(melody: Tune | None) -> MelodySource | None:
    if isinstance(melody, Path):
        return open_melody(melody)
    return MelodySource(melody, None) if isinstance(melody, Melody) else melody


def _request(wish: Wish, melody: MelodySource | None = None, continuation: Source | None = None) -> GenerationRequest:
    try:
        return GenerationRequest(
            prompts=(wish.prompt,),
            duration_s=wish.duration_s,
            melody=None if melody is None else melody.melody,
            melody_repeats=wish.melody_repeats,
            continuation=None if continuation is None else continuation.audio,
            guidance_scale=wish.guidance_scale,
            temperature=wish.temperature,
            top_k=wish.top_k,
            top_p=wish.top_p,
            seed=wish.seed,
            takes=wish.takes,
        )
    except ValueError as error:
        raise UserProblem("This cannot be made as it is set.", f"{error}.", "Change that value.") from error
