"""What the file of a clip is called, so that people find it: `2026/Happy rock 124bpm take 2.wav`.

Not for putting files in place (`masters`), and not for the copies that other programs were given (`drag`).
"""

import re
from collections.abc import Mapping

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.names import MAX_STEM_BYTES, clean_name, folded

MAX_NAME_UNITS = 80  # long enough to be told apart, short enough for any folder
UNDATED = "Undated"
ENDING = ".wav"

_MARK = " · "  # stands in titles before "take 2", "extended", "drums"
_LONGEST_MARKS = 40
_MOST_NUMBERS_HAD = 100  # beyond, a clip that gets an old title back gets another number
_TEMPO = re.compile(r"\d\s*bpm\b", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}(?=-)", re.ASCII)


def folder_of(clip: Clip) -> str:
    """Return the folder of a clip: the year in which it was made."""
    year = _YEAR.match(clip.created)
    return year.group() if year else UNDATED


def is_own_folder(name: str) -> bool:
    """Return whether a folder can be one of `folder_of`'s."""
    return name == UNDATED or (_YEAR.match(f"{name}-") is not None and len(name) == 4)


def stem_of(clip: Clip) -> str:
    """Return the name of a clip's file without number and ending: title, tempo if it is known, take or kind."""
    head, *marks = clip.title.split(_MARK)
    if clip.tempo_bpm is not None and not _TEMPO.search(clip.title):
        marks.insert(0, f"{round(clip.tempo_bpm)}bpm")
    behind = clean_name(" ".join(marks), _LONGEST_MARKS) if marks else ""
    # What tells clips apart stands behind and is never cut off; the title gives way.
    room = MAX_NAME_UNITS - len(behind) - bool(behind)
    while len((name := f"{clean_name(head, room)} {behind}").encode()) > MAX_STEM_BYTES:
        room -= 1
    return clean_name(name, MAX_NAME_UNITS)


class Names:
    """The names in a folder, and whose they are. Names that were given are not free again as long as it lives.

    Args:
        owners: Of names of files, with endings; None is somebody else's file.
    """

    def __init__(self, owners: Mapping[str, str | None]) -> None:
        self._owners = {folded(name): owner for name, owner in owners.items()}
        self._own: dict[str, set[str]] = {}
        for name, owner in owners.items():
            if owner is not None:
                self._own.setdefault(owner, set()).add(folded(name))
        self._numbers: dict[str, int] = {}

    def give(self, stem: str, owner: str) -> str:
        """Return a name with that stem for a file of that owner, who may have had it before.

        If it is another's, a number from 2 stands behind it.
        """
        number = 1
        if not self._may_have(_numbered(stem, 1), owner):
            own = [name for name in self._own.get(owner, ()) if name.startswith(folded(stem))]
            had = [number for number in range(2, _MOST_NUMBERS_HAD) if own and folded(_numbered(stem, number)) in own]
            number = had[0] if had else max(self._numbers.get(folded(stem), 1), 2)
        while not self._may_have(name := _numbered(stem, number), owner):
            number += 1
        self._owners[folded(name)] = owner
        self._own.setdefault(owner, set()).add(folded(name))
        self._numbers[folded(stem)] = max(number, self._numbers.get(folded(stem), 1))
        return name

    def refuse(self, name: str, owner: str) -> None:
        """Note that somebody else has that name."""
        self._owners[folded(name)] = None
        self._own.get(owner, set()).discard(folded(name))

    def _may_have(self, name: str, owner: str) -> bool:
        return self._owners.get(folded(name), owner) == owner


def _numbered(stem: str, number: int) -> str:
    return f"{stem} {number}{ENDING}" if number > 1 else f"{stem}{ENDING}"
