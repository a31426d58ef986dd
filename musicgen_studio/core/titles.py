"""What a clip that is made of another is called: the other's title, and behind it which take and what was done last.

    Happy rock · take 2 ─ extended ─► Happy rock · take 2 · extended ─ extended ─► Happy rock · take 2 · extended 2

What was done before that is not in the title, or it would grow with every step; the library's lineage tells it. A
title that a person typed is its own beginning. Not for the names of files (`library.naming`).
"""

import re

MARK = " · "
MAX_TITLE = 80

EXTENDED, REPLACED, AGAIN, VARIATION, JOINED, PART = "extended", "replaced", "again", "variation", "joined", "part"
EDITED = ("trimmed", "cut", "silenced", "faded in", "faded out", "level", "normalised", "reversed")

_TAKE = re.compile(r"take \d+")
_DONE = re.compile(rf"({'|'.join((EXTENDED, REPLACED, AGAIN, VARIATION, JOINED, *EDITED))})( \d+)?|{PART} \d+")
_COUNTED = frozenset({EXTENDED, REPLACED, AGAIN, VARIATION})


def marked(title: str, mark: str) -> str:
    """Return what a clip is called that was made of another.

    Args:
        title: The other's.
        mark: What was done; what is done to it once more in a row is counted.
    """
    beginning, take, done = _parts(title)
    if mark in _COUNTED and (kind := _DONE.fullmatch(done)) and kind[1] == mark:
        mark = f"{mark} {int(kind[2] or 1) + 1}"
    return _joined(beginning, take, mark)


def with_take(title: str, take: int) -> str:
    """Return what one of several takes is called.

    Args:
        title: What they are called together; if it is itself a take's, which one is left out.
        take: From 1.
    """
    beginning, _, done = _parts(title)
    return _joined(beginning, done, f"take {take}")


def _parts(title: str) -> tuple[str, str, str]:
    """Return a title's own beginning, its take and what was done last; empty where there is none."""
    words = title.split(MARK)
    take = done = ""
    while len(words) > 1 and (_TAKE.fullmatch(words[-1]) or _DONE.fullmatch(words[-1])):
        last = words.pop()
        if _TAKE.fullmatch(last):
            take = take or last
        else:
            done = done or last
    return MARK.join(words), take, done


def _joined(beginning: str, *marks: str) -> str:
    behind = "".join(f"{MARK}{mark}" for mark in marks if mark)
    return beginning[: MAX_TITLE - len(behind)].rstrip() + behind
