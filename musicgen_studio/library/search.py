"""Which clips a musician means: words typed into a search field, and filters. Not for SQL (`database`)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.verdict import UNKNOWN, Verdict
from musicgen_studio.library.rows import as_tags

_MAX_WORDS = 32
_MAX_CHARACTERS = 1000
_TEMPO = re.compile(r"(?<!\S)(\d{2,3})(?:\s*bpm)?(?!\S)", re.IGNORECASE | re.ASCII)


def match_expression(typed: str) -> str:
    """Return what FTS5 is to look for: every word typed, each as the beginning of a word.

    Args:
        typed: Anything. Quoted word for word, so FTS5's own operators have no meaning in it.

    Returns:
        An expression for MATCH, or an empty text if nothing was typed that could be looked for.
    """
    text = typed[:_MAX_CHARACTERS].encode("utf-8", "replace").decode().replace("\0", " ")
    words = [word for word in text.split() if any(character.isalnum() for character in word)]
    return " ".join('"' + word.replace('"', '""') + '"*' for word in words[:_MAX_WORDS])


@dataclass(frozen=True, slots=True)
class TypedTempo:
    """A tempo among the words that were typed, such as 125 of `rock 125bpm`.

    Args:
        bpm: In beats per minute, whole.
        rest: The words without it.
    """

    bpm: int
    rest: str

    def is_of(self, clip: Clip) -> bool:
        """Return whether a clip has it, be it sure or only guessed."""
        return clip.bpm is not None and round(clip.bpm) == self.bpm


def tempo_in(typed: str) -> TypedTempo | None:
    """Return the tempo that was typed, `125bpm`, `125 bpm` or `125`; None unless there is just one."""
    typed = typed[:_MAX_CHARACTERS]
    found = list(_TEMPO.finditer(typed))
    if len(found) != 1:
        return None
    return TypedTempo(int(found[0][1]), typed[: found[0].start()] + " " + typed[found[0].end() :])


class Sorting(StrEnum):
    """By what clips are listed, each in the direction that is looked for first."""

    NEWEST = "newest"
    TITLE = "title"
    LONGEST = "longest"
    LARGEST = "largest"
    STARS = "stars"
    TEMPO = "tempo"
    KEY = "key"
    BEST = "best"
    FAULTS = "faults"

    @property
    def keeps_families(self) -> bool:
        """Whether what was made of a clip may stand under it: a list that is sorted by a value is sorted throughout."""
        return self in (Sorting.NEWEST, Sorting.STARS)

    @property
    def is_of_verdict(self) -> bool:
        """Whether it asks for what was measured of a clip."""
        return self in (Sorting.BEST, Sorting.FAULTS)


_Value = float | str | None

_VALUES: dict[Sorting, Callable[[Clip, Verdict], _Value]] = {
    Sorting.TITLE: lambda clip, _: clip.title.casefold(),
    Sorting.LONGEST: lambda clip, _: -clip.duration_s,
    Sorting.LARGEST: lambda clip, _: -clip.sound_bytes,
    Sorting.STARS: lambda clip, _: not clip.is_starred,
    Sorting.TEMPO: lambda clip, _: clip.bpm,
    Sorting.KEY: lambda clip, _: clip.key_name or None,
    Sorting.BEST: lambda _, verdict: verdict.place,
    Sorting.FAULTS: lambda _, verdict: verdict.faults,
}
"""What a clip is sorted by, the lowest first; None if there is no such thing, as without a tempo.

The slowest, A major, the best take, or what has the fewest faults is first, guesses of tempo and key among them.
"""


def in_order(
    newest_first: Sequence[Clip], order: Sorting, is_reversed: bool, verdict: Callable[[str], Verdict]
) -> list[Clip]:
    """Return clips in an order, in either direction; equals stay newest first, and what has no value comes last.

    Args:
        newest_first: The clips.
        order: By what.
        is_reversed: Whether the other way round.
        verdict: Gives what was measured of a clip, by its id; asked only if the order is of that.
    """
    if order is Sorting.NEWEST:
        return list(reversed(newest_first)) if is_reversed else list(newest_first)
    value_of = _VALUES[order]
    if order.is_of_verdict:
        valued = [(value_of(clip, verdict(clip.id)), clip) for clip in newest_first]
    else:
        valued = [(value_of(clip, UNKNOWN), clip) for clip in newest_first]
    known = [(value, clip) for value, clip in valued if value is not None]
    known.sort(key=itemgetter(0), reverse=is_reversed)
    return [clip for _, clip in known] + [clip for value, clip in valued if value is None]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a clip must be to be listed.

    Args:
        is_starred: Only those with a star.
        tag: Only those with this tag; None is any, or none.
        checkpoint: Only those made by the checkpoint of this id; None is any.
        min_s: Shortest, in seconds.
        max_s: Longest, in seconds.
        is_trashed: Those in the trash, else those that are not.
        is_missing: Those whose sound file is not there, or those whose is; None is both.
        min_bpm: Slowest, in beats per minute; a tempo that is only guessed counts, a clip without any is not
            among them.
        max_bpm: Fastest, in the same way.
        key: Only those in this key, by name; None is any.
    """

    is_starred: bool = False
    tag: str | None = None
    checkpoint: str | None = None
    min_s: float | None = None
    max_s: float | None = None
    is_trashed: bool = False
    is_missing: bool | None = None
    min_bpm: float | None = None
    max_bpm: float | None = None
    key: str | None = None

    def takes(self, clip: Clip) -> bool:
        """Return whether a clip is to be listed."""
        return (
            (clip.trashed is not None) is self.is_trashed
            and (clip.is_starred or not self.is_starred)
            and (self.tag is None or set(as_tags(self.tag)) <= set(clip.tags))
            and self.checkpoint in (None, clip.checkpoint)
            and (self.min_s is None or clip.duration_s >= self.min_s)
            and (self.max_s is None or clip.duration_s <= self.max_s)
            and self.is_missing in (None, clip.is_missing)
            and (self.min_bpm is None or (clip.bpm is not None and clip.bpm >= self.min_bpm))
            and (self.max_bpm is None or (clip.bpm is not None and clip.bpm <= self.max_bpm))
            and self.key in (None, clip.key)
        )
