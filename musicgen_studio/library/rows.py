"""A clip as a row of the database and as JSON, and back, believing nothing that was read. Not for SQL (`database`)."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, fields, replace
from math import isfinite

from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.files import is_id

COLUMNS = tuple(field.name for field in fields(Clip))
MAX_TEMPO_BPM = 999.0

_WHOLE = ("frames", "sample_rate", "channels")
_YES_NO = ("is_complete", "is_starred", "is_missing")
_TEXTS = (
    "id", "title", "origin", "created", "prompt", "checkpoint", "licence", "recipe", "tags", "stem", "key", "analysis",
)  # fmt: skip
_OPTIONAL: dict[str, type] = {
    "seed": int,
    "parent": str,
    "tempo_bpm": float,
    "trashed": str,
    "melody_similarity": float,
}

_TYPES: tuple[tuple[str, tuple[type, ...]], ...] = tuple(
    (
        name,
        (int,) if name in (*_WHOLE, *_YES_NO) else (str,) if name in _TEXTS else (type(None), _OPTIONAL[name]),
    )
    for name in COLUMNS
)
_ABSENT = object()

Row = dict[str, object]


def to_row(clip: Clip) -> Row:
    """Return a clip as values that SQLite and JSON know."""
    return asdict(clip) | {
        "origin": clip.origin.value,
        "tags": " ".join(clip.tags),
        **{name: int(getattr(clip, name)) for name in _YES_NO},
    }


def from_row(row: Mapping[str, object]) -> Clip:
    """Return the clip of a row.

    Raises:
        ValueError: If a value is missing, or not what `to_row` makes. It was damaged.
    """
    for name, types in _TYPES:  # a library of ten thousand goes through here at every start
        if type(row.get(name, _ABSENT)) not in types:
            raise _damaged(name, row)
    if not is_id(str(row["id"])):
        raise _damaged("id", row)
    for name in _YES_NO:
        if row[name] not in (0, 1):
            raise _damaged(name, row)
    values = {name: row[name] for name in COLUMNS} | {
        "origin": Origin(str(row["origin"])),
        "tags": tuple(str(row["tags"]).split()),
        **{name: bool(row[name]) for name in _YES_NO},
    }
    return Clip(**values)  # type: ignore[arg-type]  # each was checked above


def _damaged(name: str, row: Mapping[str, object]) -> ValueError:
    return ValueError(f"{name} must be as the library writes it, got {row.get(name)!r:.80}")


def to_json(clip: Clip) -> str:
    """Return a clip's record."""
    return json.dumps(to_row(clip), indent=1) + "\n"


def from_json(text: str) -> Clip:
    """Read a clip's record. One from an older program may lack what came later.

    Raises:
        ValueError: If it is damaged.
    """
    record = json.loads(text)
    if not isinstance(record, dict):
        raise ValueError(f"a record must be an object, got {record!r:.80}")  # noqa: TRY004 - damage, not a wrong call
    return from_row(_LATER | record)


def _defaults() -> Row:
    row = to_row(Clip("0" * 32, "-", Origin.GENERATED, "-", 1, 1, 1))
    return {field.name: row[field.name] for field in fields(Clip) if field.default is not MISSING}


_LATER = _defaults()


def tidy(clip: Clip) -> Clip:
    """Return a clip whose texts any database and any list can show.

    Raises:
        UserProblem: If nothing is left of the title, or the tempo is none.
    """
    title = " ".join(_printable(clip.title, keep="").split())
    if not title:
        raise UserProblem("The title was not changed.", "A clip needs a title that can be seen.", "Type a title.")
    if clip.tempo_bpm is not None and not (isfinite(clip.tempo_bpm) and 1.0 <= clip.tempo_bpm <= MAX_TEMPO_BPM):
        why = f"{clip.tempo_bpm:g} beats per minute is no tempo."
        raise UserProblem("The tempo was not changed.", why, f"Type a number from 1 to {MAX_TEMPO_BPM:g}.")
    return replace(
        clip,
        title=title,
        prompt=_printable(clip.prompt, keep="\n\t"),
        checkpoint=_printable(clip.checkpoint, keep=""),
        licence=_printable(clip.licence, keep="\n\t"),
        recipe=_printable(clip.recipe, keep="\n\t"),
        key=_printable(clip.key, keep=""),
        analysis=_printable(clip.analysis, keep=""),
        tags=as_tags(clip.tags),
        tempo_bpm=None if clip.tempo_bpm is None else float(clip.tempo_bpm),
    )


def as_tags(words: str | Iterable[str]) -> tuple[str, ...]:
    """Return what a musician typed as tags: lower-case words in alphabetical order, none twice.

    Args:
        words: Words, or texts of several, parted by commas or spaces.
    """
    text = words if isinstance(words, str) else " ".join(words)
    normal = unicodedata.normalize("NFC", _printable(text.replace(",", " "), keep=""))
    return tuple(sorted(set(normal.lower().split())))


def _printable(text: str, keep: str) -> str:
    # A lone surrogate, which Qt's texts may hold, is no UTF-8; control characters end a text early somewhere.
    return "".join(" " if unicodedata.category(each) in ("Cc", "Cs") and each not in keep else each for each in text)
