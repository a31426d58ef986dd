"""From what the musician wants to a job for the queue: something new, more of a clip, the same again, variations.

Not for making it (`jobs`) or for how it is asked (`ui`).
"""

from dataclasses import dataclass, replace
from pathlib import Path

from musicgen_studio.core import titles
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.plan import Plan
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging import replacing
from musicgen_studio.studio.arranging.markers import record_in
from musicgen_studio.studio.arranging.passages import opened
from musicgen_studio.studio.arranging.planning import start_of_new_s, words_at
from musicgen_studio.studio.making.engines import EngineChoice
from musicgen_studio.studio.making.order import LaterPassage, Order, Sounds
from musicgen_studio.studio.making.queue import Job
from musicgen_studio.studio.making.record import Record
from musicgen_studio.studio.making.source import MelodySource, open_melody, open_source, reopen

_FIRST_S = 0.02
"""A passage begins after the first frame of what is new: before it stands the one that goes on."""

_JUST_BEFORE_S = 0.01
UNTITLED = "Untitled"
FROM_MELODY = "From a melody"


Tune = Path | Melody | MelodySource
"""A melody to follow: a sound or MIDI file, notes, or what `source.open_melody` read."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a clip that is to be made anew.

    Args:
        start_s: Where it begins, in seconds.
        end_s: Where it ends.
        prompt: Other words, or None for the clip's own.
        takes: How many versions.
        ends: Whether the music is to come to an end there, where it ends the clip.
        melody: What the section follows, from its own beginning, or None.
        melody_repeats: Whether a melody shorter than the section begins again.
    """

    start_s: float
    end_s: float
    prompt: str | None = None
    takes: int = 4
    ends: bool = False
    melody: Tune | None = None
    melody_repeats: bool = True


def title_of(prompt: str, wordless: str = UNTITLED) -> str:
    """Return what a clip is called at first.

    Args:
        prompt: Its words, the first letter made a capital.
        wordless: What it is called without any.
    """
    words = " ".join(prompt.split())
    return (words[:1].upper() + words[1:])[: titles.MAX_TITLE] or wordless


def new_job(order: Order, choice: EngineChoice, melody: Tune | None = None) -> Job:
    """Return a job that makes something new.

    Args:
        order: What to make, of one prompt.
        choice: The engine.
        melody: What is followed, or None.

    Raises:
        UserProblem: If a value is out of range or the melody cannot be read.
    """
    tune = _tune(melody)
    order = _following(order, tune)
    request = _request(order, Sounds(melody=_sound(tune)))
    title = title_of(order.prompts[0], UNTITLED if tune is None else FROM_MELODY)
    return Job(order, request, title, choice)


def piece_job(plan: Plan, folder: Path, wish: Order, choice: EngineChoice) -> Job:
    """Return a job that makes a piece of passages.

    Args:
        plan: The passages.
        folder: Where the melodies are that they name.
        wish: Takes, seed and how tokens are chosen; its prompt, melody and length do not count.
        choice: The engine.

    Raises:
        UserProblem: If a melody cannot be read, or a value is out of range.
    """
    piece = opened(plan, folder)
    order = replace(
        wish,
        prompts=(piece.prompt,),
        duration_s=piece.duration_s,
        melody=None if piece.melody is None else piece.melody.record,
        melody_notes=None,
        passages=piece.later,
        shared=piece.shared,
        grid=piece.grid,
    )
    sounds = Sounds(None if piece.melody is None else piece.melody.melody, passages=piece.melodies)
    return Job(order, _request(order, sounds), title_of(piece.prompt), choice)


def passage_frames(clip: Clip) -> list[int]:
    """Return where in a clip its later passages begin, in its frames."""
    record = record_in(clip)
    if record is None or not clip.is_complete:
        return []
    begin_s = start_of_new_s(record)
    return [round((begin_s + later.start_s) * clip.sample_rate) for later in record.order.passages]


def extension_job(
    library: Library,
    clip: Clip,
    order: Order,
    choice: EngineChoice,
    from_frame: int | None = None,
    melody: Tune | None = None,
    morph_s: float = 0.0,
) -> Job:
    """Return a job that goes on from a clip; the clip itself stays as it is.

    Args:
        library: Where the clip is.
        clip: What to go on from.
        order: How to go on; an empty prompt continues the passage that ends there, another begins a new one.
        choice: The engine.
        from_frame: Where in the clip, in its frames; None is its end.
        melody: What the new music follows, from its own beginning, or None.
        morph_s: Seconds in which the music goes over into a new passage; 0 is a cut.

    Raises:
        UserProblem: If the clip's sound or the melody cannot be read, or a value is out of range.
    """
    source = open_source(library.sound_file(clip.id), from_frame, is_own=True)
    tune = _tune(melody)
    ends_s = clip.duration_s if from_frame is None else from_frame / clip.sample_rate
    words = words_at(library, clip, max(ends_s - _JUST_BEFORE_S, 0.0))
    order = going_on(order, clip.prompt if words is None else words, morph_s)
    order = replace(_following(order, tune), continuation=source.record)
    request = _request(order, Sounds(melody=_sound(tune), continuation=source.audio))
    return Job(order, request, titles.marked(clip.title, titles.EXTENDED), choice, clip.id)


def going_on(order: Order, words: str, morph_s: float) -> Order:
    """Return an order whose music goes on from other music: its passage, or into a new one.

    Args:
        order: How to go on; an empty prompt continues the passage.
        words: Of the passage that goes on.
        morph_s: Seconds in which the music goes over into a new passage; 0 is a cut.
    """
    new = order.prompts[0]
    if not new or not morph_s or new == words:
        return replace(order, prompts=(new or words,))
    first = LaterPassage(_FIRST_S, new, morph_s)
    return replace(order, prompts=(words,), passages=(first,))


def section_job(library: Library, clip: Clip, section: Section, choice: EngineChoice, seed: int) -> Job:
    """Return a job that makes a section of a clip anew; the clip itself stays as it is.

    Args:
        library: Where the clip is.
        clip: Any.
        section: Which part of it, and how.
        choice: The engine; its checkpoint counts only for a clip that was not made here.
        seed: Start of the random numbers.

    Raises:
        UserProblem: If the section cannot be, the clip's sound cannot be read, or there are no words.
    """
    record = record_of_clip(clip) if clip.recipe else None
    wish = replacing.wish_of(
        record,
        section.prompt or words_at(library, clip, section.start_s),
        section.start_s,
        seed,
        section.takes,
    )
    library.check_sound(clip.id)  # it follows a file that somebody has moved
    made = replacing.replacement(
        library.sound_file(clip.id),
        replace(wish, ends=section.ends, endings=int(section.ends), melody_repeats=section.melody_repeats),
        (section.start_s, section.end_s),
        _tune(section.melody),
    )
    return Job(
        order=made.order,
        request=made.request,
        title=titles.marked(clip.title, titles.REPLACED),
        choice=choice if record is None else replace(choice, checkpoint=record.checkpoint.folder),
        parent=clip.id,
    )


def fit_of(clip: Clip) -> float | None:
    """Return how well what follows a section of a clip that was made anew follows from it; None for other clips."""
    record = record_in(clip)
    return None if record is None else record.fit


def again_job(library: Library, clip: Clip, choice: EngineChoice, seed: int | None = None) -> Job:
    """Return a job that makes a clip again from its record.

    Args:
        library: Where the clip is.
        clip: A generated clip.
        choice: The engine; its checkpoint counts only if the record's is no longer known.
        seed: Another seed for a variation; None is the same, for the same samples.

    Raises:
        UserProblem: If the clip has no record, or a sound file that went into it is gone or has changed.
    """
    record = record_of_clip(clip)
    wanted = record.order if seed is None else replace(record.order, seed=seed)
    order, sounds = reopen(wanted, find_again=library.find_again)
    return Job(
        order=order,
        request=_request(order, sounds),
        title=titles.marked(clip.title, titles.AGAIN if seed is None else titles.VARIATION),
        choice=replace(choice, checkpoint=record.checkpoint.folder),
        parent=clip.id,
    )


def record_of_clip(clip: Clip) -> Record:
    """Return how a clip was made.

    Raises:
        UserProblem: If it has none.
    """
    if not clip.recipe:
        raise UserProblem(
            f"How “{clip.title}” was made is not known.",
            "It was imported, edited or recovered, or its run ended before it was noted.",
            "Choose a clip that was generated here.",
        )
    return Record.from_json(clip.recipe)


def splice_frame(clip: Clip) -> int | None:
    """Return where in a continued clip the new music begins, in frames; None if it was not continued."""
    record = record_in(clip)
    if record is None:
        return None
    if record.order.continuation is None or not clip.is_complete:
        return None
    return round(start_of_new_s(record) * clip.sample_rate)


def _tune(melody: Tune | None) -> MelodySource | None:
    if isinstance(melody, Path):
        return open_melody(melody)
    return MelodySource(melody, None) if isinstance(melody, Melody) else melody


def _sound(tune: MelodySource | None) -> Audio | Melody | None:
    return None if tune is None else tune.melody


def _following(order: Order, tune: MelodySource | None) -> Order:
    """Return the order with the melody that it is to follow: the file, or the notes that came from none."""
    record = None if tune is None else tune.record
    notes = None if tune is None else replacing.notes_of(tune)
    return replace(order, melody=record, melody_notes=notes)


def _request(order: Order, sounds: Sounds) -> GenerationRequest:
    try:
        return order.request(sounds)
    except ValueError as error:
        raise UserProblem("This cannot be made as it is set.", f"{error}.", "Change that value.") from error
