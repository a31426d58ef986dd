"""What is broken in a clip of the library: looked for once, and kept with it.

Not for what a fault is (`analysis.faults`), nor for mending it (`mending`).
"""

import json

from musicgen_studio.analysis.faults import Fault, FaultKind, find_faults
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.pieces import OnPiece, nothing
from musicgen_studio.library.library import Library

_MOST = 200

KEPT = "faults."
"""With a clip's id behind it: the key under which it is kept with the library."""


def notice(library: Library, clip: Clip, on_piece: OnPiece = nothing) -> list[Fault]:
    """Return what is broken in a clip, in the order of time. Not in the window's thread: it reads all of the clip.

    Args:
        library: Which has it.
        clip: Which one.
        on_piece: See `core.pieces`.

    Raises:
        UserProblem: If its sound cannot be read.
    """
    known = noticed(library, clip)
    if known is not None:
        return known
    found = find_faults(library.read(clip.id), on_piece)[:_MOST]
    rows = [[fault.kind, round(fault.start_s, 3), round(fault.end_s, 3)] for fault in found]
    library.remember(_key(clip), json.dumps(rows))
    return found


def noticed(library: Library, clip: Clip) -> list[Fault] | None:
    """Return what was found broken in a clip before; None if nobody has looked."""
    text = library.recall(_key(clip))
    if text is None:
        return None
    try:
        return [Fault(FaultKind(kind), float(start_s), float(end_s)) for kind, start_s, end_s in json.loads(text)]
    except (ValueError, TypeError, RecursionError):
        return None  # of another version: it is looked for again


def _key(clip: Clip) -> str:
    return KEPT + clip.id
