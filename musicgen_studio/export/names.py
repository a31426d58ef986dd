"""What an exported file is called: a clean name, none that is taken already, in a path not too long.

Not for cleaning names (`core.names`) or putting files in place (`files.sound`).
"""

from collections.abc import Collection, Sequence
from pathlib import Path

from musicgen_studio.core.melody import Key
from musicgen_studio.core.names import clean_name, folded, numbered
from musicgen_studio.errors import UserProblem

MAX_PATH_UNITS = 240
"""Of a whole path in UTF-16 units. Windows counts so and ends at 259; the rest is for whoever moves the folder."""

TITLE_UNITS = 60
"""How much of a title stays where more comes behind it: in any script few enough bytes for that to stay."""

_NUMBER_UNITS = len(" 9999")
_MIN_STEM_UNITS = 16
_PART_UNITS = 24


def suggested_name(
    title: str, tempo_bpm: float | None, key: Key | None = None, part: str = "", *, title_units: int = TITLE_UNITS
) -> str:
    """Return a name without ending, such as `Night Drive_120bpm_Am_drums`: many programs read the tempo from there.

    Args:
        title: The clip's title.
        tempo_bpm: In beats per minute, None if it is not known.
        key: The key, None if it is not known.
        part: Which part of the clip it is, such as `drums`; empty for all of it.
        title_units: How much of the title stays where something comes behind it, in UTF-16 units, at least 16.
    """
    facts = [f"{round(tempo_bpm, 1):g}bpm"] if tempo_bpm is not None else []
    facts += [key.symbol] if key is not None else []
    facts += [clean_name(part, _PART_UNITS)] if part else []
    return "_".join((clean_name(title, title_units), *facts)) if facts else clean_name(title)


def title_room(folder: Path, longest_rest: str) -> int:
    """Return how much of a title fits into the names of files that are to keep what comes behind it.

    Args:
        folder: Where the files will be.
        longest_rest: What comes behind the title at most, ending included.

    Returns:
        UTF-16 units, 16 to `TITLE_UNITS`. Where fewer would fit, `free_names` says that the folder cannot be used.
    """
    used = _utf16_units(str(folder.absolute())) + 1 + _NUMBER_UNITS + _utf16_units(longest_rest)
    return min(max(MAX_PATH_UNITS - used, _MIN_STEM_UNITS), TITLE_UNITS)


def taken_names(folder: Path) -> frozenset[str]:
    """Return the names of all files in a folder as `free_names` compares them; none if it cannot be looked into."""
    try:
        return frozenset(folded(path.name) for path in folder.iterdir())
    except OSError:
        return frozenset()


def free_names(folder: Path, names: Sequence[str], extension: str, taken: Collection[str]) -> list[str]:
    """Return file names that neither exist nor meet each other: "Song.wav", "Song 2.wav".

    Upper and lower case count as the same, as they do on Windows and macOS.

    Args:
        folder: Where the files will be, for the length of their paths.
        names: Wanted names without ending; each is made clean.
        extension: Such as `.wav`.
        taken: From `taken_names`.

    Raises:
        UserProblem: If the folder's own path leaves no room for a name.
    """
    room = MAX_PATH_UNITS - _utf16_units(str(folder.absolute())) - 1 - _NUMBER_UNITS - len(extension)
    if room < _MIN_STEM_UNITS:
        raise UserProblem(
            "The folder cannot be used.",
            f"Its path is so long that files in it would go beyond the {MAX_PATH_UNITS} characters of a portable path.",
            "Choose a folder with a shorter path.",
        )
    seen = set(taken)
    found = []
    for name in names:
        stem = clean_name(name, room)
        free = next(f"{one}{extension}" for one in numbered(stem, " ") if folded(f"{one}{extension}") not in seen)
        seen.add(folded(free))
        found.append(free)
    return found


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
