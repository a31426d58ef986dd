"""Making a section of a clip anew: from the selection and the clip's record to an order.

Outside the section the clip stays as it is, sample for sample: both crossfades lie inside. New music begins on the grid
of the codec (20 ms), so what is really made anew is up to 20 ms less than was selected at either side. Not for making
it (`making.fill`, `making.join`).
"""

from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.files.sound import SoundFormat
from musicgen_studio.studio.making.join import FADE_S
from musicgen_studio.studio.making.order import Order, Sounds
from musicgen_studio.studio.making.record import Record, made_from_s
from musicgen_studio.studio.making.source import MelodySource, SoundSource, open_source

FRAME_RATE_HZ = 50
"""Codec frames per second: of every MusicGen checkpoint there is."""

SHORTEST_S = 0.5
_EDGE_S = 0.1
"""What is this near to an end of the clip is meant to be the end: as much music a model needs to go on from."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Which frames of a clip stay.

    Args:
        before: How many of its first frames; 0 if the section begins the clip.
        after: The first frame of those after the section; None if it ends the clip.
        duration_s: Of the new music.
    """

    before: int
    after: int | None
    duration_s: float


@dataclass(frozen=True, slots=True)
class Replacement:
    """A section to be made anew.

    Args:
        order: What is wished.
        request: The same with the sound around it.
    """

    order: Order
    request: GenerationRequest


def cut_of(frames: int, sample_rate: int, start_s: float, end_s: float) -> Cut:
    """Return what stays of a clip around a section.

    Args:
        frames: Length of the clip.
        sample_rate: Of the clip.
        start_s: Where the section begins.
        end_s: Where it ends.

    Raises:
        UserProblem: If it is too short, lies outside, or is all of the clip.
    """
    length_s = frames / sample_rate
    end_s = min(end_s, length_s)
    if not 0 <= start_s < length_s or end_s - start_s < SHORTEST_S - 1e-6:  # 4.6 - 4.1 is a little less than 0.5
        raise UserProblem(
            "This section cannot be replaced.",
            f"It goes from {start_s:g} to {end_s:g} s, and the clip lasts {length_s:.1f} s.",
            f"Choose {SHORTEST_S:g} s of the clip or more.",
        )
    is_start, is_end = start_s < _EDGE_S, end_s > length_s - _EDGE_S
    if is_start and is_end:
        raise UserProblem(
            "This section cannot be replaced.", "It is the whole clip.", "Choose less of it, or generate anew."
        )
    fade = round(FADE_S * sample_rate)
    spliced = 0 if is_start else ceil(start_s * FRAME_RATE_HZ - 1e-6) + ceil(FADE_S * FRAME_RATE_HZ)  # in codec frames
    splice = round(spliced / FRAME_RATE_HZ * sample_rate)
    before = ceil(spliced * sample_rate / FRAME_RATE_HZ)
    if is_end:
        return Cut(before, None, (frames - splice) / sample_rate)
    made = int((round(end_s * sample_rate) - fade - splice) * FRAME_RATE_HZ // sample_rate)
    after = splice + round(made / FRAME_RATE_HZ * sample_rate)
    return Cut(before, after, made / FRAME_RATE_HZ)


def replacement(
    clip: Path,
    wish: Order,
    section_s: tuple[float, float],
    melody: MelodySource | None = None,
) -> Replacement:
    """Return the order for a section made anew.

    Args:
        clip: The clip's sound.
        wish: Prompt, seed, takes and how tokens are chosen; what it says of lengths and files does not count.
        section_s: Where the section begins and ends, in seconds.
        melody: What the section follows, from its own beginning, or None.

    Raises:
        UserProblem: If the section cannot be, a file cannot be read, or a value is out of range.
    """
    whole = open_source(clip)
    cut = cut_of(whole.audio.frames, whole.audio.sample_rate, *section_s)
    before = _part(whole, 0, cut.before) if cut.before else None
    after = None if cut.after is None else _part(whole, cut.after, None)
    order = replace(
        wish,
        duration_s=cut.duration_s,
        together=1,
        melody=None if melody is None else melody.record,
        melody_notes=None if melody is None else notes_of(melody),
        continuation=None if before is None else before.record,
        after=None if after is None else after.record,
        aligned=after is not None,
        passages=(),
        shared="",
        grid=None,
        ends=wish.ends and after is None,
        endings=wish.endings if wish.ends and after is None else 0,
    )
    sounds = Sounds(
        melody=None if melody is None else melody.melody,
        continuation=None if before is None else before.audio,
        after=None if after is None else after.audio,
    )
    try:
        return Replacement(order, order.request(sounds))
    except ValueError as error:
        raise UserProblem("This cannot be made as it is set.", f"{error}.", "Change that value.") from error


def section_request(sound: Audio, section_s: tuple[float, float], wish: GenerationRequest) -> GenerationRequest:
    """Return what an engine is asked for so that a section of a sound is made anew.

    Args:
        sound: The whole of it.
        section_s: Where the section begins and ends, in seconds.
        wish: Prompts, melody, seed, takes and how tokens are chosen, and whether a section that reaches to the end is
            to come to an end; what it says of lengths, passages and other sounds does not count.

    Raises:
        UserProblem: If the section cannot be.
    """
    cut = cut_of(sound.frames, sound.sample_rate, *section_s)
    before = replace(sound, samples=sound.samples[: cut.before]) if cut.before else None
    after = None if cut.after is None else replace(sound, samples=sound.samples[cut.after :])
    ends = wish.ends and after is None
    return replace(
        wish,
        duration_s=cut.duration_s,
        continuation=before,
        after=after,
        aligned=after is not None,
        passages=(),
        ends=ends,
        endings=wish.endings if ends else 0,
        together=1,
    )


def notes_of(melody: MelodySource) -> Melody | None:
    """Return the notes of a melody that came from no file."""
    return melody.melody if melody.record is None and isinstance(melody.melody, Melody) else None


def wish_of(record: Record | None, prompt: str | None, at_s: float, seed: int, takes: int) -> Order:
    """Return how a section is to be made: as the clip was.

    Args:
        record: How the clip was made, or None if nobody knows.
        prompt: Other words, or None.
        at_s: Where the section begins.
        seed: Start of the random numbers.
        takes: How many versions.

    Raises:
        UserProblem: If there are no words.
    """
    if record is None:
        if prompt is None:
            raise UserProblem(
                "Nobody knows what the section is to be.",
                "How the clip was made is not known.",
                "Say in words what you want there.",
            )
        return Order((prompt,), seed=seed, takes=takes, finish=as_it_is())
    words = prompt_at(record, at_s) if prompt is None else prompt
    return replace(record.order, prompts=(words,), seed=seed, takes=takes, finish=as_it_is())


def prompt_at(record: Record, at_s: float) -> str:
    """Return the words that a moment of a clip was made from."""
    order = record.order
    given_s = 0.0
    if order.continuation is not None:
        given_s = made_from_s(record) if order.after is None else 0.0
    begun = [later.prompt for later in order.passages if given_s + later.start_s <= at_s]
    return begun[-1] if begun else record.prompt


def as_it_is() -> FinishSettings:
    """Return what leaves a sound as it is: the rest of the clip is to stay as it was."""
    return FinishSettings(SoundFormat.WAV32F)


def _part(whole: SoundSource, first: int, frames: int | None) -> SoundSource:
    samples = whole.audio.samples[first : None if frames is None else first + frames]
    return SoundSource(replace(whole.audio, samples=samples), replace(whole.record, first=first, frames=frames))
